"""The side that a model is compared with: another model, or a stored run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.inquiry import Scores
from pytest_ptm.behaviours.marked import Labelled, Marked
from pytest_ptm.behaviours.two_models import Both
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.engine.ask import Answers
from pytest_ptm.results import Cost, Earlier, Measurement, ModelCard
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.statistics.row_sums import KeptByRow
from pytest_ptm.tasks.protocol import C, Rows
from pytest_ptm.tasks.table import take
from pytest_ptm.tasks.task import Align
from pytest_ptm.tasks.truth import Truth

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Theirs(Generic[C]):
    """What the other side made of the same rows, comparable with ours.

    ``right`` is None where nothing is right or wrong. A stored run has no answers but
    classes, of which ``predictions`` are then certain; without them they are None, and
    ``scores``, or the ``stats`` whose sums the figure is of, stand for what answers
    would give.
    """

    name: str
    note: str
    truth: Truth[C]
    right: NDArray[np.bool_] | None
    predictions: C | None
    scores: NDArray[np.float64] | None = None
    stats: NDArray[np.float64] | None = None
    cost: Cost = field(default_factory=Cost)

    def take(self, rows: Rows) -> Theirs[C]:
        """What it made of these rows, in this order."""
        said = self.predictions
        return replace(
            self,
            truth=self.truth.take(rows),
            right=None if self.right is None else self.right[rows],
            predictions=None if said is None else take(said, rows),
            scores=None if self.scores is None else self.scores[rows],
            stats=None if self.stats is None else self.stats[rows],
        )

    def codes(self) -> Rows | None:
        """Their class of each row, a tie being wrong; None where there is no one."""
        said = self.predictions
        return None if said is None else self.truth.codes(said)

    def label(self, row: int) -> str:
        """Their answer to a row that they have right, or nearer to it."""
        if self.predictions is None:
            return "nearer" if self.right is None else "right"
        return self.truth.label(self.predictions, row)

    def as_precise(self, ours: Measurement) -> Measurement:
        """Our figure, rounded as a stored one is: else a model is not its own equal."""
        evidence = ours.evidence
        if self.stats is not None and isinstance(evidence, KeptByRow):
            return _figure(ours, evidence.of(_rounded(evidence.stats)))
        if self.scores is None or not isinstance(evidence, MeanOf):
            return ours
        rounded = _rounded(evidence.scores)
        mean = MeanOf(rounded, least=evidence.least, most=evidence.most)
        return Measurement.of(
            ours.metric, float(rounded.mean()), ours.n, ours.better, mean
        )

    def measure(self, found: Marked[C], like: Measurement, rows: Rows) -> Measurement:
        """Their figure over these rows, by the metric of ours."""
        n, ours = len(rows), like.evidence
        if self.stats is not None and isinstance(ours, KeptByRow):
            return _figure(like, ours.of(self.stats[rows]))
        if self.scores is not None and isinstance(ours, MeanOf):
            part = self.scores[rows]
            mean = MeanOf(part, least=ours.least, most=ours.most)
            return Measurement.of(like.metric, float(part.mean()), n, like.better, mean)
        if self.predictions is not None:
            return found.measured(self.predictions, rows)
        share = ShareOf(int(self._right[rows].sum()), n)
        return Measurement.of(like.metric, share.hits / n, n, like.better, share)

    def gains(self, found: Labelled[C], rows: Rows, answers: C) -> Scores:
        """How far ours is ahead in each of these rows, by a metric that is a mean.

        Above 0 is better, always.

        Raises:
            ValueError: the metric is no mean.
        """
        metric, ours = found.metric, found.scores(rows, answers)
        if self.scores is not None and metric.scored:
            # Rounded as a stored one is: else a model is not its own equal.
            ours, theirs = _rounded(ours), self.scores
        elif self.predictions is not None:
            theirs = found.scores(rows, self.predictions)
        else:
            theirs = self._right.astype(np.float64)
        return ours - theirs if metric.better == "higher" else theirs - ours

    @property
    def _right(self) -> NDArray[np.bool_]:
        if self.right is None:
            raise ValueError(f"{self.name} is neither right nor wrong")
        return self.right


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values.astype(np.float32).astype(np.float64)


def _figure(like: Measurement, sums: KeptByRow) -> Measurement:
    return Measurement.of(like.metric, sums.value, like.n, like.better, sums)


@dataclass(frozen=True, slots=True)
class OtherModel(Generic[C]):
    """Another model with the same examples, not asked yet, beside ours."""

    card: ModelCard
    ours: Labelled[C]
    align: Align[C]

    def said(self, rows: Rows, answers: Answers[C]) -> Theirs[C]:
        """What it made of these rows."""
        truth, then = self.ours.truth.take(rows), self.align(answers.predictions)
        return Theirs(
            name=self.card.name,
            note=str(self.card),
            truth=truth,
            right=self.ours.right(truth, then),
            predictions=then,
            cost=answers.cost,
        )


def other_model(
    found: Labelled[C], sides: Both, label_map: LabelMap | None
) -> OtherModel[C]:
    """The other model, to be asked the same examples.

    Raises:
        ArgumentError: labels mean something else to it.
    """
    second = sides.second
    reading = second.task.reading(needs_labels=found.metric.needs_labels)
    read = reading(second.examples, second.predictor, label_map=label_map)
    found.truth.require_same(read, found.asked.card.name, second.card.name)
    return beside(found, sides)


def beside(found: Labelled[C], sides: Both) -> OtherModel[C]:
    """The other model, of which the same is right."""
    return OtherModel(sides.second.card, found, sides.align)


def stored(found: Labelled[C], earlier: Earlier) -> Theirs[C] | str:
    """What an earlier run found over the same data, or why it cannot be compared."""
    metric, truth = found.metric, found.truth
    if metric.scored and earlier.scores is None:
        return f"the entry does not say what each example adds to {metric.name}"
    if metric.of_sums:
        if earlier.stats is None or len(earlier.stats) != len(truth.gold):
            return (
                f"the entry does not hold the sums that {metric.name} is made of, row "
                "by row"
            )
        note, stats = earlier.note, earlier.stats
        return Theirs(BASELINE, note, truth, earlier.right, None, stats=stats)
    said = truth.restored(earlier, found.asked.card.name)
    if isinstance(said, str):
        return said
    if said is None and earlier.scores is None and not metric.of_right:
        return (
            f"it holds which examples were right, and not what each adds to "
            f"{metric.name}: give than= a model, or --ptm-against"
        )
    right, scores = earlier.right, earlier.scores
    return Theirs(BASELINE, earlier.note, truth, right, said, scores)
