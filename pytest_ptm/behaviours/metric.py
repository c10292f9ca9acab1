"""How often, and how well: the figures of a model over labelled examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytest_ptm.behaviours.asking import counts
from pytest_ptm.behaviours.choice import Able, AnyModel
from pytest_ptm.behaviours.inquiry import run
from pytest_ptm.behaviours.marked import Marked, labelled, named, over_labels
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import Rowwise
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.results import Better, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import MeanOf
from pytest_ptm.tasks.protocol import C


def evaluate_accuracy(
    model: AnyModel[Any],
    examples: Source,
    *,
    label_map: LabelMap | None = None,
) -> Result:
    """The share of examples whose predicted class is the labelled one, in [0, 1].

    Of a multi-label model: the share whose set of classes is exactly right.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples, or what ``load_examples`` takes.
        label_map: label of the data to class of the model, where they differ.

    Raises:
        DataError: a label is no class of the model, or there is nothing to ask.
        ModelError: the model cannot be loaded or asked.
    """
    return evaluate_metric(model, examples, metric="accuracy", label_map=label_map)


def evaluate_metric(
    model: AnyModel[Any],
    examples: Source,
    *,
    metric: str,
    positive: Label | None = None,
    label_map: LabelMap | None = None,
) -> Result:
    """A metric by scikit-learn's name: ``f1_macro``, ``roc_auc``, ``log_loss``, ….

    Of answers that are numbers: ``pearson``, ``spearman``, ``mean_squared_error``,
    ``mean_absolute_error``.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        examples: Examples, or what ``load_examples`` takes.
        metric: a name from docs/metrics.md.
        positive: the class that counts as positive, for binary metrics.
        label_map: label of the data to class of the model, where they differ.

    Raises:
        ArgumentError: the metric or the positive class is unknown.
        DataError: the metric is undefined on these examples, a label is no class of
            the model, or there is nothing to ask.
        ModelError: the model cannot be loaded or asked.
    """
    return run(
        figure(model, examples, metric=metric, positive=positive, label_map=label_map)
    )


def figure(
    model: AnyModel[Any],
    examples: Source,
    *,
    metric: str,
    positive: Label | None = None,
    label_map: LabelMap | None = None,
    among: Able[Any] | None = None,
    wanted: Better | None = None,
) -> Rowwise[Any]:
    """The question behind `evaluate_metric`.

    ``among`` as `labelled`, ``wanted`` as `Labelled` has it.
    """
    found = labelled(
        model,
        examples,
        metric,
        positive=positive,
        label_map=label_map,
        among=among,
    )
    found = replace(found, wanted=wanted)
    return over_labels(
        found,
        figure=found.figure(),
        report=lambda said: _result(said, named(positive)),
    )


def _result(found: Marked[C], about: Sequence[str]) -> Result:
    measurement = found.measure()
    cases, failing = found.wrong()
    return result_over(
        found.asked,
        measurement,
        behaviour=found.metric.behaviour,
        parts=(*found.known_by(), *about),
        by_group=[g for name in found.examples.groups for g in found.by_group(name)],
        cases=cases,
        failing=failing,
        counts=counts(found.asked, found.answers),
        cost=found.cost,
        notes=tuple(found.doubts()),
        outcomes=_outcomes(found, measurement),
    )


def _outcomes(found: Marked[C], measurement: Measurement) -> Outcomes:
    """With what each row adds, where the figure is the mean of that over all rows."""
    evidence = measurement.evidence
    own = evidence.scores if isinstance(evidence, MeanOf) else found.scores()
    return found.outcomes(own)
