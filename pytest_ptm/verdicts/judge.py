"""What a figure means against its bound: one table, whose order is the precedence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pytest_ptm.results import Bound, Interval, Limit, Outcome, Result, Verdict
from pytest_ptm.statistics.bounds import more_to_tell, one_sided, outcome_of


@dataclass(frozen=True, slots=True)
class Held:
    """A result held against its bound and its further limits: all that is judged by.

    ``judged`` are the one-sided bounds of the figure, where a confidence was asked for;
    ``together``: a miss at that confidence is left to the end of the run.
    """

    result: Result
    bound: Bound
    limits: tuple[Limit, ...]
    judged: Interval | None
    together: bool

    @property
    def shown(self) -> Outcome:
        """What the one-sided bounds show."""
        return outcome_of(self.judged, self.bound)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: what it is called, when it applies, what it makes."""

    name: str
    applies: Callable[[Held], bool]
    outcome: Outcome
    deferred: bool = False


def _ended_early(outcome: Outcome) -> Callable[[Held], bool]:
    def applies(held: Held) -> bool:
        return held.result.stopped is not None and (
            held.result.stopped.outcome == outcome
        )

    return applies


def _by_figure(*, holds: bool) -> Callable[[Held], bool]:
    def applies(held: Held) -> bool:
        return held.bound.confidence is None and (
            held.bound.holds(held.result.value) == holds
        )

    return applies


RULES = (
    Rule(
        "there is nothing to judge by",
        lambda held: bool(held.result.unjudged),
        "inconclusive",
    ),
    # Whatever the figure shows, and however early.
    Rule(
        "a further limit does not hold",
        lambda held: not all(each.met for each in held.limits),
        "failed",
    ),
    Rule("asking ended early, as passed", _ended_early("passed"), "passed"),
    Rule("asking ended early, as failed", _ended_early("failed"), "failed"),
    Rule("asking ended early, open", _ended_early("inconclusive"), "inconclusive"),
    Rule("the figure itself holds", _by_figure(holds=True), "passed"),
    # No number (NaN) holds no bound.
    Rule("the figure itself does not hold", _by_figure(holds=False), "failed"),
    Rule("its near bound is clear", lambda held: held.shown == "passed", "passed"),
    Rule(
        "its far bound misses, left to the end of the run",
        lambda held: held.shown == "failed" and held.together,
        "inconclusive",
        deferred=True,
    ),
    Rule("its far bound misses", lambda held: held.shown == "failed", "failed"),
    Rule("its bounds show neither", lambda _: True, "inconclusive"),
)
"""The first that applies decides."""


def rule_of(held: Held) -> Rule:
    """The line of the table that decides."""
    return next(rule for rule in RULES if rule.applies(held))


def judge(
    result: Result,
    bound: Bound,
    *,
    limits: tuple[Limit, ...] = (),
    together: bool = False,
) -> Verdict:
    """The verdict: of the figure itself, or of its one-sided bounds at a confidence.

    With ``bound.confidence`` the result passes only if its bound on the near side is
    clear of the limit, fails only if the one on the far side misses it, and is
    inconclusive otherwise; ``together`` says that whether such a miss counts is left to
    the end of the run. Every further limit has to hold as well, by the figure itself.
    `RULES` has them all, in their order.
    """
    measurement, interval = result.measurement, result.measurement.interval
    judged = None if result.stopped else one_sided(measurement.evidence, bound)
    rule = rule_of(Held(result, bound, limits, judged, together))
    is_open = rule.outcome == "inconclusive" and not rule.deferred
    return Verdict(
        result=result,
        bound=bound,
        outcome=rule.outcome,
        interval_holds_bound=(
            interval is not None and interval.low <= bound.limit <= interval.high
        ),
        limits=limits,
        judged=judged,
        more=more_to_tell(measurement, bound)
        if is_open and not result.unjudged
        else None,
        deferred=rule.deferred,
    )
