"""Where the camera stood: pictures turned, moved, cut and seen from the side.

ImageNet-C has none of these; the parameters are this project's own.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.pixels import Pixels
from pytest_ptm.perturbations.pictures.arrays import sides_of
from pytest_ptm.perturbations.pictures.imaging import projected, resized

_ROTATION = (4, 8, 12, 20, 30)
_SHIFT = (0.02, 0.05, 0.1, 0.15, 0.2)
_CROP = (0.95, 0.9, 0.8, 0.7, 0.6)
_PERSPECTIVE = (0.03, 0.06, 0.1, 0.15, 0.2)


def rotation(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Turned about its centre by so many degrees, left or right.

    Beyond its edges the picture is mirrored.
    """
    angle = math.radians(_ROTATION[severity - 1]) * int(rng.choice((-1, 1)))
    height, width = sides_of(pixels)
    cos, sin = math.cos(angle), math.sin(angle)
    x = (width - cos * width + sin * height) / 2
    y = (height - sin * width - cos * height) / 2
    way = np.array(((cos, -sin, x), (sin, cos, y), (0, 0, 1)))
    return _mirrored_beyond(pixels, way)


def shift(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Moved by so large a share of its sides, in a drawn direction.

    Beyond its edges the picture is mirrored.
    """
    height, width = sides_of(pixels)
    share, angle = _SHIFT[severity - 1], rng.uniform(0, 2 * math.pi)
    x = float(round(share * width * math.cos(angle)))
    y = float(round(share * height * math.sin(angle)))
    return _mirrored_beyond(pixels, np.array(((1, 0, x), (0, 1, y), (0, 0, 1))))


def crop(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """A part of so many times its sides, at a drawn place, made as large again."""
    height, width = sides_of(pixels)
    share = _CROP[severity - 1]
    high, wide = max(1, round(share * height)), max(1, round(share * width))
    top = int(rng.integers(height - high + 1))
    left = int(rng.integers(width - wide + 1))
    box = (left, top, left + wide, top + high)
    return resized(pixels, height, width, "bicubic", box=box)


def perspective(pixels: Pixels, severity: int, rng: np.random.Generator) -> Pixels:
    """Seen from the side: each corner drawn inwards, by up to a share of the sides."""
    height, width = sides_of(pixels)
    inwards = _PERSPECTIVE[severity - 1] * rng.random((4, 2)) * (width, height)
    corners = np.array(((0, 0), (width, 0), (width, height), (0, height)))
    seen = corners + inwards * np.array(((1, 1), (-1, 1), (-1, -1), (1, -1)))
    return projected(pixels, height, width, _between(corners, seen))


def mirrored(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Left and right exchanged."""
    return np.ascontiguousarray(pixels[:, ::-1])


def _mirrored_beyond(pixels: Pixels, way: NDArray[np.float64]) -> Pixels:
    """The picture that has at p what this one, or its mirror image, has at way @ p."""
    height, width = sides_of(pixels)
    corners = np.array(((0, width, 0, width), (0, 0, height, height), (1, 1, 1, 1)))
    x, y, _ = way @ corners
    # One more pixel, so that what lies between two of them has both.
    right = math.ceil(max(0.0, -float(x.min()), float(x.max()) - width)) + 1
    down = math.ceil(max(0.0, -float(y.min()), float(y.max()) - height)) + 1
    around = np.pad(pixels, ((down, down), (right, right), (0, 0)), mode="symmetric")
    moved = np.array(((1, 0, right), (0, 1, down), (0, 0, 1))) @ way
    return projected(around, height, width, moved)


def _between(
    shown: NDArray[np.int64], seen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """float64[3, 3], which leads from four points of the result to those seen."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(shown.tolist(), seen.tolist(), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    found = np.linalg.solve(np.array(rows, dtype=np.float64), seen.ravel())
    return np.append(found, 1.0).reshape(3, 3)
