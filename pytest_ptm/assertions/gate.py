"""The one funnel of every ``assert_*``: evaluate, judge, record, return or raise."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import FrameType
from typing import Literal, TypedDict, Unpack, get_args

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.errors import (
    ArgumentError,
    BehaviourFailure,
    Inconclusive,
    PtmError,
)
from pytest_ptm.registry import unknown
from pytest_ptm.results import Bound, Limit, Result, Verdict
from pytest_ptm.session import OnInconclusive, Told, current_session
from pytest_ptm.statistics.evidence import read
from pytest_ptm.statistics.finite import Estimand
from pytest_ptm.verdicts import explain, judge

EarlyStop = Literal["off", "certain", "confident"]
IntervalMethod = Literal[
    "wilson", "clopper-pearson", "jeffreys", "t", "bca", "percentile"
]


class Judging(TypedDict, total=False):
    """How a verdict is reached: what every ``assert_*`` takes beside its own arguments.

    docs/verdicts.md explains them; all may be left out.
    """

    confidence: float | Literal["off"] | None
    """Judge by one-sided bounds at this confidence, between 0.5 and 1, instead of by
    the figure itself; ``--ptm-confidence`` unless given, "off" whatever that says."""
    on_inconclusive: OnInconclusive
    """What to do where the examples can show neither: "fail" unless given."""
    early_stop: EarlyStop | None
    """Stop asking once the verdict is "certain" or "confident"; ``--ptm-early-stop``
    unless given."""
    interval: IntervalMethod | None
    """Which interval; of shares "clopper-pearson" for claims of safety."""
    cluster: str | None
    """A column of the data whose values hang together, such as the document."""
    estimand: Estimand | None
    """"population" (unless given): the examples are a sample of what the model will
    meet; "dataset": the figure of this very file is meant."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """`Judging`, checked, with what the options say filled in."""

    confidence: float | None
    asked_for: bool
    on_inconclusive: OnInconclusive
    early_stop: EarlyStop
    interval: IntervalMethod | None
    cluster: str | None
    estimand: Estimand | None


def settle(
    evaluate: Callable[[Examples], Result],
    examples: Callable[[], Examples],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    low: float = 0.0,
    high: float | None = 1.0,
    limits: Mapping[str, Bound] | None = None,
    **how: Unpack[Judging],
) -> Result:
    """The result of ``evaluate`` over the examples if it is within the bound.

    ``low`` and ``high`` are the range of the metric; a bound outside it is refused
    before the model is asked. ``limits`` bound further figures of the result, by name.

    Raises:
        ArgumentError: the bound or another argument is wrong.
        BehaviourFailure: the figure is out of bounds, or inconclusive and that counts
            as a failure; its message is the report.
    """
    __tracebackhide__ = True
    try:
        terms = _terms(how)
        bound = _bound(at_least, at_most, low=low, high=high)
        bound, note = _at_confidence(bound, terms, low=low, high=high)
        rows = examples()
        _check_clusters(rows, terms.cluster)
        result = evaluate(rows)
        result = replace(result, notes=(*result.notes, *note))
        if not result.unjudged:
            result = _read_as_asked(result, terms)
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None
    also = {figure.metric: figure for figure in result.also}
    bounds: Mapping[str, Bound] = {} if result.unjudged else limits or {}
    further = tuple(Limit(also[name], each) for name, each in bounds.items())
    verdict = judge(result, bound, limits=further)
    # A person asked for it to be stored as it is; the summary says that it was.
    counts_as = "pass" if result.unjudged else terms.on_inconclusive
    session = current_session()
    session.verdicts.append(
        Told(verdict, counts_as, asserted_at(inspect.currentframe()))
    )
    excused = counts_as == "pass" and verdict.outcome == "inconclusive"
    if verdict.outcome != "passed" and not excused:
        raise _failure(verdict, counts_as)
    return result


def _read_as_asked(result: Result, terms: _Terms) -> Result:
    """The result with the interval that the call asked for."""
    return replace(
        result,
        measurement=read(
            result.measurement,
            result.outcomes,
            method=terms.interval,
            cluster=terms.cluster,
            estimand=terms.estimand,
            total=result.of,
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


def _terms(how: Judging) -> _Terms:
    for name in how:
        if name not in Judging.__annotations__:
            known = tuple(Judging.__annotations__)
            raise ArgumentError(unknown("argument", name, known))
    settings = current_session().settings
    given = how.get("confidence")
    confidence = settings.confidence if given is None else given
    on_inconclusive = how.get("on_inconclusive", "fail")
    stop = how.get("early_stop")
    terms = _Terms(
        confidence=None if confidence in (None, "off") else _confidence(confidence),
        asked_for=given is not None,
        on_inconclusive=on_inconclusive,
        early_stop=settings.early_stop if stop is None else stop,
        interval=how.get("interval"),
        cluster=how.get("cluster"),
        estimand=how.get("estimand"),
    )
    for name, value, choices in (
        ("on_inconclusive", on_inconclusive, get_args(OnInconclusive)),
        ("early_stop", terms.early_stop, get_args(EarlyStop)),
        ("interval", terms.interval, (None, *get_args(IntervalMethod))),
        ("estimand", terms.estimand, (None, *get_args(Estimand))),
    ):
        if value not in choices:
            known = tuple(choice for choice in choices if choice is not None)
            raise ArgumentError(f"{name}={value!r}: expected one of {known}")
    return terms


def _confidence(value: object) -> float:
    number = _number("confidence", value)
    if not 0.5 < number < 1:
        hint = f"; did you mean {number / 100:.2f}?" if 50 < number < 100 else ""
        raise ArgumentError(
            f"confidence={value!r} must lie between 0.5 and 1, both excluded{hint}"
        )
    return number


def _at_confidence(
    bound: Bound, terms: _Terms, *, low: float, high: float | None
) -> tuple[Bound, tuple[str, ...]]:
    """The bound with its confidence; without, and a note why, where none can be had."""
    if terms.confidence is None:
        return bound, ()
    end = high if bound.at_least is not None else low
    if bound.limit != end or terms.estimand == "dataset":
        return replace(bound, confidence=terms.confidence), ()
    name = "at_least" if bound.at_least is not None else "at_most"
    if terms.asked_for:
        raise ArgumentError(
            f"{name}={bound.limit:g} cannot be shown at a confidence by any number of "
            "examples; give a bound inside the metric's range, or leave confidence= out"
        )
    return bound, (
        f"judged on the figure itself: {name}={bound.limit:g} is about these examples, "
        "and --ptm-confidence about what they are a sample of",
    )


def _check_clusters(examples: Examples, cluster: str | None) -> None:
    if cluster is None:
        return
    found = set(examples.group(cluster))
    if len(found) < 2:
        raise ArgumentError(
            f"cluster={cluster!r}: the column has {len(found)} value; an interval over "
            "clusters needs two or more. One cluster says nothing of how far another "
            "would lie from it"
        )


def _bound(
    at_least: float | None, at_most: float | None, *, low: float, high: float | None
) -> Bound:
    if (at_least is None) == (at_most is None):
        raise ArgumentError(
            "give exactly one bound: at_least= or at_most= "
            f"(got at_least={at_least!r}, at_most={at_most!r})"
        )
    name, value = (
        ("at_least", at_least) if at_least is not None else ("at_most", at_most)
    )
    number = number_within(name, value, low=low, high=high)
    return Bound(at_least=number) if name == "at_least" else Bound(at_most=number)


def number_within(
    name: str, value: object, *, low: float = 0.0, high: float | None = 1.0
) -> float:
    """The value of an argument that has to be a finite number in a range.

    Raises:
        ArgumentError: it is none, or outside.
    """
    number = _number(name, value)
    upper = math.inf if high is None else high
    if not low <= number <= upper:
        top = "" if high is None else f" .. {high:g}"
        fits = high == 1.0 and 1.0 < number <= 100.0
        hint = f"; did you mean {number / 100:.2f}?" if fits else ""
        raise ArgumentError(
            f"{name}={value!r} is outside the metric's range "
            f"{'from ' if high is None else ''}{low:g}{top}{hint}"
        )
    return number


def _number(name: str, value: object) -> float:
    # NumPy's integers are neither int nor float, and are numbers all the same.
    if isinstance(value, (bool, str)) or not hasattr(value, "__float__"):
        raise ArgumentError(
            f"{name}: expected a number, got {value!r} ({type(value).__name__})"
        )
    number = float(value)  # pyright: ignore[reportArgumentType] - it has __float__
    if not math.isfinite(number):
        raise ArgumentError(f"{name}={number} is no bound; give a finite number")
    return number
