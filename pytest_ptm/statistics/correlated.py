"""What a correlation was computed from, and so its limits at any confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.bootstrap import bca, percentile
from pytest_ptm.statistics.confidence import interval, z_of
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.statistics.resampling import Resamples, row_resamples

Floats = NDArray[np.float64]

LEAST_PAIRS = 4
"""Fewer say nothing of the spread of a correlation."""

_SEED = 0


def pearson(x: Floats, y: Floats) -> float:
    """The product-moment correlation of two columns; NaN where one is constant.

    >>> round(pearson(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])), 4)
    0.982
    """
    away_x, away_y = x - x.mean(), y - y.mean()
    spread = math.sqrt(float(away_x @ away_x) * float(away_y @ away_y))
    if not spread:
        return math.nan
    return float(np.clip(float(away_x @ away_y) / spread, -1.0, 1.0))


def spearman(x: Floats, y: Floats) -> float:
    """The correlation of the ranks; equal values share the mean of their ranks."""
    return pearson(rankdata(x), rankdata(y))


@dataclass(frozen=True, slots=False, eq=False)
class CorrelationOf:
    """A correlation of two columns float64[n]; of their ranks where ``ranks``.

    ``copies`` of a row are worth one that was drawn apart.
    """

    x: Floats
    y: Floats
    ranks: bool = False
    method: str = ""
    copies: float = 1.0

    @property
    def methods(self) -> tuple[str, ...]:
        """BCa, which needs no normal pairs, then the percentile bootstrap."""
        return ("bca", "percentile")

    def by(self, method: str) -> CorrelationOf:
        """The correlation with limits of this method."""
        return replace(self, method=method)

    def repeated(self, repeats: Repeats) -> CorrelationOf:
        """The correlation of as many pairs as the copies are worth."""
        return replace(self, copies=repeats.factor())

    @property
    def value(self) -> float:
        """The figure."""
        return spearman(self.x, self.y) if self.ranks else pearson(self.x, self.y)

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """Both limits by the bootstrap, or the bound that judges.

        The bound is normal on the scale of atanh, with the error of Bonett and Wright,
        "Sample size requirements for estimating Pearson, Kendall and Spearman
        correlations", Psychometrika 65, 2000, or with that of the bootstrap where it
        is larger. A bound on the side of 0 is about a figure that is nearer to 0 by one
        part in n, so that a correlation of 1 has one too, close only where pairs are
        many.
        """
        if len(self.x) < LEAST_PAIRS or math.isnan(self.value):
            return None
        if side == "both":
            if abs(self.value) == 1:
                return None
            limits = percentile if self.method == "percentile" else bca
            return limits(self._resamples, confidence=confidence)
        return self._bound(confidence, side)

    def _bound(self, confidence: float, side: Side) -> Interval | None:
        n = len(self.x) / self.copies
        if n < LEAST_PAIRS:
            return None
        r = self._judged(n, side)
        error = max(math.sqrt((1 + r * r / 2) / (n - 3)), self._error())
        z = z_of(confidence, side)
        # A correlation of 1 is bounded from above by 1, and one of -1 from below.
        middle = math.atanh(r) if abs(r) < 1 else math.copysign(math.inf, r)
        return interval(
            math.tanh(middle - z * error),
            math.tanh(middle + z * error),
            confidence=confidence,
            side=side,
            method="atanh",
            least=-1.0,
            most=1.0,
        )

    def _judged(self, n: float, side: Side) -> float:
        r = self.value
        towards_zero = (r > 0) == (side == "lower")
        return r * (1 - 1 / n) if towards_zero else r

    def _error(self) -> float:
        """The spread of the resampled figures, on the scale of atanh."""
        draws = self._resamples.draws
        draws = draws[np.isfinite(draws)]
        if len(draws) < 2:
            return math.inf
        edge = 1 - 1e-9
        spread = float(np.arctanh(np.clip(draws, -edge, edge)).std(ddof=1))
        return spread * math.sqrt(self.copies) if abs(self.value) < edge else 0.0

    @cached_property
    def _resamples(self) -> Resamples:
        x = rankdata(self.x) if self.ranks else self.x
        y = rankdata(self.y) if self.ranks else self.y
        # Centred, so that sums of squares lose no digits to the mean.
        x, y = x - x.mean(), y - y.mean()
        rows = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)
        return row_resamples(rows, _of_sums, seed=_SEED)


def _of_sums(sums: Floats) -> Floats:
    """Correlations of samples, float64[B], of their sums 1, x, y, xx, yy, xy."""
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((n * xx - x * x) * (n * yy - y * y))
        found = (n * xy - x * y) / spread
    return np.clip(found, -1.0, 1.0)
