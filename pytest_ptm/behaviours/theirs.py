"""The side that a model is compared with: another model, or a stored run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.classified import Classified, Labelled, labelled
from pytest_ptm.behaviours.inquiry import Scores
from pytest_ptm.behaviours.labels import Gold
from pytest_ptm.behaviours.two_models import aligned, places, require_same_classes
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.display import visible
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.classification.table import Metric, measure
from pytest_ptm.results import Cost, Earlier, Measurement
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.text_classification import AnyClassifier, Classification

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Theirs:
    """What the other side made of the same rows, its classes in our order.

    A stored run has no probabilities: its ``predictions`` are certain of each class, or
    None where several may hold, and ``scores`` stand for what probabilities would give.
    """

    name: str
    note: str
    right: NDArray[np.bool_]
    predictions: Classification | None
    scores: NDArray[np.float64] | None = None
    cost: Cost = field(default_factory=Cost)

    def take(self, rows: Rows) -> Theirs:
        """What it made of these rows, in this order."""
        return replace(
            self,
            right=self.right[rows],
            predictions=None
            if self.predictions is None
            else self.predictions.take(rows),
            scores=None if self.scores is None else self.scores[rows],
        )

    def answered(self, truth: Gold) -> Rows | None:
        """Their class of each row, a tie being wrong; None where several may hold."""
        said = self.predictions
        if said is None or said.multi_label:
            return None
        return said.answered(truth.astype(np.intp))

    def said(self, row: int) -> str:
        """Their class of a row that they have right."""
        said = self.predictions
        if said is None:
            return "right"
        if said.multi_label:
            return said.said(row)
        return said.class_names[int(said.predicted[row])]

    def as_precise(self, ours: Measurement) -> Measurement:
        """Our figure, rounded as a stored one is: else a model is not its own equal."""
        evidence = ours.evidence
        if self.scores is None or not isinstance(evidence, MeanOf):
            return ours
        rounded = evidence.scores.astype(np.float32).astype(np.float64)
        mean = MeanOf(rounded, least=evidence.least, most=evidence.most)
        return Measurement.of(
            ours.metric, float(rounded.mean()), ours.n, ours.better, mean
        )

    def measure(self, found: Classified, like: Measurement, rows: Rows) -> Measurement:
        """Their figure over these rows, by the metric of ours."""
        n, ours = len(rows), like.evidence
        if self.scores is not None and isinstance(ours, MeanOf):
            part = self.scores[rows]
            mean = MeanOf(part, least=ours.least, most=ours.most)
            return Measurement.of(like.metric, float(part.mean()), n, like.better, mean)
        if self.predictions is None:
            share = ShareOf(int(self.right[rows].sum()), n)
            return Measurement.of(like.metric, share.hits / n, n, like.better, share)
        return measure(
            like.metric,
            found.truth[rows],
            self.predictions.take(rows),
            positive=found.positive,
        )

    def gains(
        self, found: Labelled, metric: Metric, rows: Rows, said: Classification
    ) -> Scores:
        """How far ours is ahead in each of these rows, by a metric that is a mean.

        Above 0 is better, always.

        Raises:
            ValueError: the metric is no mean.
        """
        ours, theirs = found.scores(metric, rows, said), self.right.astype(np.float64)
        if self.scores is not None and metric.scored:
            # Rounded as a stored one is: else a model is not its own equal.
            ours, theirs = ours.astype(np.float32).astype(np.float64), self.scores
        elif self.predictions is not None:
            theirs = found.scores(metric, rows, self.predictions)
        return ours - theirs if metric.better == "higher" else theirs - ours


@dataclass(frozen=True, slots=True)
class OtherModel:
    """Another model with the same examples, not asked yet; ``names`` in our order."""

    found: Labelled
    names: tuple[str, ...]

    def said(self, rows: Rows, answers: Answers[Classification]) -> Theirs:
        """What it made of these rows."""
        other, card = self.found.part(rows, answers), self.found.asked.card
        return Theirs(
            name=card.name,
            note=str(card),
            right=other.right,
            predictions=aligned(other.predictions, self.names),
            cost=answers.cost,
        )


def other_model(
    found: Labelled, than: AnyClassifier, label_map: LabelMap | None
) -> OtherModel:
    """The other model, to be asked the same examples.

    Raises:
        ArgumentError: labels are class ids that mean another class to it.
    """
    other = labelled(than, found.asked.examples, label_map=label_map)
    names = found.classifier.class_names
    order = places(other.classifier.class_names, names)
    truth = (
        other.truth[:, order]
        if found.classifier.multi_label
        else np.argsort(order)[other.truth.astype(np.intp)]
    )
    card = other.asked.card
    if not np.array_equal(truth, found.truth):
        raise ArgumentError(
            f"labels are class ids, and {found.asked.card.name} and {card.name} number "
            "their classes otherwise; label the examples with class names, or pass "
            "label_map="
        )
    return OtherModel(other, names)


def stored(found: Labelled, metric: Metric, earlier: Earlier) -> Theirs | str:
    """What an earlier run found over the same data, or why it cannot be compared."""
    if metric.scored and earlier.scores is None:
        return f"the entry does not say what each example adds to {metric.name}"
    several = found.classifier.multi_label
    if earlier.right is None or len(earlier.right) != len(found.asked.examples):
        return "the entry does not say what came of each example"
    if several:
        if metric.name != "accuracy":
            return f"of several labels at once it holds no {metric.name}, only accuracy"
        return Theirs(BASELINE, earlier.note, earlier.right, None, earlier.scores)
    if earlier.predicted is None or earlier.classes is None:
        return "the entry does not say which class each example was given"
    # Reports hold names as they can be shown.
    names = tuple(visible(name) for name in found.classifier.class_names)
    try:
        require_same_classes(
            names, earlier.classes, found.asked.card.name, "the baseline"
        )
    except ArgumentError as error:
        return error.message
    given = earlier.predicted
    if not ((given >= 0) & (given < len(names))).all():
        return "the entry holds classes that its model does not have"
    predicted = np.argsort(places(earlier.classes, names))[given]
    if not np.array_equal(predicted == found.truth, earlier.right):
        return "its labels were read otherwise: label_map= or the class ids changed"
    certain = np.eye(len(names), dtype=np.float32)[predicted]
    predictions = Classification(certain, found.classifier.class_names)
    return Theirs(BASELINE, earlier.note, earlier.right, predictions, earlier.scores)
