"""Two readings of a figure: of this data set, or of where its rows came from.

"dataset": the figure that all rows of the file would have. Once all are asked it is
known, and no interval is wider than nothing; before, the rows asked are a sample
without replacement. "population": the rows, all of them, are themselves a sample of
what the model will meet (Miller, "Adding error bars to evals", arXiv:2411.00640, 2024).
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, stdtrit

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.means import around, require_values, t_interval
from pytest_ptm.statistics.proportions import (
    ShareMethod,
    require_counts,
    share,
    share_method,
)

Estimand = Literal["dataset", "population"]


def share_of(
    successes: int,
    asked: int,
    *,
    estimand: Estimand,
    total: int,
    method: ShareMethod = "wilson",
    confidence: float = 0.95,
    side: Side = "both",
) -> Interval:
    """Interval for a share of the ``total`` rows of the data set, or of its population.

    Of the data set, Clopper and Pearson's becomes the exact interval of the
    hypergeometric distribution (Buonaccorsi, "A note on confidence intervals for
    proportions in finite populations", American Statistician 41, 1987); the other
    methods take the effective size asked * (total - 1) / (total - asked), the finite
    population correction of Cochran, "Sampling techniques", 3rd edition, 1977, section
    2.6. No limit lies beyond what the rows left could still bring about.

    >>> limits = share_of(9, 10, estimand="dataset", total=10)
    >>> limits.low, limits.high, limits.method
    (0.9, 0.9, 'every row asked')

    Raises:
        ArgumentError: the counts are not possible, or there is no such method.
    """
    require_counts(successes, asked)
    _require_total(asked, total)
    if _of_population(estimand):
        return share(successes, asked, method=method, confidence=confidence, side=side)
    at = level(confidence, side)
    name, limits = share_method(method)
    least, most = successes / total, (total - asked + successes) / total
    if asked == total:
        return _known(least, confidence)
    if method == "clopper-pearson":
        name = "hypergeometric"
        low, high = _hypergeometric(successes, asked, total, 1 - at)
    else:
        size = asked * (total - 1) / (total - asked)
        ends = limits(successes / asked * size, size, at)
        low, high = float(ends[0]), float(ends[1])
    return interval(
        low,
        high,
        confidence=confidence,
        side=side,
        method=f"{name}, {asked:,} of {total:,} rows",
        least=least,
        most=most,
    )


def mean_of(
    values: NDArray[np.float64],
    *,
    estimand: Estimand,
    total: int,
    confidence: float = 0.95,
    side: Side = "both",
) -> Interval:
    """Interval for the mean over the ``total`` rows of the data set, or its population.

    Of the data set, the error of `t_interval` times sqrt(1 - asked / total): Cochran
    1977, section 2.6.

    Raises:
        ArgumentError: fewer than two values, one that is not finite, or more of them
            than there are rows.
    """
    asked = require_values(values)
    _require_total(asked, total)
    if _of_population(estimand):
        return t_interval(values, confidence=confidence, side=side)
    at = level(confidence, side)
    mean = float(values.mean())
    if asked == total:
        return _known(mean, confidence)
    error = float(values.std(ddof=1)) * math.sqrt((1 - asked / total) / asked)
    half = float(stdtrit(asked - 1, at)) * error
    method = f"t, {asked:,} of {total:,} rows"
    return around(mean, half, confidence=confidence, side=side, method=method)


def _of_population(estimand: Estimand) -> bool:
    if estimand not in {"dataset", "population"}:
        raise ArgumentError(
            f"estimand must be 'dataset' or 'population'; got {estimand!r}"
        )
    return estimand == "population"


def _require_total(asked: int, total: int) -> None:
    if asked > total:
        raise ArgumentError(
            f"no more rows can be asked than there are; got {asked:,} of {total:,}"
        )


def _known(value: float, confidence: float) -> Interval:
    return Interval(value, value, confidence, "every row asked")


def _hypergeometric(
    successes: int, asked: int, total: int, tail: float
) -> tuple[float, float]:
    high = _most_hits(successes, asked, total, tail)
    # The fewest hits are the most misses.
    misses = _most_hits(asked - successes, asked, total, tail)
    return (total - misses) / total, high / total


def _most_hits(successes: int, asked: int, total: int, tail: float) -> int:
    """The most hits of all rows under which so few among those asked are likely."""
    certain, beyond = successes, total - asked + successes + 1
    while beyond - certain > 1:
        hits = (certain + beyond) // 2
        if _at_most(successes, asked, total, hits) > tail:
            certain = hits
        else:
            beyond = hits
    return certain


def _at_most(successes: int, asked: int, total: int, hits: int) -> float:
    """The probability of no more successes among those asked, given all hits."""
    drawn = np.arange(max(0, asked - (total - hits)), min(successes, hits) + 1)
    ways = _choices(hits, drawn) + _choices(total - hits, asked - drawn)
    return float(np.exp(ways - _choices(total, np.array(asked))).sum())


def _choices(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
