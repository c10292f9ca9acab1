"""The one funnel of every ``assert_*``: evaluate, judge, record, return or raise."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FrameType
from typing import Unpack

from pytest_ptm.assertions.judging import (
    Judging,
    Terms,
    at_confidence,
    bound_of,
    check_clusters,
    early_stop_of,
    terms_of,
)
from pytest_ptm.assertions.stopping import Stoppable, ask_until_settled
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.errors import (
    ArgumentError,
    BehaviourFailure,
    Inconclusive,
    PtmError,
)
from pytest_ptm.results import Bound, Limit, Measurement, Result, Verdict
from pytest_ptm.session import OnInconclusive, Told, current_session
from pytest_ptm.statistics.reading import read
from pytest_ptm.verdicts import explain, judge


def settle(
    evaluate: Callable[[Examples], Result],
    examples: Callable[[], Examples],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    low: float = 0.0,
    high: float | None = 1.0,
    limits: Mapping[str, Bound] | None = None,
    stoppable: Stoppable | None = None,
    **how: Unpack[Judging],
) -> Result:
    """The result of ``evaluate`` over the examples if it is within the bound.

    ``low`` and ``high`` are the range of the metric; a bound outside it is refused
    before the model is asked. ``limits`` bound further figures of the result, by name;
    ``stoppable`` is how asking can end before the last row, if it can.

    Raises:
        ArgumentError: the bound or another argument is wrong.
        BehaviourFailure: the figure is out of bounds, or inconclusive and that counts
            as a failure; its message is the report.
    """
    __tracebackhide__ = True
    at = asserted_at(inspect.currentframe())
    try:
        _refuse_without_a_test(at)
        terms = terms_of(how)
        bound = bound_of(at_least, at_most, low=low, high=high)
        bound, note = at_confidence(bound, terms, low=low, high=high)
        rows = examples()
        check_clusters(rows, terms.cluster)
        limited = bool(limits) or terms.max_truncated is not None
        stop = early_stop_of(terms, stoppable, limited=limited)
        if stoppable is None or stop == "off":
            result = evaluate(rows)
        else:
            result = ask_until_settled(
                evaluate, rows, stoppable=stoppable, bound=bound, when=stop
            )
        result = replace(result, notes=(*result.notes, *note))
        if not result.unjudged and result.stopped is None:
            result = _read_as_asked(result, terms, whole=stop == "confident")
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None
    also = {figure.metric: figure for figure in result.also}
    bounds: Mapping[str, Bound] = {} if result.unjudged else limits or {}
    further = [Limit(also[name], each) for name, each in bounds.items()]
    if terms.max_truncated is not None and not result.unjudged:
        further.append(_on_truncated(result, terms.max_truncated))
    verdict = judge(result, bound, limits=tuple(further))
    # A person asked for it to be stored as it is; the summary says that it was.
    counts_as = "pass" if result.unjudged else terms.on_inconclusive
    session = current_session()
    session.verdicts.append(Told(verdict, counts_as, at))
    excused = counts_as == "pass" and verdict.outcome == "inconclusive"
    if verdict.outcome != "passed" and not excused:
        raise _failure(verdict, counts_as)
    return result


def _on_truncated(result: Result, most: float) -> Limit:
    """How much of what was asked the model may not have seen to its end."""
    counts = result.counts
    share = Measurement("truncated", counts.share_truncated, counts.asked, "lower")
    return Limit(share, Bound(at_most=most))


def _refuse_without_a_test(at: tuple[str, int] | None) -> None:
    """Refuse a verdict that no test would be credited with, and so nobody hear of.

    It is remembered as well: whoever catches the error has asserted nothing.

    Raises:
        ArgumentError: PTM117, pytest runs, and no test; or not in this process.
    """
    session = current_session()
    if not session.of_run:
        return
    if os.getpid() != session.process:
        why = "in a process that was forked, whose verdicts nobody hears of"
    elif session.test is None:
        why = "while no test was running, such as on the import of a file"
    else:
        return
    where = "an assertion" if at is None else f"the assertion at {at[0]}:{at[1]}"
    told = f"{where} was called {why}. Move it into a test, or into a fixture"
    session.strays.append(told)
    raise ArgumentError(told, code="PTM117")


def _read_as_asked(result: Result, terms: Terms, *, whole: bool) -> Result:
    """The result with the interval that the call asked for.

    ``whole``: asked to the end where "confident" could have ended it, which is about
    the data set; so its figure is known.
    """
    return replace(
        result,
        measurement=read(
            result.measurement,
            result.outcomes,
            method=terms.interval,
            cluster=terms.cluster,
            estimand="dataset" if whole else terms.estimand,
            total=None if whole else result.of,
        ),
    )


def _failure(verdict: Verdict, on_inconclusive: OnInconclusive) -> BehaviourFailure:
    """What a verdict raises that did not pass; a test may be skipped on the way."""
    __tracebackhide__ = True
    session = current_session()
    test = session.test
    message = explain(
        verdict,
        show_cases=session.settings.show_cases,
        rerun=test.rerun() if test and test.rerun else None,
    )
    if verdict.outcome == "failed":
        return BehaviourFailure(message)
    if on_inconclusive in {"skip", "xfail"} and test and test.excuse:
        # Does not return, unless the shell's own way is switched off (--runxfail).
        test.excuse(on_inconclusive, message)
    return Inconclusive(message)


def asserted_at(frame: FrameType | None) -> tuple[str, int] | None:
    """File and line of the nearest caller outside this package: the user's own."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if not name.startswith("pytest_ptm."):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None
