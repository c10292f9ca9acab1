"""The run document: what a run found, as JSON with a version.

A reader checks ``schema_name`` and ``schema_version`` first. A change that a reader of
version 1 could misread raises the version.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pytest_ptm.display import clip, visible
from pytest_ptm.results import Case, Cost, Verdict
from pytest_ptm.verdicts import headline

SCHEMA_NAME = "pytest-ptm/run"
SCHEMA_VERSION = 1

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


class Row(_Part):
    """One verdict."""

    nodeid: str
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
    limits: tuple[LimitRow, ...] = ()
    by_group: tuple[GroupRow, ...]
    cases: tuple[CaseRow, ...]
    failing: int
    counts: CountsRow
    cost: CostRow
    notes: tuple[str, ...]
    model: ModelRow
    signature: str


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
    schema_version: Literal[1] = SCHEMA_VERSION
    run_id: str
    started: str
    seconds: float
    complete: bool
    partial: bool
    versions: dict[str, str]
    settings: dict[str, str | int | bool | None]
    models: tuple[ModelRow, ...]
    verdicts: tuple[Row, ...]
    tests: tuple[TestRow, ...]
    cost: CostRow
    problems: tuple[ProblemRow, ...]


def row_of(verdict: Verdict, nodeid: str) -> Row:
    """A verdict as the run document holds it."""
    result, bound = verdict.result, verdict.bound
    figure, card = result.measurement, result.model
    interval = figure.interval
    return Row(
        nodeid=nodeid,
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
        by_group=tuple(
            GroupRow.model_validate({**asdict(group), "group": visible(group.group)})
            for group in result.by_group
        ),
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
    )


def cost_row(cost: Cost) -> CostRow:
    """A cost as the run document holds it."""
    return CostRow(**asdict(cost))


def _case_row(case: Case) -> CaseRow:
    return CaseRow(
        id=clip(case.example_id, _TEXT_WRITTEN),
        shown=clip(case.shown, _TEXT_WRITTEN),
        expected=clip(case.expected, _TEXT_WRITTEN),
        observed=clip(case.observed, _TEXT_WRITTEN),
        severity=case.severity,
        note=clip(case.note, _TEXT_WRITTEN),
    )
