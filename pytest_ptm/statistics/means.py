"""Intervals for the mean of one score a row."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, level


def t_interval(
    values: NDArray[np.float64], *, confidence: float = 0.95, side: Side = "both"
) -> Interval:
    """Interval for the mean of the values (Student, Biometrika 6, 1908).

    The values are rows drawn independently; skewed ones need some hundreds. Values
    that are all equal give an interval of no width: the caller knows whether that is
    certainty or a sample that says nothing.

    >>> limits = t_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(limits.low, 3), round(limits.high, 3)
    (-0.484, 4.484)

    Raises:
        ArgumentError: fewer than two values, or one that is not finite.
    """
    n, at = require_values(values), level(confidence, side)
    error = float(values.std(ddof=1)) / math.sqrt(n)
    return around(
        float(values.mean()),
        float(stdtrit(n - 1, at)) * error,
        confidence=confidence,
        side=side,
        method="t",
    )


def around(
    middle: float, half: float, *, confidence: float, side: Side, method: str
) -> Interval:
    """The interval that reaches as far below the middle as above it."""
    return interval(
        middle - half, middle + half, confidence=confidence, side=side, method=method
    )


def require_values(values: NDArray[np.float64]) -> int:
    """How many values there are, where a spread can be taken of them.

    Raises:
        ArgumentError: fewer than two values, or one that is not finite.
    """
    n = len(values)
    if n < 2:
        raise ArgumentError(f"an interval for a mean needs two values or more; got {n}")
    if not np.isfinite(values).all():
        raise ArgumentError("an interval for a mean needs finite values")
    return n
