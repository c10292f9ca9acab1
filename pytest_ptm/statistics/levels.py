"""How often a gate on a share is red where the true share is its very bound.

Exact, by the binomial distribution: shares over few rows jump, and none is red in just
half of all samples, or in just 5 %.
"""

from __future__ import annotations

import numpy as np
from scipy.special import bdtr, bdtrc

from pytest_ptm.results import Bound


def by_figure(rows: int, bound: Bound) -> float:
    """Where the share of the sample itself has to hold the bound.

    >>> f"{by_figure(10, Bound(at_least=0.9)):z.4f}"
    '0.2639'
    """
    hits = round(rows * bound.limit)
    if bound.at_least is not None:
        # The fewest hits that hold it, in the very floats that judge.
        fewest = next(
            k for k in range(max(0, hits - 1), rows + 1) if k / rows >= bound.limit
        )
        return 0.0 if fewest == 0 else float(bdtr(fewest - 1, rows, bound.limit))
    most = next(
        k for k in range(min(rows, hits + 1), -1, -1) if k / rows <= bound.limit
    )
    return float(bdtrc(most, rows, bound.limit))


def shown_bad(rows: int, bound: Bound, error: float) -> float:
    """Where Clopper and Pearson's bound on the far side has to miss it."""
    tails = _tails(rows, bound, far=True)
    return float(max(tails[tails < error], default=0.0))


def not_shown_good(rows: int, bound: Bound, error: float) -> float:
    """Where Clopper and Pearson's bound on the near side fails to clear it."""
    tails = _tails(rows, bound, far=False)
    return 1 - float(max(tails[tails <= error], default=0.0))


def _tails(rows: int, bound: Bound, *, far: bool) -> np.ndarray:
    """At the bound, how likely each number of hits is, or one farther to a side."""
    hits = np.arange(rows + 1)
    if (bound.at_least is not None) == far:
        return bdtr(hits, rows, bound.limit)
    return np.concatenate([[1.0], bdtrc(hits[:-1], rows, bound.limit)])
