"""Labelled examples and the answers to them: what every metric is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, question
from pytest_ptm.behaviours.by_group import figures_by_group
from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.behaviours.choice import Able, AnyModel, able_to
from pytest_ptm.behaviours.doubts import alike, contradictions, doubts, ties
from pytest_ptm.behaviours.inquiry import AsAWhole, Figure, MeanOfUnits, Scores, Units
from pytest_ptm.behaviours.one_each import numbers, truths
from pytest_ptm.behaviours.outlying import outlying
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise, each_example
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.label_maps import check_label_map
from pytest_ptm.datasets.load import Source
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.display import listed
from pytest_ptm.metrics.finding import kinds_with, metric_of, metrics_of
from pytest_ptm.metrics.protocol import Kind, Metric
from pytest_ptm.results import (
    Better,
    Case,
    Cost,
    GroupFigure,
    Measurement,
    Outcomes,
    Result,
)
from pytest_ptm.tasks.protocol import C, Rows, said
from pytest_ptm.tasks.table import take
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.truth import Truth


def able(metric: str) -> Able[Any]:
    """The tasks whose answers have the metric, and labels that say what is right.

    Raises:
        ArgumentError: there is no such metric.
    """
    kinds = kinds_with(metric)
    return able_to(
        lambda task: task.truth is not None and task.answers in kinds,
        instead=lambda task: _other_metrics(task, metric),
    )


def _other_metrics(task: Task, metric: str) -> str:
    names = [] if task.truth is None else metrics_of(task.answers)
    if not names:
        return ""
    return f". {metric} is no figure of {task.name}; say metric={listed(names)}"


@dataclass(frozen=True, slots=True)
class Labelled(Generic[C]):
    """Examples with what is right, and a model that is not asked yet.

    ``positive`` is the code of the class that a binary metric is about, ``wanted`` the
    end that a bound wants of a metric without a better one; ``beside`` what was spent
    on models that say which answers are right.
    """

    asked: Question[C]
    metric: Metric[Any]
    kind: Kind[C]
    truth: Truth[C]
    positive: int | None
    wanted: Better | None = None
    beside: Callable[[], Cost] = Cost

    def figure(self) -> MeanOfUnits | AsAWhole:
        """What is known of the metric's figure before the model is asked."""
        name, by = self.metric.name, self.asked.predictor
        found = self.kind.unit_range(name, by, self.positive)
        return (
            AsAWhole(self.metric.why_whole()) if found is None else MeanOfUnits(*found)
        )

    def scores(self, rows: Rows, answers: C) -> Scores:
        """What each of these rows adds to a metric that is the mean of that.

        Raises:
            ValueError: the metric is no mean.
        """
        name, gold = self.metric.name, self.truth.take(rows).gold
        scores = self.kind.scores(name, gold, answers, positive=self.positive)
        return numbers(scores, len(rows), what=f"{name} a row", task=self.asked.task)

    def right(self, truth: Truth[C], answers: C) -> NDArray[np.bool_] | None:
        """Which of these answers the metric counts as right, bool[n].

        None where none of them ever is right or wrong.

        Raises:
            ModelError: PTM313, the task or the metric does not say it of each.
        """
        if not self.metric.directed:
            return None
        name, task = self.metric.name, self.asked.task
        counted = self.kind.right(name, truth.gold, answers, positive=self.positive)
        right = truth.right(answers) if counted is None else counted
        if right is None:
            return None
        return truths(right, len(truth.gold), what="right", task=task)

    def part(self, rows: Rows, answers: Answers[C]) -> Marked[C]:
        """These examples with the answers to them, in this order."""
        own = replace(self, asked=self.asked.part(rows), truth=self.truth.take(rows))
        return Marked(own, answers)


@dataclass(frozen=True)
class Marked(Generic[C]):
    """Examples with what is right and what the model said."""

    labelled: Labelled[C]
    answers: Answers[C]

    @property
    def asked(self) -> Question[C]:
        """The question that was asked."""
        return self.labelled.asked

    @property
    def metric(self) -> Metric[Any]:
        """What is measured."""
        return self.labelled.metric

    @property
    def truth(self) -> Truth[C]:
        """What is right for each example."""
        return self.labelled.truth

    @property
    def cost(self) -> Cost:
        """What the answers cost, and what was spent to tell which are right."""
        return self.answers.cost + self.labelled.beside()

    def known_by(self) -> tuple[str, ...]:
        """What a signature says of the metric."""
        return self.metric.name, *self.metric.made_by(self.truth.gold)

    @property
    def examples(self) -> Examples:
        """The examples that were asked."""
        return self.asked.examples

    @property
    def predictions(self) -> C:
        """What the model said."""
        return self.answers.predictions

    @cached_property
    def right(self) -> NDArray[np.bool_] | None:
        """Which examples are answered right, as the metric counts them; bool[n]."""
        return self.labelled.right(self.truth, self.predictions)

    def scores(self) -> NDArray[np.float64] | None:
        """What each example adds, where the metric is the mean of that."""
        if isinstance(self.labelled.figure(), AsAWhole):
            return None
        every = np.arange(len(self.examples), dtype=np.intp)
        return self.labelled.scores(every, self.predictions)

    def doubts(self) -> list[str]:
        """Notes on what makes any figure over these examples say less than it seems."""
        graded = not self.metric.of_right
        return [
            *self.remarks(self.predictions),
            *doubts(self.examples, self.answers),
            *(
                contradictions(self.examples, self.truth, graded=graded)
                if self.metric.needs_labels
                else ()
            ),
            *ties(self.examples, self.predictions, "a tie counts as wrong"),
        ]

    def remarks(self, answers: C) -> Sequence[str]:
        """What looks wrong about the labels beside these answers to the examples."""
        return self.labelled.kind.remarks(self.truth.gold, answers)

    def measure(self, rows: Rows | None = None) -> Measurement:
        """The metric over all examples, or over some rows of them."""
        return self.measured(self.predictions, rows)

    def measured(self, answers: C, rows: Rows | None = None) -> Measurement:
        """The same of other answers to the same examples."""
        gold = self.truth.gold
        if rows is not None:
            gold, answers = self.truth.take(rows).gold, take(answers, rows)
        name, about = self.metric.name, self.labelled.positive
        found = self.labelled.kind.measure(name, gold, answers, positive=about)
        self.metric.require(found)
        return found

    def wrong(self) -> tuple[tuple[Case, ...], int]:
        """The worst wrong answers as cases, and how many there are in all."""
        return self.worst(np.arange(len(self.examples), dtype=np.intp))

    def worst(self, rows: Rows) -> tuple[tuple[Case, ...], int]:
        """The worst of some rows; where nothing is right or wrong, the farthest."""

        def observed(row: int) -> str:
            return said(self.predictions, row, by=self.asked.predictor)

        if not self.metric.directed:
            whole, wanted = self.measure(), self.labelled.wanted
            return outlying(self.examples, rows, whole, wanted, observed=observed)
        away, right = self.away(self.predictions), self.right
        failed = away > 0 if right is None else ~right
        wrong = rows[failed[rows]]
        cases = cases_of(
            self.examples,
            wrong,
            severity=lambda row: float(away[row]),
            expected=self.truth.expected,
            observed=observed,
        )
        return cases, len(wrong)

    def away(self, answers: C) -> NDArray[np.float64]:
        """How far each answer is from what is right, or from what the metric wants."""
        gold = self.truth.gold
        own = self.labelled.kind.away(self.metric.name, gold, answers)
        away = self.truth.away(answers) if own is None else own
        n, task = len(self.examples), self.asked.task
        return numbers(away, n, what="away", task=task)

    def outcomes(
        self,
        scores: NDArray[np.float64] | None = None,
        *,
        gains: NDArray[np.float64] | None = None,
    ) -> Outcomes:
        """What came of each example; ``scores`` where the figure is their mean.

        ``gains`` where it is a difference, and the mean of these.
        """
        return Outcomes(
            ids=self.examples.ids,
            right=self.right,
            scores=scores,
            predicted=self.truth.codes(self.predictions),
            groups=self.examples.groups,
            classes=self.truth.names,
            gains=gains,
            alike=alike(self.examples),
            graded=self.metric.scored,
        )

    def by_group(self, column: str) -> list[GroupFigure]:
        """The metric over each group of one column, in the order of their names."""
        return figures_by_group(self.examples, column, self.measure)


def labelled(
    model: AnyModel[Any],
    examples: Source,
    metric: str,
    *,
    positive: Label | None = None,
    label_map: LabelMap | None = None,
    among: Able[Any] | None = None,
) -> Labelled[Any]:
    """A model and labelled examples, once the labels are answers that it can give.

    ``among`` are the tasks to choose from, all with the metric unless given.

    Raises:
        ArgumentError: the metric or the positive class is unknown, the class missing or
            not wanted, the model's answers have no such metric, or the label map is
            none.
        DataError: a label can be no answer of the model, or there is nothing to ask.
        ModelError: the model cannot be loaded or asked.
    """
    check_label_map(label_map)
    asked = question(model, examples, able(metric) if among is None else among)
    task, by = asked.task, asked.predictor
    # One name may be a figure of several kinds of answers, computed otherwise.
    kind = kinds_with(metric)[task.answers]
    measured = metric_of(kind, metric)
    read = task.reading(needs_labels=measured.needs_labels)
    truth = read(asked.examples, by, label_map=label_map)
    chosen = None if positive is None else truth.positive(positive)
    kind.require(metric, by, chosen)
    return Labelled(asked, measured, kind, truth, chosen)


def over_labels(
    found: Labelled[C], *, figure: Figure, report: Callable[[Marked[C]], Result]
) -> Rowwise[C]:
    """The question how a model answers labelled examples."""

    def score(heard: AllHeard[C], rows: Rows) -> Scores:
        (answers,) = heard
        return found.scores(rows, answers.given.predictions)

    def reported(heard: AllHeard[C], rows: Rows) -> Result:
        (answers,) = heard
        return report(found.part(rows, answers.given))

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


def named(positive: Label | None) -> Sequence[str]:
    """What a signature says of the class that counts as positive."""
    return () if positive is None else (f"positive:{positive}",)
