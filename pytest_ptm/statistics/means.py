"""Intervals for the mean of one score a row."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from pytest_ptm.errors import ArgumentError
from pytest_ptm.results import Interval
from pytest_ptm.statistics.proportions import require_confidence


def t_interval(values: NDArray[np.float64], *, confidence: float = 0.95) -> Interval:
    """Two-sided interval for the mean of the values (Student 1908).

    The values are rows drawn independently; skewed ones need some hundreds. Values
    that are all equal give an interval of no width: the caller knows whether that is
    certainty or a sample that says nothing.

    >>> interval = t_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.484, 4.484)

    Raises:
        ArgumentError: fewer than two values, or one that is not finite.
    """
    require_confidence(confidence)
    n = len(values)
    if n < 2:
        raise ArgumentError(f"an interval for a mean needs two values or more; got {n}")
    if not np.isfinite(values).all():
        raise ArgumentError("an interval for a mean needs finite values")
    mean = float(values.mean())
    error = float(values.std(ddof=1)) / math.sqrt(n)
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * error
    return Interval(mean - half, mean + half, confidence, "t")
