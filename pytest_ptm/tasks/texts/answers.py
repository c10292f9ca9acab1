"""The text that a model writes, token by token, and why it stopped there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self, cast, get_args

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.display import listed, quoted
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.table import Table, Tabular
from pytest_ptm.tasks.texts.likeness import nearest

Stopped = Literal["end", "length", "stop"]
"""Why an answer ends: the model ended it, it has as many tokens as it may have, or a
text that stops it stood there."""

REASONS: tuple[Stopped, ...] = get_args(Stopped)


@dataclass(frozen=True)
class GeneratedTexts(Tabular):
    """What a model writes after each text, or instead of it.

    ``texts`` is a ``Ragged`` column of UTF-8, ``tokens`` one of the ids that the model
    gave, the one that ended it among them. ``log_probabilities`` float64[n] are the
    sums of those of its tokens, in nats, as the model itself gives them before any rule
    of decoding; ``margins`` float64[n] by how much, at the narrowest place, the logit
    of the token that was taken lies above the next (infinite where tokens are drawn, or
    found by beams); ``reasons`` int8[n] are places in ``REASONS``.

    Raises:
        ModelError: PTM313, the columns do not fit each other, a text is no UTF-8, or a
            reason is none.
    """

    texts: Ragged
    tokens: Ragged
    log_probabilities: NDArray[np.float64]
    margins: NDArray[np.float64]
    reasons: NDArray[np.int8]

    def __post_init__(self) -> None:
        n = len(self.texts)
        columns = [getattr(self, name) for name in _COLUMNS[1:]]
        if any(len(column) != n for column in columns):
            raise ModelError(
                f"a model gave {n:,} texts, and of {listed(_COLUMNS[1:])} "
                f"{[len(column) for column in columns]}",
                code="PTM313",
            )
        if n and not ((self.reasons >= 0) & (self.reasons < len(REASONS))).all():
            raise ModelError(
                f"a model stopped for another reason than {listed(REASONS)}",
                code="PTM313",
            )
        try:
            _ = self.written
        except UnicodeDecodeError as error:
            raise ModelError(
                f"a model gave a text that is no UTF-8: {error}", code="PTM313"
            ) from error

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        *,
        tokens: Sequence[Sequence[int]] | None = None,
        log_probabilities: Sequence[float] | None = None,
        margins: Sequence[float] | None = None,
        reasons: Sequence[Stopped] | None = None,
    ) -> Self:
        """These texts; without more each is as sure as can be, and ended by itself."""
        n = len(texts)
        held = [text.encode("utf-8", "replace") for text in texts]
        return cls(
            texts=Ragged(
                np.frombuffer(b"".join(held), dtype=np.uint8),
                np.array([len(each) for each in held], dtype=np.int32),
            ),
            tokens=Ragged.of(tokens or [()] * n),
            log_probabilities=np.array(
                [0.0] * n if log_probabilities is None else log_probabilities,
                dtype=np.float64,
            ),
            margins=np.array(
                [np.inf] * n if margins is None else margins, dtype=np.float64
            ),
            reasons=np.array(
                [REASONS.index(each) for each in reasons or n * REASONS[:1]],
                dtype=np.int8,
            ),
        )

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows whose log-probability is finite, as of none with a NaN in a step."""
        return np.isfinite(self.log_probabilities)

    def columns(self) -> Table:
        """What is said of each question."""
        return Table({name: getattr(self, name) for name in _COLUMNS}, {})

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        return cls(**cast("dict[str, Any]", dict(table.columns)))

    @cached_property
    def written(self) -> tuple[str, ...]:
        """The texts themselves."""
        data, starts = self.texts.values.tobytes(), self.texts.starts.tolist()
        bounds = zip(starts, self.texts.counts.tolist(), strict=True)
        return tuple(data[at : at + size].decode() for at, size in bounds)

    @property
    def stopped(self) -> tuple[Stopped, ...]:
        """Why each ends."""
        return tuple([REASONS[int(reason)] for reason in self.reasons])

    @property
    def counts(self) -> NDArray[np.int32]:
        """How many tokens each has, the one that ended it among them; int32[n]."""
        return self.tokens.counts

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Rows with another text, or one that is further away than this; bool[n].

        Spaces and line breaks around and between words are no other text.
        """
        if tolerance is not None:
            return ~(self.shift(other) <= tolerance)
        pairs = zip(self.written, other.written, strict=True)
        moved = [one.split() != two.split() for one, two in pairs]
        return np.array(moved, dtype=np.bool_)

    def shift(self, other: Self) -> NDArray[np.float64]:
        """What the F1 of the words of both texts lacks of 1, float64[n]."""
        pairs = zip(self.written, other.written, strict=True)
        return np.array(
            [1.0 - nearest(two, [one]) for one, two in pairs], dtype=np.float64
        )

    def said(self, row: int) -> str:
        """The text of one row, and why it ends where that is not by itself."""
        why = self.stopped[row]
        end = {"end": "", "length": " (cut off)", "stop": " (stopped)"}[why]
        return f"{quoted(self.written[row], 80)}{end}"

    def answer(self, row: int, vocabulary: Sequence[str] | None = None) -> Answer:
        """The text of one row, and how likely the model found it."""
        return Answer(
            self.said(row),
            text=self.written[row],
            probability=float(np.exp(self.log_probabilities[row])),
        )


_COLUMNS = ("texts", "tokens", "log_probabilities", "margins", "reasons")
