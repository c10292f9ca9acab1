"""Noise in pixels, as in ImageNet-C and CIFAR-10-C (Hendrycks & Dietterich 2019).

In a picture that a model makes smaller, noise of single pixels would be averaged away.
So noise is as coarse as a pixel of a picture of 224 is: of 1000 x 1000, four by four.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.perturbations.pictures.arrays import (
    Floats,
    level_of,
    scale_of,
    sides_of,
    whole,
)
from pytest_ptm.perturbations.pictures.imaging import reduced

_GAUSSIAN = (0.08, 0.12, 0.18, 0.26, 0.38)
_SHOT = (60, 25, 12, 5, 3)
_IMPULSE = (0.03, 0.06, 0.09, 0.17, 0.27)
_SPECKLE = (0.15, 0.2, 0.35, 0.45, 0.6)

_GAUSSIAN_TINY = (0.04, 0.06, 0.08, 0.09, 0.1)
_SHOT_TINY = (500, 250, 100, 75, 50)
_IMPULSE_TINY = (0.01, 0.02, 0.03, 0.05, 0.07)
_SPECKLE_TINY = (0.06, 0.1, 0.12, 0.16, 0.2)


def gaussian_noise(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Every value plus a normal one; its deviation is a share of 255."""
    deviation = level_of(severity, pixels, large=_GAUSSIAN, tiny=_GAUSSIAN_TINY)
    drawn = _grained(pixels, lambda shape: _normal(rng, shape))
    return whole(pixels + np.float32(255 * deviation) * drawn)


def speckle_noise(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Every value plus a normal one in proportion to it: dark parts have less."""
    deviation = level_of(severity, pixels, large=_SPECKLE, tiny=_SPECKLE_TINY)
    drawn = _grained(pixels, lambda shape: _normal(rng, shape))
    return whole(pixels * (1 + np.float32(deviation) * drawn))


def shot_noise(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Light as it comes, photon by photon: so many for a value of 255."""
    photons = level_of(severity, pixels, large=_SHOT, tiny=_SHOT_TINY)
    grain = _grain(pixels)
    # What a grain of several pixels catches too much or too little, all of them do.
    light = pixels if grain == 1 else reduced(pixels, grain)
    caught = rng.poisson(light * (photons / 255)).astype(np.float32)
    strayed = caught * np.float32(255 / photons) - light
    return whole(pixels + _repeated(strayed, grain, pixels))


def impulse_noise(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """A share of the values at 0 or at 255, as likely, each colour by itself."""
    share = level_of(severity, pixels, large=_IMPULSE, tiny=_IMPULSE_TINY)
    drawn = _grained(pixels, lambda shape: rng.random(shape, dtype=np.float32))
    then = pixels.copy()
    then[drawn < share] = 255
    then[drawn < share / 2] = 0
    return then


def _grain(pixels: Pixels) -> int:
    return max(1, round(scale_of(pixels)))


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.standard_normal(shape, dtype=np.float32)


def _grained(pixels: Pixels, draw: Callable[[tuple[int, ...]], Floats]) -> Floats:
    """What is drawn for every pixel, or once for several of a large picture."""
    grain = _grain(pixels)
    height, width, colours = pixels.shape
    drawn = draw((-(-height // grain), -(-width // grain), colours))
    return _repeated(drawn, grain, pixels)


def _repeated(drawn: Floats, grain: int, pixels: Pixels) -> Floats:
    if grain == 1:
        return drawn
    height, width = sides_of(pixels)
    return drawn.repeat(grain, axis=0).repeat(grain, axis=1)[:height, :width]
