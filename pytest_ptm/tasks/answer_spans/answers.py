"""The part of a context that answers a question, and how sure a model is of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.display import listed, quoted
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.answer_spans.overlap import normalised
from pytest_ptm.tasks.table import Table, Tabular

NO_ANSWER = "no answer"
"""How it is said that the context does not answer a question."""


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The characters of a part but spaces around it; both 0 where none is left."""
    piece = text[start:end]
    kept = piece.strip()
    if not kept:
        return 0, 0
    start += piece.index(kept)
    return start, start + len(kept)


def column_of(texts: Sequence[str]) -> Ragged:
    """Texts as a column, in bytes of UTF-8."""
    held = [text.encode("utf-8", "surrogatepass") for text in texts]
    return Ragged(
        np.frombuffer(b"".join(held), dtype=np.uint8),
        np.array([len(each) for each in held], dtype=np.int32),
    )


@dataclass(frozen=True)
class SpanAnswers(Tabular):
    """The best span of each context, and whether there is an answer at all.

    ``starts`` and ``ends`` int32[n] are its first character in the context and the one
    behind its last, and ``texts`` a ``Ragged`` column of what stands there, in bytes of
    UTF-8. ``scores`` float64[n] are its logits, start and end together, and ``nulls``
    float64[n] those of there being no answer; ``totals`` float64[n] are the logarithm
    of the sum of exp(score) over all spans, and ``undecided`` bool[n] where another
    span has the best score too. ``threshold``: by how much the null score
    has to be above the best span's for there to be no answer; None: there always is.
    Not ``scored`` are those of a function: of them an empty span is no answer, and all
    scores are 0.

    Raises:
        ModelError: PTM313, the columns do not fit each other, or a span is none.
    """

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    texts: Ragged
    scores: NDArray[np.float64]
    nulls: NDArray[np.float64]
    totals: NDArray[np.float64]
    undecided: NDArray[np.bool_]
    threshold: float | None = None
    scored: bool = True

    def __post_init__(self) -> None:
        n = len(self.starts)
        columns = [getattr(self, name) for name in _COLUMNS[1:]]
        if any(len(column) != n for column in columns):
            raise ModelError(
                f"a model gave {n:,} starts of answers, and of {listed(_COLUMNS[1:])} "
                f"{[len(column) for column in columns]}",
                code="PTM313",
            )
        wrong = (self.ends <= self.starts) if self.scored else self.ends < self.starts
        if n and (int(self.starts.min()) < 0 or wrong.any()):
            raise ModelError(
                "a model gave a span that ends before its first character, or begins "
                "before the context does",
                code="PTM313",
            )

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows whose scores are all finite."""
        numbers = (self.scores, self.nulls, self.totals)
        return np.logical_and.reduce([np.isfinite(each) for each in numbers])

    def columns(self) -> Table:
        """What is said of each question; by which threshold is shared."""
        found = {name: getattr(self, name) for name in _COLUMNS}
        return Table(found, {"threshold": self.threshold, "scored": self.scored})

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        columns = cast("dict[str, Any]", dict(table.columns))
        return cls(**columns, **cast("dict[str, Any]", dict(table.shared)))

    @classmethod
    def said_by_rule(cls, contexts: Sequence[str], spans: NDArray[np.int32]) -> Self:
        """Answers that have no scores: ``spans`` int32[n, 2], both 0 where none is."""
        n = len(contexts)
        places = zip(contexts, spans.tolist(), strict=True)
        texts = [context[start:end] for context, (start, end) in places]
        return cls(
            spans[:, 0],
            spans[:, 1],
            column_of(texts),
            *(np.zeros(n) for _ in range(3)),
            undecided=np.zeros(n, dtype=np.bool_),
            scored=False,
        )

    def joined(self, parts: NDArray[np.int32]) -> Self:
        """The best of the windows of each context; of equal ones the first in it.

        There is no answer only where no window has one: of null scores the lowest
        counts, as in SQuAD 2.0.
        """
        firsts = np.cumsum(parts) - parts
        rows = np.repeat(np.arange(len(parts)), parts)
        order = np.lexsort((self.ends, self.starts, -self.scores, rows))
        best = self.take(order[firsts])
        # One span may be seen in two windows.
        other = (self.starts != best.starts[rows]) | (self.ends != best.ends[rows])
        level = (self.scores == best.scores[rows]) & (other | self.undecided)
        return type(self)(
            best.starts,
            best.ends,
            best.texts,
            best.scores,
            np.minimum.reduceat(self.nulls, firsts),
            np.logaddexp.reduceat(self.totals, firsts),
            np.logical_or.reduceat(level, firsts),
            self.threshold,
            self.scored,
        )

    @cached_property
    def none(self) -> NDArray[np.bool_]:
        """Which questions have no answer, bool[n]."""
        if not self.scored:
            return self.ends == self.starts
        if self.threshold is None:
            return np.zeros(len(self), dtype=np.bool_)
        return self.nulls - self.scores > self.threshold

    @property
    def tied(self) -> NDArray[np.bool_]:
        """Which answers are one of several spans with the best score, bool[n]."""
        return self.undecided & ~self.none

    @property
    def tie(self) -> str:
        """What is undecided about a tie."""
        return "several spans with one score"

    def span(self, row: int) -> str:
        """The best span of one row, whether or not it is the answer."""
        return bytes(self.texts[row]).decode("utf-8", "surrogatepass")

    def text(self, row: int) -> str:
        """The answer to one row; empty where there is none."""
        return "" if self.none[row] else self.span(row)

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """What each answer has of the probability of all spans, float64[n].

        And of there being none, where a threshold says that it can be so. 1.0 of a
        function, which says nothing else.
        """
        if self.threshold is None:
            return np.exp(self.scores - self.totals)
        own = np.where(self.none, self.nulls, self.scores)
        return np.exp(own - np.logaddexp(self.totals, self.nulls))

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Rows with another answer in words, or whose probability moves by more.

        Case, punctuation and articles are no other words; nor is another place, where
        the context itself was changed.
        """
        moved = self._moved(other) | (self.tied != other.tied)
        return moved if tolerance is None else moved | ~(self.shift(other) <= tolerance)

    def shift(self, other: Self) -> NDArray[np.float64]:
        """How far the probability of each answer moves; by all there is of another."""
        away = np.abs(self.probabilities - other.probabilities)
        return np.where(self._moved(other), 1.0, away)

    def said(self, row: int) -> str:
        """The answer to one row and its probability."""
        text = NO_ANSWER if self.none[row] else quoted(self.span(row), 60)
        return f"{text} {self.probabilities[row]:z.4f}"

    def answer(self, row: int, vocabulary: Sequence[str] | None = None) -> Answer:
        """The answer to one row, as a label without one where there is none."""
        return Answer(
            self.said(row),
            label=None if self.none[row] else self.span(row),
            probability=float(self.probabilities[row]),
        )

    def _moved(self, other: Self) -> NDArray[np.bool_]:
        rows = range(len(self))
        pairs = ((self.text(row), other.text(row)) for row in rows)
        # An answer of articles alone is still one.
        words = [normalised(one) != normalised(two) for one, two in pairs]
        return np.array(words, dtype=np.bool_) | (self.none != other.none)


_COLUMNS = ("starts", "ends", "texts", "scores", "nulls", "totals", "undecided")
