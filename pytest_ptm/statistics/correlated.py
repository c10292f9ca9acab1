"""What a correlation was computed from, and so its limits at any confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.bootstrap import bca, percentile
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.correlation_resamples import correlation_resamples
from pytest_ptm.statistics.correlation_slopes import by_input, slopes
from pytest_ptm.statistics.likelihood import likelihood_interval
from pytest_ptm.statistics.ranking import midranks
from pytest_ptm.statistics.repeats import Repeats, Rows
from pytest_ptm.statistics.resampling import Resamples

Floats = NDArray[np.float64]

LEAST_PAIRS = 4
"""Fewer say nothing of the spread of a correlation."""

_ONE = 1 - 1e-12
"""A correlation nearer to 1 is one of 1, whose rows say nothing of its spread."""

FURTHER = 2.0
"""How many times the furthest slope seen one may be that was not, of values.

Ranks have an end, and values have none: with the furthest itself .12 of lower bounds
were wrong at 1,500 rows whose errors have a t of 3 degrees of freedom, with this .04.
"""


def pearson(x: Floats, y: Floats) -> float:
    """The product-moment correlation of two columns; NaN where one is constant.

    >>> round(pearson(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])), 4)
    0.982
    """
    x, y = _of_order_one(x), _of_order_one(y)
    away_x, away_y = x - x.mean(), y - y.mean()
    spread = math.sqrt(float(away_x @ away_x) * float(away_y @ away_y))
    if not spread:
        return math.nan
    return float(np.clip(float(away_x @ away_y) / spread, -1.0, 1.0))


def spearman(x: Floats, y: Floats) -> float:
    """The correlation of the ranks; equal values share the mean of their ranks."""
    return pearson(midranks(x), midranks(y))


@dataclass(frozen=True, slots=False, eq=False)
class CorrelationOf:
    """A correlation of two columns float64[n]; of their ranks where ``ranks``.

    ``repeats`` says which rows have equal inputs, None where none do.
    """

    x: Floats
    y: Floats
    ranks: bool = False
    method: str = ""
    repeats: Repeats | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", _of_order_one(self.x))
        object.__setattr__(self, "y", _of_order_one(self.y))

    @property
    def methods(self) -> tuple[str, ...]:
        """BCa, which needs no normal pairs, then the percentile bootstrap."""
        return ("bca", "percentile")

    def by(self, method: str) -> CorrelationOf:
        """The correlation with limits of this method."""
        return replace(self, method=method)

    def repeated(self, repeats: Repeats) -> CorrelationOf:
        """The correlation of rows of which those with equal inputs are drawn together.

        And of no more pairs than the copies are worth.
        """
        return replace(self, repeats=repeats)

    @property
    def value(self) -> float:
        """The figure."""
        return spearman(self.x, self.y) if self.ranks else pearson(self.x, self.y)

    @property
    def error(self) -> float | None:
        """The standard error that many rows would be judged by; None of none or of 1.

        Limits are further from the figure on the side of 0 where rows are few, which
        tells nothing of many.
        """
        r = self.value
        if self._size < LEAST_PAIRS or math.isnan(r) or abs(r) > _ONE:
            return None
        return max(_plain(r, self._size), self._error()) * (1 - r * r)

    @cached_property
    def adds(self) -> Floats:
        """What each input adds to the figure times how many there are."""
        return by_input(slopes(self.x, self.y, ranks=self.ranks), self._which)

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """Both limits by the bootstrap, or the bound that judges.

        The bound is Student's on the scale of atanh, with the error of Bonett and
        Wright, "Sample size requirements for estimating Pearson, Kendall and Spearman
        correlations", Psychometrika 65, 2000, which knows no tails, or with that of the
        rows' slopes (Hampel, JASA 69, 1974), which is too small of few: the larger.
        Neither shows a tail, such as of few rows that stray, so the bound is no closer
        than that of the slopes by empirical likelihood. A bound on the side of 0 is
        about a figure that is nearer to 0 by one part in n, so that a correlation of 1
        has one too, close only where pairs are many.
        """
        if self._size < LEAST_PAIRS or math.isnan(self.value):
            return None
        if side == "both":
            if abs(self.value) > _ONE:
                return None
            limits = percentile if self.method == "percentile" else bca
            return limits(self._resamples, confidence=confidence)
        return self._bound(confidence, side)

    def _bound(self, confidence: float, side: Side) -> Interval:
        n, r = self._size, self._judged(side)
        t = float(stdtrit(n - 2, level(confidence, side)))
        low, high = self._tails(confidence, side)
        reach = t * max(_plain(r, n), self._error())
        # A correlation of 1 is bounded from above by 1, and one of -1 from below.
        middle = math.atanh(r) if abs(r) < 1 else math.copysign(math.inf, r)
        return interval(
            math.tanh(middle + min(low, -reach)),
            math.tanh(middle + max(high, reach)),
            confidence=confidence,
            side=side,
            method="atanh, empirical likelihood",
            least=-1.0,
            most=1.0,
        )

    def _judged(self, side: Side) -> float:
        r = self.value
        towards_zero = (r > 0) == (side == "lower")
        return r * (1 - 1 / self._size) if towards_zero else r

    def _error(self) -> float:
        """The spread that the slopes say, on the scale of atanh."""
        return error_of(self.adds) * self._steepness

    def _tails(self, confidence: float, side: Side) -> tuple[float, float]:
        """How far empirical likelihood's bound lies off, on the scale of atanh."""
        if not self._steepness:
            return 0.0, 0.0
        adds = self.adds * self._steepness
        reach = 1.0 if self.ranks else FURTHER
        found = likelihood_interval(
            adds,
            confidence=confidence,
            side=side,
            least=reach * float(adds.min()),
            most=reach * float(adds.max()),
        )
        return found.low, found.high

    @property
    def _steepness(self) -> float:
        """Of atanh where the figure is; 0 of a correlation of 1, which has none."""
        r = self.value
        return 1 / (1 - r * r) if abs(r) <= _ONE else 0.0

    @property
    def _which(self) -> Rows | None:
        return None if self.repeats is None else self.repeats.which

    @property
    def _size(self) -> float:
        """How many pairs drawn apart these are worth."""
        return len(self.x) / (1.0 if self.repeats is None else self.repeats.factor())

    @cached_property
    def _resamples(self) -> Resamples:
        return correlation_resamples(
            [self.x],
            self.y,
            lambda found: found[:, 0],
            ranks=self.ranks,
            which=self._which,
        )


def _of_order_one(column: Floats) -> Floats:
    """The column in a unit of which it has about one, so that no product is too large.

    A power of two, which rounds nothing.
    """
    _, exponent = math.frexp(float(np.abs(column).max(initial=0.0)))
    return np.ldexp(column, -exponent)


def _plain(r: float, n: float) -> float:
    """The error of Bonett and Wright, on the scale of atanh."""
    return math.sqrt((1 + r * r / 2) / (n - 3))


def error_of(adds: Floats) -> float:
    """The standard error of a figure to which each input adds so much."""
    n = len(adds)
    return math.sqrt(float(adds @ adds) / (n * (n - 1)))
