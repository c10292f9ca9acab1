"""What the difference of two models over the same rows is computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.evidence import SEED, Bootstrapped
from pytest_ptm.statistics.paired import paired_cell_resamples
from pytest_ptm.statistics.paired_limits import exact_difference, tango
from pytest_ptm.statistics.resampling import Resamples, Statistic


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

    def drawn(self) -> Resamples:
        """Drawn from the multinomial of the pairs."""
        return paired_cell_resamples(self.joint, self.statistic, seed=SEED)
