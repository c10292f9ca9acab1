"""Limits of the difference of two shares over the same rows that may judge.

``gained`` rows only the first has right, ``lost`` rows only the second; the difference
is the first share minus the second.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, level, z_of
from pytest_ptm.statistics.edges import edge
from pytest_ptm.statistics.paired import require_pairs
from pytest_ptm.statistics.proportions import clopper_pearson

_HALVINGS = 44
"""To 1e-13, which no count of rows can tell apart."""


def tango(
    gained: int, lost: int, n: int, *, confidence: float = 0.95, side: Side = "both"
) -> Interval:
    """Interval for the difference of two shares over the same n rows, by their score.

    All differences that the score test does not reject: Tango, "Equivalence test and
    confidence interval for the difference in proportions for the paired-sample design",
    Statistics in Medicine 17, 1998. Its error stays near its level where few rows
    differ, and where all that differ are losses: there a difference at the limit says
    itself how often rows would differ.

    >>> limits = tango(12, 30, 1000)
    >>> round(limits.low, 4), round(limits.high, 4)
    (-0.0318, -0.0056)

    Raises:
        ArgumentError: the counts are not possible.
    """
    require_pairs(gained, lost, n)
    z = z_of(confidence, side)
    found = (gained - lost) / n

    def end(refuted: Callable[[float], bool], outside: float) -> float:
        return edge(refuted, inside=found, outside=outside, halvings=_HALVINGS)

    low = end(lambda apart: score(gained, lost, n, apart) > z, -1.0)
    high = end(lambda apart: score(gained, lost, n, apart) < -z, 1.0)
    return interval(
        low,
        high,
        confidence=confidence,
        side=side,
        method="Tango",
        least=-1.0,
        most=1.0,
    )


def score(gained: int, lost: int, n: int, difference: float) -> float:
    """How many standard errors what was found lies above this difference.

    The error is the one that the data would most likely have if the difference were
    true: `lost_at`.
    """
    away = gained - lost - n * difference
    variance = n * (
        2 * lost_at(gained, lost, n, difference) + difference * (1 - difference)
    )
    if variance <= 0:
        return math.copysign(math.inf, away) if away else 0.0
    return away / math.sqrt(variance)


def lost_at(gained: int, lost: int, n: int, difference: float) -> float:
    """The likeliest share of rows that only the second has right, at a difference.

    The larger root of the quadratic that the likelihood of the three counts leads to,
    with the share of gained rows set to this one plus the difference.
    """
    linear = difference * (2 * n - gained + lost) - gained - lost
    constant = -lost * difference * (1 - difference)
    root = math.sqrt(max(0.0, linear * linear - 8 * n * constant))
    return max((root - linear) / (4 * n), 0.0, -difference)


def exact_difference(
    gained: int, lost: int, n: int, *, confidence: float = 0.95, side: Side = "both"
) -> Interval:
    """Interval for the same difference that is never under its confidence.

    Clopper and Pearson's limits of either count, each with half of the error: both hold
    together at least as often as asked (Bonferroni). Wider than `tango`'s; for claims
    of safety.

    >>> limits = exact_difference(12, 30, 1000)
    >>> round(limits.low, 4), round(limits.high, 4)
    (-0.0388, 0.0031)

    Raises:
        ArgumentError: the counts are not possible.
    """
    require_pairs(gained, lost, n)
    each = (1 + level(confidence, side)) / 2

    def limit(count: int, side: Side) -> float:
        found = clopper_pearson(count, n, confidence=each, side=side)
        return found.low if side == "lower" else found.high

    return interval(
        limit(gained, "lower") - limit(lost, "upper"),
        limit(gained, "upper") - limit(lost, "lower"),
        confidence=confidence,
        side=side,
        method="Clopper-Pearson of gained and lost",
        least=-1.0,
        most=1.0,
    )
