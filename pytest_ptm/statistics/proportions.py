"""Intervals for a share: successes out of n."""

from __future__ import annotations

import math

from scipy.special import ndtri

from pytest_ptm.errors import ArgumentError
from pytest_ptm.results import Interval


def wilson(successes: int, n: int, *, confidence: float = 0.95) -> Interval:
    """Two-sided interval for a share, sensible even when n is small or p is 0 or 1.

    Wilson's score interval (Wilson 1927), recommended for small n by Brown, Cai and
    DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16,
    2001. `benchmarks/intervals.py` prints its exact coverage.

    >>> round(wilson(9, 10).low, 4)
    0.5958

    Raises:
        ArgumentError: n is below 1, successes is outside 0..n, or confidence outside
            0..1.
    """
    if n < 1:
        raise ArgumentError(f"an interval for a share needs n >= 1; got n={n}")
    if not 0 <= successes <= n:
        raise ArgumentError(f"successes must lie in 0..{n}; got {successes}")
    z = two_sided_z(confidence)
    share = successes / n
    shrink = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Exact at the ends, where rounding would leave 1e-17 or 0.9999999999999999.
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == n else centre + half
    return Interval(low, high, confidence, "Wilson")


def two_sided_z(confidence: float) -> float:
    """How many standard errors either side of the middle hold the confidence.

    >>> round(two_sided_z(0.95), 3)
    1.96

    Raises:
        ArgumentError: confidence is not between 0 and 1, such as 95.
    """
    require_confidence(confidence)
    return float(ndtri((1 + confidence) / 2))


def require_confidence(confidence: float) -> None:
    """Nothing, where confidence lies between 0 and 1.

    Raises:
        ArgumentError: it does not; 95 is not 0.95.
    """
    if not 0 < confidence < 1:
        raise ArgumentError(
            f"confidence must lie between 0 and 1; got {confidence!r}. "
            "For 95 % write 0.95."
        )
