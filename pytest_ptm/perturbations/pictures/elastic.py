"""Pictures bent as rubber is, with the parameters of ImageNet-C."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.perturbations.pictures.arrays import (
    Floats,
    scale_of,
    seen_sides,
    sides_of,
    whole,
)
from pytest_ptm.perturbations.pictures.imaging import resized

# How strong displacements are before they are smoothed, by how many pixels they are,
# and by how many pixels corners move. Of 244 pixels as published; 224 were meant.
_ELASTIC = (
    (244 * 2, 244 * 0.7, 244 * 0.1),
    (244 * 2, 244 * 0.08, 244 * 0.2),
    (244 * 0.05, 244 * 0.01, 244 * 0.02),
    (244 * 0.07, 244 * 0.01, 244 * 0.02),
    (244 * 0.12, 244 * 0.01, 244 * 0.02),
)
_BAND = 256
"""So many rows are bent at a time, so that a photograph takes little memory."""


def elastic_transform(
    pixels: Pixels, severity: int, rng: np.random.Generator
) -> Pixels:
    """Three points near the centre moved, and every place a little by itself.

    Beyond its edges the picture is mirrored.
    """
    # A tenth of a second to import, and most runs change no pictures.
    from scipy.ndimage import map_coordinates

    strong, smooth, moved = _ELASTIC[severity - 1]
    height, width = sides_of(pixels)
    scale = scale_of(pixels)
    way = _moved_triangle(height, width, moved * scale, rng)
    down = _displacements(pixels, strong, smooth, rng) * np.float32(scale)
    right = _displacements(pixels, strong, smooth, rng) * np.float32(scale)
    then = np.empty_like(pixels)
    for top in range(0, height, _BAND):
        rows = slice(top, min(top + _BAND, height))
        y, x = np.mgrid[rows, :width].astype(np.float32)
        x, y = x + right[rows], y + down[rows]
        ones = np.ones_like(x)
        from_x, from_y = np.tensordot(way, np.stack([x, y, ones]), axes=1)
        for colour in range(3):
            plane = pixels[:, :, colour].astype(np.float32)
            bent = map_coordinates(plane, (from_y, from_x), order=1, mode="reflect")
            then[rows, :, colour] = whole(bent)
    return then


def _displacements(
    pixels: Pixels, strong: float, smooth: float, rng: np.random.Generator
) -> Floats:
    """By how much each place moves, in pixels of a picture that has 224."""
    from scipy.ndimage import gaussian_filter

    drawn = rng.uniform(-1, 1, seen_sides(pixels)).astype(np.float32)
    smoothed = gaussian_filter(drawn, smooth, mode="reflect", truncate=3)
    bent = np.asarray(smoothed * np.float32(strong), dtype=np.float32)
    return resized(bent, *sides_of(pixels), "bilinear")


def _moved_triangle(
    height: int, width: int, most: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """float32[2, 3], from a place of the result to the one whose colour it has.

    Three corners of a square about the centre are moved by up to ``most`` pixels.
    """
    x, y, away = width // 2, height // 2, min(height, width) // 3
    square = [(x + away, y + away), (x + away, y - away), (x - away, y - away)]
    corners = np.array(square, dtype=np.float64)
    then = corners + rng.uniform(-most, most, (3, 2))
    # Of a picture of a pixel or two the corners are one.
    if away == 0:
        return np.array(((1, 0, 0), (0, 1, 0)), dtype=np.float32)
    places = np.column_stack([then, np.ones(3)])
    return np.linalg.solve(places, corners).T.astype(np.float32)
