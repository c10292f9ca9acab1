"""Intervals where rows come in clusters: sentences of one text, masks of one line.

Rows of a cluster tell less than as many rows drawn apart, so the clusters are what
counts as independent. Miller, "Adding error bars to evals", arXiv:2411.00640, 2024,
found such errors up to three times those that leave the clusters out.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, stdtrit

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.means import around, require_values
from pytest_ptm.statistics.proportions import (
    clopper_pearson_limits,
    wilson_limits,
)

Floats = NDArray[np.float64]


def cluster_t(
    values: Floats,
    clusters: NDArray[np.generic],
    *,
    confidence: float = 0.95,
    side: Side = "both",
) -> Interval | None:
    """Interval for the mean of the values; rows with the same cluster hang together.

    The error is that of `cluster_ratio` with the rows of a cluster as its trials, which
    is the cluster-robust error of a mean (Liang and Zeger, Biometrika 73, 1986) times
    C / (C - 1), with t of C - 1 degrees of freedom (Cameron and Miller, Journal of
    Human Resources 50, 2015). None where all clusters have the same mean.

    Raises:
        ArgumentError: fewer than two clusters, values that are not finite, or not one
            cluster a value.
    """
    require_values(values)
    if len(clusters) != len(values):
        raise ArgumentError(
            f"each row needs its cluster; got {len(values)} rows "
            f"and {len(clusters)} clusters"
        )
    sums, sizes = by_cluster(values, clusters)
    return cluster_ratio(sums, sizes, confidence=confidence, side=side)


def cluster_ratio(
    totals: Floats, trials: Floats, *, confidence: float = 0.95, side: Side = "both"
) -> Interval | None:
    """Interval for sum of totals / sum of trials, given both by cluster.

    The ratio estimator, linearised: Cochran, "Sampling Techniques", 3rd edition, 1977,
    section 6.3; t with C - 1 degrees of freedom. None where no cluster strays from the
    ratio, which says nothing of the spread.

    Raises:
        ArgumentError: fewer than two clusters, or one with neither trials nor a total.
    """
    at = level(confidence, side)
    ratio, error = linearised(totals, trials)
    # What rounding alone leaves of clusters that are all alike.
    if error <= 1e-12 * float(np.abs(totals).sum() / trials.sum()):
        return None
    half = float(stdtrit(len(totals) - 1, at)) * error
    return around(ratio, half, confidence=confidence, side=side, method=_named(totals))


def cluster_share(
    successes: Floats, trials: Floats, *, confidence: float = 0.95, side: Side = "both"
) -> Interval:
    """Interval within 0..1 for a share, given successes and trials by cluster.

    Clopper and Pearson's of the effective size (Korn and Graubard, Survey Methodology
    24, 1998): the number of rows that, drawn apart, would say as much as the clusters
    do. Where no row is wrong each cluster counts as one trial, the least that it can
    tell, and clusters of unequal sizes as fewer (`worth`): that none of many small ones
    is wrong says little of the few that have most of the rows.

    By itself such an interval may be narrower with one row wrong than with none, since
    the wrong row is what lets the spread be seen. So each limit is the least favourable
    of all outcomes that are as good or better for it, the rows in question lying as
    close together as those seen can; nor is it ever closer than that of as many rows
    drawn apart. Turning a wrong row right then never lowers a limit.

    >>> all_right = np.full(29, 4.0)
    >>> round(cluster_share(all_right, all_right, side="lower").low, 3)
    0.902

    Raises:
        ArgumentError: as `cluster_ratio`, or a cluster has more successes than trials.
    """
    if (successes < 0).any() or (successes > trials).any():
        raise ArgumentError("successes must lie in 0..trials in every cluster")
    _require_clusters(successes, trials)
    at = level(confidence, side)
    return interval(
        _least(successes, trials, at),
        1 - _least(trials - successes, trials, at),
        confidence=confidence,
        side=side,
        method=f"Korn-Graubard over {len(trials):,} clusters",
        least=0.0,
        most=1.0,
    )


def worth(sizes: Floats, at: float) -> float:
    """How many clusters of one size would say as much, were nothing in any wrong.

    What is wrong may then be wrong as a whole, and likelier in large clusters. Chances
    q of being right under which all are right in 1 - ``at`` of samples are the least
    favourable where each is the smaller of 1 and one number over the size.

    >>> worth(np.full(7, 3.0), 0.95), round(worth(np.array([9.0, 1, 1]), 0.95), 2)
    (7.0, 1.91)
    """
    if sizes.min() == sizes.max():
        return float(len(sizes))
    large = np.sort(sizes)[::-1]
    count = np.arange(1, len(large) + 1)
    # The number, if the clusters up to each are those that may be wrong.
    found = np.log(1 - at) + np.cumsum(np.log(large))
    found = np.exp(found / count)
    some = int(np.flatnonzero(found <= large)[-1]) + 1
    right = some * found[some - 1] + large[some:].sum()
    return float(np.log(1 - at) / np.log(right / large.sum()))


def by_cluster(values: Floats, clusters: NDArray[np.generic]) -> tuple[Floats, Floats]:
    """The sum of the values in each cluster, and how many there are."""
    _, which, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    sums = np.bincount(which, weights=values).astype(np.float64)
    return sums, sizes.astype(np.float64)


def linearised(totals: Floats, trials: Floats) -> tuple[float, float]:
    """The ratio of the sums, and its error over clusters as `cluster_ratio` has it."""
    _require_clusters(totals, trials)
    count = len(totals)
    ratio = float(totals.sum() / trials.sum())
    strays = totals - ratio * trials
    spread = count / (count - 1) * float((strays**2).sum())
    return ratio, math.sqrt(spread) / float(trials.sum())


def _least(successes: Floats, trials: Floats, at: float) -> float:
    """The lower limit: the lowest over 0 .. all of the failures."""
    count, n = len(trials), float(trials.sum())
    failures = trials - successes
    wrong = float(failures.sum())
    if wrong == n:
        return 0.0
    left = np.append(np.arange(0.0, wrong), wrong)
    share = 1 - left / n
    strays = (
        _most_together(failures, left)
        - 2 * (1 - share) * _least_exposed(failures, trials, left)
        + (1 - share) ** 2 * float((trials**2).sum())
    )
    variance = count / (count - 1) * np.maximum(strays, 0.0) / n**2
    with np.errstate(divide="ignore", invalid="ignore"):
        size = share * (1 - share) / variance
    # Korn and Graubard's correction: the variance itself is of so many clusters.
    many = worth(trials, at)
    freedom = max(many - 1, 0.5)
    size *= (stdtrit(max(n - 1, 1.0), at) / stdtrit(freedom, at)) ** 2
    size = np.where(left == 0, many, np.minimum(size, n))
    # And as many rows drawn apart.
    share, size = np.append(share, 1 - wrong / n), np.append(size, n)
    return _lowest_limit(share * size, size, at)


def _lowest_limit(successes: Floats, n: Floats, at: float) -> float:
    """The lowest of many lower limits; few of them have to be found for it."""
    place, low = int(np.argmin(wilson_limits(successes, n, at)[0])), math.inf
    while True:
        found = float(clopper_pearson_limits(successes[place], n[place], at)[0])
        if not found < low:
            return low
        low = found
        # The likelier so many successes are at this limit, the lower is their own.
        likely = betainc(np.maximum(successes, 1e-9), n - successes + 1, low)
        place = int(np.argmax(likely))


def _most_together(failures: Floats, left: Floats) -> Floats:
    """The largest sum of squares that so many of the failures can have by cluster."""
    largest = np.sort(failures)[::-1]
    held, squares = _sums(largest), _sums(largest**2)
    full = np.searchsorted(held, left, side="right") - 1
    return squares[full] + (left - held[full]) ** 2


def _least_exposed(failures: Floats, trials: Floats, left: Floats) -> Floats:
    """The least sum of failures times trials that so many of them can have."""
    order = np.argsort(trials, kind="stable")
    held, products = _sums(failures[order]), _sums((failures * trials)[order])
    full = np.searchsorted(held, left, side="right") - 1
    following = np.append(trials[order], 0.0)[full]
    return products[full] + (left - held[full]) * following


def _sums(values: Floats) -> Floats:
    return np.append(0.0, np.cumsum(values))


def _require_clusters(totals: Floats, trials: Floats) -> None:
    count = len(totals)
    if count < 2:
        raise ArgumentError(
            f"an interval over clusters needs two clusters or more; got {count}. "
            "One cluster says nothing of how far another would lie from it."
        )
    there = len(trials) == count and bool((trials >= 0).all() and trials.any())
    if not there or ((trials == 0) & (totals == 0)).any():
        raise ArgumentError("every cluster needs trials: a number above 0")
    if not (np.isfinite(totals).all() and np.isfinite(trials).all()):
        raise ArgumentError("an interval over clusters needs finite values")


def _named(totals: Floats) -> str:
    return f"t over {len(totals):,} clusters"
