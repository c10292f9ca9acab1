"""How many rows like those at hand show a share, where rows were not drawn apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from pytest_ptm.results import Bound, Evidence, Measurement
from pytest_ptm.statistics.clustered_evidence import RatioOf
from pytest_ptm.statistics.clusters import linearised
from pytest_ptm.statistics.combined_evidence import Wider
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.planning import rows_to_settle

_POWER = 0.8
_MOST_TRIALS = 10_000_000
"""So many are added up at the most; beyond that no number is said."""


def is_share(evidence: Evidence | None) -> bool:
    """Whether it is of rows that are right or wrong, drawn apart or not."""
    if isinstance(evidence, Wider):
        return all(map(is_share, evidence.readings))
    return isinstance(evidence, ShareOf) or (
        isinstance(evidence, RatioOf) and evidence.share
    )


def more_of_share(
    evidence: Evidence | None, measurement: Measurement, bound: Bound, confidence: float
) -> int | None:
    """How many further rows, as often copied and in clusters as large, settle it.

    Near 0 and 1 limits move with the number of rows, not with its root. None where no
    number does.
    """
    if isinstance(evidence, Wider):
        found = [
            more_of_share(each, measurement, bound, confidence)
            for each in evidence.readings
        ]
        there = [each for each in found if each is not None]
        return max(there) if len(there) == len(found) else None
    if isinstance(evidence, ShareOf):
        return _by_copies(evidence, bound, confidence)
    if isinstance(evidence, RatioOf):
        times = _times_the_clusters(evidence, bound, confidence)
        return None if times is None else math.ceil(measurement.n * (times - 1))
    return None


def _by_copies(evidence: ShareOf, bound: Bound, confidence: float) -> int | None:
    hits, n = evidence.hits, evidence.n
    apart = rows_to_settle(
        hits / n, (n - hits) / n, bound.limit, power=_POWER, confidence=confidence
    )
    # What rounding alone adds is no row.
    return (
        None
        if apart is None
        else max(0, math.ceil(round(apart * evidence.copies, 6)) - n)
    )


def _times_the_clusters(
    evidence: RatioOf, bound: Bound, confidence: float
) -> float | None:
    """How many times the clusters settle it with the power, 1 or more.

    Of so many the bound has to be clear by as far as the share itself may stray.
    """
    if len(evidence.totals) < 2:
        return None
    share, error = linearised(evidence.totals, evidence.trials)
    strays = float(ndtri(_POWER)) * error
    is_above = share > bound.limit

    def clear_by(times: int) -> float:
        many = replace(
            evidence,
            totals=np.tile(evidence.totals, times),
            trials=np.tile(evidence.trials, times),
        )
        found = many.interval(
            confidence=confidence, side="lower" if is_above else "upper"
        )
        if found is None:
            return -math.inf
        apart = found.low - bound.limit if is_above else bound.limit - found.high
        return apart - strays / math.sqrt(times)

    most = max(1, int(_MOST_TRIALS / evidence.trials.sum()))
    return _least(clear_by, most)


def _least(clear_by: Callable[[int], float], most: int) -> float | None:
    """Where it comes to 0, between two whole numbers by a straight line."""
    high = 1
    while clear_by(high) < 0:
        if high >= most:
            return None
        high = min(2 * high, most)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if clear_by(middle) >= 0 else (middle, high)
    if high == 1:
        return 1.0
    short, over = clear_by(high - 1), clear_by(high)
    return high - over / (over - short)
