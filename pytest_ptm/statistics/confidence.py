"""How sure, and on which side: what every interval takes."""

from __future__ import annotations

import math

from scipy.special import ndtri

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval, Side


def two_sided_z(confidence: float) -> float:
    """How many standard errors either side of the middle hold the confidence.

    >>> round(two_sided_z(0.95), 3)
    1.96

    Raises:
        ArgumentError: confidence is not between 0 and 1, such as 95.
    """
    return z_of(confidence, "both")


def z_of(confidence: float, side: Side) -> float:
    """How many standard errors from the middle a limit lies.

    >>> round(z_of(0.95, "lower"), 3)
    1.645
    """
    return float(ndtri(level(confidence, side)))


def level(confidence: float, side: Side) -> float:
    """The probability below an upper limit, which is that above a lower one.

    >>> level(0.95, "both"), level(0.95, "upper")
    (0.975, 0.95)

    Raises:
        ArgumentError: confidence is not between 0 and 1 (for one side, not above
            0.5), or there is no such side.
    """
    require_confidence(confidence)
    if side == "both":
        return (1 + confidence) / 2
    if side not in {"lower", "upper"}:
        raise ArgumentError(f"side must be 'both', 'lower' or 'upper'; got {side!r}")
    if confidence <= 0.5:
        raise ArgumentError(
            f"the confidence of one bound must lie above 0.5; got {confidence!r}"
        )
    return confidence


def interval(
    low: float,
    high: float,
    *,
    confidence: float,
    side: Side,
    method: str,
    least: float = -math.inf,
    most: float = math.inf,
) -> Interval:
    """The limits that the side asks for; the other one is as far as it can be.

    Limits beyond the range of the figure are brought back to its ends.
    """
    low = least if side == "upper" else max(low, least)
    high = most if side == "lower" else min(high, most)
    if side != "both":
        method = f"{method} ({side} bound)"
    # What is turned round to be looked at from below may come back as -0.0.
    return Interval(float(low) + 0.0, float(high) + 0.0, confidence, method)


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
