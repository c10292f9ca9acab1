"""Limits of a calibration error: a sum, over bins, of how far two means lie apart.

The figure is a convex function of the means in the bins, so what chance adds to it
never averages out: with few rows a perfect model has one well above 0. Its limits are
therefore not symmetric, and no bootstrap is asked, whose draws have that error twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.clustered_evidence import likely
from pytest_ptm.statistics.clusters import by_cluster
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.proportions import clopper_pearson_limits
from pytest_ptm.statistics.repeats import Repeats

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

Direction = Literal["both", "over", "under"]
"""Which bins count: all, those where the probability is above what came, or below."""

_EXCESS = {"both": math.sqrt(2 / math.pi), "over": math.sqrt(0.5 / math.pi)}
"""By how many standard errors of a bin chance raises what it adds, at the most: as the
mean of a normal variable's absolute value, or of its part above 0, where there is
nothing but chance."""

_MOST_CELLS = 10**7
"""A table that has more bins, those of all classes, was never made."""

_WIDEST = 0.25
"""The variance of a row that is as uncertain as one can be."""


@dataclass(frozen=True)
class BinnedGaps:
    """The mean over ``m`` classes of what their bins are apart, each by its rows.

    ``gaps`` float64[n, m] are outcomes, 0 or 1, less their probabilities; ``cells``
    intp[n, m] the bin that each is in, no two classes sharing one; ``most`` is the
    largest mean over classes of a row's distances that there can be.

    The upper limit is that of a mean, the gaps with the signs that their bins have: the
    true figure is such a mean by the true signs, which is the largest over all signs,
    so that the limit of the largest holds without a share of the error for each of
    them (Berger, "Multiparameter hypothesis testing", Technometrics 24, 1982). Of one
    direction the true figure is the mean over some of the bins, and the limit of more
    of them may be higher than that of those found, whose rows alone are uncertain: so
    the highest of both counts (`_may_count`). The
    lower limit takes away the most that chance adds, or is that of the gap of all rows
    together, which is never above the sum of parts; each has half of the error.
    """

    gaps: Floats
    cells: Rows
    direction: Direction = "both"
    most: float = 1.0
    clusters: Rows | None = None

    @property
    def stats(self) -> Floats:
        """The gaps of each row, and the bins they are in, float64[n, 2 m]."""
        return np.hstack([self.gaps, self.cells.astype(np.float64)])

    def of(self, stats: Floats) -> BinnedGaps:
        """The same over other rows; such as `stats` gives.

        Raises:
            DataError: PTM214, they are none.
        """
        gaps, cells = np.array_split(stats, 2, axis=1)
        sound = stats.shape[1:] == (2 * self.gaps.shape[1],) and (
            np.isfinite(stats).all()
            and (np.abs(gaps) <= 1).all()
            and ((cells >= 0) & (cells < _MOST_CELLS) & (cells % 1 == 0)).all()
        )
        if not sound:
            raise DataError(
                "the gaps of a stored calibration, or their bins, are damaged",
                code="PTM214",
            )
        # Clusters are of the rows that there were.
        return replace(self, gaps=gaps, cells=cells.astype(np.intp), clusters=None)

    @property
    def value(self) -> float:
        """The figure, 0 to 1."""
        return float((self._signs * self._sums).sum() / self.gaps.size)

    def clustered(self, clusters: Sequence[str] | NDArray[np.generic]) -> BinnedGaps:
        """The same over rows that hang together."""
        _, which = np.unique(np.asarray(clusters), return_inverse=True)
        return replace(self, clusters=which.astype(np.intp))

    def repeated(self, repeats: Repeats) -> BinnedGaps:
        """The same with rows of equal inputs as one."""
        return self.clustered(repeats.which)

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """Both limits, or one; None of a single row or cluster."""
        at = level(confidence, side)
        low, high = 0.0, 1.0
        if side != "lower":
            highest = self._highest(at)
            if highest is None:
                return None
            high = max(highest, self.value)
        if side != "upper":
            lowest = self._lowest(at)
            if lowest is None:
                return None
            low = min(max(lowest, 0.0), self.value)
        over = "" if self.clusters is None else f" over {self.worth:,} clusters"
        return interval(
            low,
            high,
            confidence=confidence,
            side=side,
            method=f"signed bins{over}",
            least=0.0,
            most=1.0,
        )

    @property
    def worth(self) -> int:
        """How many rows, or clusters of them, were drawn apart."""
        if self.clusters is None:
            return len(self.gaps)
        return int(self.clusters.max()) + 1

    @cached_property
    def _sums(self) -> Floats:
        """The sum of the gaps of each bin."""
        sums = np.bincount(self.cells.ravel(), weights=self.gaps.ravel())
        return sums.astype(np.float64, copy=False)

    @cached_property
    def _signs(self) -> Floats:
        """What each bin counts by: -1 where probabilities are too high, 1, or 0."""
        signs = np.sign(self._sums)
        if self.direction == "both":
            return signs
        kept = signs < 0 if self.direction == "over" else signs > 0
        return np.where(kept, signs, 0.0)

    def _scores(self, signs: Floats) -> Floats:
        """What each row adds by these signs, float64[n]; by those found: the figure."""
        return (signs[self.cells] * self.gaps).mean(axis=1)

    def _highest(self, at: float) -> float | None:
        choices = [self._signs]
        if self.direction != "both":
            wider = self._may_count(at)
            choices += [] if np.array_equal(wider, self._signs) else [wider]
        found = [self._of_mean(self._scores(each), at, "upper") for each in choices]
        return max((each.high for each in found if each is not None), default=None)

    def _may_count(self, at: float) -> Floats:
        """The signs, 0 or that of the direction, of about the highest upper limit.

        A bin that chance turned round takes from the sum, and adds to its error.
        """
        sign = -1.0 if self.direction == "over" else 1.0
        adds = sign * self._sums
        spread = np.ones_like(adds)
        spread[self._filled] = self._spread
        # Bins that take least for what they add to the error come first.
        order = np.argsort(-adds / spread)
        error = np.sqrt(np.cumsum(np.where(self._filled, spread, 0.0)[order]))
        best = int(np.argmax(np.cumsum(adds[order]) + float(ndtri(at)) * error))
        kept = adds > 0
        kept[order[: best + 1]] = True
        return np.where(kept & self._filled, sign, 0.0)

    def _of_mean(
        self, scores: Floats, at: float, side: Literal["lower", "upper"]
    ) -> Interval | None:
        if self.worth < 2:
            return None
        totals, trials = scores, None
        if self.clusters is not None:
            totals, trials = by_cluster(scores, self.clusters)
        return likely(
            totals, trials, confidence=at, side=side, least=-self.most, most=self.most
        )

    def _lowest(self, at: float) -> float | None:
        if self.worth < 2:
            return None
        error = 1 - at
        if self.gaps.shape[1] > 1:
            return self._less_chance(error)
        together = self._together(error / 2)
        apart = self._less_chance(error / 2)
        return apart if together is None else max(apart, together)

    def _together(self, error: float) -> float | None:
        """The lower limit of the gap of all rows, whichever way it goes."""
        gaps = self.gaps[:, 0]
        below = float(gaps.mean()) < 0
        if self.direction == "both":
            error /= 2  # of two means, one the other turned round
        elif below != (self.direction == "over"):
            return None
        found = self._of_mean(-gaps if below else gaps, 1 - error, "lower")
        return None if found is None else found.low

    def _less_chance(self, error: float) -> float:
        """The figure less the most that chance adds to it, and less its own error.

        Of a convex function of normal variables the upper tail is no heavier than that
        of its steepest line.
        """
        excess = _EXCESS["both" if self.direction == "both" else "over"]
        bins, reach = self._errors
        return self.value - excess * bins - float(ndtri(1 - error)) * reach

    @cached_property
    def _filled(self) -> NDArray[np.bool_]:
        """Which bins have a row."""
        return np.bincount(self.cells.ravel()) > 0

    @cached_property
    def _spread(self) -> Floats:
        """The variance of the sum of the gaps of each bin that has a row.

        A bin of few rows, all right, shows none of its spread: its rows are no less
        uncertain than they say, and one more is as uncertain as can be.
        """
        away = np.abs(self.gaps)
        squares = np.maximum(away**2, away * (1 - away))
        cells, filled = self.cells.ravel(), self._filled
        rows = np.bincount(cells)[filled]
        spread = np.bincount(cells, weights=squares.ravel())[filled]
        spread = (spread + _WIDEST) * rows / (rows + 1)
        if self.clusters is None:
            return spread
        pairs = self.clusters[:, np.newaxis] * len(filled) + self.cells
        kinds, place = np.unique(pairs, return_inverse=True)
        sums = np.bincount(place.ravel(), weights=self.gaps.ravel())
        drawn = np.bincount(kinds % len(filled), weights=sums**2, minlength=len(filled))
        return np.maximum(spread, drawn[filled])

    @cached_property
    def _errors(self) -> tuple[float, float]:
        """The standard errors of all bins, added up, and that of the figure at most."""
        n, classes = self.gaps.shape
        along = np.abs(self.gaps).mean(axis=1)
        if self.clusters is not None:
            along = np.bincount(self.clusters, weights=along)
        bins = float(np.sqrt(self._spread).sum()) / (n * classes)
        own = math.sqrt(float((along**2).sum())) / n
        if classes == 1:
            own = max(own, math.sqrt(float(self._spread.sum())) / n)
        return bins, own


@dataclass(frozen=True)
class WidestGap:
    """The largest distance of a bin's share of hits from its mean probability.

    ``hits``, ``rows`` and ``said``, the sum of the probabilities, of each bin that has
    a row. The upper limit is the highest of all bins' own (Berger 1982, as above), the
    lower one the highest with a share of the error each. Of the share they are Clopper
    and Pearson's; the mean probability counts as what it is.
    """

    hits: Floats
    rows: Floats
    said: Floats

    @classmethod
    def of_rows(
        cls, probabilities: Floats, came: NDArray[np.bool_], cells: Rows
    ) -> WidestGap:
        """Of rows whose answers came or not, each in its bin."""
        rows = np.bincount(cells).astype(np.float64)
        filled = rows > 0
        hits = np.bincount(cells, weights=came).astype(np.float64)
        sums = np.bincount(cells, weights=probabilities).astype(np.float64)
        return cls(hits[filled], rows[filled], sums[filled])

    @property
    def apart(self) -> Floats:
        """How far each bin's share of hits lies above its mean probability."""
        return (self.hits - self.said) / self.rows

    @property
    def value(self) -> float:
        """The figure, 0 to 1."""
        return float(np.abs(self.apart).max())

    def interval(self, *, confidence: float = 0.95, side: Side = "both") -> Interval:
        """Both limits, or one."""
        at = level(confidence, side)
        means = self.said / self.rows
        low, high = clopper_pearson_limits(self.hits, self.rows, at)
        most = np.maximum(high - means, means - low).max()
        share = (1 - at) / (2 * len(self.rows))
        low, high = clopper_pearson_limits(self.hits, self.rows, 1 - share)
        least = np.maximum(low - means, means - high).max()
        return interval(
            max(float(least), 0.0),
            float(most),
            confidence=confidence,
            side=side,
            method="Clopper-Pearson of each bin",
            least=0.0,
            most=1.0,
        )
