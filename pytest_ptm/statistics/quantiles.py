"""A quantile of what was measured, and limits of it that assume no distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc

from pytest_ptm.results import Bound, Interval, Side
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.planning import more_to_settle


def nearest_rank(values: NDArray[np.float64], at: float) -> float:
    """The smallest value than which a share of ``at`` or more is not larger.

    Definition 1 of Hyndman and Fan, "Sample quantiles in statistical packages", The
    American Statistician 50, 1996; NumPy's ``inverted_cdf``.

    >>> nearest_rank(np.array([4.0, 1.0, 3.0, 2.0]), 0.75)
    3.0
    """
    return float(np.quantile(values, at, method="inverted_cdf"))


@dataclass(frozen=True, slots=True, eq=False)
class QuantileOf:
    """The quantile ``at`` of ``values`` float64[passes, n], none of them below 0.

    The n are drawn apart, whatever they are distributed as; passes over them say
    nothing of others.
    """

    values: NDArray[np.float64]
    at: float

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """Order statistics by the binomial distribution, each exact or wider.

        David and Nagaraja, "Order statistics", 3rd edition, 2003, section 7.1. A bound
        from above has no end where the n are too few for one; both limits together
        are then none.

        Of several passes each has its limit, and theirs is the upper median of these,
        at a level by which it is wrong no more often than that of one alone: more
        than half of k events of the error a have one of k a / (k // 2 + 1) or less,
        however they hang together (Markov's inequality). One slow pass of three is in
        the figure and in no such median: the limits hold the figure in any case.
        """
        error = self._error(1 - level(confidence, side))
        low, high = self._lower(error), self._upper(error)
        if len(self.values) > 1:
            low = min(low, float(np.quantile(self.values, self.at, method="lower")))
            high = max(high, float(np.quantile(self.values, self.at, method="higher")))
        if side == "both" and math.isinf(high):
            return None
        return interval(
            low,
            high,
            confidence=confidence,
            side=side,
            method="order statistics",
            least=0.0,
        )

    def lacking(self, confidence: float) -> int:
        """How many more of them it takes for a bound from above to have an end."""
        error = self._error(1 - confidence)
        needed = math.ceil(math.log(error) / math.log(self.at))
        return max(0, needed - self.values.shape[1])

    def more(self, bound: Bound, *, confidence: float) -> int | None:
        """How many more would settle on which side of its bound the quantile lies.

        It holds the bound where a share of ``at`` does, so that this is asked of a
        share.
        """
        n: int = self.values.shape[1]
        hits = round(float((self.values <= bound.limit).mean()) * n)
        more = more_to_settle(hits, n, self.at, confidence=confidence)
        return None if more is None else max(more, self.lacking(confidence))

    def _error(self, error: float) -> float:
        passes = len(self.values)
        return error * (passes // 2 + 1) / passes

    def _upper(self, error: float) -> float:
        n: int = self.values.shape[1]
        # How likely more than k of n lie below the quantile.
        ranks = _within(bdtrc(np.arange(n), n, self.at), error)
        if not len(ranks):
            return math.inf
        each = np.sort(self.values, axis=1)[:, int(ranks[0])]
        return float(np.sort(each)[len(each) // 2])

    def _lower(self, error: float) -> float:
        n: int = self.values.shape[1]
        ranks = _within(bdtr(np.arange(n), n, self.at), error)
        if not len(ranks):
            return 0.0
        each = np.sort(self.values, axis=1)[:, int(ranks[-1])]
        return float(np.sort(each)[::-1][len(each) // 2])


def _within(tails: NDArray[np.floating[Any]], error: float) -> NDArray[np.intp]:
    return np.flatnonzero(tails <= error)
