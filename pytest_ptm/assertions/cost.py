"""What a model's answers cost, held against bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack, cast

from pytest_ptm.assertions.comparison import other_side
from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging, number_within
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.cost import (
    WARM_UP,
    Costing,
    costing,
    refuse_stored,
)
from pytest_ptm.behaviours.cost_figures import BOUNDS, CostFigure
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.results import Bound, Result
from pytest_ptm.session import current_session

_SAMPLED = ("p95_ms", "relative_time")
"""Figures of what the examples are a sample of; the others are of this model."""


def assert_cost(
    model: AnyModel[Any],
    examples: Texts,
    *,
    at_most_p95_ms: float | None = None,
    at_most_relative: float | None = None,
    at_most_memory_mb: float | None = None,
    at_most_parameters: float | None = None,
    than: AnyModel[Any] | None = None,
    warm_up: int = WARM_UP,
    passes: int = 1,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if answers take too long, or too much memory, or the model has.

    One bound or more, inclusive, each of which has to hold: milliseconds that 95 of 100
    examples may take; how many times as long as ``than`` (the model that
    ``--ptm-against`` names unless given) the median example may take; MB (10^6 bytes)
    of memory beyond the loaded weights; parameters, tied ones once. Only what a bound
    needs is measured. At a confidence a bound on time holds if the limit of its
    quantile does; give the two bounds on time an assertion each then. See
    ``evaluate_cost`` for the other arguments, what is timed, and what is raised.

    Raises:
        ArgumentError: no bound is given, or one below 0; ``than`` without
            ``at_most_relative``, or nothing to compare with, or workers of
            pytest-xdist beside it; a way to judge that times do not have.
        BehaviourFailure: a bound is broken.
    """
    __tracebackhide__ = True
    _refuse_unknown(how)
    given: dict[CostFigure, float | None] = {
        "p95_ms": at_most_p95_ms,
        "relative_time": at_most_relative,
        "memory_mb": at_most_memory_mb,
        "parameters": at_most_parameters,
    }
    bounds: dict[CostFigure, float] = {
        figure: number_within(BOUNDS[figure], value, high=None)
        for figure, value in given.items()
        if value is not None
    }
    if not bounds:
        names = ", ".join(f"{name}=" for name in BOUNDS.values())
        raise ArgumentError(f"give one bound or more: {names}")
    wanted: list[CostFigure] = list(bounds)
    judging = _judged_by(wanted, how)

    def inquire() -> Costing:
        return costing(
            model,
            examples,
            wanted=wanted,
            than=_than(wanted, than),
            warm_up=warm_up,
            passes=passes,
        )

    first, *others = wanted
    return settle(
        inquire,
        at_most=bounds[first],
        high=None,
        better="lower",
        limits={name: Bound(at_most=bounds[name]) for name in others},
        called=BOUNDS[first],
        how=judging,
    )


def _refuse_unknown(how: Judging) -> None:
    """Refuse what is no argument: a bound that is mistyped would hold nothing.

    Raises:
        ArgumentError: one is unknown.
    """
    own = (*BOUNDS.values(), "than", "warm_up", "passes")
    for name in how:
        if name not in Judging.__annotations__:
            raise ArgumentError(
                unknown("argument", name, (*own, *Judging.__annotations__))
            )


def _than(wanted: Sequence[CostFigure], than: object) -> AnyModel[Any] | None:
    """The other model, where a bound is about one.

    Raises:
        ArgumentError: there is one and no bound, or a bound and none; others work here.
    """
    if "relative_time" not in wanted:
        if than is not None:
            raise ArgumentError("than= is what at_most_relative= is about; give both")
        return None
    refuse_stored(than)
    workers = current_session().workers
    if workers > 1:
        # What waiting adds to both draws their ratio towards 1: a slow model passes.
        raise ArgumentError(
            f"at_most_relative= cannot be judged beside {workers} workers of "
            "pytest-xdist: waiting for each other makes two models seem alike. Run "
            "such tests by themselves with -n0 or -p no:xdist"
        )
    other = other_side(cast("AnyModel[Any] | None", than), baseline=None)
    return cast("AnyModel[Any]", other)


def _judged_by(wanted: Sequence[CostFigure], how: Judging) -> Judging:
    """How the verdict is reached, without a confidence where none can be had.

    Raises:
        ArgumentError: the call itself asks for what cost does not have.
    """
    for name in ("cluster", "interval", "estimand"):
        value = how.get(name)
        if value is not None and value != "population":
            raise ArgumentError(
                f"{name}={value!r}: times have one interval, from order statistics, of "
                "what the examples are a sample of; leave it out"
            )
    sampled = [name for name in wanted if name in _SAMPLED]
    asked_for = how.get("confidence")
    option = current_session().settings.confidence
    if not sampled:
        if asked_for not in (None, "off"):
            raise ArgumentError(
                f"confidence={asked_for!r}: memory is read once and parameters are "
                "counted, so that there is nothing to be confident of; leave it out"
            )
        return {**how, "confidence": "off"}
    confidence = option if asked_for is None else asked_for
    if len(sampled) > 1 and confidence not in (None, "off"):
        raise ArgumentError(
            f"at {confidence:g} confidence at_most_p95_ms= and at_most_relative= take "
            "an assertion each: beside another bound the second would be judged by "
            "the figure itself"
        )
    return how
