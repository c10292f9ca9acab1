"""Figures of rows that hang together, read by cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.clusters import by_cluster, cluster_ratio, cluster_share
from pytest_ptm.statistics.likelihood import likelihood_interval
from pytest_ptm.statistics.planning import required_n_without_failure
from pytest_ptm.statistics.repeats import Rows

Floats = NDArray[np.float64]

RARE = 0.05
"""How rare scores beyond those seen must be for a bound where scores have no end."""


@dataclass(frozen=True, slots=True)
class RatioOf:
    """A sum of totals over a sum of trials, given by cluster; ``share`` if of 0 and 1.

    A row of a cluster lies within ``least`` .. ``most``.
    """

    totals: Floats
    trials: Floats
    share: bool
    least: float = -math.inf
    most: float = math.inf

    @classmethod
    def of_rows(
        cls,
        scores: Floats,
        clusters: Sequence[str] | Rows,
        *,
        share: bool,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> RatioOf:
        """The mean of the scores of rows that hang together in clusters."""
        totals, trials = by_cluster(scores, np.asarray(clusters))
        return cls(totals, trials, share, least, most)

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The limits over clusters; None of fewer than two.

        A share's are Korn and Graubard's; another's are t's, or the bound that judges:
        empirical likelihood's.
        """
        if len(self.totals) < 2:
            return None
        if self.share:
            return cluster_share(
                self.totals, self.trials, confidence=confidence, side=side
            )
        if side == "both":
            found = cluster_ratio(self.totals, self.trials, confidence=confidence)
            if found is not None:
                return within(found, self.least, self.most)
        return likely(
            self.totals,
            self.trials,
            confidence=confidence,
            side=side,
            least=self.least,
            most=self.most,
        )


def likely(
    totals: Floats,
    trials: Floats | None,
    *,
    confidence: float,
    side: Side,
    least: float,
    most: float,
    total: int | None = None,
) -> Interval | None:
    """Empirical likelihood's limits; both of them only if they lie apart.

    A bound towards an end that is not there needs `rows_without_end`: fewer have none.
    """
    found = likelihood_interval(
        totals,
        sizes=trials,
        confidence=confidence,
        side=side,
        least=least,
        most=most,
        total=total,
    )
    if side == "both":
        return found if found.low < found.high else None
    if len(totals) >= rows_without_end(confidence):
        return found
    return replace(
        found,
        low=found.low if math.isfinite(least) else -math.inf,
        high=found.high if math.isfinite(most) else math.inf,
    )


def rows_without_end(confidence: float) -> int:
    """How many rows a bound takes of a mean whose scores have no end on its side.

    So many show that scores beyond the worst seen are rarer than 5 %; of fewer, alike
    or nearly so, a bound would say no more than that nothing bad was drawn.

    >>> rows_without_end(0.95)
    59
    """
    return required_n_without_failure(RARE, alpha=1 - confidence)


def within(found: Interval, least: float, most: float) -> Interval:
    """No score lies beyond these, and no mean of scores either."""
    return replace(found, low=max(found.low, least), high=min(found.high, most))
