"""BCa bootstrap intervals for figures of a confusion matrix."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from pytest_ptm.results import Interval
from pytest_ptm.statistics.proportions import two_sided_z

Matrices = NDArray[np.float64]
Statistic = Callable[[Matrices], NDArray[np.float64]]

# Numbers held at once: 32 MB, so that 100 classes cost no more memory than 10.
_BLOCK = 4_000_000


def bca_confusion(
    matrix: NDArray[np.int64],
    statistic: Statistic,
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int,
) -> Interval | None:
    """Interval for a figure of a k x k confusion matrix, or None where none is honest.

    Resampling n rows with replacement is drawing the cells from a multinomial, so the
    cost does not depend on n. Bias-corrected and accelerated: Efron, "Better bootstrap
    confidence intervals", JASA 82, 1987; the acceleration comes from the jackknife over
    rows, which has one distinct value a non-empty cell.

    ``statistic`` maps float64[B, k, k] to float64[B], NaN where it is undefined. A
    resample in which it is undefined could have been anything: it counts as the lowest
    for the lower limit and as the highest for the upper. None comes back where such a
    resample would itself be a limit, where leaving out one row makes the figure
    undefined, and where the limits fall together (every answer right says nothing of
    the spread). The same seed gives the same interval.
    """
    z = two_sided_z(confidence)
    draws = _figures(matrix, statistic, _resampled(matrix, resamples, seed))
    defined = draws[~np.isnan(draws)]
    if not len(defined) or defined.min() == defined.max():
        return None
    observed = statistic(matrix[np.newaxis].astype(np.float64))[0]
    bias = _median_bias(defined, observed)
    acceleration = _acceleration(matrix, statistic)
    if acceleration is None or not math.isfinite(bias):
        return None
    low = _quantile(draws, _level(bias, acceleration, -z), undefined=-math.inf)
    high = _quantile(draws, _level(bias, acceleration, z), undefined=math.inf)
    if not -math.inf < low < high < math.inf:
        return None
    method = f"BCa bootstrap ({resamples:,} resamples, seed {seed})"
    return Interval(low, high, confidence, method)


def _figures(
    matrix: NDArray[np.int64],
    statistic: Statistic,
    blocks: Iterator[NDArray[np.int64]],
) -> NDArray[np.float64]:
    """The figure of each row of counts; the rows hold the non-empty cells only."""
    cells = np.flatnonzero(matrix)
    figures: list[NDArray[np.float64]] = []
    for counts in blocks:
        flat = np.zeros((len(counts), matrix.size))
        flat[:, cells] = counts
        figures.append(statistic(flat.reshape(-1, *matrix.shape)))
    return np.concatenate(figures)


def _resampled(
    matrix: NDArray[np.int64], resamples: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    counts = matrix[matrix > 0]
    n = int(counts.sum())
    random = np.random.default_rng(seed)
    for start, stop in _blocks(resamples, matrix.size):
        yield random.multinomial(n, counts / n, size=stop - start)


def _one_left_out(matrix: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    counts = matrix[matrix > 0]
    for start, stop in _blocks(len(counts), matrix.size):
        rows = np.tile(counts, (stop - start, 1))
        rows[np.arange(stop - start), np.arange(start, stop)] -= 1
        yield rows


def _blocks(rows: int, width: int) -> Iterator[tuple[int, int]]:
    step = max(1, _BLOCK // width)
    for start in range(0, rows, step):
        yield start, min(start + step, rows)


def _median_bias(draws: NDArray[np.float64], observed: float) -> float:
    # Ties count half: a figure of counts takes few values when n is small.
    below = int((draws < observed).sum()) + int((draws == observed).sum()) / 2
    return float(ndtri(below / len(draws)))


def _acceleration(matrix: NDArray[np.int64], statistic: Statistic) -> float | None:
    figures = _figures(matrix, statistic, _one_left_out(matrix))
    weights = matrix[matrix > 0]
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


def _quantile(draws: NDArray[np.float64], level: float, *, undefined: float) -> float:
    if math.isnan(level):
        return math.nan
    ranked = np.sort(np.where(np.isnan(draws), undefined, draws))
    # The nearest resample outwards; between two of them nothing is interpolated.
    place = level * (len(ranked) + 1) - 1
    outwards = math.floor(place) if undefined < 0 else math.ceil(place)
    return float(ranked[min(max(outwards, 0), len(ranked) - 1)])
