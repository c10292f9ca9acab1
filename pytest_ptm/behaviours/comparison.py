"""Is a model worse than another one, or than itself in an earlier run?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

from pytest_ptm.behaviours.asking import counts, known_by, signature
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.compared_by import ComparedBy, compared_by
from pytest_ptm.behaviours.flips import BothModels, own_outcomes
from pytest_ptm.behaviours.inquiry import (
    AsAWhole,
    MeanOfUnits,
    Scores,
    ToBeStored,
    Units,
    run,
)
from pytest_ptm.behaviours.marked import Labelled, Marked, over_labels
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Asking, Rowwise, each_example
from pytest_ptm.behaviours.theirs import BASELINE, Theirs, stored
from pytest_ptm.behaviours.two_models import both
from pytest_ptm.checks.own import Expected
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.finding import scale_of
from pytest_ptm.metrics.protocol import Metric
from pytest_ptm.results import Earlier, Result
from pytest_ptm.session import current_session
from pytest_ptm.session.running_test import RunningTest
from pytest_ptm.session.seams import Baseline
from pytest_ptm.tasks.protocol import C, Rows

Than = AnyModel[Any] | Literal["baseline"]


def evaluate_not_worse(
    model: AnyModel[Any],
    examples: Source,
    *,
    than: Than,
    metric: str = "accuracy",
    positive: Label | None = None,
    label_map: LabelMap | None = None,
    expect: Expected | None = None,
) -> Result:
    """How far a model is ahead of another by a metric; above 0 is better, always.

    Both are asked the same examples, paired by id. ``cases`` are those that the other
    has right and this model wrong, ``failing`` counts them: the negative flips of Yan
    et al. 2021, "Positive-congruent training" (CVPR). Where there are none, and the
    metric is made of sums over rows, such as BLEU, those that are behind by themselves.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples, or what ``load_examples`` takes.
        than: the other model, or "baseline" for what the running test found in the run
            that ``--ptm-baseline`` names.
        metric: a name from docs/metrics.md.
        positive: the class that counts as positive, for binary metrics.
        label_map: label of the data to class of the models, where they differ.
        expect: of models that write, what answers have to be, as ``assert_generates``
            takes it, in place of a metric: the share that passes.

    Raises:
        ArgumentError: the metric or the positive class is unknown, or the models have
            not the same classes.
        DataError: the metric is undefined on these examples, a label is no class, or
            there is nothing to ask; PTM113, the baseline has no entry that fits.
        ModelError: a model cannot be loaded or asked.
    """
    return run(
        not_worse(
            model,
            examples,
            than=than,
            metric=metric,
            positive=positive,
            label_map=label_map,
            expect=expect,
        )
    )


def not_worse(
    model: AnyModel[Any],
    examples: Source,
    *,
    than: Than,
    metric: str,
    positive: Label | None,
    label_map: LabelMap | None,
    expect: Expected | None = None,
) -> Rowwise[Any]:
    """The question behind `evaluate_not_worse`."""
    if isinstance(than, str) and than != BASELINE:
        raise ArgumentError(
            f"than={than!r}: expected a model, such as ptm_load({than!r}), or "
            f"{BASELINE!r}"
        )
    if expect is None and not scale_of(metric).directed:
        raise ArgumentError(
            f"{metric} has no better end, so that no model is worse by it: bound it "
            "with assert_metric(…, at_least=) or at_most="
        )
    asked_for = compared_by(metric, positive, label_map, expect)
    rows = asked_for.rows(examples)
    if isinstance(than, str):
        return _than_earlier(model, rows, asked_for)
    sides = both(model, than, rows, asked_for.able)
    found = asked_for.of(model, rows)
    second = asked_for.other(found, sides)
    return _inquiry(
        found,
        asked_for.parts(found, known_by(sides.second)),
        askings=(each_example(found.asked), each_example(sides.second)),
        theirs=lambda heard, units: second.said(units, heard[1].given),
    )


def _require_held(metric: Metric[Any]) -> None:
    if metric.together and not metric.of_sums:
        raise ArgumentError(
            f"{metric.name} is {metric.together}, which a baseline does not "
            "hold; give than= a model, or --ptm-against"
        )


def _inquiry(
    found: Labelled[C],
    parts: Sequence[str],
    *,
    askings: tuple[Asking[C], ...],
    theirs: Callable[[AllHeard[C], Rows], Theirs[C]],
) -> Rowwise[C]:
    """The question how far ours is ahead of what the other side made of the rows."""

    def gains(heard: AllHeard[C], units: Rows) -> Scores:
        said = heard[0].given.predictions
        return theirs(heard, units).gains(found, units, said)

    def part(heard: AllHeard[C], units: Rows) -> BothModels[C]:
        ours = found.part(units, heard[0].given)
        return BothModels(ours, theirs(heard, units))

    return Rowwise(
        examples=found.asked.examples,
        units=Units.each(found.asked.examples),
        figure=_figure(found),
        askings=askings,
        scoring=gains,
        reporting=lambda heard, units: part(heard, units).result(parts),
        unlimited=lambda: Units.each(found.asked.whole),
        of=found.asked.of,
    )


def _figure(found: Labelled[C]) -> MeanOfUnits | AsAWhole:
    """A row may add to the gain as much as it may take away."""
    of_one = found.figure()
    if isinstance(of_one, AsAWhole):
        return of_one
    return MeanOfUnits(of_one.least - of_one.most, of_one.most - of_one.least)


def _than_earlier(
    model: AnyModel[Any], examples: Examples, asked_for: ComparedBy
) -> Rowwise[Any]:
    """The question against what the running test found earlier."""
    earlier_run, test = _places_to_look()
    found = asked_for.of(model, examples)
    # One name may be a figure of sums of these answers, and of an order of others.
    _require_held(found.metric)
    parts = asked_for.parts(found, BASELINE)
    earlier = _earlier(found, parts, earlier_run, test)
    theirs = earlier if isinstance(earlier, str) else stored(found, earlier)
    if isinstance(theirs, str):
        return _unjudged(found, parts, _refused(theirs))
    inquiry = _inquiry(
        found,
        parts,
        askings=(each_example(found.asked),),
        theirs=lambda heard, units: theirs.take(units),
    )
    # Of a run that is to become the baseline, later ones need every row.
    updates = current_session().settings.baseline_update
    return replace(inquiry, figure=ToBeStored()) if updates else inquiry


def _places_to_look() -> tuple[Baseline, RunningTest]:
    """The earlier run, and the running test, whose entry in it is wanted.

    Raises:
        ArgumentError: there is no such run, or no test is running.
    """
    session = current_session()
    if session.baseline is None:
        raise ArgumentError(
            f"than={BASELINE!r}: the run has none; type --ptm-baseline=FILE, or give "
            "than= a model"
        )
    if session.test is None:
        raise ArgumentError(
            f"than={BASELINE!r} finds its entry by the running test, and none is "
            "running; give than= a model"
        )
    return session.baseline, session.test


def _earlier(
    found: Labelled[Any], parts: Sequence[str], run: Baseline, test: RunningTest
) -> Earlier | str:
    """What the running test found in the baseline, or why nothing there fits."""
    asked = found.asked
    earlier = run.find(
        test.nodeid,
        current_session().place,
        model=asked.card.name,
        behaviour="not_worse",
        signature=signature(asked, *parts),
        data=asked.examples.fingerprint,
    )
    # Before the model is asked: its answers would be for nothing.
    return _refused(earlier) if isinstance(earlier, str) else earlier


def _refused(why: str) -> str:
    """Why there is nothing to compare with, where this run is to become the baseline.

    Raises:
        DataError: PTM113, it is not.
    """
    if current_session().settings.baseline_update:
        return why
    raise DataError(
        f"nothing to compare with in the baseline: {why}. Write it anew with "
        "--ptm-baseline-update",
        code="PTM113",
    )


def _unjudged(found: Labelled[C], parts: Sequence[str], why: str) -> Rowwise[C]:
    """The question for the figure itself, for later runs to be compared with."""
    return over_labels(
        found,
        figure=ToBeStored(),
        report=lambda said: _stored_result(said, parts, why),
    )


def _stored_result(found: Marked[C], parts: Sequence[str], why: str) -> Result:
    measurement = found.measure()
    cases, failing = found.wrong()
    return result_over(
        found.asked,
        measurement,
        behaviour="not_worse",
        parts=parts,
        cases=cases,
        failing=failing,
        counts=counts(found.asked, found.answers),
        cost=found.cost,
        notes=(f"stored for later runs and not judged: {why}", *found.doubts()),
        outcomes=own_outcomes(found, measurement, None),
        unjudged=why,
    )
