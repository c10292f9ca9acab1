"""How often one of k drawn answers would do, told from more answers than k.

Chen et al. 2021, "Evaluating large language models trained on code", section 2.1: an
estimator without bias, of the n answers that were drawn.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError


def pass_at_k(passed: NDArray[np.integer], n: int, k: int) -> NDArray[np.float64]:
    """1 - C(n - c, k) / C(n, k) of each row, of whose ``n`` answers ``c`` do.

    ``passed`` is c of each, whole numbers from 0 to n.

    >>> pass_at_k(np.array([0, 1, 10]), 10, 5).tolist()
    [0.0, 0.5, 1.0]

    Raises:
        ArgumentError: k is none of 1 .. n, or c lies outside 0 .. n.
    """
    if not 1 <= k <= n:
        raise ArgumentError(f"k={k}: expected 1 to {n}, the number of samples")
    counts: list[int] = passed.tolist()
    if any(not 0 <= each <= n for each in counts):
        raise ArgumentError(
            f"of {n} samples from 0 to {n} can pass, got {counts!r:.60}"
        )
    # Whole numbers as long as can be: exact of any n.
    share = [1 - comb(n - c, k) / comb(n, k) for c in range(n + 1)]
    return np.array([share[each] for each in counts], dtype=np.float64)
