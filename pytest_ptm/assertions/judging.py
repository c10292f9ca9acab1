"""How a verdict is reached: what all assertions take, spelled and checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, TypedDict, get_args

import numpy as np

from pytest_ptm.behaviours.inquiry import AsAWhole, Figure, ToBeStored
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.results import Better, Bound
from pytest_ptm.session import current_session
from pytest_ptm.session.running_test import OnInconclusive
from pytest_ptm.statistics.finite import Estimand

EarlyStop = Literal["off", "certain", "confident"]
IntervalMethod = Literal[
    "wilson", "clopper-pearson", "jeffreys", "tango", "t", "bca", "percentile"
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
    max_truncated: float | None
    """The share of rows, 0 to 1, that the model may have seen only the beginning of;
    ``--ptm-max-truncated`` unless given."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`Judging`, checked, with what the options say filled in."""

    confidence: float | None
    asked_for: bool
    on_inconclusive: OnInconclusive
    early_stop: EarlyStop
    stop_asked_for: bool
    interval: IntervalMethod | None
    cluster: str | None
    estimand: Estimand | None
    max_truncated: float | None


def terms_of(how: Judging) -> Terms:
    """The terms of a verdict: what the call says, else the options.

    Raises:
        ArgumentError: a value is wrong, or a name unknown.
    """
    for name, value in how.items():
        if name not in Judging.__annotations__:
            raise ArgumentError(_not_taken(name, value))
    settings = current_session().settings
    given = how.get("confidence")
    confidence = settings.confidence if given is None else given
    on_inconclusive = how.get("on_inconclusive", "fail")
    stop = how.get("early_stop")
    terms = Terms(
        confidence=None if confidence in (None, "off") else _confidence(confidence),
        asked_for=given is not None,
        on_inconclusive=on_inconclusive,
        early_stop=settings.early_stop if stop is None else stop,
        stop_asked_for=stop is not None,
        interval=how.get("interval"),
        cluster=how.get("cluster"),
        estimand=how.get("estimand"),
        max_truncated=_max_truncated(how.get("max_truncated")),
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


def _max_truncated(given: float | None) -> float | None:
    if given is None:
        return current_session().settings.max_truncated
    return number_within("max_truncated", given)


def _not_taken(name: str, value: object) -> str:
    """What is wrong with an argument that this assertion does not have."""
    other = {"at_least": "at_most", "at_most": "at_least"}.get(name)
    if other is not None:
        return (
            f"{name}={value!r}: bound this figure with {other}=, or with margin= where "
            "two models are compared"
        )
    return unknown("argument", name, tuple(Judging.__annotations__))


def _confidence(value: object) -> float:
    number = _number("confidence", value)
    if not 0.5 < number < 1:
        hint = f"; did you mean {number / 100:z.2f}?" if 50 < number < 100 else ""
        raise ArgumentError(
            f"confidence={value!r} must lie between 0.5 and 1, both excluded{hint}"
        )
    return number


def at_confidence(
    bound: Bound, terms: Terms, *, low: float, high: float | None
) -> tuple[Bound, tuple[str, ...]]:
    """The bound with its confidence; without, and a note why, where none can be had.

    Raises:
        ArgumentError: the call itself asks for a confidence that no sample can give.
    """
    if terms.confidence is None:
        return bound, ()
    end = high if bound.at_least is not None else low
    if bound.limit != end or terms.estimand == "dataset":
        return replace(bound, confidence=terms.confidence), ()
    name = bound.argument
    if terms.asked_for:
        raise ArgumentError(
            f"{name}={bound.limit:g} cannot be shown at a confidence by any number of "
            "examples; give a bound inside the metric's range, or leave confidence= out"
        )
    return bound, (
        f"judged on the figure itself: {name}={bound.limit:g} is about these examples, "
        "and --ptm-confidence about what they are a sample of",
    )


def early_stop_of(
    terms: Terms, figure: Figure, bound: Bound, *, limited: bool
) -> EarlyStop:
    """Whether to stop early; an option alone asks for it only where it can be had.

    Raises:
        ArgumentError: the call itself asks for it, and it cannot.
    """
    stop = terms.early_stop
    why = ""
    if stop == "off" or _is_for_holm_gate(terms, bound):
        return "off"
    if isinstance(figure, ToBeStored):
        return "off"
    if isinstance(figure, AsAWhole):
        why = figure.why
    elif limited:
        why = "a further limit is of every single row"
    elif terms.cluster is not None:
        why = "cluster= judges clusters, and early stopping rows"
    elif (
        stop == "confident"
        and terms.estimand == "population"
        and bound.confidence is None
    ):
        why = (
            "without confidence= the figure of these very rows judges, and "
            "estimand='population' is about what they are a sample of; give a "
            "confidence, or estimand='dataset'"
        )
    elif terms.interval is not None:
        why = "interval= is of a figure over all rows"
    if not why:
        return stop
    if terms.stop_asked_for:
        raise ArgumentError(f"early_stop={stop!r} cannot be had here: {why}")
    return "off"


def _is_for_holm_gate(terms: Terms, bound: Bound) -> bool:
    """Whether the run judges it together with others: at which level is known last."""
    together = current_session().settings.adjust == "holm-gate"
    by_bounds = bound.confidence is not None
    return together and by_bounds and terms.on_inconclusive != "fail"


def check_clusters(examples: Examples, cluster: str | None) -> None:
    """Nothing, where the examples have two clusters or more, or none are asked for.

    Raises:
        ArgumentError: they have not.
    """
    if cluster is None:
        return
    found = set(examples.group(cluster))
    if len(found) < 2:
        raise ArgumentError(
            f"cluster={cluster!r}: the column has {len(found)} value; an interval over "
            "clusters needs two or more. One cluster says nothing of how far another "
            "would lie from it"
        )


def bound_of(
    at_least: float | None,
    at_most: float | None,
    *,
    low: float,
    high: float | None,
    better: Better = "higher",
) -> Bound:
    """The one bound that is given, within the metric's range.

    A figure that is better when lower has no bound from below: a better model would
    fail it. One that is better when higher may have a bound from above (docs/metrics.md
    says what for).

    Raises:
        ArgumentError: none is given, or two, or it is outside, or on the wrong side.
    """
    if at_least is not None and better == "lower":
        raise ArgumentError(
            f"at_least={at_least!r}: this figure is better when it is lower, so a "
            f"better model would fail; say how high it may be with at_most="
        )
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
        # From 2 on: 1.5 is no percentage that anybody writes.
        fits = high == 1.0 and 2.0 <= number <= 100.0
        hint = f"; did you mean {number / 100:z.2f}?" if fits else ""
        raise ArgumentError(
            f"{name}={value!r} is outside the metric's range "
            f"{'from ' if high is None else ''}{low:g}{top}{hint}"
        )
    return number


def _number(name: str, value: object) -> float:
    # NumPy's integers are neither int nor float, and are numbers all the same.
    is_text_or_truth = issubclass(type(value), (bool, np.bool_, str))
    if is_text_or_truth or not hasattr(value, "__float__"):
        raise ArgumentError(
            f"{name}: expected a number, got {value!r} ({type(value).__name__})"
        )
    number = float(value)  # pyright: ignore[reportArgumentType] - it has __float__
    if not math.isfinite(number):
        raise ArgumentError(f"{name}={number} is no bound; give a finite number")
    return number
