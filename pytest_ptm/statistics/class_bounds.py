"""Bounds of figures of several classes, which no correction of an answer makes worse.

The bootstrap has none where all is right, and near there one row more that is right can
widen its limits. These are built of Clopper and Pearson's limits of each class, so they
hold with few rows, and move only the way that the answers do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pytest_ptm.statistics.clustered_classes import HitsByRow
from pytest_ptm.statistics.proportions import clopper_pearson_limits
from pytest_ptm.statistics.repeats import Repeats, Rows

Floats = NDArray[np.float64]


class CountBounds(Protocol):
    """One-sided limits of a figure of counts."""

    @property
    def method(self) -> str:
        """What an interval says of them."""
        ...

    def limits(self, at: float) -> tuple[float, float]:
        """The lower and the upper limit at the level below the upper one."""
        ...

    def repeated(self, repeats: Repeats) -> Self:
        """The same where some rows have equal inputs."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class MeanOfClasses:
    """A weighted mean over classes of hits out of trials, float64[k] each.

    ``gold`` intp[n] is the class of each row, -1 of rows of none. ``harmonic``: the
    figure of a class is F1. Of the rows that are right about it or should have been,
    wrongly given or wrongly withheld, the hits have the share J, and F1 = 2 J / (1 + J)
    exactly. ``overlap``: a wrong row counts in two classes, its own and the other.
    ``picked``: the answers decide which rows the trials of a class are. ``by_row``:
    what each row adds, where the mean is a plain one.
    """

    hits: Floats
    trials: Floats
    weights: Floats
    gold: Rows
    harmonic: bool = False
    overlap: bool = False
    picked: bool = False
    copies: Floats | None = None
    by_row: HitsByRow | None = None

    @property
    def method(self) -> str:
        """Clopper and Pearson's limits, combined if there are several classes."""
        several = "" if len(self.hits) == 1 else " by class, squared and added"
        return f"Clopper-Pearson{several}"

    def repeated(self, repeats: Repeats) -> MeanOfClasses:
        """Each class by the number of rows that its copies are worth."""
        if self.picked:
            return replace(self, copies=np.full(len(self.hits), repeats.largest))
        classes = range(len(self.hits))
        factors = [repeats.factor(self.gold == each) for each in classes]
        return replace(self, copies=np.array(factors))

    def limits(self, at: float) -> tuple[float, float]:
        """The distances to each class's limits, squared and added (Zou and Donner,
        Statistics in Medicine 27, 2008), which never go beyond their plain sum.
        """
        copies = np.ones(len(self.hits)) if self.copies is None else self.copies
        hits, trials = self.hits / copies, self.trials / copies
        low, high = clopper_pearson_limits(hits, trials, at)
        if len(low) > 1:
            low, high = _not_closer(hits, trials, at, low, high)
        # A class that no row has is never right: nothing about that is uncertain.
        absent = np.bincount(self.gold[self.gold >= 0], minlength=len(low)) == 0
        high = np.where(absent, 0.0, high)
        low, high = self._figure(low), self._figure(high)
        if len(low) == 1:
            return float(low[0]), float(high[0])
        middle = self._figure(self.hits / self.trials)
        value = float((self.weights * middle).sum())
        below = self._together(self.weights * (middle - low))
        above = self._together(self.weights * np.maximum(high - middle, 0.0))
        return max(0.0, value - below), min(1.0, value + above)

    def _figure(self, share: Floats) -> Floats:
        return 2 * share / (1 + share) if self.harmonic else share

    def _together(self, distances: Floats) -> float:
        """The length of the sum of distances, as far as classes can go together.

        Where a row counts in two classes, the square of the sum is at most twice the
        sum of squares, and the sum at most that of the largest and of the rest.
        """
        largest, length = float(distances.max()), float(np.sqrt((distances**2).sum()))
        if not self.overlap:
            return length
        if largest <= length / math.sqrt(2):
            return math.sqrt(2) * length
        return largest + math.sqrt(max(0.0, length**2 - largest**2))


def _not_closer(
    hits: Floats, trials: Floats, at: float, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """The limits, not closer to a share than as many standard errors, within 0..1.

    Of a share near an end the limit on that side is close: the share can hardly be so
    far off there, for it is skewed. Of the mean of many it can, whose skewness is less;
    closeness of every class, added up, made a mean of ten classes wrong in .10. These
    limits too move only the way that the answers do.
    """
    share = hits / trials
    reach = float(ndtri(at)) * np.sqrt(share * (1 - share) / trials)
    low = np.minimum(low, np.maximum(share - reach, 0.0))
    return low, np.maximum(high, np.minimum(share + reach, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Correlation:
    """Matthews' coefficient, by the share of rows that are wrong.

    ``gold`` intp[n] is the class of each row.
    """

    wrong: int
    gold: Rows
    copies: float = 1.0

    @property
    def method(self) -> str:
        """By way of the accuracy."""
        return "Clopper-Pearson of the accuracy"

    def repeated(self, repeats: Repeats) -> Correlation:
        """By the number of rows that the copies are worth."""
        return replace(self, copies=repeats.factor())

    def limits(self, at: float) -> tuple[float, float]:
        """What the coefficient is at least, and at most, with so large an error.

        It is never below Cohen's kappa where that is positive (its denominator is a
        geometric mean, kappa's an arithmetic one), and kappa is lowest where the errors
        all go from the rarest class to the commonest. From above nothing but 1: errors
        that all go one way leave it far above what as many in both directions do.
        """
        n = len(self.gold) / self.copies
        right_low, _ = clopper_pearson_limits(
            (len(self.gold) - self.wrong) / self.copies, n, at
        )
        most = 1 - float(right_low)
        shares = np.unique(self.gold, return_counts=True)[1] / len(self.gold)
        apart = 1 - float((shares**2).sum())
        room = apart - most * float(shares.max() - shares.min())
        low = 1 - most / room if room > 0 else 0.0
        return low if low > 0 else -1.0, 1.0
