"""What storing and sending does to a picture, as in ImageNet-C and CIFAR-10-C."""

from __future__ import annotations

import numpy as np

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.perturbations.pictures.arrays import level_of, scale_of, sides_of
from pytest_ptm.perturbations.pictures.imaging import as_jpeg, resized

_JPEG = (25, 18, 15, 10, 7)
_PIXELATE = (0.6, 0.5, 0.4, 0.3, 0.25)

_JPEG_TINY = (80, 65, 58, 50, 40)
_PIXELATE_TINY = (0.95, 0.9, 0.85, 0.75, 0.65)


def jpeg(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Stored as a JPEG of a low quality and read again.

    Its blocks are 8 x 8 pixels whatever the size of the picture is.
    """
    return as_jpeg(pixels, level_of(severity, pixels, large=_JPEG, tiny=_JPEG_TINY))


def pixelate(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Made smaller and larger again: so many pixels a side for each that there were.

    Of a picture larger than 224 that is as many as of one of 224.
    """
    height, width = sides_of(pixels)
    share = level_of(severity, pixels, large=_PIXELATE, tiny=_PIXELATE_TINY)
    share /= max(1.0, scale_of(pixels))
    rows, columns = (max(1, int(side * share)) for side in (height, width))
    return resized(resized(pixels, rows, columns, "box"), height, width, "box")
