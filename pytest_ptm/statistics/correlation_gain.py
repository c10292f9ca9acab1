"""The difference of two models' correlations with what is right, over the same rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.bootstrap import bca, percentile
from pytest_ptm.statistics.confidence import level
from pytest_ptm.statistics.correlated import (
    FURTHER,
    LEAST_PAIRS,
    CorrelationOf,
    error_of,
)
from pytest_ptm.statistics.correlation_resamples import correlation_resamples
from pytest_ptm.statistics.likelihood import likelihood_interval
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.statistics.resampling import Resamples

Floats = NDArray[np.float64]

_WIDEST = 2.0
"""From a correlation of -1 to one of 1."""


@dataclass(frozen=True, slots=False, eq=False)
class CorrelationGain:
    """The correlation of ``first`` with ``gold`` less that of ``second``, float64[n].

    Of their ranks where ``ranks``. ``repeats`` says which rows have equal inputs, None
    where none do.
    """

    first: Floats
    second: Floats
    gold: Floats
    ranks: bool = False
    method: str = ""
    repeats: Repeats | None = None

    @property
    def methods(self) -> tuple[str, ...]:
        """BCa, then the percentile bootstrap."""
        return ("bca", "percentile")

    def by(self, method: str) -> CorrelationGain:
        """The difference with limits of this method."""
        return replace(self, method=method)

    def repeated(self, repeats: Repeats) -> CorrelationGain:
        """The difference over rows of which those with equal inputs hang together."""
        return replace(self, repeats=repeats)

    @property
    def value(self) -> float:
        """The figure."""
        one, other = self._both
        return one.value - other.value

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The paired bootstrap's limits, or the bound that judges.

        That is of what each row adds to the difference: empirical likelihood's, in
        which a part of a row that was not seen takes a correlation from 1 to -1, or
        Student's with the spread of those, whichever is further off. Both limits by
        that one too where no row differs, of which no resample does. None of fewer than
        four rows, and where a model gives all of them the same answer.
        """
        if len(self._adds) < LEAST_PAIRS or math.isnan(self.value):
            return None
        if side == "both":
            limits = percentile if self.method == "percentile" else bca
            found = limits(self._resamples, confidence=confidence)
            if found is not None:
                return found
        return self._bound(confidence, side)

    def _bound(self, confidence: float, side: Side) -> Interval:
        adds, apart = self._adds, self.value
        beyond = 1.0 if self.ranks else FURTHER
        found = likelihood_interval(
            adds,
            confidence=confidence,
            side=side,
            least=min(beyond * float(adds.min()), -_WIDEST),
            most=max(beyond * float(adds.max()), _WIDEST),
        )
        t = float(stdtrit(len(adds) - 2, level(confidence, side)))
        reach = t * error_of(adds)
        return replace(
            found,
            low=max(apart + min(found.low, -reach), -_WIDEST),
            high=min(apart + max(found.high, reach), _WIDEST),
        )

    @property
    def _both(self) -> tuple[CorrelationOf, CorrelationOf]:
        one, other = (
            CorrelationOf(each, self.gold, self.ranks, repeats=self.repeats)
            for each in (self.first, self.second)
        )
        return one, other

    @cached_property
    def _adds(self) -> Floats:
        one, other = self._both
        return one.adds - other.adds

    @cached_property
    def _resamples(self) -> Resamples:
        return correlation_resamples(
            [self.first, self.second],
            self.gold,
            lambda found: found[:, 0] - found[:, 1],
            ranks=self.ranks,
            which=None if self.repeats is None else self.repeats.which,
        )
