"""Fog and snow, with the parameters of ImageNet-C."""

from __future__ import annotations

import math

import numpy as np

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.perturbations.pictures.arrays import (
    Floats,
    scale_of,
    seen_sides,
    sides_of,
    whole,
)
from pytest_ptm.perturbations.pictures.filters import convolved, streak
from pytest_ptm.perturbations.pictures.imaging import resized

_FOG = ((1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4))
# Mean, flakes' zoom, threshold, radius and sigma of their way, share that stays.
_SNOW = (
    (0.1, 3, 0.5, 10, 4, 0.8),
    (0.2, 2, 0.5, 12, 4, 0.7),
    (0.55, 4, 0.9, 12, 8, 0.7),
    (0.55, 4.5, 0.85, 12, 8, 0.65),
    (0.55, 2.5, 0.85, 12, 12, 0.55),
)
_FLAKES = 0.3
_GREY = np.array((0.299, 0.587, 0.114), dtype=np.float32)


def fog(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Clouds of every size added, and the whole made darker by as much."""
    thick, decay = _FOG[severity - 1]
    height, width = sides_of(pixels)
    clouds = _clouds(pixels, decay, rng)
    added = resized(clouds, height, width, "bilinear") * np.float32(255 * thick)
    # Nothing shines in a black picture, and ImageNet-C leaves it black.
    brightest = int(pixels.max()) / 255
    return whole(
        (pixels + added[:, :, None]) * np.float32(brightest / (brightest + thick))
    )


def snow(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Flakes that fall in two directions, and a picture that is whiter for it."""
    mean, zoom, least, radius, sigma, stays = _SNOW[severity - 1]
    height, width = sides_of(pixels)
    scale = scale_of(pixels)
    coarse = max(1.0, zoom * scale)
    grid = (math.ceil(height / coarse), math.ceil(width / coarse))
    drawn = rng.standard_normal(grid, dtype=np.float32) * np.float32(_FLAKES)
    flakes = resized(drawn + np.float32(mean), height, width, "bilinear")
    flakes = np.where(flakes < least, np.float32(0), np.clip(flakes, 0, 1))
    way = streak(2 * radius * scale, sigma * scale, rng.uniform(-135, -45))
    fallen = convolved(flakes[None], way)[0]
    seen = pixels.astype(np.float32) / np.float32(255)
    whiter = np.maximum(seen, (seen @ _GREY * 1.5 + 0.5)[:, :, None])
    seen = stays * seen + (1 - stays) * whiter
    return whole(255 * (seen + (fallen + fallen[::-1, ::-1])[:, :, None]))


def _clouds(pixels: Pixels, decay: float, rng: np.random.Generator) -> Floats:
    """A map of 0 to 1 for a picture of this shape whose shorter side has 224 pixels."""
    high, wide = seen_sides(pixels)
    size = 1 << (max(high, wide) - 1).bit_length()
    return _plasma(size, decay, rng)[:high, :wide]


def _plasma(size: int, decay: float, rng: np.random.Generator) -> Floats:
    """float32[size, size] from 0 to 1 by the diamond-square algorithm, which wraps.

    Each finer step strays less by ``decay``, squared as in ImageNet-C.
    """
    plane = np.zeros((size, size), dtype=np.float32)
    stray, step = 100.0, size

    def strayed(sums: Floats) -> Floats:
        drawn = 2 * rng.random(sums.shape, dtype=np.float32) - 1
        return np.asarray(sums / 4 + stray**2 * drawn, dtype=np.float32)

    while step >= 2:
        half = step // 2
        corners = plane[::step, ::step]
        beside, below = np.roll(corners, -1, axis=1), np.roll(corners, -1, axis=0)
        middles = strayed(corners + beside + below + np.roll(below, -1, axis=1))
        plane[half::step, half::step] = middles
        above, before = np.roll(middles, 1, axis=0), np.roll(middles, 1, axis=1)
        plane[::step, half::step] = strayed(middles + above + corners + beside)
        plane[half::step, ::step] = strayed(middles + before + corners + below)
        step, stray = half, stray / decay
    plane -= plane.min()
    return plane / plane.max()
