"""Pictures that are not sharp, with the parameters of ImageNet-C.

Its lengths are those of pictures of 224 x 224, and grow with the shorter side.
"""

from __future__ import annotations

import numpy as np

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.perturbations.pictures.arrays import Floats, scale_of, sides_of, whole
from pytest_ptm.perturbations.pictures.filters import bell, convolved, disk, streak
from pytest_ptm.perturbations.pictures.imaging import resized

_GAUSSIAN = (1, 2, 3, 4, 6)
_DEFOCUS = (3, 4, 6, 8, 10)
_MOTION = ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15))
_GLASS = ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2))
# As NumPy counts np.arange(1, 1.11, 0.01) and its kin: how many zooms, how far apart.
_ZOOM = ((12, 0.01), (16, 0.01), (11, 0.02), (13, 0.02), (11, 0.03))


def gaussian_blur(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Blurred by a Gaussian of so many pixels' deviation."""
    return _through(pixels, bell(_GAUSSIAN[severity - 1] * scale_of(pixels)))


def defocus_blur(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Out of focus: every point a disk of so many pixels' radius."""
    return _through(pixels, disk(_DEFOCUS[severity - 1] * scale_of(pixels)))


def motion_blur(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """The camera moved, up to 45 degrees off the horizontal."""
    radius, sigma = _MOTION[severity - 1]
    scale, angle = scale_of(pixels), rng.uniform(-45, 45)
    return _through(pixels, streak(2 * radius * scale, sigma * scale, angle))


def zoom_blur(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """The camera came nearer while it looked: the mean of so many zooms."""
    count, step = _ZOOM[severity - 1]
    height, width = sides_of(pixels)
    seen = pixels.astype(np.float32)
    for zoom in range(count):
        off = 0.5 - 0.5 / (1 + zoom * step)
        box = (off * width, off * height, (1 - off) * width, (1 - off) * height)
        seen += resized(pixels, height, width, "bilinear", box=box)
    return whole(seen / np.float32(count + 1))


def glass_blur(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Behind frosted glass: blurred, every pixel one from near by, blurred again."""
    sigma, furthest, times = _GLASS[severity - 1]
    scale = scale_of(pixels)
    kernel, reach = bell(sigma * scale), furthest * scale
    then = _through(pixels, kernel)
    height, width = sides_of(pixels)
    rows = np.arange(height, dtype=np.int64)[:, None]
    columns = np.arange(width, dtype=np.int64)
    for _ in range(times):
        away, part = rng.random((2, 2, height, width), dtype=np.float32)
        # Up or down by chance, so that half a pixel is one for every second pixel.
        down, right = np.floor((2 * away - 1) * reach + part).astype(np.int64)
        row = np.clip(rows + down, 0, height - 1)
        then = then[row, np.clip(columns + right, 0, width - 1)]
    return _through(then, kernel)


def _through(pixels: Pixels, kernel: Floats) -> Pixels:
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)
    return np.ascontiguousarray(whole(convolved(planes, kernel)).transpose(1, 2, 0))
