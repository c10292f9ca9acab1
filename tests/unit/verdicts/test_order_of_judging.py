"""The table by which a verdict is judged: each line by itself, and their order."""

import math
from dataclasses import replace

import pytest

from pytest_ptm.results import (
    Bound,
    Interval,
    Limit,
    Measurement,
    ModelCard,
    Result,
    Stopped,
)
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.verdicts.judge import RULES, Held, judge, rule_of

RESULT = Result(
    behaviour="metric",
    model=ModelCard("candidate", "./candidate", "ab" * 32),
    task="text-classification",
    measurement=Measurement("accuracy", 0.88, 200, "higher"),
    signature="ptm:0.1|accuracy",
)
HELD = Held(RESULT, Bound(at_least=0.9), (), None, together=False)
MISSED = (Limit(Measurement("ece", 0.3, 200, "lower"), Bound(at_most=0.1)),)
AT_95 = Bound(at_least=0.9, confidence=0.95)


def ended(outcome):
    return replace(RESULT, stopped=Stopped(64, 200, "certain", outcome, seed=0))


def judged(low, high, *, together=False, bound=AT_95):
    ends = Interval(low, high, 0.95, "Wilson")
    return replace(HELD, bound=bound, judged=ends, together=together)


LINES = {
    "there is nothing to judge by": (
        replace(HELD, result=replace(RESULT, unjudged="no baseline"), limits=MISSED),
        "inconclusive",
    ),
    "a further limit does not hold": (
        replace(HELD, result=ended("passed"), limits=MISSED),
        "failed",
    ),
    "asking ended early, as passed": (replace(HELD, result=ended("passed")), "passed"),
    "asking ended early, as failed": (
        replace(HELD, result=ended("failed"), bound=Bound(at_least=0.5)),
        "failed",
    ),
    "asking ended early, open": (
        replace(HELD, result=ended("inconclusive"), bound=AT_95),
        "inconclusive",
    ),
    "the figure itself holds": (
        replace(judged(0.1, 0.2), bound=Bound(at_least=0.88)),
        "passed",
    ),
    "the figure itself does not hold": (
        replace(judged(0.95, 0.99), bound=Bound(at_least=0.9)),
        "failed",
    ),
    "its near bound is clear": (judged(0.9, 0.95, together=True), "passed"),
    "its far bound misses, left to the end of the run": (
        judged(0.7, 0.89, together=True),
        "inconclusive",
    ),
    "its far bound misses": (judged(0.7, 0.89), "failed"),
    "its bounds show neither": (judged(0.89, 0.91, together=True), "inconclusive"),
}


def test_every_line_of_the_table_is_here():
    assert [rule.name for rule in RULES] == list(LINES)


@pytest.mark.parametrize("name", LINES)
def test_a_line_decides_before_all_that_follow(name):
    held, outcome = LINES[name]
    rule = rule_of(held)
    assert (rule.name, rule.outcome) == (name, outcome)
    assert rule.deferred == ("left to the end" in name)


@pytest.mark.parametrize("name", list(LINES)[:-1])
def test_without_a_line_something_else_would_decide(name, monkeypatch):
    held, _ = LINES[name]
    left = tuple(rule for rule in RULES if rule.name != name)
    monkeypatch.setattr("pytest_ptm.verdicts.judge.RULES", left)
    assert rule_of(held).name != name


@pytest.mark.parametrize("bound", [Bound(at_least=0.0), Bound(at_most=1.0)])
def test_no_number_holds_no_bound(bound):
    figure = replace(RESULT.measurement, value=math.nan)
    held = replace(HELD, result=replace(RESULT, measurement=figure), bound=bound)
    assert rule_of(held).name == "the figure itself does not hold"


def test_without_bounds_a_confidence_shows_neither():
    assert rule_of(replace(HELD, bound=AT_95, together=True)).outcome == "inconclusive"


@pytest.mark.parametrize(
    ("hits", "together", "outcome", "deferred", "more"),
    [
        (100, True, "inconclusive", True, False),
        (100, False, "failed", False, False),
        (178, True, "inconclusive", False, True),
        (199, True, "passed", False, False),
    ],
)
def test_only_a_miss_that_is_shown_is_left_to_the_run(
    hits, together, outcome, deferred, more
):
    figure = Measurement.of("accuracy", hits / 200, 200, "higher", ShareOf(hits, 200))
    result = replace(RESULT, measurement=figure)
    verdict = judge(result, AT_95, together=together)
    assert (verdict.outcome, verdict.deferred) == (outcome, deferred)
    # How many more would settle it is asked of what is open, not of what was missed.
    assert (verdict.more is not None) == more


def test_what_ended_early_is_judged_on_no_bound_of_its_figure():
    figure = Measurement.of("accuracy", 0.5, 200, "higher", ShareOf(100, 200))
    early = replace(ended("passed"), measurement=figure)
    assert judge(early, AT_95).judged is None
    assert judge(replace(early, stopped=None), AT_95).judged is not None


@pytest.mark.parametrize(("low", "holds"), [(0.9, True), (0.91, False)])
def test_an_interval_that_ends_at_the_bound_holds_it(low, holds):
    ends = Interval(low, 0.95, 0.95, "Wilson")
    figure = replace(RESULT.measurement, value=0.93, interval=ends)
    verdict = judge(replace(RESULT, measurement=figure), Bound(at_least=0.9))
    assert verdict.interval_holds_bound == holds
