"""Does a copy answer as the model it was made of?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, counts, known_by
from pytest_ptm.behaviours.by_group import figures_by_group
from pytest_ptm.behaviours.cases import Sides, cases_of
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.doubts import TOGETHER, alike, doubts, silent, ties
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Scores, Units, run
from pytest_ptm.behaviours.likeness import Likeness, likeness
from pytest_ptm.behaviours.reporting import result_over
from pytest_ptm.behaviours.rowwise import AllHeard, Rowwise, each_example
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.behaviours.two_models import both
from pytest_ptm.engine.ask import Answers
from pytest_ptm.results import Case, Cost, Measurement, Outcomes, Result
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.protocol import C, Rows, said


def evaluate_agrees(
    model: AnyModel[Any],
    examples: Texts,
    *,
    than: AnyModel[Any],
    tolerance: float | None = None,
    similarity: AnyModel[Any] | None = None,
) -> Result:
    """The share of examples to which both models give the same class, in [0, 1].

    Of multi-label models: the same set of classes. For quantised, distilled and
    exported copies; no labels are needed.

    Args:
        model: the copy.
        examples: Examples, or what ``load_examples`` takes; or plain texts.
        than: the model it is a copy of.
        tolerance: also apart is a probability of any class that differs by more.
        similarity: of texts that are written, a sentence encoder: two are the same
            where the cosine of its vectors is 1 - ``tolerance`` or more.

    Raises:
        ArgumentError: the models have not the same classes, ``similarity`` is none, or
            the tolerance is outside 0 .. 1.
        DataError: there is nothing to ask.
        ModelError: a model cannot be loaded or asked.
    """
    return run(
        agreement(
            model, examples, than=than, tolerance=tolerance, similarity=similarity
        )
    )


def agreement(
    model: AnyModel[Any],
    examples: Texts,
    *,
    than: AnyModel[Any],
    tolerance: float | None,
    similarity: AnyModel[Any] | None = None,
) -> Rowwise[Any]:
    """The question behind `evaluate_agrees`."""
    same = likeness(similarity, tolerance)
    rows = texts_of(examples)
    sides = both(model, than, rows, same.able, check=same.require)
    asked, other = sides.first, sides.second

    def part(heard: AllHeard[Any], units: Rows) -> _Sides[Any]:
        ours, theirs = (said.given for said in heard)
        then = sides.align(theirs.predictions)
        cost = ours.cost + theirs.cost
        return _Sides(asked.part(units), other, ours, then, cost, same)

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
class _Sides(Generic[C]):
    """What both models said about the same examples; ``then`` is the other's."""

    asked: Question[C]
    other: Question[C]
    ours: Answers[C]
    then: C
    cost: Cost
    same: Likeness

    @cached_property
    def held(self) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Their answers held against ours."""
        now, task = self.ours.predictions, self.asked.task
        return self.same.apart(self.then, now, task)

    @property
    def apart(self) -> NDArray[np.bool_]:
        """Which examples are answered otherwise."""
        return self.held[0]

    @property
    def moved(self) -> NDArray[np.float64]:
        """How far the answers to each example lie apart."""
        return self.held[1]

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

    def measure(self, rows: Rows) -> Measurement:
        """The share of some rows that is answered alike."""
        same, n = int((~self.apart[rows]).sum()), len(rows)
        figure = ShareOf(same, n)
        name = f"agreement with {self.other.card.name}"
        return Measurement.of(name, same / n, n, "higher", figure)

    def result(self) -> Result:
        """The share that is answered alike."""
        asked, rows = self.asked, self.asked.examples
        return result_over(
            asked,
            self.measure(np.arange(len(rows))),
            behaviour="agreement",
            parts=self._parts(),
            by_group=tuple(
                figure
                for column in rows.groups
                for figure in figures_by_group(rows, column, self.measure)
            ),
            cases=self._cases(),
            failing=int(self.apart.sum()),
            counts=counts(asked, self.ours),
            cost=self.cost + self.same.cost,
            notes=self._notes(),
            outcomes=self.outcomes(),
        )

    def _parts(self) -> list[str]:
        """What the signature says of it."""
        return ["agreement", f"than:{known_by(self.other)}", *self.same.parts]

    def _cases(self) -> tuple[Case, ...]:
        now, by = self.ours.predictions, self.asked.predictor

        def sides(row: int) -> Sides:
            theirs = self.other.card.name, said(self.then, row, by=by)
            return theirs, (self.asked.card.name, said(now, row, by=by))

        return cases_of(
            self.asked.examples,
            np.flatnonzero(self.apart),
            severity=lambda row: float(self.moved[row]),
            expected=lambda _: "the same answer",
            observed=lambda row: " → ".join(what for _, what in sides(row)),
            sides=sides,
        )

    def _notes(self) -> tuple[str, ...]:
        rows, what = self.asked.examples, self.same.what(self.asked.task)
        return (
            f"compared with {self.other.card}",
            f"{what} differs by up to {self.moved.max():z.4f}",
            *doubts(rows, self.ours),
            *ties(rows, self.ours.predictions, TOGETHER),
            *silent(self.ours.predictions, self.then),
            *self.same.remarks((self.then, self.ours.predictions)),
        )
