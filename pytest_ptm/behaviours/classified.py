"""Labelled examples and a classifier's answers: what its figures are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, question
from pytest_ptm.behaviours.doubts import alike, contradictions, doubts, ties
from pytest_ptm.behaviours.inquiry import Scores
from pytest_ptm.behaviours.labels import Gold, class_index, gold
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.classification.comparison import compare
from pytest_ptm.metrics.classification.table import Metric, measure
from pytest_ptm.results import GroupFigure, Measurement, Outcomes
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.text_classification import (
    AnyClassifier,
    Classification,
    Classifier,
)


@dataclass(frozen=True, slots=True)
class Classified:
    """Examples with what is right and what the model said.

    ``positive`` is the index of the class that a binary metric is about.
    """

    asked: Question[Classification]
    truth: Gold
    answers: Answers[Classification]
    positive: int | None

    @property
    def examples(self) -> Examples:
        """The examples that were asked."""
        return self.asked.examples

    @property
    def predictions(self) -> Classification:
        """What the model said."""
        return self.answers.predictions

    def doubts(self) -> list[str]:
        """Notes on what makes any figure over these examples say less than it seems."""
        return [
            *doubts(self.examples, self.answers),
            *contradictions(self.examples, self.truth),
            *ties(self.examples, self.predictions, "a tie counts as wrong"),
        ]

    def measure(self, metric: str, rows: Rows | None = None) -> Measurement:
        """The metric over all examples, or over some rows of them."""
        if rows is None:
            rows = np.arange(len(self.examples), dtype=np.intp)
        part = self.predictions.take(rows)
        return measure(metric, self.truth[rows], part, positive=self.positive)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which examples are answered right, bool[n]; multi-label, in every class."""
        predictions = self.predictions
        if predictions.multi_label:
            held = predictions.held(self.truth.astype(np.bool_))
            return (held == self.truth).all(axis=1)
        return self.answered == self.truth

    @property
    def answered(self) -> Rows:
        """The class that counts as the answer to each row, of several classes one."""
        return self.predictions.answered(self.truth.astype(np.intp))

    def outcomes(
        self,
        scores: NDArray[np.float64] | None = None,
        *,
        gains: NDArray[np.float64] | None = None,
    ) -> Outcomes:
        """What came of each example; ``scores`` where the figure is their mean.

        ``gains`` where it is a difference, and the mean of these.
        """
        several = self.predictions.multi_label
        return Outcomes(
            ids=self.examples.ids,
            right=self.right,
            scores=scores,
            predicted=None if several else self.answered,
            groups=self.examples.groups,
            classes=None if several else self.predictions.class_names,
            gains=gains,
            alike=alike(self.examples),
        )

    def by_group(self, metric: str, column: str) -> list[GroupFigure]:
        """The metric over each group of one column, in the order of their names."""
        figures: list[GroupFigure] = []
        for group, rows in rows_by_group(self.examples, column).items():
            try:
                found = self.measure(metric, rows)
            except DataError:
                # Undefined in this group alone: said beside it, not hidden.
                figures.append(GroupFigure(column, group, None, len(rows)))
            else:
                figures.append(
                    GroupFigure(
                        column,
                        group,
                        found.value,
                        found.n,
                        found.interval,
                        found.evidence,
                    )
                )
        return figures


@dataclass(frozen=True, slots=True)
class Labelled:
    """Examples with what is right, and a classifier that is not asked yet."""

    asked: Question[Classification]
    truth: Gold
    positive: int | None

    @property
    def classifier(self) -> Classifier:
        """The bound model."""
        return classifier_of(self.asked)

    def scores(self, metric: Metric, rows: Rows, said: Classification) -> Scores:
        """What each of these rows adds to a metric that is the mean of that.

        Raises:
            ValueError: the metric is no mean.
        """
        if metric.per_unit is None:
            raise ValueError(f"{metric.name} is no mean of one score an example")
        truth = self.truth[rows]
        return metric.per_unit.scores(
            compare(metric.name, truth, said, positive=self.positive)
        )

    def part(self, rows: Rows, answers: Answers[Classification]) -> Classified:
        """These examples with the answers to them, in this order."""
        asked = self.asked.part(rows)
        return Classified(asked, self.truth[rows], answers, self.positive)


def labelled(
    model: AnyClassifier,
    examples: Source,
    *,
    positive: Label | None = None,
    label_map: LabelMap | None = None,
) -> Labelled:
    """A classifier and labelled examples, once labels and classes agree.

    Raises:
        ArgumentError: the positive class is unknown, or the model is no classifier.
        DataError: a label is no class of the model, or there is nothing to ask.
        ModelError: the model cannot be loaded or asked.
    """
    asked = question(model, examples, answers=Classification)
    if not len(asked.examples):
        raise DataError(f"{asked.examples.source} has 0 examples", code="PTM201")
    classifier = classifier_of(asked)
    names, multi_label = classifier.class_names, classifier.multi_label
    truth = gold(asked.examples, names, multi_label=multi_label, label_map=label_map)
    chosen = (
        None if positive is None else class_index(positive, names, argument="positive")
    )
    return Labelled(asked, truth, chosen)


def classify(
    model: AnyClassifier,
    examples: Source,
    *,
    positive: Label | None = None,
    label_map: LabelMap | None = None,
) -> Classified:
    """The same, asked."""
    found = labelled(model, examples, positive=positive, label_map=label_map)
    return found.part(np.arange(len(found.asked.examples)), found.asked.ask())


def rows_by_group(examples: Examples, column: str) -> dict[str, Rows]:
    """The rows of each group of a column, by name.

    Raises:
        ArgumentError: there is no such column.
    """
    places: dict[str, list[int]] = {}
    for row, group in enumerate(examples.group(column)):
        places.setdefault(group, []).append(row)
    return {name: np.array(places[name], dtype=np.intp) for name in sorted(places)}


def classifier_of(asked: Question[Classification]) -> Classifier:
    """The bound model as one that says its classes before it is asked.

    Raises:
        ArgumentError: it does not say them.
    """
    predictor = asked.predictor
    if not isinstance(predictor, Classifier):
        raise ArgumentError(
            f"model {predictor.card.name} answers {predictor.task} without saying its "
            "class_names and whether it is multi_label"
        )
    return predictor
