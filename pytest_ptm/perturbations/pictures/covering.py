"""Something in front of the camera; ImageNet-C has it not, the areas are our own."""

from __future__ import annotations

import math

import numpy as np

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.perturbations.pictures.arrays import sides_of

_AREA = (0.02, 0.05, 0.1, 0.2, 0.3)
_GREY = 127


def occlusion(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """A grey square over so large a share of the picture, at a drawn place.

    Where the picture is too narrow for a square, a rectangle of the same area.
    """
    height, width = sides_of(pixels)
    area = _AREA[severity - 1] * height * width
    narrow = min(height, width)
    short = max(1, min(narrow, round(math.sqrt(area))))
    long = round(area / short)
    high, wide = (short, long) if height <= width else (long, short)
    top = int(rng.integers(height - high + 1))
    left = int(rng.integers(width - wide + 1))
    then = pixels.copy()
    then[top : top + high, left : left + wide] = _GREY
    return then
