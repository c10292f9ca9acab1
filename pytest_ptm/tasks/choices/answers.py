"""Which of several texts is chosen, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.protocol import Columns
from pytest_ptm.tasks.table import Table, Tabular


@dataclass(frozen=True)
class ChoiceScores(Tabular):
    """A score of each choice of each row; the highest is the answer.

    ``counts`` int32[n] is how many choices a row has, and ``scores`` float64[m] are
    those of all rows, one after the other: log-probabilities in nats, by token or by
    byte where they were divided so.

    Raises:
        ModelError: PTM313, the scores are not as many as the counts say, or a row has
            none.
    """

    counts: NDArray[np.int32]
    scores: NDArray[np.float64]

    def __post_init__(self) -> None:
        m = int(self.counts.sum())
        if self.scores.shape != (m,) or (len(self) and int(self.counts.min()) < 1):
            raise ModelError(
                f"a model gave {list(self.scores.shape)} scores of choices, and its "
                f"counts say that there are {m:,}, one or more a row",
                code="PTM313",
            )

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows with a finite score for every choice."""
        bad = ~np.isfinite(self.scores)
        return np.bincount(self._rows[bad], minlength=len(self)) == 0

    def columns(self) -> Table:
        """The scores; nothing is shared."""
        return Table({"scores": Ragged(self.scores, self.counts)}, {})

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        scores = cast("Ragged", table.columns["scores"])
        return cls(scores.counts, scores.values)

    @cached_property
    def predicted(self) -> NDArray[np.intp]:
        """The first of the choices with the highest score, intp[n]."""
        found = np.zeros(len(self), dtype=np.intp)
        # From the last on, so that the first of those that are level stays.
        for place in np.flatnonzero(self._is_best)[::-1].tolist():
            row = self._rows[place]
            found[row] = place - self._starts[row]
        return found

    @cached_property
    def tied(self) -> NDArray[np.bool_]:
        """Which rows have several choices with the highest score, bool[n]."""
        return np.bincount(self._rows[self._is_best], minlength=len(self)) > 1

    @property
    def tie(self) -> str:
        """What is undecided about a tie."""
        return "several choices with one score"

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """What each choice has of the probability of all of its row, float64[m]."""
        rising = np.exp(self.scores - self._best[self._rows])
        totals = np.add.reduceat(rising, self._starts)
        return rising / totals[self._rows]

    def probability(self, chosen: NDArray[np.intp]) -> NDArray[np.float64]:
        """The probability of one choice of each row, float64[n]."""
        return self.probabilities[self._starts + chosen]

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Rows with another choice, or whose probability moves by more, bool[n]."""
        moved = (self.predicted != other.predicted) | (self.tied != other.tied)
        return moved if tolerance is None else moved | ~(self.shift(other) <= tolerance)

    def shift(self, other: Self) -> NDArray[np.float64]:
        """How far the probability of any choice moves, at most; float64[n].

        Rows with other choices than before have moved by all there is.
        """
        alike = self.counts == other.counts
        if alike.all():
            away = np.abs(self.probabilities - other.probabilities)
            return np.maximum.reduceat(away, self._starts)
        return np.where(alike, 0.0, 1.0)

    def said(self, row: int) -> str:
        """The number of the choice of one row, from 1 on, and its probability."""
        chosen = int(self.predicted[row])
        share = self.probabilities[self._starts[row] + chosen]
        return f"choice {chosen + 1} {share:z.4f}"

    def answer(self, row: int, vocabulary: Sequence[str] | None = None) -> Answer:
        """The choice of one row, counted from 0."""
        return Answer(self.said(row), number=float(self.predicted[row]))

    @cached_property
    def _best(self) -> NDArray[np.float64]:
        return np.maximum.reduceat(self.scores, self._starts)

    @cached_property
    def _is_best(self) -> NDArray[np.bool_]:
        return self.scores == self._best[self._rows]

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        """Where the choices of each row begin."""
        return (np.cumsum(self.counts) - self.counts).astype(np.intp)

    @cached_property
    def _rows(self) -> NDArray[np.intp]:
        """The row that each choice is of."""
        return np.repeat(np.arange(len(self)), self.counts)


@runtime_checkable
class Measures(Protocol):
    """A predictor of choices that knows which questions are too long for it."""

    def fits(self, inputs: Columns) -> NDArray[np.bool_]:
        """Which contexts it sees in full with each of their choices, bool[n]."""
        ...


@runtime_checkable
class Spells(Protocol):
    """A predictor of choices that knows of which tokens they are."""

    def continued(self, inputs: Columns) -> list[tuple[int, int]]:
        """Pairs of choices of one question: all tokens of the one begin the other.

        Choices are counted over all questions, from 0 on.
        """
        ...
