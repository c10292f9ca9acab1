"""Evidence made of evidence: gaps between groups, copies of rows, two readings."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Evidence, Interval, Side
from pytest_ptm.statistics.binned_gaps import BinnedGaps, WidestGap
from pytest_ptm.statistics.bootstrapped import FigureOfCounts
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.correlated import CorrelationOf
from pytest_ptm.statistics.correlation_gain import CorrelationGain
from pytest_ptm.statistics.evidence import AreaOf, MeanOf, ShareOf
from pytest_ptm.statistics.groups import largest_gap, largest_gap_of_shares
from pytest_ptm.statistics.repeats import Repeats, Rows
from pytest_ptm.statistics.row_ratio import RowRatio

Floats = NDArray[np.float64]

_KNOWING_ROWS = (
    ShareOf,
    MeanOf,
    FigureOfCounts,
    AreaOf,
    CorrelationOf,
    CorrelationGain,
    RowRatio,
    BinnedGaps,
)


def repeated(evidence: Evidence, value: float, repeats: Repeats) -> Evidence:
    """The evidence of a figure, with rows of equal inputs counted as one."""
    if not repeats.any:
        return evidence
    if isinstance(evidence, (*_KNOWING_ROWS, LargestGap)):
        return evidence.repeated(repeats)
    return Stretched(evidence, value, repeats.factor())


@dataclass(frozen=True, slots=True)
class Wider:
    """The further of the limits of several readings of one figure."""

    readings: tuple[Evidence, ...]

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """Both ends from whichever lies further out; None where a reading has none."""
        found = [
            each.interval(confidence=confidence, side=side) for each in self.readings
        ]
        there = [each for each in found if each is not None]
        if len(there) < len(found):
            return None
        low = min(there, key=lambda each: each.low)
        high = max(there, key=lambda each: each.high)
        return replace(high if side == "upper" else low, low=low.low, high=high.high)


@dataclass(frozen=True, slots=True)
class Apart:
    """How far one figure lies above another, each by limits with half of the error.

    Whatever the two have to do with each other, such as the same rows (Bonferroni).
    """

    ahead: Evidence
    behind: Evidence

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """Both limits, or one; None where a figure has none."""
        half = 1 - (1 - level(confidence, side)) / 2
        low, high = -math.inf, math.inf
        method = ""
        for upper, one, other in (
            (True, self.ahead, self.behind),
            (False, self.behind, self.ahead),
        ):
            if side == ("lower" if upper else "upper"):
                continue
            top = one.interval(confidence=half, side="upper")
            bottom = other.interval(confidence=half, side="lower")
            if top is None or bottom is None:
                return None
            apart = top.high - bottom.low
            low, high = (low, apart) if upper else (-apart, high)
            method = top.method.removesuffix(" (upper bound)")
        return interval(
            low,
            high,
            confidence=confidence,
            side=side,
            method=f"{method}, of each by itself",
        )


@dataclass(frozen=True, slots=True)
class Stretched:
    """A figure whose limits lie further off by the root of how many copies there are.

    For evidence that does not know its rows.
    """

    evidence: Evidence
    value: float
    copies: float

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The limits as far off as those of so many rows fewer."""
        found = self.evidence.interval(confidence=confidence, side=side)
        if found is None:
            return None
        reach = math.sqrt(self.copies)
        return replace(
            found,
            low=self.value - reach * (self.value - found.low),
            high=self.value + reach * (found.high - self.value),
        )


@dataclass(frozen=True, slots=True)
class LargestGap:
    """The highest less the lowest of the groups' figures, each with its evidence."""

    values: tuple[float, ...]
    groups: tuple[Evidence, ...]
    most: float = math.inf
    rows: tuple[Rows, ...] = field(default=(), compare=False, repr=False)

    def repeated(self, repeats: Repeats) -> LargestGap:
        """The gap between groups each of which counts equal inputs as one."""
        return replace(
            self,
            groups=tuple(
                repeated(each, value, repeats.take(rows))
                for each, value, rows in zip(
                    self.groups, self.values, self.rows, strict=True
                )
            ),
        )

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The limits of the largest gap; None where a group has none.

        Of shares Newcombe's; the bound that judges is of the groups' own such bounds.
        """
        shares = [
            each
            for each in self.groups
            if isinstance(each, ShareOf) and each.copies == 1
        ]
        if side == "both" and len(shares) == len(self.groups):
            return largest_gap_of_shares(
                [each.hits for each in shares],
                [each.n for each in shares],
                confidence=confidence,
                side=side,
            )
        centred = not any(map(_raised_by_chance, self.groups))
        try:
            return largest_gap(
                np.array(self.values),
                self._limits,
                confidence=confidence,
                side=side,
                method="Zou-Donner" if centred else "limits of each",
                most=self.most,
                centred=centred,
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


def _raised_by_chance(evidence: Evidence) -> bool:
    """Whether it is of a figure that chance alone makes larger."""
    if isinstance(evidence, Wider):
        return any(map(_raised_by_chance, evidence.readings))
    if isinstance(evidence, Stretched):
        return _raised_by_chance(evidence.evidence)
    return isinstance(evidence, BinnedGaps | WidestGap)


class _NoLimit(Exception):  # noqa: N818 - never leaves this module
    """A group has no limit at the level that the pairs share."""
