"""What every change of pictures works on: pixels, and how large a model sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.pixels import Pixels

Floats: TypeAlias = NDArray[np.float32]
"""Values between pixels, of any shape."""

SHORTER = 224
"""The shorter side, in pixels, of the pictures that ImageNet-C's lengths are for."""


TINY = 64
"""Pictures with a shorter side below it, in pixels, are taken as CIFAR-10-C's are."""

_LONGEST = 1024
_Level = TypeVar("_Level")


def level_of(
    severity: int, pixels: Pixels, *, large: Sequence[_Level], tiny: Sequence[_Level]
) -> _Level:
    """The parameter of this severity: ImageNet-C's, or CIFAR-10-C's of tiny pictures.

    Of what cannot be made smaller with the picture, such as the grain of noise.
    """
    return (tiny if min(sides_of(pixels)) < TINY else large)[severity - 1]


def sides_of(pixels: Pixels) -> tuple[int, int]:
    """Height and width."""
    height, width, _ = pixels.shape
    return height, width


def scale_of(pixels: Pixels) -> float:
    """How many of these pixels are one of a picture whose shorter side has 224.

    Lengths are multiplied by it, so that a model which makes its input small sees the
    same change whatever the size of the picture was.
    """
    return min(sides_of(pixels)) / SHORTER


def seen_sides(pixels: Pixels) -> tuple[int, int]:
    """Height and width of the same picture where its shorter side has 224 pixels.

    No more than 1,024: what is drawn for it is stretched over a longer side.
    """
    height, width = sides_of(pixels)
    high, wide = (SHORTER * side / min(height, width) for side in (height, width))
    return min(_LONGEST, round(high)), min(_LONGEST, round(wide))


def whole(values: NDArray[np.floating[Any]]) -> Pixels:
    """The nearest pixels to these values; below 0 is 0 and above 255 is 255."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
