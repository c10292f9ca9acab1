"""The one funnel of every ``assert_*``: evaluate, judge, record, return or raise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Literal

from pytest_ptm.errors import ArgumentError, BehaviourFailure, PtmError
from pytest_ptm.results import Bound, Limit, Result
from pytest_ptm.session import current_session
from pytest_ptm.verdicts import explain, judge

OnInconclusive = Literal["fail", "skip", "xfail", "pass"]
EarlyStop = Literal["off", "certain", "confident"]


def settle(
    evaluate: Callable[[], Result],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    low: float = 0.0,
    high: float | None = 1.0,
    limits: Mapping[str, Bound] | None = None,
    confidence: float | None = None,
    on_inconclusive: OnInconclusive = "fail",
    early_stop: EarlyStop = "off",
) -> Result:
    """The result of ``evaluate`` if it is within the bound.

    ``low`` and ``high`` are the range of the metric; a bound outside it is refused
    before the model is asked. ``limits`` bound further figures of the result, by name.

    Raises:
        ArgumentError: the bound or another argument is wrong.
        BehaviourFailure: the figure is out of bounds; its message is the report.
    """
    __tracebackhide__ = True
    try:
        bound = _bound(at_least, at_most, low=low, high=high)
        _refuse_what_is_not_there(confidence, on_inconclusive, early_stop)
        result = evaluate()
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None
    session = current_session()
    also = {figure.metric: figure for figure in result.also}
    verdict = judge(
        result,
        bound,
        limits=tuple(Limit(also[name], each) for name, each in (limits or {}).items()),
    )
    session.verdicts.append(verdict)
    if verdict.outcome == "passed":
        return result
    rerun = session.test.rerun if session.test else None
    raise BehaviourFailure(
        explain(
            verdict,
            show_cases=session.settings.show_cases,
            rerun=rerun() if rerun else None,
        )
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


def _refuse_what_is_not_there(
    confidence: float | None, on_inconclusive: str, early_stop: str
) -> None:
    known = {
        "on_inconclusive": (on_inconclusive, ("fail", "skip", "xfail", "pass")),
        "early_stop": (early_stop, ("off", "certain", "confident")),
    }
    for name, (value, choices) in known.items():
        if value not in choices:
            raise ArgumentError(f"{name}={value!r}: expected one of {choices}")
    given = {
        "confidence": confidence is not None,
        "on_inconclusive": on_inconclusive != "fail",
        "early_stop": early_stop != "off",
    }
    for name, is_given in given.items():
        if is_given:
            raise ArgumentError(
                f"{name}= is not there yet in this version: the figure itself is "
                "judged, and the message says whether the bound lies inside its 95 % "
                f"interval. Leave {name}= out"
            )
