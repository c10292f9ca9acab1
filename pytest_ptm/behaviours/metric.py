"""How often, and how well: a classifier's figures over labelled examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pytest_ptm.behaviours.asking import counts
from pytest_ptm.behaviours.cases import wrong_answers
from pytest_ptm.behaviours.classified import Classified, Labelled, labelled
from pytest_ptm.behaviours.inquiry import (
    AsAWhole,
    Figure,
    MeanOfUnits,
    Scores,
    Units,
    run,
)
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise, each_example
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.metrics.classification.permutation import best_renaming, looks_swapped
from pytest_ptm.metrics.classification.table import (
    Metric,
    find_metric,
    require_kind,
)
from pytest_ptm.results import Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.text_classification import AnyClassifier, Classification

SWAPPED = (
    "labels look swapped: after renaming the classes accuracy would be {:.4f}; "
    "check label_map= and the model's id2label"
)


def evaluate_accuracy(
    model: AnyClassifier,
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
    model: AnyClassifier,
    examples: Source,
    *,
    metric: str,
    positive: Label | None = None,
    label_map: LabelMap | None = None,
) -> Result:
    """A metric by scikit-learn's name: ``f1_macro``, ``roc_auc``, ``log_loss``, ….

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
    model: AnyClassifier,
    examples: Source,
    *,
    metric: str,
    positive: Label | None = None,
    label_map: LabelMap | None = None,
) -> Rowwise[Classification]:
    """The question behind `evaluate_metric`."""
    definition = find_metric(metric)
    found = labelled(model, examples, positive=positive, label_map=label_map)
    named = [] if positive is None else [f"positive:{positive}"]
    return over_labels(
        found,
        definition,
        figure=figure_of(definition, found),
        report=lambda said: _result(said, metric, named),
    )


def over_labels(
    found: Labelled,
    metric: Metric,
    *,
    figure: Figure,
    report: Callable[[Classified], Result],
) -> Rowwise[Classification]:
    """The question how a classifier answers labelled examples, by a metric.

    Raises:
        ArgumentError: its answers have no such metric, or the positive class is
            missing or not wanted.
    """
    require_metric(metric, found)

    def score(heard: AllHeard[Classification], rows: Rows) -> Scores:
        (said,) = heard
        return found.scores(metric, rows, said.given.predictions)

    def reported(heard: AllHeard[Classification], rows: Rows) -> Result:
        (said,) = heard
        return report(found.part(rows, said.given))

    return Rowwise(
        examples=found.asked.examples,
        units=Units.each(found.asked.examples),
        figure=figure,
        askings=(each_example(found.asked),),
        scoring=score,
        reporting=reported,
        unlimited=lambda: Units.each(found.asked.whole),
        of=found.asked.of,
    )


def require_metric(metric: Metric, found: Labelled) -> None:
    """Nothing, where the answers to come have the metric.

    Raises:
        ArgumentError: they have not, or the positive class is missing or not wanted.
    """
    require_kind(
        metric,
        found.classifier.class_names,
        multi_label=found.classifier.multi_label,
        positive=found.positive,
    )


def figure_of(metric: Metric, found: Labelled) -> MeanOfUnits | AsAWhole:
    """What is known of a metric's figure before the model is asked."""
    classifier, scores = found.classifier, metric.per_unit
    if scores is None or (classifier.multi_label and not scores.multi_label):
        return AsAWhole(metric.why_whole())
    about_one = found.positive is not None
    return MeanOfUnits(0.0, scores.most(len(classifier.class_names), about_one))


def _result(found: Classified, metric: str, named: Sequence[str]) -> Result:
    cases, failing = wrong_answers(found.examples, found.truth, found.predictions)
    columns = found.examples.groups
    measurement = found.measure(metric)
    return result_over(
        found.asked,
        measurement,
        behaviour="accuracy" if metric == "accuracy" else "metric",
        parts=(metric, *named),
        by_group=[g for name in columns for g in found.by_group(metric, name)],
        cases=cases,
        failing=failing,
        counts=counts(found.asked, found.answers),
        cost=found.answers.cost,
        notes=_notes(found),
        outcomes=_outcomes(found, measurement),
    )


def _outcomes(found: Classified, measurement: Measurement) -> Outcomes:
    """With what each row adds, where the figure is the mean of that over all rows."""
    evidence = measurement.evidence
    if isinstance(evidence, MeanOf):
        return found.outcomes(evidence.scores)
    plain = found.outcomes()
    # Shares of some of the rows, such as recall, are no mean over all of them.
    if isinstance(evidence, ShareOf) and plain.right is not None:
        right = plain.right
        if evidence.n == len(right) and evidence.hits == int(right.sum()):
            return found.outcomes(right.astype(np.float64))
    return plain


def _notes(found: Classified) -> tuple[str, ...]:
    notes: list[str] = []
    predictions = found.predictions
    if not predictions.multi_label:
        classes = len(predictions.class_names)
        indices = found.truth.astype(np.intp)
        if looks_swapped(indices, predictions.predicted, classes):
            renamed, _ = best_renaming(indices, predictions.predicted, classes)
            notes.append(SWAPPED.format(renamed))
    return (*notes, *found.doubts())
