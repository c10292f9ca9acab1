"""Intervals for a share: successes out of n."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import is_one_of
from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, level

Floats = NDArray[np.float64]
Limits = tuple[Floats, Floats]
ShareMethod = Literal["wilson", "clopper-pearson", "jeffreys"]

JUDGE: ShareMethod = "clopper-pearson"
"""Whose one-sided bounds decide a verdict, whichever interval is shown.

By exact enumeration over n of 10 .. 5,000 and bounds of .5 .. .999 a true share at the
bound passes, or fails, in up to .20 by Wilson's, .15 by Jeffreys', .10 by the mid-p
bound and .05 by these, at nominal .05 (`benchmarks/coverage.py`).
"""


def wilson(
    successes: int, n: int, *, confidence: float = 0.95, side: Side = "both"
) -> Interval:
    """Interval for a share, sensible even when n is small or p is 0 or 1.

    Wilson's score interval (Wilson 1927), recommended for small n by Brown, Cai and
    DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16,
    2001. `benchmarks/coverage.py` prints its exact coverage.

    >>> round(wilson(9, 10).low, 4)
    0.5958

    Raises:
        ArgumentError: n is below 1, successes is outside 0..n, or confidence outside
            0..1.
    """
    return share(successes, n, method="wilson", confidence=confidence, side=side)


def clopper_pearson(
    successes: int, n: int, *, confidence: float = 0.95, side: Side = "both"
) -> Interval:
    """Interval for a share that covers at least as often as it says, whatever p is.

    Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the
    case of the binomial", Biometrika 26, 1934. For claims of safety; wider than
    Wilson's.

    >>> clopper_pearson(29, 29, side="lower").low > 0.9
    True

    Raises:
        ArgumentError: as `wilson`.
    """
    return share(
        successes, n, method="clopper-pearson", confidence=confidence, side=side
    )


def jeffreys(
    successes: int, n: int, *, confidence: float = 0.95, side: Side = "both"
) -> Interval:
    """Interval for a share from Jeffreys' prior, Beta(1/2, 1/2), with equal tails.

    Brown, Cai and DasGupta 2001, section 4.1.2: with no successes it begins at 0, and
    with nothing else it ends at 1.

    >>> round(jeffreys(9, 10).low, 4)
    0.6187

    Raises:
        ArgumentError: as `wilson`.
    """
    return share(successes, n, method="jeffreys", confidence=confidence, side=side)


def share(
    successes: int,
    n: int,
    *,
    method: ShareMethod = "wilson",
    confidence: float = 0.95,
    side: Side = "both",
) -> Interval:
    """Interval for a share by the method named.

    Raises:
        ArgumentError: as `wilson`, or there is no such method.
    """
    require_counts(successes, n)
    name, limits = share_method(method)
    low, high = limits(successes, n, level(confidence, side))
    return interval(
        float(low),
        float(high),
        confidence=confidence,
        side=side,
        method=name,
        least=0.0,
        most=1.0,
    )


def share_method(
    method: ShareMethod,
) -> tuple[str, Callable[[ArrayLike, ArrayLike, float], Limits]]:
    """The name that an interval carries, and the function of its limits.

    Raises:
        ArgumentError: there is no such method.
    """
    named: object = method
    if not is_one_of(named, _METHODS):
        known = ", ".join(map(repr, _METHODS))
        raise ArgumentError(f"there is no interval {method!r}; there are {known}")
    return _METHODS[method]


def wilson_limits(successes: ArrayLike, n: ArrayLike, level: float) -> Limits:
    """Wilson's limits for arrays of counts, at the level below the upper one.

    Counts may be fractions, as those of an effective size are.
    """
    successes, n = np.asarray(successes, np.float64), np.asarray(n, np.float64)
    z = float(ndtri(level))
    p = successes / n
    shrink = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    half = z / shrink * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # Exact at the ends, where rounding would leave 1e-17 or 0.9999999999999999.
    return _from_end_to_end(centre - half, centre + half, successes, n)


def clopper_pearson_limits(successes: ArrayLike, n: ArrayLike, level: float) -> Limits:
    """Clopper and Pearson's limits for arrays of counts, as `wilson_limits`."""
    successes, n = np.asarray(successes, np.float64), np.asarray(n, np.float64)
    failures = n - successes
    low = betaincinv(np.maximum(successes, _TINY), failures + 1, 1 - level)
    high = betaincinv(successes + 1, np.maximum(failures, _TINY), level)
    # The inverse is good to 1e-13 or so: a limit that is 0.5 must not fall below it.
    return _from_end_to_end(np.round(low, 12), np.round(high, 12), successes, n)


def jeffreys_limits(successes: ArrayLike, n: ArrayLike, level: float) -> Limits:
    """Jeffreys' limits for arrays of counts, as `wilson_limits`."""
    successes, n = np.asarray(successes, np.float64), np.asarray(n, np.float64)
    a, b = successes + 0.5, n - successes + 0.5
    low, high = betaincinv(a, b, 1 - level), betaincinv(a, b, level)
    return _from_end_to_end(low, high, successes, n)


def require_counts(successes: int, n: int) -> None:
    """Nothing, where successes out of n are possible.

    Raises:
        ArgumentError: n is below 1, or successes is outside 0..n.
    """
    if n < 1:
        raise ArgumentError(f"an interval for a share needs n >= 1; got n={n}")
    if not 0 <= successes <= n:
        raise ArgumentError(f"successes must lie in 0..{n}; got {successes}")


# Stands in for 0, which no beta distribution takes; its limit is replaced.
_TINY = 1e-9


def _from_end_to_end(
    low: ArrayLike, high: ArrayLike, successes: Floats, n: Floats
) -> Limits:
    low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
    return np.where(successes == 0, 0.0, low), np.where(successes == n, 1.0, high)


_METHODS: dict[
    ShareMethod, tuple[str, Callable[[ArrayLike, ArrayLike, float], Limits]]
] = {
    "wilson": ("Wilson", wilson_limits),
    "clopper-pearson": ("Clopper-Pearson", clopper_pearson_limits),
    "jeffreys": ("Jeffreys", jeffreys_limits),
}
