"""The cosine of vectors, whose direction alone says what a text means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

TIE = 1e-6
"""Cosines no farther apart are the same: what float32 makes of equal ones in another
order of the same sums."""


def cosines(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
    """Of each row of one with the same row of the other, float64[n] in [-1, 1].

    NaN where either has no direction: all of it is 0, or some of it is no number.

    >>> cosines(np.array([[1.0, 0.0]]), np.array([[3.0, 4.0]]))
    array([0.6])
    """
    one, other = one.astype(np.float64), other.astype(np.float64)
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.einsum("ij,ij->i", one, other) / lengths
    return found.clip(-1.0, 1.0)


def of_length_one(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """The same directions, of length 1, float32[n, d]: their products are cosines."""
    long = vectors.astype(np.float64)
    return (long / np.linalg.norm(long, axis=1, keepdims=True)).astype(np.float32)
