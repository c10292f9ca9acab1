"""Intervals for a correlation."""

from __future__ import annotations

import math

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, z_of


def fisher_z(
    r: float, n: int, *, confidence: float = 0.95, side: Side = "both"
) -> Interval | None:
    """Interval for a Pearson correlation over n pairs.

    Normal on the scale of atanh(r), with error 1 / sqrt(n - 3): Fisher, "On the
    'probable error' of a coefficient of correlation deduced from a small sample",
    Metron 1, 1921. For pairs that are about normal; not for rank correlations. None
    where r is -1 or 1, which says nothing of the spread.

    >>> limits = fisher_z(0.6, 28)
    >>> round(limits.low, 3), round(limits.high, 3)
    (0.292, 0.795)

    Raises:
        ArgumentError: fewer than four pairs, or r is outside -1..1.
    """
    if n < 4:
        raise ArgumentError(f"an interval for a correlation needs n >= 4; got n={n}")
    if not -1 <= r <= 1:
        raise ArgumentError(f"a correlation lies in -1..1; got {r!r}")
    z = z_of(confidence, side)
    if abs(r) == 1:
        return None
    middle, half = math.atanh(r), z / math.sqrt(n - 3)
    return interval(
        math.tanh(middle - half),
        math.tanh(middle + half),
        confidence=confidence,
        side=side,
        method="Fisher z",
        least=-1.0,
        most=1.0,
    )
