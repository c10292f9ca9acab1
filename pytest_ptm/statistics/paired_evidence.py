"""What the difference of two models over the same rows is computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.bootstrapped import SEED, Bootstrapped
from pytest_ptm.statistics.likelihood import likelihood_interval
from pytest_ptm.statistics.paired import paired_cell_resamples
from pytest_ptm.statistics.paired_limits import exact_difference, tango
from pytest_ptm.statistics.resampling import Resamples, Statistic

_STEP = 1e-4
"""Of a row, for slopes: between what rounding and what curvature spoil."""


@dataclass(frozen=True, slots=True)
class PairedShares:
    """The difference of two shares over the same ``n`` rows.

    ``gained`` rows only the first has right, ``lost`` rows only the second.
    """

    gained: int
    lost: int
    n: int
    method: str = "tango"

    @property
    def methods(self) -> tuple[str, ...]:
        """Tango's; Clopper and Pearson's of either count."""
        return ("tango", "clopper-pearson")

    def by(self, method: str) -> PairedShares:
        """The difference with limits of this method."""
        return replace(self, method=method)

    def interval(self, *, confidence: float = 0.95, side: Side = "both") -> Interval:
        """The limits of the difference."""
        limits = tango if self.method == "tango" else exact_difference
        return limits(self.gained, self.lost, self.n, confidence=confidence, side=side)


@dataclass(frozen=True)
class PairedCounts(Bootstrapped):
    """The difference of a figure between two confusion matrices over the same rows.

    ``joint`` is int64[k, k, k]: gold by first prediction by second.
    """

    joint: NDArray[np.int64]
    statistic: Statistic

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The bootstrap's limits, or the bound that judges: `_linearised`.

        Both limits by that one too where no row differs, of which no resample does.
        """
        found = None
        if side == "both":
            found = super().interval(confidence=confidence)
        return found or self._linearised(confidence, side)

    def drawn(self) -> Resamples:
        """Drawn from the multinomial of the pairs."""
        return paired_cell_resamples(self.joint, self.statistic, seed=SEED)

    def _linearised(self, confidence: float, side: Side) -> Interval | None:
        """Empirical likelihood's limits of what each row adds to the difference.

        The bootstrap knows only the rows that it has: of few that differ its limits are
        too close, and of none they are nowhere. Here a part of a row that was not seen
        differs as much as any could. None where the figure has no slope.
        """
        one, other = self.joint.sum(axis=2), self.joint.sum(axis=1)
        first, second = (influence(self.statistic, each) for each in (one, other))
        adds = first[:, :, np.newaxis] - second[:, np.newaxis, :]
        n = int(self.joint.sum())
        if n < 2 or not np.isfinite(adds).all():
            return None
        values = self.statistic(np.stack([one, other]).astype(np.float64))
        apart = float(values[0] - values[1])
        found = likelihood_interval(
            np.repeat(adds.ravel(), self.joint.ravel()),
            confidence=confidence,
            side=side,
            least=float(adds.min()),
            most=float(adds.max()),
        )
        return replace(found, low=apart + found.low, high=apart + found.high)


def influence(statistic: Statistic, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a row in each cell adds to n times the statistic, float64 as the counts.

    Its slope (Hampel, JASA 69, 1974), by differences: the mean over all rows is 0.
    """
    steps = _STEP * np.eye(counts.size).reshape(counts.size, *counts.shape)
    apart = statistic(counts + steps) - statistic(counts - steps)
    return (apart * counts.sum() / (2 * _STEP)).reshape(counts.shape)
