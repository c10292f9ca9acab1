"""Light and colour: what a camera's exposure and settings make of a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.perturbations.pictures.arrays import whole

_BRIGHTNESS = (0.1, 0.2, 0.3, 0.4, 0.5)
_CONTRAST = (0.4, 0.3, 0.2, 0.1, 0.05)
_SATURATION = ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2))
_DARKNESS = (0.8, 0.65, 0.5, 0.35, 0.2)
_WHITE_BALANCE = (0.05, 0.1, 0.15, 0.25, 0.4)

_LEVELS = np.arange(256, dtype=np.float32)


def brightness(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Brighter by a share of 255 in the V of HSV; ImageNet-C's parameters."""
    value = np.maximum(_LEVELS, 1)
    brighter = np.minimum(_LEVELS + 255 * _BRIGHTNESS[severity - 1], 255) / value
    largest, _ = _extremes(pixels)
    then = whole(pixels * brighter[largest][:, :, None])
    # Black has no colour to keep, and becomes grey.
    then[largest == 0] = round(255 * _BRIGHTNESS[severity - 1])
    return then


def darkness(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Every value times a factor below 1."""
    return whole(_LEVELS * _DARKNESS[severity - 1])[pixels]


def contrast(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Less contrast: every colour nearer to its mean; ImageNet-C's parameters."""
    factor = _CONTRAST[severity - 1]
    means: list[float] = pixels.mean(axis=(0, 1)).tolist()
    return _by_table(pixels, [whole((_LEVELS - m) * factor + m) for m in means])


def saturation(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """S of HSV times a factor, plus a share: 1 and 2 pale, 3 to 5 gaudy; ImageNet-C's.

    What is grey stays grey: the share that is added would make it red.
    """
    factor, more = _SATURATION[severity - 1]
    largest, least = (found.astype(np.float32) for found in _extremes(pixels))
    before = (largest - least) / np.maximum(largest, 1)
    after = np.clip(before * factor + more, 0, 1)
    ratio = np.divide(after, before, out=np.ones_like(before), where=before > 0)
    kept = (largest * (1 - ratio))[:, :, None]
    return whole(pixels * ratio[:, :, None] + kept)


def white_balance(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Light too warm or too cold: red times 1 + a share and blue 1 - it, or back."""
    share = _WHITE_BALANCE[severity - 1] * rng.choice((-1, 1))
    factors = (1 + share, 1.0, 1 - share)
    return _by_table(pixels, [whole(_LEVELS * factor) for factor in factors])


def _extremes(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """The largest and the least of the three colours, uint8[height, width] each."""
    red, green, blue = (pixels[:, :, colour] for colour in range(3))
    return (
        np.maximum(np.maximum(red, green), blue),
        np.minimum(np.minimum(red, green), blue),
    )


def _by_table(pixels: Pixels, tables: list[Pixels]) -> Pixels:
    """Every colour by a table of its own, uint8[256]."""
    then: NDArray[Any] = np.empty_like(pixels)
    for colour, table in enumerate(tables):
        then[:, :, colour] = table[pixels[:, :, colour]]
    return then
