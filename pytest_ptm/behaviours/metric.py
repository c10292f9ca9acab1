"""How often, and how well: a classifier's figures over labelled examples."""

from __future__ import annotations

import numpy as np

from pytest_ptm.behaviours.asking import Question, counts, question, signature
from pytest_ptm.behaviours.cases import wrong_answers
from pytest_ptm.behaviours.labels import Gold, class_index, gold
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.errors import ArgumentError, DataError
from pytest_ptm.metrics.permutation import best_renaming, looks_swapped
from pytest_ptm.metrics.table import find_metric, measure
from pytest_ptm.results import GroupFigure, Result
from pytest_ptm.tasks.text_classification import (
    AnyClassifier,
    Classification,
    Classifier,
)

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
    find_metric(metric)
    asked = question(model, examples, answers=Classification)
    rows = asked.examples
    if not len(rows):
        raise DataError(f"{rows.source} has 0 examples", code="PTM201")
    classifier = _classifier(asked)
    names, multi_label = classifier.class_names, classifier.multi_label
    truth = gold(rows, names, multi_label=multi_label, label_map=label_map)
    chosen = (
        None if positive is None else class_index(positive, names, argument="positive")
    )
    answers = asked.ask()
    predictions = answers.predictions
    cases, failing = wrong_answers(rows, truth, predictions)
    named = [] if positive is None else [f"positive:{positive}"]
    return Result(
        behaviour="accuracy" if metric == "accuracy" else "metric",
        model=asked.card,
        task=asked.predictor.task,
        measurement=measure(metric, truth, predictions, positive=chosen),
        signature=signature(asked, metric, *named),
        by_group=_by_group(metric, rows, truth, predictions, chosen),
        cases=cases,
        failing=failing,
        counts=counts(answers),
        cost=answers.cost,
        notes=_notes(asked, truth, predictions),
        of=asked.of,
    )


def _classifier(asked: Question[Classification]) -> Classifier:
    predictor = asked.predictor
    if not isinstance(predictor, Classifier):
        raise ArgumentError(
            f"model {predictor.card.name} answers {predictor.task} without saying its "
            "class_names and whether it is multi_label"
        )
    return predictor


def _by_group(
    metric: str,
    examples: Examples,
    truth: Gold,
    predictions: Classification,
    positive: int | None,
) -> tuple[GroupFigure, ...]:
    figures: list[GroupFigure] = []
    for column in examples.groups:
        places: dict[str, list[int]] = {}
        for row, group in enumerate(examples.groups[column]):
            places.setdefault(group, []).append(row)
        for group in sorted(places):
            rows = np.array(places[group], dtype=np.intp)
            part = predictions.take(rows)
            try:
                found = measure(metric, truth[rows], part, positive=positive)
            except DataError:
                # Undefined in this group alone: said beside it, not hidden.
                figures.append(GroupFigure(column, group, None, len(rows)))
            else:
                figures.append(
                    GroupFigure(column, group, found.value, found.n, found.interval)
                )
    return tuple(figures)


def _notes(
    asked: Question[Classification], truth: Gold, predictions: Classification
) -> tuple[str, ...]:
    notes: list[str] = []
    if not predictions.multi_label:
        classes, indices = len(predictions.class_names), truth.astype(np.intp)
        if looks_swapped(indices, predictions.predicted, classes):
            renamed, _ = best_renaming(indices, predictions.predicted, classes)
            notes.append(SWAPPED.format(renamed))
    columns = list(asked.examples.inputs.values())
    repeated = len(asked.examples) - len(set(zip(*columns, strict=True)))
    if repeated:
        notes.append(f"{repeated} of {len(asked.examples)} repeat an earlier text")
    return tuple(notes)
