"""Verdicts that the rows still to come cannot change.

All in whole numbers: how many of n must be right is derived by the very comparison that
judges the full data set, k / n against the bound as floats do it.
"""

from __future__ import annotations

import math
from typing import Literal

from pytest_ptm.ground.errors import ArgumentError

Decision = Literal["passed", "failed", "undecided"]
Ground = Literal["certain", "confident"]
"""What a verdict stands on: nothing can change it, or an error of at most alpha."""


def fewest_at_least(at_least: float, n: int) -> int:
    """The smallest k with k / n >= at_least; n + 1 where there is none.

    57 of 100 reach 0.57 and 7 of 100 reach 0.07, though as floats 0.57 * 100 lies
    below 57 and 0.07 * 100 above 7.

    >>> fewest_at_least(0.57, 100), fewest_at_least(0.07, 100)
    (57, 7)

    Raises:
        ArgumentError: n is below 1, or the bound is not finite.
    """
    k = _near(at_least, n)
    while k > 0 and (k - 1) / n >= at_least:
        k -= 1
    while k <= n and not k / n >= at_least:
        k += 1
    return k


def most_at_most(at_most: float, n: int) -> int:
    """The largest k with k / n <= at_most; -1 where there is none.

    >>> most_at_most(0.03, 200)
    6

    Raises:
        ArgumentError: n is below 1, or the bound is not finite.
    """
    k = _near(at_most, n)
    while k < n and (k + 1) / n <= at_most:
        k += 1
    while k >= 0 and not k / n <= at_most:
        k -= 1
    return k


def needed_hits(total: int, *, at_least: float | None, at_most: float | None) -> int:
    """How many of all rows must be hits to pass; of ``at_most``, how many must not.

    Raises:
        ArgumentError: not exactly one bound is given, or as `fewest_at_least`.
    """
    bound = the_bound(total, at_least=at_least, at_most=at_most)
    if at_least is not None:
        return fewest_at_least(bound, total)
    return total - most_at_most(bound, total)


def the_bound(total: int, *, at_least: float | None, at_most: float | None) -> float:
    """The bound that is given.

    Raises:
        ArgumentError: there is not exactly one, it is not finite, or there are no rows.
    """
    given = [bound for bound in (at_least, at_most) if bound is not None]
    if len(given) != 1:
        raise ArgumentError(
            f"give at_least or at_most; got at_least={at_least!r}, at_most={at_most!r}"
        )
    _near(given[0], total)
    return given[0]


def require_alpha(alpha: float | None) -> None:
    """Nothing, where alpha is None or between 0 and 1.

    Raises:
        ArgumentError: it is not; 5 is not 0.05.
    """
    if alpha is not None and not 0 < alpha < 1:
        raise ArgumentError(
            f"alpha must lie between 0 and 1; got {alpha!r}. For 5 % write 0.05."
        )


def certain(hits: int, asked: int, *, total: int, needed: int) -> Decision:
    """The verdict on ``needed`` hits of ``total`` rows, where nothing can change it.

    Passed once there are as many hits, failed once too few rows are left to reach them
    (curtailed sampling: Wald, "Sequential analysis", 1947, chapter 5). Rows may come in
    any order.

    >>> certain(90, 90, total=100, needed=90), certain(0, 11, total=100, needed=90)
    ('passed', 'failed')

    Raises:
        ArgumentError: the counts are not possible.
    """
    if not 0 <= hits <= asked <= total:
        raise ArgumentError(
            f"counts must be 0 <= hits <= asked <= total; "
            f"got {hits}, {asked} and {total}"
        )
    if hits >= needed:
        return "passed"
    return "failed" if hits + (total - asked) < needed else "undecided"


def _near(bound: float, n: int) -> int:
    if n < 1:
        raise ArgumentError(f"a share needs n >= 1; got n={n}")
    if not math.isfinite(bound):
        raise ArgumentError(f"a bound must be a finite number; got {bound!r}")
    return round(min(max(bound, 0.0), 1.0) * n)
