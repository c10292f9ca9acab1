"""Behaviours whose questions are known beforehand, a row each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic

import numpy as np

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.inquiry import Figure, Scores, Units
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import Answers, ask, join
from pytest_ptm.results import Result
from pytest_ptm.tasks.protocol import P, Payload, Predictor, Rows


@dataclass(frozen=True, slots=True)
class Heard(Generic[P]):
    """Answers to some rows of an asking; ``rows`` are their places in it.

    ``answers`` is None where none of the rows were asked.
    """

    rows: Rows
    answers: Answers[P] | None

    @property
    def given(self) -> Answers[P]:
        """The answers of an asking that every unit has a row in.

        Raises:
            ValueError: nothing was asked.
        """
        if self.answers is None:
            raise ValueError("no row of this asking was asked")
        return self.answers


def _joined(parts: Sequence[Heard[P]]) -> Heard[P]:
    """All rows of the parts, in the order of the asking."""
    heard = [part.answers for part in parts if part.answers is not None]
    if not heard:
        return parts[0]
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows, kind="stable")
    return Heard(rows[order], join(heard).take(order))


@dataclass(frozen=True, slots=True)
class Asking(Generic[P]):
    """Rows to be asked of one predictor, and the unit that each is asked for.

    ``units`` is intp, ascending; a unit may have several rows here, or none. Answers
    come unit by unit. ``checked`` looks at those to some rows before anything is made
    of them.
    """

    predictor: Predictor[Payload, P]
    examples: Examples
    units: Rows
    checked: Callable[[Examples, P], None] | None = None

    def ask(self, units: Rows) -> Heard[P]:
        """The answers to the rows of these units, in their order."""
        rows = self._rows_of(units)
        if not len(rows):
            return Heard(rows, None)
        everything = np.array_equal(rows, np.arange(len(self.examples)))
        part = self.examples if everything else self._asked_of(rows)
        answers = ask(self.predictor, part)
        if self.checked is not None:
            self.checked(part, answers.predictions)
        return Heard(rows, answers)

    def _rows_of(self, units: Rows) -> Rows:
        first = np.searchsorted(self.units, units, side="left")
        counts = np.searchsorted(self.units, units, side="right") - first
        before = np.cumsum(counts) - counts
        within = np.arange(int(counts.sum())) - np.repeat(before, counts)
        return (np.repeat(first, counts) + within).astype(np.intp)

    def _asked_of(self, rows: Rows) -> Examples:
        """These rows with what is asked of them, and nothing that is not."""
        return replace(self.examples, labels=None, groups={}).take(rows.tolist())


AllHeard = tuple[Heard[P], ...]
"""What was heard in each asking."""


@dataclass(frozen=True, slots=True)
class Rowwise(Generic[P]):
    """An Inquiry whose questions are all known before the first answer.

    ``scoring`` and ``reporting`` make scores and result of what was heard of some
    units; ``unlimited`` gives the units there would be without ``--ptm-limit``.
    """

    examples: Examples
    units: Units
    figure: Figure
    askings: tuple[Asking[P], ...]
    scoring: Callable[[AllHeard[P], Rows], Scores]
    reporting: Callable[[AllHeard[P], Rows], Result]
    unlimited: Callable[[], Units]
    of: int | None = None

    def whole(self) -> Units:
        """What the figure would count, were there no ``--ptm-limit``."""
        return self.unlimited()

    def ask(self, units: Rows) -> AllHeard[P]:
        """The answers of every asking to the rows of these units."""
        return tuple(asking.ask(units) for asking in self.askings)

    def join(self, parts: Sequence[AllHeard[P]]) -> AllHeard[P]:
        """All parts of each asking, in the order of its rows."""
        return tuple(_joined(each) for each in zip(*parts, strict=True))

    def score(self, heard: AllHeard[P], units: Rows) -> Scores:
        """What each of these units adds to the figure."""
        return self.scoring(heard, units)

    def result(self, heard: AllHeard[P], units: Rows) -> Result:
        """The figure over these units."""
        return self.reporting(heard, units)


def each_example(asked: Question[P]) -> Asking[P]:
    """Every example asked once, as it is; each is a unit."""
    rows = asked.examples
    return Asking(asked.predictor, rows, np.arange(len(rows), dtype=np.intp))
