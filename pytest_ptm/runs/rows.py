"""Verdicts, costs and cases as the run document holds them."""

from __future__ import annotations

import math
from dataclasses import asdict

from pytest_ptm.ground.display import clip, visible
from pytest_ptm.results import (
    Bound,
    Case,
    Cost,
    Counts,
    Evidence,
    GroupFigure,
    Interval,
    Limit,
    Side,
    Stopped,
    Verdict,
)
from pytest_ptm.runs.document import (
    CaseRow,
    CostRow,
    CountsRow,
    GroupRow,
    IntervalRow,
    LimitRow,
    LocationRow,
    ModelRow,
    OutcomesRow,
    PowerRow,
    ReliabilityRow,
    Row,
    StoppedRow,
)
from pytest_ptm.runs.packed import pack
from pytest_ptm.session.running_test import Told
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.p_values import p_value
from pytest_ptm.statistics.planning import (
    detectable_drop,
    drop_by_spread,
    strictest_bound,
)
from pytest_ptm.statistics.reading import spread
from pytest_ptm.verdicts.headline import headline
from pytest_ptm.verdicts.words import notes_of

_CASES_WRITTEN = 20
_TEXT_WRITTEN = 2_000


def row_of(
    told: Told, nodeid: str, *, place: int = 0, capability: str | None = None
) -> Row:
    """A verdict as the run document holds it."""
    verdict = told.verdict
    result, bound = verdict.result, verdict.bound
    figure, card = result.measurement, result.model
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
        interval=_interval_row(_written(figure.interval)),
        interval_holds_bound=verdict.interval_holds_bound,
        judged=_interval_row(_written(verdict.judged)),
        more=verdict.more,
        on_inconclusive=told.on_inconclusive,
        stopped=_stopped_row(result.stopped),
        deferred=verdict.deferred,
        power=_power(verdict),
        limits=tuple(_limit_row(limit) for limit in verdict.limits),
        by_group=tuple(_group_row(group) for group in result.by_group),
        cases=tuple(case_row(case) for case in result.cases[:_CASES_WRITTEN]),
        failing=result.failing,
        counts=_counts_row(result.counts),
        cost=cost_row(result.cost),
        notes=notes_of(result),
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
        reliability=None
        if result.reliability is None
        else ReliabilityRow.model_validate(asdict(result.reliability)),
    )


def _counts_row(counts: Counts) -> CountsRow:
    known = asdict(counts)
    return CountsRow(**{name: known[name] for name in CountsRow.model_fields})


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


def _written(judged: Interval | None) -> Interval | None:
    """The bounds, where both are there: JSON has no word for one without an end."""
    there = judged is not None and math.isfinite(judged.low + judged.high)
    return judged if there else None


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
        drop = detectable_drop(evidence.n, threshold, test="exact")
    upwards = bound.at_least is not None
    clear = evidence.interval(side="lower" if upwards else "upper")
    p_cleared = p_missed = None
    if bound.confidence is not None:
        near, far = ("lower", "upper") if upwards else ("upper", "lower")
        p_cleared = _p_value(evidence, bound, near)
        p_missed = _p_value(_far_in_the_tail(evidence), bound, far)
    return PowerRow(
        error=_finite(error),
        drop=_finite(drop),
        strictest=None
        if clear is None or not math.isfinite(clear.low if upwards else clear.high)
        else strictest_bound(clear, "higher" if upwards else "lower"),
        p_cleared=p_cleared,
        p_missed=p_missed,
        rows=evidence.n if isinstance(evidence, ShareOf) else None,
    )


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _far_in_the_tail(evidence: Evidence) -> Evidence:
    """The evidence, exact where it is of a share.

    Holm asks for a small part of the error: of sixty gates at their bounds Wilson's
    limits make one red in 10 % of runs there, exact ones in 4 %.
    """
    if isinstance(evidence, ShareOf) and evidence.method == "wilson":
        return evidence.by("clopper-pearson")
    return evidence


def _p_value(evidence: Evidence, bound: Bound, side: Side) -> float | None:
    """The p-value with its share of the error, where looks before took theirs."""
    alone = p_value(evidence, bound.limit, side=side)
    return None if alone is None else min(1.0, alone / (1 - bound.spent))


def cost_row(cost: Cost) -> CostRow:
    """A cost as the run document holds it."""
    return CostRow(**asdict(cost))


def _interval_row(interval: Interval | None) -> IntervalRow | None:
    return None if interval is None else IntervalRow(**asdict(interval))


def _stopped_row(stopped: Stopped | None) -> StoppedRow | None:
    if stopped is None:
        return None
    return StoppedRow(
        asked=stopped.asked,
        total=stopped.total,
        ground=stopped.ground,
        seed=stopped.seed,
        confidence=stopped.confidence,
        estimand=stopped.estimand,
    )


def _limit_row(limit: Limit) -> LimitRow:
    return LimitRow(
        metric=limit.measurement.metric,
        value=limit.measurement.value,
        n=limit.measurement.n,
        at_least=limit.bound.at_least,
        at_most=limit.bound.at_most,
        met=limit.met,
    )


def _group_row(group: GroupFigure) -> GroupRow:
    return GroupRow(
        column=group.column,
        group=visible(group.group),
        value=group.value,
        n=group.n,
        interval=_interval_row(group.interval),
    )


def case_row(case: Case) -> CaseRow:
    """A case as the run document holds it."""
    return CaseRow(
        id=clip(case.example_id, _TEXT_WRITTEN),
        shown=clip(case.shown, _TEXT_WRITTEN),
        expected=clip(case.expected, _TEXT_WRITTEN),
        observed=clip(case.observed, _TEXT_WRITTEN),
        severity=case.severity,
        note=clip(case.note, _TEXT_WRITTEN),
        pair=None if case.pair is None else _both(case.pair),
        sides=tuple(map(_both, case.sides)),
    )


def case_of(row: CaseRow) -> Case:
    """A case of the run document, as messages lay cases out."""
    return Case(
        row.id,
        row.shown,
        row.expected,
        row.observed,
        row.severity,
        row.note,
        row.pair,
        row.sides,
    )


def _both(texts: tuple[str, str]) -> tuple[str, str]:
    one, other = texts
    return clip(one, _TEXT_WRITTEN), clip(other, _TEXT_WRITTEN)
