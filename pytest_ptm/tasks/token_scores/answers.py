"""Log-probabilities of the tokens of a text, whichever way a model gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.table import Table, Tabular


@dataclass(frozen=True)
class TokenScores(Tabular):
    """How likely each scored token of each text is, given what the model sees of it.

    ``counts`` int32[n] is how many tokens of a text were scored; those of all texts
    stand one after the other: ``tokens`` int32[m], their ids, ``log_probabilities``
    float32[m], in nats, and ``likeliest`` bool[m], whether the model finds no other
    token likelier there. Counts and sums, not means, so that windows join exactly.

    Raises:
        ModelError: PTM313, the columns do not fit each other, a text has no score, or a
            log-probability is above 0.
    """

    counts: NDArray[np.int32]
    tokens: NDArray[np.int32]
    log_probabilities: NDArray[np.float32]
    likeliest: NDArray[np.bool_]

    def __post_init__(self) -> None:
        m = int(self.counts.sum())
        columns = (self.tokens, self.log_probabilities, self.likeliest)
        if any(column.shape != (m,) for column in columns):
            shapes = [list(column.shape) for column in columns]
            raise ModelError(
                f"a model gave {shapes} tokens, log-probabilities and likeliest, and "
                f"its counts say that there are {m:,}",
                code="PTM313",
            )
        if len(self.counts) and int(self.counts.min()) < 1:
            raise ModelError(
                "a model gave no score of any token of a text, which would then be the "
                "likeliest of all; refuse it in encode with RowRefused",
                code="PTM313",
            )
        # A hair above, by the rounding of a sum.
        if (self.log_probabilities > 1e-4).any():
            raise ModelError(
                "a model gave log-probabilities above 0: expected the logarithm of "
                "probabilities, in nats",
                code="PTM313",
            )

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Texts whose tokens all have a finite log-probability."""
        bad = ~np.isfinite(self.log_probabilities)
        return np.bincount(self._rows[bad], minlength=len(self)) == 0

    def columns(self) -> Table:
        """The tokens of each text, and what is said of each."""
        each = {
            "tokens": self.tokens,
            "log_probabilities": self.log_probabilities,
            "likeliest": self.likeliest,
        }
        found = {name: Ragged(column, self.counts) for name, column in each.items()}
        return Table(found, {})

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        columns = cast("dict[str, Ragged]", table.columns)
        values: dict[str, Any] = {name: each.values for name, each in columns.items()}
        return cls(counts=columns["tokens"].counts, **values)

    def joined(self, parts: NDArray[np.int32]) -> Self:
        """Windows or masked copies of a text as one text, in the order they came."""
        ends = np.cumsum(parts)
        counts = np.add.reduceat(self.counts, np.concatenate([[0], ends[:-1]]))
        columns = (self.tokens, self.log_probabilities, self.likeliest)
        return type(self)(counts.astype(np.int32), *columns)

    @cached_property
    def totals(self) -> NDArray[np.float64]:
        """The log-probability of each text: the sum over its tokens, in nats."""
        totals = np.zeros(len(self))
        np.add.at(totals, self._rows, self.log_probabilities.astype(np.float64))
        return totals

    @cached_property
    def means(self) -> NDArray[np.float64]:
        """The mean over the tokens of each text, in nats a token."""
        return self.totals / self.counts

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Texts whose mean log-probability moves by more than this, bool[n]."""
        if tolerance is None:
            return self.means != other.means
        # What cannot be compared is no small difference.
        return ~(self.shift(other) <= tolerance)

    def shift(self, other: Self) -> NDArray[np.float64]:
        """How far the mean log-probability moves, in nats a token; float64[n].

        Of means, since a changed text has other tokens and more or fewer of them.
        """
        with np.errstate(invalid="ignore"):  # of two infinities there is no difference
            return np.abs(other.means - self.means)

    def said(self, row: int) -> str:
        """How likely one text is."""
        return self.spelled(row, ())

    def spelled(self, row: int, vocabulary: Sequence[str]) -> str:
        """How likely one text is, and which of its tokens is the least likely."""
        own = self.of(row)
        scores = own.log_probabilities
        said = f"{self.totals[row]:z.3f} nats over {counted(len(scores), 'token')}"
        worst = int(scores.argmin())
        token = int(own.tokens[worst])
        word = vocabulary[token] if vocabulary else f"<id {token}>"
        return f"{said}, least likely {word} {scores[worst]:z.3f}"

    def answer(self, row: int, vocabulary: Sequence[str] | None = None) -> Answer:
        """The log-probability of one text, in nats."""
        said = self.spelled(row, () if vocabulary is None else vocabulary)
        return Answer(said, number=float(self.totals[row]))

    def of(self, row: int) -> Self:
        """One text alone."""
        own = slice(int(self._starts[row]), int(self._starts[row + 1]))
        return type(self)(
            self.counts[row : row + 1],
            self.tokens[own],
            self.log_probabilities[own],
            self.likeliest[own],
        )

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where the tokens of each text begin, and where the last ones end."""
        return np.concatenate([[0], np.cumsum(self.counts, dtype=np.int64)])

    @cached_property
    def _rows(self) -> NDArray[np.intp]:
        """The text that each token is of."""
        return np.repeat(np.arange(len(self)), self.counts)
