"""Bootstrap intervals, from resamples to limits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.resampling import Resamples, Statistic, cell_resamples

Floats = NDArray[np.float64]


def bca_confusion(
    matrix: NDArray[np.int64],
    statistic: Statistic,
    *,
    confidence: float = 0.95,
    side: Side = "both",
    resamples: int = 2000,
    seed: int,
) -> Interval | None:
    """Interval for a figure of a k x k confusion matrix, or None where none is honest.

    `bca` over `cell_resamples`. The same seed gives the same interval.
    """
    # Before the work: a wrong confidence must not cost the time of a right one.
    level(confidence, side)
    drawn = cell_resamples(matrix, statistic, resamples=resamples, seed=seed)
    return bca(drawn, confidence=confidence, side=side)


def bca(
    resamples: Resamples, *, confidence: float = 0.95, side: Side = "both"
) -> Interval | None:
    """Bias-corrected and accelerated limits, or None where none are honest.

    Efron, "Better bootstrap confidence intervals", JASA 82, 1987; the acceleration
    comes from the jackknife over rows.

    A resample in which the figure is undefined could have been anything: it counts as
    the lowest for the lower limit and as the highest for the upper. None comes back
    where such a resample would itself be a limit, where leaving out one row makes the
    figure undefined, and where the limits fall together (every answer right says
    nothing of the spread).
    """
    at = level(confidence, side)
    bias = _median_bias(resamples)
    acceleration = _acceleration(resamples)
    if acceleration is None or not math.isfinite(bias):
        return None
    z = float(ndtri(at))
    levels = _level(bias, acceleration, -z), _level(bias, acceleration, z)
    return _limits(resamples, levels, "BCa", confidence, side)


def percentile(
    resamples: Resamples, *, confidence: float = 0.95, side: Side = "both"
) -> Interval | None:
    """The resamples' own quantiles, or None where none are honest, as `bca`.

    Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13. Too
    narrow for rare classes and small samples, and wrong for the largest of several
    differences: prefer `bca`; `groups.largest_gap` is for the latter.
    """
    at = level(confidence, side)
    return _limits(resamples, (1 - at, at), "percentile", confidence, side)


def _limits(
    resamples: Resamples,
    levels: tuple[float, float],
    name: str,
    confidence: float,
    side: Side,
) -> Interval | None:
    draws = resamples.draws
    defined = draws[~np.isnan(draws)]
    if not len(defined):
        return None
    low = _quantile(draws, levels[0], undefined=-math.inf)
    high = _quantile(draws, levels[1], undefined=math.inf)
    # A bound stands alone: only what lies beyond it is held against the other side.
    low = float(defined.min()) if side == "upper" else low
    high = float(defined.max()) if side == "lower" else high
    if not -math.inf < low < high < math.inf:
        return None
    return interval(
        low,
        high,
        confidence=confidence,
        side=side,
        method=f"{name} bootstrap ({len(draws):,} resamples, seed {resamples.seed})",
    )


def _median_bias(resamples: Resamples) -> float:
    draws, observed = resamples.draws, resamples.observed
    draws = draws[~np.isnan(draws)]
    if not len(draws):
        return math.nan
    # Ties count half: a figure of counts takes few values when n is small.
    below = int((draws < observed).sum()) + int((draws == observed).sum()) / 2
    return float(ndtri(below / len(draws)))


def _acceleration(resamples: Resamples) -> float | None:
    figures, weights = resamples.left_out, resamples.weights
    away = np.average(figures, weights=weights) - figures
    spread = float((weights * away**2).sum())
    if not spread > 0:
        return None
    return float((weights * away**3).sum()) / (6 * spread**1.5)


def _level(bias: float, acceleration: float, z: float) -> float:
    """Which quantile of the resamples stands for z; NaN beyond the method's reach."""
    shrink = 1 - acceleration * (bias + z)
    if shrink <= 0:
        return math.nan
    return float(ndtr(bias + (bias + z) / shrink))


def _quantile(draws: Floats, level: float, *, undefined: float) -> float:
    if math.isnan(level):
        return math.nan
    ranked = np.sort(np.where(np.isnan(draws), undefined, draws))
    # The nearest resample outwards; between two of them nothing is interpolated.
    place = level * (len(ranked) + 1) - 1
    outwards = math.floor(place) if undefined < 0 else math.ceil(place)
    return float(ranked[min(max(outwards, 0), len(ranked) - 1)])
