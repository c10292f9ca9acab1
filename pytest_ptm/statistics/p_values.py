"""The error at which a limit reaches its bound: a p-value by inverting intervals."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import ndtr, ndtri

from pytest_ptm.results import Evidence, Side

STEP = 1e-6
"""How near a p-value is found, and the smallest that is told from 0."""

_NUDGE = 0.45 * STEP


def p_value(evidence: Evidence, bound: float, *, side: Side) -> float | None:
    """The smallest error at which the one-sided limit clears the bound.

    ``side`` "lower": that the lower limit reaches it, "upper": that the upper limit
    lies below. It is an error at which the limit clears, no more than 1e-6 above one at
    which it does not; 0.5 where no confidence above one half does, None where there are
    no limits.
    """

    def margin(alpha: float) -> float:
        found = evidence.interval(confidence=1 - alpha, side=side)
        if found is None:
            return math.nan
        # Of plain numbers: no warning where an end is infinite.
        return float(found.low - bound if side == "lower" else bound - found.high)

    high, low = 0.5 - STEP, STEP
    ahead = margin(high)
    if math.isnan(ahead):
        return None
    if ahead < 0:
        return 0.5
    behind = margin(low)
    if behind >= 0:
        return low
    return _smallest(margin, low, high, behind, ahead)


def _smallest(
    margin: Callable[[float], float],
    low: float,
    high: float,
    behind: float,
    ahead: float,
) -> float:
    """Between an error that is too small and one that is not, to `STEP`.

    A limit of many rows is nearly a line in z, so that a secant meets the bound in a
    few steps where halving takes twenty (Dowell and Jarratt, "A modified regula falsi
    method", BIT 11, 1971: an end that stays counts half). Every fourth step halves, for
    limits that are no line at all.
    """
    steps, moved = 0, 0
    while high - low > STEP:
        steps += 1
        share = behind / (behind - ahead)
        if math.isnan(share) or not steps % 4:
            share = 0.5
        near, far = float(ndtri(high)), float(ndtri(low))
        # Past where it meets, so that the end which stayed comes near too.
        middle = float(ndtr(far + (near - far) * share)) - moved * _NUDGE
        middle = min(max(middle, low + _NUDGE), high - _NUDGE)
        found = margin(middle)
        if found >= 0:
            high, ahead = middle, found
            behind /= 2 if moved > 0 else 1
            moved = 1
        else:
            low, behind = middle, found
            ahead /= 2 if moved < 0 else 1
            moved = -1
    return high
