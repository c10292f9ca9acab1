"""Drops of water or mud in front of the lens, with the parameters of ImageNet-C."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.perturbations.pictures.arrays import (
    TINY,
    Floats,
    level_of,
    seen_sides,
    sides_of,
    whole,
)
from pytest_ptm.perturbations.pictures.imaging import resized

# Mean and deviation of what falls, how far it spreads, from where on it stays, how
# strong water is or how far mud spreads, and whether it is mud.
_LARGE = (
    (0.65, 0.3, 4, 0.69, 0.6, False),
    (0.65, 0.3, 3, 0.68, 0.6, False),
    (0.65, 0.3, 2, 0.68, 0.5, False),
    (0.65, 0.3, 1, 0.65, 1.5, True),
    (0.67, 0.4, 1, 0.65, 1.5, True),
)
_TINY = (
    (0.62, 0.1, 0.7, 0.7, 0.5, False),
    (0.65, 0.1, 0.8, 0.7, 0.5, False),
    (0.65, 0.3, 1, 0.69, 0.5, False),
    (0.65, 0.1, 0.7, 0.69, 0.6, True),
    (0.65, 0.1, 0.5, 0.68, 0.6, True),
)
_WATER = np.array((175, 238, 238), dtype=np.float32)
_MUD = np.array((63, 42, 20), dtype=np.float32)
_THICK = 0.8
"""Mud that is thinner is not seen."""
_DEEP = 20
"""Farther than so many pixels from its edge water looks all the same."""
_LIT = np.array(((-2, -1, 0), (-1, 1, 1), (0, 1, 2)), dtype=np.float32)
"""Light from the upper left."""


def spatter(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Drops of water up to severity 3, which make brighter, then splashes of mud."""
    # A tenth of a second to import, and most runs change no pictures.
    from scipy.ndimage import gaussian_filter

    mean, deviation, spread, least, last, mud = level_of(
        severity, pixels, large=_LARGE, tiny=_TINY
    )
    small = min(sides_of(pixels)) < TINY
    grid = sides_of(pixels) if small else seen_sides(pixels)
    fallen = rng.normal(mean, deviation, grid).astype(np.float32)
    # skimage's gaussian, which ImageNet-C calls, repeats the edge.
    fallen = gaussian_filter(fallen, spread, mode="nearest")
    drops = fallen >= least
    if mud:
        layer = gaussian_filter(drops.astype(np.float32), last, mode="nearest")
        layer[layer < _THICK] = 0
    else:
        layer = _lit_drops(np.where(drops, fallen, np.float32(0)), drops) * last
    seen = resized(layer, *sides_of(pixels), "bilinear")[:, :, None]
    if mud:
        return whole(pixels * (1 - seen) + _MUD * seen)
    return whole(pixels + _WATER * seen)


def _lit_drops(fallen: Floats, drops: NDArray[np.bool_]) -> Floats:
    """How bright each place of the water is, 0 to 1, as its edges are lit."""
    from scipy import ndimage

    edges = drops & ~ndimage.binary_erosion(drops, border_value=1)
    if not edges.any():
        return np.zeros_like(fallen)
    away = np.minimum(ndimage.distance_transform_edt(~edges), _DEEP)
    evened = _evened(ndimage.uniform_filter(away, 3, mode="mirror"))
    lit = np.clip(ndimage.correlate(evened, _LIT, mode="mirror"), 0, 255)
    shone = fallen * ndimage.uniform_filter(lit, 3, mode="mirror")
    brightest = float(shone.max())
    return shone / np.float32(brightest) if brightest else np.zeros_like(fallen)


def _evened(distances: NDArray[np.float64]) -> Floats:
    """Whole distances as values of 0 to 255 that are all about equally common."""
    levels = np.rint(distances).astype(np.intp)
    counts = np.bincount(levels.ravel())
    up_to = np.cumsum(counts)
    first = int(counts[np.flatnonzero(counts)[0]])
    rest = max(int(up_to[-1]) - first, 1)
    values = np.rint(255 * np.maximum(up_to - first, 0) / rest).astype(np.float32)
    return values[levels]
