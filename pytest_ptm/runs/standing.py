"""What each verdict came to mean for its test: red, taken, expected, or caught."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pytest_ptm.runs.log import RunLog, TestOutcome

if TYPE_CHECKING:
    from pytest_ptm.runs.document import LimitRow, Row

Standing = Literal["failed", "inconclusive", "caught", "taken", "expected", "passed"]
"""``failed``, ``inconclusive`` and ``caught`` are red; ``taken``: inconclusive, and the
test was to take that as skip, xfail or pass; ``expected``: its test failed as expected,
or said by pytest.raises that it expects this; ``caught``: it missed its bound, and its
test is not red all the same."""

RED: frozenset[Standing] = frozenset({"failed", "inconclusive", "caught"})


def standing(row: Row, log: RunLog) -> Standing:
    """What a verdict came to mean, by what became of its test.

    A test that nobody saw end counts as failed. Of a verdict that was told of several
    times, one that is red counts before all others.
    """
    if row.outcome == "passed":
        return "passed"
    fates = log.fates(row)
    if not fates:
        test = log.tests.get(row.nodeid)
        return _meant(row, "failed" if test is None else test.outcome, expected=False)
    found: list[Standing] = [
        _meant(row, fate.ended, expected=fate.expected) for fate in fates
    ]
    red: list[Standing] = [each for each in found if each in RED]
    return (red or found)[0]


def is_expected(row: Row, log: RunLog) -> bool:
    """Whether a failure is shown as one that its test said to expect.

    An inconclusive verdict whose test took it otherwise is shown as what it is.
    """
    found = standing(row, log)
    return found == "expected" or (found == "taken" and xfailed(row, log))


def xfailed(row: Row, log: RunLog) -> bool:
    """Whether the test of a verdict failed as expected, each time that it ran."""
    fates = log.fates(row)
    test = log.tests.get(row.nodeid)
    ended = [fate.ended for fate in fates] or [test and test.outcome]
    return set(ended) == {"xfailed"}


def _meant(row: Row, ended: TestOutcome, *, expected: bool) -> Standing:
    how = row.on_inconclusive if row.outcome == "inconclusive" else "fail"
    if ended == "xfailed":
        return "taken" if how == "xfail" else "expected"
    # Under --runxfail an inconclusive verdict fails its test whatever it was to do.
    if how in {"skip", "pass"} or (how == "xfail" and ended != "failed"):
        return "taken"
    if expected:
        return "expected"
    if ended in {"passed", "skipped", "xpassed"}:
        return "caught"
    return "failed" if row.outcome == "failed" else "inconclusive"


def worst_first(row: Row) -> tuple[float, str, int]:
    """A key to sort verdicts by: how far beyond its bounds each lies, then its test.

    So the order is one, in whatever order workers report.
    """
    figures = [row, *(limit for limit in row.limits if not limit.met)]
    beyond = max(_beyond(figure) for figure in figures)
    return -beyond, row.nodeid, row.place


def limit_leads(row: Row) -> bool:
    """Whether a limit alone is what does not hold: the headline is of it.

    Interval and bounds of the row are the main figure's all the same.
    """
    return not all(limit.met for limit in row.limits) and _beyond(row) <= 0


def _beyond(figure: Row | LimitRow) -> float:
    if figure.at_least is not None:
        return figure.at_least - figure.value
    if figure.at_most is None:
        raise ValueError("a bound has one side")
    return figure.value - figure.at_most
