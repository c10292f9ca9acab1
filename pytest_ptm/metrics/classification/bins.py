"""Which bin a probability is in: bins of one width, or of one number of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Cells = NDArray[np.intp]

SAME = 1e-7
"""Probabilities no further apart are one: what a function gives as 0.8 comes back from
its logits, which are float32, within this of it."""


def equal_width(probabilities: Floats, bins: int) -> Cells:
    """The bin of each among ``bins`` of one width over 0 .. 1, in its shape.

    A bin holds its upper edge and not its lower one, as in the script of Guo et al.
    2017; the first holds 0 too.

    >>> equal_width(np.array([0.0, 0.2, 0.21, 1.0]), 5).tolist()
    [0, 0, 1, 4]
    """
    places = np.ceil((probabilities - SAME) * bins).astype(np.intp) - 1
    return np.clip(places, 0, bins - 1)


def equal_mass(probabilities: Floats, bins: int) -> Cells:
    """The bin of each of n among ``bins`` with n / bins of them, intp[n].

    Row r of n in ascending order, from 0 on, is in bin r * bins // n. What is the same
    is never parted, by whichever order the rows have: all of it is in the bin of the
    first of it. So a bin may hold more, and the ones above it fewer or none.

    >>> equal_mass(np.array([0.9, 0.5, 0.9, 0.7]), 2).tolist()
    [1, 0, 1, 0]
    >>> equal_mass(np.array([0.9, 0.9, 0.9, 0.7]), 2).tolist()
    [0, 0, 0, 0]
    """
    ordered, n = np.sort(probabilities), len(probabilities)
    firsts = -(-np.arange(1, bins) * n // bins)
    # From the last row below a bin, and not by rounding, which parts neighbours too.
    ends = ordered[np.maximum(firsts - 1, 0)] + SAME
    return np.searchsorted(ends, probabilities, side="left").astype(np.intp)
