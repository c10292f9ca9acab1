"""Two models asked the same examples: how their figures differ.

Everything is the first figure minus the second, candidate minus baseline: ``gained``
rows only the first has right, ``lost`` rows only the second.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, gammaln, xlogy

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval, Outcome, Side
from pytest_ptm.statistics.confidence import interval, z_of
from pytest_ptm.statistics.resampling import (
    Resamples,
    Statistic,
    cell_resamples,
    row_resamples,
)

Floats = NDArray[np.float64]


def mcnemar_exact(gained: int, lost: int) -> float:
    """The two-sided p-value that both models are right equally often.

    McNemar, Psychometrika 12, 1947, on the binomial of the rows on which they differ.
    Conservative: `mcnemar_mid_p` is nearer to its level.

    >>> round(mcnemar_exact(2, 10), 4)
    0.0386

    Raises:
        ArgumentError: a count is below 0.
    """
    _require_counts(gained, lost)
    differ = gained + lost
    tail = float(bdtr(min(gained, lost), differ, 0.5)) if differ else 1.0
    return min(1.0, 2 * tail)


def mcnemar_mid_p(gained: int, lost: int) -> float:
    """The two-sided p-value with only half the weight of what was observed.

    Fagerland, Lydersen and Laake, "The McNemar test for binary matched-pairs data:
    mid-p and asymptotic are better than exact conditional", BMC Medical Research
    Methodology 13:91, 2013.

    Raises:
        ArgumentError: a count is below 0.
    """
    _require_counts(gained, lost)
    differ, fewer = gained + lost, min(gained, lost)
    if gained == lost:
        # Both tails and what was observed are everything there is.
        return 1.0
    choices = gammaln(differ + 1) - gammaln(fewer + 1) - gammaln(differ - fewer + 1)
    observed = math.exp(choices + xlogy(differ, 0.5))
    return 2 * float(bdtr(fewer, differ, 0.5)) - observed


def agresti_min(
    gained: int, lost: int, n: int, *, confidence: float = 0.95, side: Side = "both"
) -> Interval:
    """Interval for the difference of two shares over the same n rows.

    Wald's, after half a row is added to each of the four cells: Agresti and Min,
    "Simple improved confidence intervals for comparing matched proportions", Statistics
    in Medicine 24, 2005.

    >>> limits = agresti_min(12, 30, 1000)
    >>> round(limits.low, 4), round(limits.high, 4)
    (-0.0307, -0.0052)

    Raises:
        ArgumentError: the counts are not possible.
    """
    require_pairs(gained, lost, n)
    z = z_of(confidence, side)
    more, fewer, size = gained + 0.5, lost + 0.5, n + 2
    middle = (more - fewer) / size
    half = z * math.sqrt(more + fewer - (more - fewer) ** 2 / size) / size
    return interval(
        middle - half,
        middle + half,
        confidence=confidence,
        side=side,
        method="Agresti-Min",
        least=-1.0,
        most=1.0,
    )


def paired_cell_resamples(
    joint: NDArray[np.int64], statistic: Statistic, *, resamples: int = 2000, seed: int
) -> Resamples:
    """Resamples of the difference of a figure between two confusion matrices.

    ``joint`` is int64[k, k, k]: gold by first prediction by second; ``statistic`` is of
    a k x k matrix. Drawing rows keeps the pairs, and so how alike the models are.

    Raises:
        ArgumentError: nothing was counted.
    """

    def difference(counts: Floats) -> Floats:
        return statistic(counts.sum(axis=3)) - statistic(counts.sum(axis=2))

    return cell_resamples(joint, difference, resamples=resamples, seed=seed)


def paired_row_resamples(
    first: Floats,
    second: Floats,
    statistic: Statistic,
    *,
    resamples: int = 2000,
    seed: int,
) -> Resamples:
    """Resamples of the difference of a figure of sums over the same rows.

    Both are float64[n, s]; ``statistic`` is of sums, float64[B, s].

    Raises:
        ArgumentError: they differ in shape, there are no rows, or one is not finite.
    """
    if first.shape != second.shape:
        raise ArgumentError(
            f"pairs need the same rows of both; got {first.shape} and {second.shape}"
        )
    width = first.shape[1]

    def difference(sums: Floats) -> Floats:
        return statistic(sums[:, :width]) - statistic(sums[:, width:])

    both = np.hstack([first, second])
    return row_resamples(both, difference, resamples=resamples, seed=seed)


def non_inferiority(bounds: Interval, *, margin: float) -> Outcome:
    """Whether the first is worse than the second by no more than the margin.

    Passed where all of the interval of the difference (higher is better) is at least
    -margin, failed where all of it lies below, else inconclusive. The interval's lower
    limit is what counts: at one-sided confidence c give the two-sided interval of
    2c - 1, or a bound. Wellek, "Testing statistical hypotheses of equivalence and
    noninferiority", 2nd edition, 2010.

    Raises:
        ArgumentError: the margin is below 0.
    """
    if not margin >= 0:
        raise ArgumentError(f"margin must be 0 or more; got {margin!r}")
    if bounds.low >= -margin:
        return "passed"
    return "failed" if bounds.high < -margin else "inconclusive"


def require_pairs(gained: int, lost: int, n: int) -> None:
    """Nothing, where both are counts of n rows, and there are rows.

    Raises:
        ArgumentError: they are not, or there are none.
    """
    _require_counts(gained, lost)
    if gained + lost > n:
        raise ArgumentError(
            f"gained and lost must be counts of n rows; got {gained} and {lost} of {n}"
        )
    if n < 1:
        raise ArgumentError(f"a difference over the same rows needs n >= 1; got n={n}")


def _require_counts(gained: int, lost: int) -> None:
    if min(gained, lost) < 0:
        raise ArgumentError(
            f"gained and lost must be 0 or more; got {gained} and {lost}"
        )
