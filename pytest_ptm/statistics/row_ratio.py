"""A sum over a sum, both given by row: nats over tokens, bits over bytes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Evidence, Interval, Side
from pytest_ptm.statistics.clustered_evidence import RatioOf
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.repeats import Repeats


@dataclass(frozen=True, slots=True)
class RowRatio(RatioOf):
    """The ratio of the sums of ``totals`` and ``trials``, whose rows were drawn apart.

    ``power``: the figure is e to the ratio, and its limits are e to those of the ratio,
    which no monotone function moves. ``alone``: of a single row the trials count as
    drawn apart, so that it has limits too. ``rows``: what these are called.
    """

    power: bool = False
    alone: bool = False
    rows: str = "texts"

    @property
    def stats(self) -> NDArray[np.float64]:
        """Totals and trials of each row, float64[n, 2]."""
        return np.column_stack([self.totals, self.trials])

    def of(self, stats: NDArray[np.float64]) -> Self:
        """The same ratio of other totals and trials."""
        return replace(self, totals=stats[:, 0], trials=stats[:, 1])

    def by_row(self) -> NDArray[np.float64]:
        """The ratio of each row, float64[n]; of one without trials its total.

        Of a figure that is e to the ratio too, with which it goes up and down.
        """
        return self.totals / np.where(self.trials > 0, self.trials, 1.0)

    @property
    def value(self) -> float:
        """The figure."""
        ratio = math.fsum(self.totals) / math.fsum(self.trials)
        return _risen(ratio) if self.power else ratio

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The limits of the ratio over rows, as `RatioOf` has them over clusters.

        Rows without trials, such as sentences without a name, say nothing of it where
        they bring nothing to the sum either. A text without a word has its nats.
        """
        held = (self.trials > 0) | (self.totals != 0)
        totals, trials = self.totals[held], self.trials[held]
        if self.alone and len(self.totals) == 1:
            hits, n = int(totals.sum()), int(trials.sum())
            return ShareOf(hits, n).interval(confidence=confidence, side=side)
        own = replace(self, totals=totals, trials=trials)
        found = RatioOf.interval(own, confidence=confidence, side=side)
        if found is None:
            return None
        named = replace(found, method=found.method.replace("clusters", self.rows))
        if not self.power:
            return named
        return replace(named, low=_risen(named.low), high=_risen(named.high))

    def clustered(self, clusters: NDArray[np.generic] | tuple[str, ...]) -> Self:
        """The same over rows that hang together."""
        _, which = np.unique(np.asarray(clusters), return_inverse=True)
        return replace(self._over(which), alone=False, rows="clusters")

    def repeated(self, repeats: Repeats) -> Self:
        """The same with rows of equal inputs as one."""
        return self._over(np.unique(repeats.which, return_inverse=True)[1])

    def less(self, other: RowRatio) -> Evidence | None:
        """How far the ratio lies above the other's, of the same rows.

        None of figures that are e to a ratio, whose difference is no ratio.

        Raises:
            ArgumentError: the trials are not the same, so that they are figures of
                different things.
        """
        if not np.array_equal(self.trials, other.trials):
            raise ArgumentError(
                "the two models cut the texts into other tokens, so that a figure a "
                "token is not of the same thing; compare bits_per_byte or "
                "word_perplexity, or the pseudo_ ones of masked models"
            )
        if self.power or other.power:
            return None
        return RowRatio(
            self.totals - other.totals,
            self.trials,
            share=False,
            least=self.least - other.most,
            most=self.most - other.least,
        )

    def _over(self, which: NDArray[np.intp]) -> Self:
        return replace(
            self,
            totals=np.bincount(which, weights=self.totals),
            trials=np.bincount(which, weights=self.trials),
        )


def _risen(ratio: float) -> float:
    try:
        return math.exp(ratio)
    except OverflowError:
        return math.inf
