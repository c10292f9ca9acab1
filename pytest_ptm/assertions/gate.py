"""The one funnel of every ``assert_*``: evaluate, judge, record, return or raise."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FrameType

from pytest_ptm.assertions.judging import (
    Judging,
    Terms,
    at_confidence,
    bound_of,
    check_clusters,
    early_stop_of,
    terms_of,
)
from pytest_ptm.assertions.stopping import ask_until_settled
from pytest_ptm.behaviours.inquiry import H, Inquiry, run
from pytest_ptm.ground.display import columns, listed
from pytest_ptm.ground.errors import (
    ArgumentError,
    BehaviourFailure,
    Inconclusive,
    PerturbationFailed,
    PtmError,
)
from pytest_ptm.results import Better, Bound, Limit, Measurement, Result, Verdict
from pytest_ptm.session import current_session
from pytest_ptm.session.running_test import OnInconclusive, RunningTest, Told
from pytest_ptm.statistics.reading import caveats, read
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.verdicts.judge import judge
from pytest_ptm.verdicts.words import message_of


def settle(
    inquire: Callable[[], Inquiry[H]],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    low: float = 0.0,
    high: float | None = 1.0,
    better: Better = "higher",
    limits: Mapping[str, Bound] | None = None,
    called: str | None = None,
    how: Judging,
) -> Result:
    """The result of an inquiry if it is within the bound.

    ``low`` and ``high`` are the range of the metric and ``better`` its direction; a
    bound outside it, or on the wrong side, is refused before the model is asked.
    ``limits`` bound further figures of the result, by name; ``called`` is the argument
    of the bound, where that is neither ``at_least`` nor ``at_most``. ``inquire`` is
    called once the bound and all that can be checked without it is right: a bad bound
    touches neither model nor file.

    Raises:
        ArgumentError: the bound or another argument is wrong.
        BehaviourFailure: the figure is out of bounds, or inconclusive and that counts
            as a failure; its message is the report.
    """
    __tracebackhide__ = True
    at = asserted_at(inspect.currentframe())
    session = current_session()
    with session.asking() as test:
        try:
            _refuse_without_a_test(at)
            terms = terms_of(how)
            bound = bound_of(at_least, at_most, low=low, high=high, better=better)
            bound = replace(bound, called=called)
            bound, note = at_confidence(bound, terms, low=low, high=high)
            inquiry = inquire()
            check_clusters(inquiry.examples, terms.cluster)
            limited = bool(limits) or terms.max_truncated is not None
            stop = early_stop_of(terms, inquiry.figure, bound, limited=limited)
            result, bound = (
                (run(inquiry), bound)
                if stop == "off"
                else ask_until_settled(
                    inquiry, bound=bound, when=stop, estimand=terms.estimand
                )
            )
            _require_limited(result, limits)
            result = replace(result, notes=(*result.notes, *note))
            if not result.unjudged and result.stopped is None:
                result = _read_as_asked(result, bound, terms)
        except PtmError as error:
            # The message says it all; the frames in between are ours, not the user's.
            if test is not None:
                where = "an assertion" if at is None else f"the one at {at[0]}:{at[1]}"
                session.refused.append((error, f"{where} ended by {error}"))
            brought = isinstance(error, PerturbationFailed)
            cause = error.__cause__ if brought else None
            raise error.with_traceback(None) from cause
        # A person asked for it to be stored as it is; the summary says that it was.
        counts_as = "pass" if result.unjudged else terms.on_inconclusive
        verdict = judge(
            result,
            bound,
            limits=_limits(result, limits, terms),
            together=_is_judged_together(counts_as, test),
        )
        told = Told(verdict, counts_as, at)
        session.tell(told, test)
    excused = counts_as == "pass" and verdict.outcome == "inconclusive"
    if verdict.outcome != "passed" and not excused:
        failure = _failure(verdict, counts_as, test)
        session.raising(failure, told)
        raise failure
    return result


def _require_limited(result: Result, limits: Mapping[str, Bound] | None) -> None:
    """Nothing, where the result has all further figures that have a bound.

    Raises:
        ArgumentError: it has not, such as flips of answers that are never right.
    """
    also = {figure.metric for figure in result.also}
    lacking = [name for name in limits or () if name not in also]
    if lacking and not result.unjudged:
        raise ArgumentError(
            f"there are no {listed(lacking)} to bound: {result.task} gives answers "
            "that are near or far, not right or wrong. Leave that bound out"
        )


def _limits(
    result: Result, limits: Mapping[str, Bound] | None, terms: Terms
) -> tuple[Limit, ...]:
    """The further figures of a result beside their bounds."""
    if result.unjudged:
        return ()
    also = {figure.metric: figure for figure in result.also}
    found = [Limit(also[name], each) for name, each in (limits or {}).items()]
    if terms.max_truncated is not None:
        found.append(_on_truncated(result, terms.max_truncated))
    return tuple(found)


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
    remedy = "Move it into a test, or into a fixture"
    if not session.of_run:
        if not _pytest_starts():
            return
        why = "while pytest was loading its plugins"
    elif session.is_forked:
        why = "in a process that was forked, whose verdicts nobody hears of"
    elif session.test is None:
        why = "while no test was running, such as on the import of a file"
    elif not session.threads.is_of_the_run:
        why = "on a thread that the running test did not start"
        remedy = (
            "Call it on the test's own thread, or start one in the test; on a pool "
            "that tests share, submit it as contextvars.copy_context().run(…)"
        )
    else:
        return
    where = "an assertion" if at is None else f"the assertion at {at[0]}:{at[1]}"
    told = f"{where} was called {why}. {remedy}"
    session.stray(told)
    raise ArgumentError(told, code="PTM117")


def _pytest_starts() -> bool:
    """Whether pytest is being loaded in this process, and no run has a session yet.

    A module that is named with ``-p`` is imported before any plugin has a say; nor does
    pytest tell from outside that it is at it. So the main thread is asked.
    """
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]
    frame = frames.get(threading.main_thread().ident or 0)
    while frame is not None:
        if frame.f_code.co_name == "_prepareconfig":
            return frame.f_globals.get("__name__") == "_pytest.config"
        frame = frame.f_back
    return False


def _read_as_asked(result: Result, bound: Bound, terms: Terms) -> Result:
    """The result with the interval that the call asked for."""
    sampled = bound.confidence is not None and terms.estimand != "dataset"
    repeats = _repeats(result) if sampled else None
    measurement = read(
        result.measurement,
        result.outcomes,
        method=terms.interval,
        cluster=terms.cluster,
        estimand=terms.estimand,
        total=result.of,
        repeats=repeats,
    )
    notes = list(result.notes)
    if repeats is not None:
        worth = len(repeats.which) / repeats.factor()
        notes.append(
            f"examples with equal inputs are judged as one: {len(repeats.which):,} as "
            f"{worth:z,.1f} drawn apart"
        )
    if sampled:
        notes += caveats(measurement, bound)
    return replace(result, measurement=measurement, notes=tuple(notes))


def _repeats(result: Result) -> Repeats | None:
    """Which examples ask the same, where some do."""
    alike = None if result.outcomes is None else result.outcomes.alike
    found = None if alike is None else Repeats(alike)
    return found if found is not None and found.any else None


def _is_judged_together(counts_as: OnInconclusive, test: RunningTest | None) -> bool:
    """Whether the end of the run judges a miss, together with all verdicts like it.

    Only under holm-gate, and only of a verdict that is red only if shown bad. Of those
    it is left the ones that the bounds of their figure show to miss: what is judged by
    the figure itself, or has a further limit that is missed, fails where it stands.
    """
    together = current_session().settings.adjust == "holm-gate"
    return together and test is not None and counts_as != "fail"


def _failure(
    verdict: Verdict, on_inconclusive: OnInconclusive, test: RunningTest | None
) -> BehaviourFailure:
    """What a verdict raises that did not pass; a test may be skipped on the way."""
    __tracebackhide__ = True
    session = current_session()
    said = message_of(
        verdict,
        show_cases=session.settings.show_cases,
        rerun=test.rerun() if test and test.rerun else None,
    )
    message = said.laid_out(width=columns(), details=session.is_verbose)
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
