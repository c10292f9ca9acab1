"""Predictors over something that takes texts as they are: no tokens, nothing padded."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.prediction import Predicts
from pytest_ptm.ground.errors import BatchFailed, PtmError
from pytest_ptm.models.given_arrays import Asked, rounded
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, texts_of
from pytest_ptm.tasks.text_classification import TASK as CLASSES
from pytest_ptm.tasks.text_classification import Classification
from pytest_ptm.tasks.text_regression import TASK as NUMBERS
from pytest_ptm.tasks.text_regression import Regression

Answer = Callable[[Asked], NDArray[Any]]
"""Scores float64[n, k], as logits are, numbers float64[n], spans float64[n, 2], or
texts object[n]."""


@dataclass(frozen=True, slots=True)
class PlainTexts:
    """Texts or pairs, as they will be handed over."""

    texts: tuple[str | tuple[str, str], ...]

    def take(self, rows: Rows) -> Self:
        """These rows, in this order."""
        chosen: list[int] = rows.tolist()
        return type(self)(tuple([self.texts[row] for row in chosen]))


def _unchanged() -> None:
    """What cannot change, or is copied, is as it was."""


_numbers = itertools.count(1)


def number_of(said: str | None) -> int:
    """The number of a new object; who says a fingerprint says who else may answer."""
    return next(_numbers) if said is None else 0


@dataclass(frozen=True)
class AnswersTexts(Predicts):
    """All of such a Predictor but its task: who it is, and what it is asked.

    ``held`` raises where what it answers by has changed since. ``plain``: what it is
    asked without looking at that, or at whether its answers agree. ``number``: of
    objects of one process each has its own, but for those whose maker says a
    fingerprint.
    """

    card: ModelCard
    answer: Answer
    held: Callable[[], None] = field(kw_only=True, default=_unchanged)
    plain: Answer | None = field(kw_only=True, default=None)
    number: int = field(kw_only=True)

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input.

        Not all of that can be read: what a file, a patched module or the environment
        gives is none of an object's content. So two objects never answer for each
        other, though they may have one content, which the card shows.

        Raises:
            ModelError: PTM313, it has changed since.
        """
        self.held()
        content = self.card.fingerprint
        return f"{content}-{self.number}" if self.number else content

    def encode(self, inputs: Columns) -> Encoded[PlainTexts]:
        """The rows as they are; nothing is truncated, and each counts as one token."""
        texts = tuple(texts_of(inputs, "text"))
        if "text_pair" in inputs:
            rows = tuple(zip(texts, texts_of(inputs, "text_pair"), strict=True))
            return _encoded(rows, [_pair_key(*row) for row in rows])
        return _encoded(texts, [_bytes(text) for text in texts])

    @contextlib.contextmanager
    def unguarded(self) -> Generator[Self]:
        """The same, looked at before and behind all that it is asked."""
        self.held()
        yield replace(self, answer=self.plain or self.answer)
        self.held()

    def asked(self, batch: PlainTexts) -> NDArray[Any]:
        """What is said of one batch; an error of its own is found row by row."""
        return self.heard(list(batch.texts))

    def heard(self, rows: list[Any]) -> NDArray[Any]:
        """The answer to these rows, as the model takes them.

        Raises:
            BatchFailed: it raised an error of its own.
        """
        try:
            return self.answer(rows)
        # Neither a time limit, which is an OSError, nor a warning made an error is a
        # fault of the texts.
        except (PtmError, OSError, Warning):
            raise
        except Exception as error:
            raise BatchFailed(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class ClassifiesTexts(AnswersTexts):
    """One that gives classes."""

    class_names: tuple[str, ...]
    multi_label: bool = False
    no_probabilities: str = ""

    task = CLASSES.name

    def forward(self, batch: PlainTexts) -> Classification:
        """The scores of one batch."""
        scores = self.asked(batch).astype(np.float32)
        return Classification(scores, self.class_names, self.multi_label)


@dataclass(frozen=True)
class RatesTexts(AnswersTexts):
    """One that gives numbers."""

    task = NUMBERS.name

    def forward(self, batch: PlainTexts) -> Regression:
        """The numbers of one batch.

        Raises:
            ModelError: PTM313, a whole number is none that a float32 holds.
        """
        found = self.asked(batch)
        return Regression(rounded(found, batch.texts, by=self.card.reference))


def _encoded(
    rows: tuple[str | tuple[str, str], ...], keys: list[bytes]
) -> Encoded[PlainTexts]:
    return Encoded(
        lengths=np.ones(len(rows), dtype=np.int32),
        keys=keys,
        truncated=np.zeros(len(rows), dtype=np.bool_),
        payload=PlainTexts(rows),
    )


def _pair_key(first: str, second: str) -> bytes:
    # The length first: ("ab", "c") and ("a", "bc") are different pairs.
    data = _bytes(first)
    return len(data).to_bytes(8, "little") + data + _bytes(second)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
