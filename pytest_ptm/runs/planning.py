"""What the tests of a run can show, and the strictest bounds they could have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_ptm.behaviours.cost_figures import BOUNDS
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.shares import meant_share
from pytest_ptm.runs.document import Row
from pytest_ptm.statistics.planning import (
    detectable_drop,
    drop_by_spread,
    required_n,
)

Tightness = Literal["shown", "not shown", "missed"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What one verdict's examples can show about its bound.
    ``drop``: the smallest distance on the wrong side of the bound that is seen with the
    power asked for; ``needed``: how many examples the wanted drop takes. Both are None
    where ``why`` says that nothing can be planned.
    """

    row: Row
    drop: float | None
    needed: int | None
    why: str = ""

    @property
    def in_points(self) -> bool:
        """Whether the figure is a share, or at most 1, so that drops read as points."""
        return _is_share(self.row) or (
            self.row.better == "higher" and abs(self.row.value) <= 1
        )

    @property
    def enough(self) -> bool:
        """Whether the examples at hand see the wanted drop."""
        return self.needed is not None and self.needed <= self.row.n


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The strictest bound that a verdict's figure clears at 95 %, beside its own.

    ``argument`` is what the assertion calls it, ``strictest`` and ``bound`` are in its
    terms: a ``margin`` is what the gain may lie below 0.
    """

    row: Row
    argument: str
    bound: float
    strictest: float | None
    tightness: Tightness
    why: str = ""


def plans(rows: Sequence[Row], *, drop: float, power: float) -> list[Plan]:
    """What each verdict can show, the least first; what cannot be planned is last.

    Raises:
        ArgumentError: drop or power does not lie between 0 and 1.
    """
    for name, value in (("drop", drop), ("power", power)):
        if not 0 < value < 1:
            hint = meant_share(value) if value < 100 else ""
            raise ArgumentError(f"{name} must lie between 0 and 1; got {value:g}{hint}")
    found = [_plan(row, drop, power) for row in rows]
    return sorted(
        found, key=lambda plan: (plan.needed is None, -(plan.drop or math.inf))
    )


def suggestions(rows: Sequence[Row]) -> list[Suggestion]:
    """The strictest bound of each verdict, in the order of the run."""
    return [_suggestion(row) for row in rows]


def _plan(row: Row, drop: float, power: float) -> Plan:
    why = _cannot(row)
    if why:
        return Plan(row, None, None, why)
    bound = _bound(row)
    threshold = bound if row.at_least is not None else 1 - bound
    if _is_share(row) and not 0 < threshold < 1:
        return Plan(row, None, None, "its bound, an end of the range, has no drop")
    if _is_share(row):
        rows = _rows(row, threshold)
        shown = detectable_drop(rows, threshold, power=power, test="exact")
        if drop > threshold:
            return Plan(row, shown, None, f"a drop of {drop:g} is more than the bound")
        needed = required_n(threshold, drop=drop, power=power, test="exact")
        return Plan(row, shown, math.ceil(needed * row.n / rows))
    shown = drop_by_spread(row.power.error, power=power)
    if not shown:
        return Plan(row, None, None, "its rows say nothing of their spread")
    # The error shrinks with the root of the number of examples.
    return Plan(row, shown, math.ceil(row.n * (shown / drop) ** 2))


def _suggestion(row: Row) -> Suggestion:
    strictest = row.power.strictest
    argument, bound = _argument(row), _bound(row)
    why = _cannot(row)
    if why or strictest is None:
        now = _in_terms_of(argument, bound)
        return Suggestion(
            row, argument, now, None, "not shown", why or "no interval is offered"
        )
    higher = row.at_least is not None
    shown = strictest >= bound if higher else strictest <= bound
    met = row.value >= bound if higher else row.value <= bound
    return Suggestion(
        row,
        argument,
        _in_terms_of(argument, bound),
        _in_terms_of(argument, strictest),
        "shown" if shown else "not shown" if met else "missed",
    )


def _argument(row: Row) -> str:
    """What the assertion of a verdict calls its bound."""
    if row.behaviour == "not_worse":
        return "margin"
    if row.behaviour == "cost":
        return {str(figure): name for figure, name in BOUNDS.items()}[row.metric]
    return "at_least" if row.at_least is not None else "at_most"


def _in_terms_of(argument: str, bound: float) -> float:
    # A margin is never below 0, however much better the model is.
    return max(0.0, -bound) if argument == "margin" else bound


def for_all_models(found: Sequence[Suggestion]) -> list[Suggestion]:
    """Of each verdict that several models reached: what all of them clear.

    Only where something is suggested to each of them.
    """
    by_verdict: dict[tuple[str, int, str], list[Suggestion]] = {}
    for each in found:
        key = each.row.test, each.row.place, each.argument
        by_verdict.setdefault(key, []).append(each)
    weakest: list[Suggestion] = []
    for group in by_verdict.values():
        held = [each for each in group if each.strictest is not None]
        if len(held) < 2 or len(held) < len(group):
            continue
        lowest = group[0].argument == "at_least"
        pick = min if lowest else max
        weakest.append(pick(held, key=lambda each: each.strictest or 0.0))
    return weakest


def _bound(row: Row) -> float:
    bound = row.at_least if row.at_least is not None else row.at_most
    if bound is None:
        raise ValueError(f"{row.nodeid} has no bound")
    return bound


def _rows(row: Row, threshold: float) -> int:
    """How many rows a share is over: of a rate of one class, some of those asked.

    Of an older run found from the drop that was recorded, which they detect.
    """
    if row.power.rows is not None:
        return row.power.rows
    if row.power.drop is None or not 0 < row.power.drop <= threshold:
        return row.n
    rows = required_n(threshold, drop=row.power.drop)
    return row.n if abs(rows - row.n) <= 1 else min(rows, row.n)


def _is_share(row: Row) -> bool:
    """Whether the figure is hits of n rows: what planning by the score test is of."""
    method = row.interval.method if row.interval is not None else ""
    return method in {"Wilson", "Clopper-Pearson", "Jeffreys"}


def _cannot(row: Row) -> str:
    if not row.data:
        return "an older pytest-ptm recorded it, without what this takes; run it again"
    if row.partial_of is not None:
        return f"PARTIAL: {row.n:,} of {row.partial_of:,} examples were asked"
    if row.stopped is not None:
        return f"stopped early, after {row.stopped.asked:,} of {row.stopped.total:,}"
    if row.interval is None:
        return "no interval is offered"
    return ""
