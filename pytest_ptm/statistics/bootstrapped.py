"""Figures whose limits are those of their resamples, and bounds that judge them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.bootstrap import bca, percentile
from pytest_ptm.statistics.class_bounds import CountBounds
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.statistics.resampling import Resamples, Statistic, cell_resamples

SEED = 0
"""Of every bootstrap: the same rows have the same interval in every run."""


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

    ``cells`` says which row of the matrix each class is counted in, -1 in none;
    ``bounds`` are those that judge.
    """

    counts: NDArray[np.int64]
    statistic: Statistic
    cells: NDArray[np.intp] | None = None
    bounds: CountBounds | None = field(default=None, compare=False, repr=False)
    copied: bool = False

    def repeated(self, repeats: Repeats) -> FigureOfCounts:
        """The figure by bounds alone: the resamples know nothing of copies."""
        bounds = None if self.bounds is None else self.bounds.repeated(repeats)
        return replace(self, bounds=bounds, copied=True)

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The bootstrap's limits, or the bound that judges.

        Both limits by those bounds too where all rows are right, say, or some are
        copies; None where there are none.
        """
        found = None
        if side == "both" and not self.copied:
            found = Bootstrapped.interval(self, confidence=confidence)
        if found is not None or self.bounds is None:
            return found
        low, high = self.bounds.limits(level(confidence, side))
        return interval(
            low,
            high,
            confidence=confidence,
            side=side,
            method=self.bounds.method,
        )

    def drawn(self) -> Resamples:
        """Drawn from the multinomial of the cells."""
        return cell_resamples(self.counts, self.statistic, seed=SEED)
