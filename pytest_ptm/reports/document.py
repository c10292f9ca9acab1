"""The run document: what a run found, as JSON with a version.

A reader checks ``schema_name`` and ``schema_version`` first. A change that a reader
could misread raises the version; ``reports/reading.py`` brings older ones up to it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pytest_ptm.display import clip, visible
from pytest_ptm.reports.packed import pack
from pytest_ptm.results import Case, Cost, GroupFigure, Verdict
from pytest_ptm.session import Told
from pytest_ptm.statistics.evidence import ShareOf, p_value, spread
from pytest_ptm.statistics.planning import (
    detectable_drop,
    drop_by_spread,
    strictest_bound,
)
from pytest_ptm.verdicts import headline

SCHEMA_NAME = "pytest-ptm/run"
SCHEMA_VERSION = 2

_CASES_WRITTEN = 20
_TEXT_WRITTEN = 2_000


class _Part(BaseModel):
    # No NaN, no infinity: JSON has neither, and a figure that is one is an error.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class IntervalRow(_Part):
    """An interval, its confidence and its method."""

    low: float
    high: float
    confidence: float
    method: str


class GroupRow(_Part):
    """The figure over one group; null where it is undefined there."""

    column: str
    group: str
    value: float | None
    n: int
    interval: IntervalRow | None


class CaseRow(_Part):
    """One example that went wrong; texts are cut at 2,000 characters."""

    id: str
    shown: str
    expected: str
    observed: str
    severity: float
    note: str


class CostRow(_Part):
    """Examples asked, distinct ones, rows and batches sent, seconds, halved batches."""

    examples: int
    distinct: int
    forwarded: int
    passes: int
    seconds: float
    halvings: int


class ModelRow(_Part):
    """Which model answered, and where."""

    name: str
    reference: str
    sha256: str
    device: str
    dtype: str


class CountsRow(_Part):
    """Examples that need a word beside the figure."""

    skipped: int
    truncated: int
    unchanged: int
    invalid: int
    empty: int


class LimitRow(_Part):
    """A figure beside the main one, and its bound."""

    metric: str
    value: float
    n: int
    at_least: float | None
    at_most: float | None
    met: bool


class OutcomesRow(_Part):
    """What came of each example, compressed; ``reports/packed.py`` reads it back."""

    n: int
    right: str | None
    failing: str | None
    scores: str | None
    predicted: str | None
    classes: tuple[str, ...] | None = None


class StoppedRow(_Part):
    """How asking ended before the last row."""

    asked: int
    total: int
    ground: Literal["certain", "confident"]
    seed: int
    confidence: float | None


class PowerRow(_Part):
    """What this number of examples can show.

    ``drop``: the smallest distance from the bound, on its wrong side, that is seen with
    80 % power at a one-sided 5 %; ``strictest``: the strictest bound that the figure
    clears at 95 %; ``p_cleared`` and ``p_missed``: the one-sided p-values that the
    bound is cleared, and that it is missed, of verdicts at a confidence.
    """

    error: float | None
    drop: float | None
    strictest: float | None
    p_cleared: float | None
    p_missed: float | None


class LocationRow(_Part):
    """Where the assertion stands."""

    file: str
    line: int


class Row(_Part):
    """One verdict.

    ``test`` is the test's id without the name of the model, ``place`` which of the
    test's verdicts this is: together they find the same verdict in another run.
    """

    nodeid: str
    test: str
    place: int
    at: LocationRow | None
    capability: str | None
    headline: str
    behaviour: str
    task: str
    outcome: Literal["passed", "failed", "inconclusive"]
    metric: str
    value: float
    better: Literal["higher", "lower"]
    n: int
    partial_of: int | None
    at_least: float | None
    at_most: float | None
    confidence: float | None
    interval: IntervalRow | None
    interval_holds_bound: bool
    judged: IntervalRow | None
    more: int | None
    on_inconclusive: Literal["fail", "skip", "xfail", "pass"]
    stopped: StoppedRow | None
    power: PowerRow
    limits: tuple[LimitRow, ...] = ()
    by_group: tuple[GroupRow, ...]
    cases: tuple[CaseRow, ...]
    failing: int
    counts: CountsRow
    cost: CostRow
    notes: tuple[str, ...]
    model: ModelRow
    signature: str
    data: str
    outcomes: OutcomesRow | None


class TestRow(_Part):
    """One test and what came of it."""

    nodeid: str
    outcome: Literal["passed", "failed", "skipped", "xfailed", "xpassed", "crashed"]
    seconds: float
    uses_model: bool
    worker: str | None


class ProblemRow(_Part):
    """Why the run is red although no test may be."""

    code: str
    message: str


class RunDocument(_Part):
    """A whole run. ``complete`` is false where it was interrupted: it gates red."""

    schema_name: Literal["pytest-ptm/run"] = SCHEMA_NAME
    schema_version: Literal[2] = SCHEMA_VERSION
    run_id: str
    started: str
    seconds: float
    complete: bool
    partial: bool
    versions: dict[str, str]
    settings: dict[str, str | int | float | bool | None]
    models: tuple[ModelRow, ...]
    verdicts: tuple[Row, ...]
    tests: tuple[TestRow, ...]
    cost: CostRow
    problems: tuple[ProblemRow, ...]


def row_of(
    told: Told, nodeid: str, *, place: int = 0, capability: str | None = None
) -> Row:
    """A verdict as the run document holds it."""
    verdict = told.verdict
    result, bound = verdict.result, verdict.bound
    figure, card = result.measurement, result.model
    interval, judged, stopped = figure.interval, verdict.judged, result.stopped
    return Row(
        nodeid=nodeid,
        test=without_model(nodeid, card.name),
        place=place,
        at=None if told.at is None else LocationRow(file=told.at[0], line=told.at[1]),
        capability=None if capability is None else visible(capability),
        headline=headline(verdict),
        behaviour=result.behaviour,
        task=result.task,
        outcome=verdict.outcome,
        metric=visible(figure.metric),
        value=figure.value,
        better=figure.better,
        n=figure.n,
        partial_of=result.of,
        at_least=bound.at_least,
        at_most=bound.at_most,
        confidence=bound.confidence,
        interval=None if interval is None else IntervalRow(**asdict(interval)),
        interval_holds_bound=verdict.interval_holds_bound,
        judged=None if judged is None else IntervalRow(**asdict(judged)),
        more=verdict.more,
        on_inconclusive=told.on_inconclusive,
        stopped=None
        if stopped is None
        else StoppedRow(
            asked=stopped.asked,
            total=stopped.total,
            ground=stopped.ground,
            seed=stopped.seed,
            confidence=stopped.confidence,
        ),
        power=_power(verdict),
        limits=tuple(
            LimitRow(
                metric=limit.measurement.metric,
                value=limit.measurement.value,
                n=limit.measurement.n,
                at_least=limit.bound.at_least,
                at_most=limit.bound.at_most,
                met=limit.met,
            )
            for limit in verdict.limits
        ),
        by_group=tuple(_group_row(group) for group in result.by_group),
        cases=tuple(_case_row(case) for case in result.cases[:_CASES_WRITTEN]),
        failing=result.failing,
        counts=CountsRow(**asdict(result.counts)),
        cost=cost_row(result.cost),
        notes=tuple(visible(note) for note in (*card.notes, *result.notes)),
        model=ModelRow(
            name=card.name,
            reference=card.reference,
            sha256=card.fingerprint,
            device=card.device,
            dtype=card.dtype,
        ),
        signature=visible(result.signature),
        data=result.data,
        outcomes=None
        if result.outcomes is None
        else OutcomesRow(**asdict(pack(result.outcomes))),
    )


def without_model(nodeid: str, model: str) -> str:
    """The test's id without the model that it ran on.

    >>> without_model("test_a.py::test_b[candidate-upper]", "candidate")
    'test_a.py::test_b[upper]'
    """
    test, bracket, parameters = nodeid.partition("[")
    if not bracket:
        return nodeid
    parts = parameters.removesuffix("]").split("-")
    # A model's name may hold hyphens itself.
    size = len(model.split("-"))
    for start in range(len(parts) - size + 1):
        if parts[start : start + size] == model.split("-"):
            left = parts[:start] + parts[start + size :]
            return f"{test}[{'-'.join(left)}]" if left else test
    return nodeid


def _power(verdict: Verdict) -> PowerRow:
    """What the examples can show about the bound."""
    figure, bound = verdict.result.measurement, verdict.bound
    evidence = figure.evidence
    if evidence is None or verdict.result.stopped is not None:
        return PowerRow(
            error=None, drop=None, strictest=None, p_cleared=None, p_missed=None
        )
    error = spread(evidence, figure.value)
    drop = drop_by_spread(error)
    if isinstance(evidence, ShareOf) and 0 < bound.limit < 1:
        threshold = bound.limit if bound.at_least is not None else 1 - bound.limit
        drop = detectable_drop(evidence.n, threshold)
    upwards = bound.at_least is not None
    clear = evidence.interval(side="lower" if upwards else "upper")
    p_cleared = p_missed = None
    if bound.confidence is not None:
        near, far = ("lower", "upper") if upwards else ("upper", "lower")
        p_cleared = p_value(evidence, bound.limit, side=near)
        p_missed = p_value(evidence, bound.limit, side=far)
    return PowerRow(
        error=error,
        drop=drop,
        strictest=None
        if clear is None
        else strictest_bound(clear, "higher" if upwards else "lower"),
        p_cleared=p_cleared,
        p_missed=p_missed,
    )


def cost_row(cost: Cost) -> CostRow:
    """A cost as the run document holds it."""
    return CostRow(**asdict(cost))


def _group_row(group: GroupFigure) -> GroupRow:
    interval = group.interval
    return GroupRow(
        column=group.column,
        group=visible(group.group),
        value=group.value,
        n=group.n,
        interval=None if interval is None else IntervalRow(**asdict(interval)),
    )


def _case_row(case: Case) -> CaseRow:
    return CaseRow(
        id=clip(case.example_id, _TEXT_WRITTEN),
        shown=clip(case.shown, _TEXT_WRITTEN),
        expected=clip(case.expected, _TEXT_WRITTEN),
        observed=clip(case.observed, _TEXT_WRITTEN),
        severity=case.severity,
        note=clip(case.note, _TEXT_WRITTEN),
    )
