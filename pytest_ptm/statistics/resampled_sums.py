"""Figures of sums over rows that are resampled: the mean F1 of types, corpus BLEU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.bootstrapped import SEED, Bootstrapped
from pytest_ptm.statistics.clustered_classes import HitsByRow, MeanOverClusters
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.statistics.resampling import Resamples, Statistic, row_resamples
from pytest_ptm.statistics.row_ratio import RowRatio

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FigureOfSums(Bootstrapped):
    """``statistic`` of the sums of ``stats``, float64[n, k], of rows drawn apart.

    Koehn, "Statistical significance tests for machine translation evaluation", EMNLP
    2004: rows are drawn again, and their sums taken anew. ``rows``: what these are
    called.
    """

    stats: Floats
    statistic: Statistic
    rows: str = field(default="rows", kw_only=True)

    @property
    def value(self) -> float:
        """The figure."""
        return float(self.statistic(self.stats.sum(axis=0)[np.newaxis])[0])

    def of(self, stats: Floats) -> Self:
        """The same figure of other rows."""
        return replace(self, stats=stats)

    def by_row(self) -> Floats:
        """The figure of each row, float64[n]; 0 where one by itself has none."""
        return np.nan_to_num(self.statistic(self.stats))

    def less(self, other: FigureOfSums) -> FigureOfSums:
        """How far the figure lies above the other's, of the same rows."""
        return difference(self.stats, self.statistic, other.stats, other.statistic)

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The limits of the figure, and over what they are where it is no rows."""
        found = Bootstrapped.interval(self, confidence=confidence, side=side)
        if found is None or self.rows == "rows":
            return found
        over = f"{found.method} over {len(self.stats):,} {self.rows}"
        return replace(found, method=over)

    def drawn(self) -> Resamples:
        """Drawn row by row."""
        return row_resamples(self.stats, self.statistic, seed=SEED)

    def clustered(self, clusters: NDArray[np.generic] | tuple[str, ...]) -> Self:
        """The same over rows that hang together."""
        _, which = np.unique(np.asarray(clusters), return_inverse=True)
        return replace(self._over(which), rows="clusters")

    def repeated(self, repeats: Repeats) -> Self:
        """The same with rows of equal inputs as one."""
        return self._over(np.unique(repeats.which, return_inverse=True)[1])

    def _over(self, which: NDArray[np.intp]) -> Self:
        columns = [np.bincount(which, weights=column) for column in self.stats.T]
        return replace(self, stats=np.stack(columns, axis=1))


@dataclass(frozen=True)
class MeanF1(FigureOfSums):
    """The mean F1 of k types; ``stats`` are twice their hits, and all there or found.

    Of types that are neither nothing is said.
    """

    def by_cluster(self, clusters: Sequence[str]) -> MeanOverClusters:
        """The same over rows that hang together, by limits of each type."""

        def hits_by_row() -> tuple[Floats, Floats]:
            twice, either = np.split(self.stats, 2, axis=1)
            met = either.sum(axis=0) > 0
            hits = twice[:, met] / 2
            return hits, either[:, met] - hits

        return HitsByRow(hits_by_row, harmonic=True).clustered(clusters)


class PickedRatio(RowRatio):
    """A ratio whose trials the answers pick, such as the entities that were found.

    So two models hardly ever have the same ones, and their ratios are of one thing all
    the same.
    """

    __slots__ = ()

    def less(self, other: RowRatio) -> FigureOfSums:
        """How far the ratio lies above the other's, of the same rows."""
        return difference(self.stats, ratio_of, other.stats, ratio_of)


def difference(
    first: Floats, figure: Statistic, second: Floats, less: Statistic
) -> FigureOfSums:
    """One figure of sums less another, of the same rows."""
    width = first.shape[1]

    def apart(sums: Floats) -> Floats:
        return figure(sums[:, :width]) - less(sums[:, width:])

    return FigureOfSums(np.concatenate([first, second], axis=1), apart)


def ratio_of(sums: Floats) -> Floats:
    """The first of two sums over the second, NaN where that is none; float64[r]."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sums[:, 1] > 0, sums[:, 0] / sums[:, 1], np.nan)
