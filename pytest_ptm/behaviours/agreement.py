"""Does a copy answer as the model it was made of?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, counts
from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.behaviours.classified import rows_by_group
from pytest_ptm.behaviours.cloze import Texts, texts_of
from pytest_ptm.behaviours.doubts import TOGETHER, alike, doubts, ties
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Scores, Units, run
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise, each_example
from pytest_ptm.behaviours.two_models import aligned, both
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import (
    Case,
    GroupFigure,
    Measurement,
    ModelCard,
    Outcomes,
    Result,
)
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.text_classification import AnyClassifier, Classification


def evaluate_agrees(
    model: AnyClassifier,
    examples: Texts,
    *,
    than: AnyClassifier,
    tolerance: float | None = None,
) -> Result:
    """The share of examples to which both models give the same class, in [0, 1].

    Of multi-label models: the same set of classes. For quantised, distilled and
    exported copies; no labels are needed.

    Args:
        model: the copy.
        examples: Examples, or what ``load_examples`` takes; or plain texts.
        than: the model it is a copy of.
        tolerance: also apart is a probability of any class that differs by more.

    Raises:
        ArgumentError: the models have not the same classes, or the tolerance is
            outside 0 .. 1.
        DataError: there is nothing to ask.
        ModelError: a model cannot be loaded or asked.
    """
    return run(agreement(model, examples, than=than, tolerance=tolerance))


def agreement(
    model: AnyClassifier,
    examples: Texts,
    *,
    than: AnyClassifier,
    tolerance: float | None,
) -> Rowwise[Classification]:
    """The question behind `evaluate_agrees`."""
    if tolerance is not None and not 0 <= tolerance <= 1:
        raise ArgumentError(f"tolerance={tolerance!r}: expected 0 to 1")
    asked, other = both(model, than, texts_of(examples))

    def part(heard: AllHeard[Classification], units: Rows) -> _Sides:
        ours, theirs = (said.given for said in heard)
        return _Sides(asked.part(units), other.card, ours, theirs, tolerance)

    return Rowwise(
        examples=asked.examples,
        units=Units.each(asked.examples),
        figure=MeanOfUnits(),
        askings=(each_example(asked), each_example(other)),
        scoring=lambda heard, units: part(heard, units).scores,
        reporting=lambda heard, units: part(heard, units).result(),
        unlimited=lambda: Units.each(asked.whole),
        of=asked.of,
    )


@dataclass(frozen=True)
class _Sides:
    """What both models said about the same examples."""

    asked: Question[Classification]
    other: ModelCard
    ours: Answers[Classification]
    theirs: Answers[Classification]
    tolerance: float | None

    @cached_property
    def then(self) -> Classification:
        """What the other model said, its classes in our order."""
        return aligned(self.theirs.predictions, self.ours.predictions.class_names)

    @cached_property
    def moved(self) -> NDArray[np.float64]:
        """How far any probability of each example differs, at most."""
        return self.then.shift(self.ours.predictions)

    @cached_property
    def apart(self) -> NDArray[np.bool_]:
        """Which examples are answered otherwise."""
        differs = self.then.differs(self.ours.predictions)
        far = self.tolerance is not None and self.moved > self.tolerance
        return differs | far

    @property
    def scores(self) -> Scores:
        """1 for each example that is answered alike."""
        return (~self.apart).astype(np.float64)

    def outcomes(self) -> Outcomes:
        """Which examples are answered alike."""
        rows = self.asked.examples
        return Outcomes(
            ids=rows.ids,
            right=~self.apart,
            scores=self.scores,
            groups=rows.groups,
            alike=alike(rows),
        )

    def result(self) -> Result:
        """The share that is answered alike."""
        asked, rows, n = self.asked, self.asked.examples, len(self.apart)
        same = int((~self.apart).sum())
        return result_over(
            asked,
            Measurement.of(
                f"agreement with {self.other.name}",
                same / n,
                n,
                "higher",
                ShareOf(same, n),
            ),
            behaviour="agreement",
            parts=self._parts(),
            by_group=_by_group(rows, self.apart),
            cases=self._cases(),
            failing=n - same,
            counts=counts(asked, self.ours),
            cost=self.ours.cost + self.theirs.cost,
            notes=self._notes(),
            outcomes=self.outcomes(),
        )

    def _parts(self) -> list[str]:
        """What the signature says of it."""
        tolerance = self.tolerance
        return [
            "agreement",
            f"than:{self.other.fingerprint[:8]}",
            *([] if tolerance is None else [f"tolerance:{tolerance}"]),
        ]

    def _cases(self) -> tuple[Case, ...]:
        return cases_of(
            self.asked.examples,
            np.flatnonzero(self.apart),
            severity=lambda row: float(self.moved[row]),
            expected=self.then.said,
            observed=self.ours.predictions.said,
        )

    def _notes(self) -> tuple[str, ...]:
        rows = self.asked.examples
        return (
            f"compared with {self.other}",
            f"a probability differs by up to {self.moved.max():.4f}",
            *doubts(rows, self.ours),
            *ties(rows, self.ours.predictions, TOGETHER),
        )


def _by_group(examples: Examples, apart: NDArray[np.bool_]) -> tuple[GroupFigure, ...]:
    figures: list[GroupFigure] = []
    for column in examples.groups:
        for group, rows in rows_by_group(examples, column).items():
            share = ShareOf(int((~apart[rows]).sum()), len(rows))
            value = share.hits / share.n
            between = share.interval()
            figures.append(GroupFigure(column, group, value, share.n, between, share))
    return tuple(figures)
