"""What figures are computed from, and so their limits at any confidence.

One class for each way a figure comes about. ``methods`` are the names that
``interval=`` takes for it, the one it takes unasked first.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, Self, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Evidence, Interval, Side
from pytest_ptm.statistics import finite
from pytest_ptm.statistics.bootstrap import bca, percentile
from pytest_ptm.statistics.clusters import by_cluster, cluster_ratio, cluster_share
from pytest_ptm.statistics.groups import largest_gap, largest_gap_of_shares
from pytest_ptm.statistics.means import t_interval
from pytest_ptm.statistics.proportions import ShareMethod, share
from pytest_ptm.statistics.ranking import delong
from pytest_ptm.statistics.resampling import (
    Resamples,
    Statistic,
    cell_resamples,
    row_resamples,
)

Floats = NDArray[np.float64]

SEED = 0
"""Of every bootstrap: the same rows have the same interval in every run."""

SMALL = 300
"""Means of fewer rows get BCa limits: t wants some hundreds where scores are skewed."""


class Readable(Evidence, Protocol):
    """Evidence that can be read by another method."""

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of its methods, the usual one first."""
        ...

    def by(self, method: str) -> Evidence:
        """The same evidence, read by one of its methods."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """A figure of all rows that are meant: nothing about it is uncertain."""

    value: float

    def interval(self, *, confidence: float = 0.95, side: Side = "both") -> Interval:
        """The figure itself, whichever side is asked for."""
        return Interval(self.value, self.value, confidence, "every row asked")


@dataclass(frozen=True, slots=True)
class ShareOf:
    """``hits`` of ``n`` rows; with ``total``, as a sample of that many rows.

    ``counts`` are those of the confusion matrix where the rows are some of all, such as
    those of one class.
    """

    hits: int
    n: int
    method: ShareMethod = "wilson"
    total: int | None = None
    counts: FigureOfCounts | None = field(default=None, compare=False, repr=False)

    @property
    def methods(self) -> tuple[str, ...]:
        """Wilson's, Clopper and Pearson's, Jeffreys'."""
        return ("wilson", "clopper-pearson", "jeffreys")

    def by(self, method: str) -> ShareOf:
        """The share with limits of this method."""
        return replace(self, method=cast("ShareMethod", method))

    def of_dataset(self, total: int) -> ShareOf:
        """The share as one of the ``total`` rows of the data set, not of a population.

        Raises:
            ArgumentError: fewer rows than were asked.
        """
        return replace(self, total=total)

    def interval(self, *, confidence: float = 0.95, side: Side = "both") -> Interval:
        """The limits of the share."""
        if self.total is None:
            return share(
                self.hits,
                self.n,
                method=self.method,
                confidence=confidence,
                side=side,
            )
        return finite.share_of(
            self.hits,
            self.n,
            estimand="dataset",
            total=self.total,
            method=self.method,
            confidence=confidence,
            side=side,
        )


@dataclass(frozen=True)
class MeanOf:
    """The mean of one score a row, each within ``least`` .. ``most``."""

    scores: Floats
    least: float = -math.inf
    most: float = math.inf
    method: str = ""
    total: int | None = None

    @property
    def methods(self) -> tuple[str, ...]:
        """T or BCa, whichever suits the number of rows, first; percentile."""
        usual = ("t", "bca") if len(self.scores) >= SMALL else ("bca", "t")
        return (*usual, "percentile")

    def by(self, method: str) -> MeanOf:
        """The mean with limits of this method."""
        return replace(self, method=method)

    def of_dataset(self, total: int) -> MeanOf:
        """The mean as one over the ``total`` rows of the data set."""
        return replace(self, total=total)

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The limits of the mean; None of one row, or where all rows are alike."""
        scores = self.scores
        if len(scores) < 2 or scores.min() == scores.max():
            return None
        if self.total is not None:
            found = finite.mean_of(
                scores,
                estimand="dataset",
                total=self.total,
                confidence=confidence,
                side=side,
            )
        elif (self.method or self.methods[0]) == "t":
            found = t_interval(scores, confidence=confidence, side=side)
        else:
            limits = percentile if self.method == "percentile" else bca
            found = limits(self._resamples, confidence=confidence, side=side)
        if found is None:
            return None
        # No score lies beyond these, and no mean of scores either.
        return replace(
            found, low=max(found.low, self.least), high=min(found.high, self.most)
        )

    @cached_property
    def _resamples(self) -> Resamples:
        rows = self.scores[:, np.newaxis]
        n = len(rows)
        return row_resamples(rows, lambda sums: sums[:, 0] / n, seed=SEED)


@dataclass(frozen=True)
class Bootstrapped(ABC):
    """A figure whose limits are its resamples', drawn once for every confidence."""

    method: str = field(default="bca", kw_only=True)

    @property
    def methods(self) -> tuple[str, ...]:
        """The bootstrap's."""
        return ("bca", "percentile")

    def by(self, method: str) -> Self:
        """The same figure with limits of this method."""
        return replace(self, method=method)

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The limits of the figure; None where a resample has none."""
        limits = bca if self.method == "bca" else percentile
        return limits(self._resamples, confidence=confidence, side=side)

    @abstractmethod
    def drawn(self) -> Resamples:
        """The figure of many samples that might have been."""

    @cached_property
    def _resamples(self) -> Resamples:
        return self.drawn()


@dataclass(frozen=True)
class FigureOfCounts(Bootstrapped):
    """A figure of counts in cells, such as the F1 of a confusion matrix.

    ``cells`` says which row of the matrix each class is counted in, -1 in none.
    """

    counts: NDArray[np.int64]
    statistic: Statistic
    cells: NDArray[np.intp] | None = None

    def drawn(self) -> Resamples:
        """Drawn from the multinomial of the cells."""
        return cell_resamples(self.counts, self.statistic, seed=SEED)


@dataclass(frozen=True, slots=True)
class AreaOf:
    """The area under the ROC curve of scores of positive and negative rows."""

    scores: Floats
    positive: NDArray[np.bool_]

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """DeLong's limits; None where the classes do not overlap."""
        return delong(self.scores, self.positive, confidence=confidence, side=side)


@dataclass(frozen=True, slots=True)
class RatioOf:
    """A sum of totals over a sum of trials, given by cluster; ``share`` if 0 .. 1."""

    totals: Floats
    trials: Floats
    share: bool

    @classmethod
    def of_rows(
        cls, scores: Floats, clusters: Sequence[str], *, share: bool
    ) -> RatioOf:
        """The mean of the scores of rows that hang together in clusters."""
        totals, trials = by_cluster(scores, np.asarray(clusters))
        return cls(totals, trials, share)

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The limits over clusters; None of fewer than two, or of ones all alike."""
        if len(self.totals) < 2:
            return None
        limits = cluster_share if self.share else cluster_ratio
        return limits(self.totals, self.trials, confidence=confidence, side=side)


@dataclass(frozen=True, slots=True)
class LargestGap:
    """The highest less the lowest of the groups' figures, each with its evidence."""

    values: tuple[float, ...]
    groups: tuple[Evidence, ...]
    most: float = math.inf

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The limits of the largest gap; None where a group has none."""
        shares = [each for each in self.groups if isinstance(each, ShareOf)]
        if len(shares) == len(self.groups):
            return largest_gap_of_shares(
                [each.hits for each in shares],
                [each.n for each in shares],
                confidence=confidence,
                side=side,
            )
        if any(each.interval() is None for each in self.groups):
            return None
        try:
            return largest_gap(
                np.array(self.values),
                self._limits,
                confidence=confidence,
                side=side,
                method="Zou-Donner",
                most=self.most,
            )
        except _NoLimit:
            return None

    def _limits(self, at: float) -> tuple[Floats, Floats]:
        low = [each.interval(confidence=at, side="lower") for each in self.groups]
        high = [each.interval(confidence=at, side="upper") for each in self.groups]
        if None in low or None in high:
            raise _NoLimit
        return (
            np.array([each.low for each in low if each is not None]),
            np.array([each.high for each in high if each is not None]),
        )


class _NoLimit(Exception):  # noqa: N818 - never leaves this module
    """A group has no limit at the level that the pairs share."""
