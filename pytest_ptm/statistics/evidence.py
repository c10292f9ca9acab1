"""What figures are computed from, and so their limits at any confidence.

One class for each way a figure comes about. ``methods`` are the names that
``interval=`` takes for it, the one it takes unasked first. Both limits together are for
reading, by the method named; a bound on one side decides verdicts, so it is always by
the method that holds its level there, and none that a better answer could make worse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Evidence, Interval, Side
from pytest_ptm.statistics import finite
from pytest_ptm.statistics.bootstrap import bca, percentile
from pytest_ptm.statistics.bootstrapped import SEED, FigureOfCounts
from pytest_ptm.statistics.clustered_evidence import RatioOf, likely, within
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.means import t_interval
from pytest_ptm.statistics.proportions import JUDGE, ShareMethod, share, share_method
from pytest_ptm.statistics.ranking import auc, delong, rank_bound
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.statistics.resampling import Resamples, row_resamples

Floats = NDArray[np.float64]

SMALL = 3000
"""Means of fewer rows get BCa limits: t wants thousands where scores are skewed."""


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
class Exactly:
    """A figure that no limits are offered of, as the fraction that it is."""

    value: Fraction

    def interval(self, *, confidence: float = 0.95, side: Side = "both") -> None:
        """None."""


@dataclass(frozen=True, slots=True)
class ShareOf:
    """``hits`` of ``n`` rows; with ``total``, as a sample of that many rows.

    ``counts`` are those of the confusion matrix where the rows are some of all, such as
    those of one class; ``among`` says which these are, where the labels alone do, and
    ``picked`` that the answers do.
    ``copies`` of a row are worth one that was drawn apart.
    """

    hits: int
    n: int
    method: ShareMethod = "wilson"
    total: int | None = None
    counts: FigureOfCounts | None = field(default=None, compare=False, repr=False)
    among: NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)
    copies: float = 1.0
    picked: bool = False

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

    def repeated(self, repeats: Repeats) -> ShareOf:
        """The share of as many rows as the copies are worth."""
        copies = repeats.largest if self.picked else repeats.factor(self.among)
        return replace(self, copies=copies)

    def interval(self, *, confidence: float = 0.95, side: Side = "both") -> Interval:
        """Both limits by the method, or the bound that judges: Clopper and Pearson's.

        Of some rows of a data set that is the hypergeometric distribution's.
        """
        method = self.method if side == "both" else JUDGE
        if self.total is not None:
            return finite.share_of(
                self.hits,
                self.n,
                estimand="dataset",
                total=self.total,
                method=method,
                confidence=confidence,
                side=side,
            )
        if self.copies > 1:
            return self._of_fewer(method, confidence, side)
        return share(self.hits, self.n, method=method, confidence=confidence, side=side)

    def _of_fewer(self, method: ShareMethod, confidence: float, side: Side) -> Interval:
        """The limits of as many rows as the copies are worth."""
        name, limits = share_method(method)
        size = self.n / self.copies
        low, high = limits(self.hits / self.copies, size, level(confidence, side))
        return interval(
            float(low),
            float(high),
            confidence=confidence,
            side=side,
            method=f"{name}, as {size:z,.1f} rows",
            least=0.0,
            most=1.0,
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

    def repeated(self, repeats: Repeats) -> RatioOf:
        """The mean over clusters of rows with equal inputs."""
        return RatioOf.of_rows(
            self.scores,
            repeats.which,
            share=False,
            least=self.least,
            most=self.most,
        )

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """Both limits by the method, or the bound that judges: empirical likelihood's.

        None of one row, and where all rows are alike and the range has no ends.
        """
        scores = self.scores
        if len(scores) < 2:
            return None
        alike = bool(scores.min() == scores.max())
        if self.total is not None and (side == "both" or self.total == len(scores)):
            return None if alike else self._of_dataset(self.total, confidence, side)
        if alike or side != "both":
            return likely(
                scores,
                None,
                confidence=confidence,
                side=side,
                least=self.least,
                most=self.most,
                total=self.total,
            )
        if (self.method or self.methods[0]) == "t":
            found = t_interval(scores, confidence=confidence)
        else:
            limits = percentile if self.method == "percentile" else bca
            found = limits(self._resamples, confidence=confidence)
        return None if found is None else within(found, self.least, self.most)

    def _of_dataset(self, total: int, confidence: float, side: Side) -> Interval:
        found = finite.mean_of(
            self.scores,
            estimand="dataset",
            total=total,
            confidence=confidence,
            side=side,
        )
        return within(found, self.least, self.most)

    @cached_property
    def _resamples(self) -> Resamples:
        rows = self.scores[:, np.newaxis]
        n = len(rows)
        return row_resamples(rows, lambda sums: sums[:, 0] / n, seed=SEED)


@dataclass(frozen=True, slots=True)
class AreaOf:
    """The area under the ROC curve of scores of positive and negative rows.

    So many ``copies`` of a row of either are worth one that was drawn apart.
    """

    scores: Floats
    positive: NDArray[np.bool_]
    copies: tuple[float, float] = (1.0, 1.0)

    def repeated(self, repeats: Repeats) -> AreaOf:
        """The area of as many rows as the copies are worth."""
        factors = repeats.factor(self.positive), repeats.factor(~self.positive)
        return replace(self, copies=factors)

    def interval(self, *, confidence: float = 0.95, side: Side = "both") -> Interval:
        """DeLong's limits, or the bound that judges: that of the rarer class's pairs.

        Both limits by that one too where the classes do not overlap, or rows are
        copies.
        """
        if side == "both" and self.copies == (1.0, 1.0):
            found = delong(self.scores, self.positive, confidence=confidence)
            if found is not None:
                return found
        positives = int(self.positive.sum())
        return rank_bound(
            auc(self.scores, self.positive),
            positives / self.copies[0],
            (len(self.positive) - positives) / self.copies[1],
            confidence=confidence,
            side=side,
        )
