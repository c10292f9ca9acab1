"""Intervals where rows come in clusters: sentences of one text, masks of one line.

Rows of a cluster tell less than as many rows drawn apart, so the clusters are what
counts as independent. Miller, "Adding error bars to evals", arXiv:2411.00640, 2024,
found such errors up to three times those that leave the clusters out.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from pytest_ptm.errors import ArgumentError
from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.means import around, require_values
from pytest_ptm.statistics.proportions import clopper_pearson_limits

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
        ArgumentError: fewer than two clusters, or a cluster without trials.
    """
    at = level(confidence, side)
    ratio, error = _linearised(totals, trials)
    # What rounding alone leaves of clusters that are all alike.
    if error <= 1e-12 * float(np.abs(totals).sum() / trials.sum()):
        return None
    half = float(stdtrit(len(totals) - 1, at)) * error
    return around(ratio, half, confidence=confidence, side=side, method=_named(totals))


def cluster_share(
    successes: Floats, trials: Floats, *, confidence: float = 0.95, side: Side = "both"
) -> Interval:
    """Interval within 0..1 for a share, given successes and trials by cluster.

    As `cluster_ratio`. Where no cluster strays from the share (all right, say), each
    cluster counts as one trial of Clopper and Pearson: the least that it can tell. An
    effective size in their interval is the way of Korn and Graubard, Survey Methodology
    24, 1998.

    >>> all_right = np.full(29, 4.0)
    >>> round(cluster_share(all_right, all_right, side="lower").low, 3)
    0.902

    Raises:
        ArgumentError: as `cluster_ratio`, or a cluster has more successes than trials.
    """
    if (successes < 0).any() or (successes > trials).any():
        raise ArgumentError("successes must lie in 0..trials in every cluster")
    found = cluster_ratio(successes, trials, confidence=confidence, side=side)
    method = _named(successes)
    if found is not None:
        low, high = found.low, found.high
    else:
        count = len(successes)
        ratio = float(successes.sum() / trials.sum())
        ends = clopper_pearson_limits(ratio * count, count, level(confidence, side))
        low, high = float(ends[0]), float(ends[1])
        method = f"Clopper-Pearson over {count:,} clusters"
    return interval(
        low, high, confidence=confidence, side=side, method=method, least=0.0, most=1.0
    )


def by_cluster(values: Floats, clusters: NDArray[np.generic]) -> tuple[Floats, Floats]:
    """The sum of the values in each cluster, and how many there are."""
    _, which, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    sums = np.bincount(which, weights=values).astype(np.float64)
    return sums, sizes.astype(np.float64)


def _linearised(totals: Floats, trials: Floats) -> tuple[float, float]:
    count = len(totals)
    if count < 2:
        raise ArgumentError(
            f"an interval over clusters needs two clusters or more; got {count}. "
            "One cluster says nothing of how far another would lie from it."
        )
    if len(trials) != count or not (trials > 0).all():
        raise ArgumentError("every cluster needs trials: a number above 0")
    if not (np.isfinite(totals).all() and np.isfinite(trials).all()):
        raise ArgumentError("an interval over clusters needs finite values")
    ratio = float(totals.sum() / trials.sum())
    strays = totals - ratio * trials
    spread = count / (count - 1) * float((strays**2).sum())
    return ratio, math.sqrt(spread) / float(trials.sum())


def _named(totals: Floats) -> str:
    return f"t over {len(totals):,} clusters"
