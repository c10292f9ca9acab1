"""How a model is asked, whatever the task and whatever stands behind it.

What a task knows of its questions and answers stands in ``pytest_ptm.tasks.task``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.pictures import Pictures
from pytest_ptm.datasets.ragged import Ragged, Rows
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Answer, ModelCard
from pytest_ptm.tasks.table import Columnar

Columns = Mapping[str, Sequence[str] | Sequence[tuple[str, ...]] | Pictures | Ragged]
"""The fields of a question: columns of texts, of several texts a row, of images, and of
numbers that no person reads."""


class Predictions(Columnar, Protocol):
    """Answers, one a row, in the order of the questions: plain columns, nothing alive.

    ``pytest_ptm.tasks.table`` takes and joins the rows of any.
    """

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Which rows can be scored: False where the model gave NaN or infinity."""
        ...


class Comparable(Predictions, Protocol):
    """Answers that can be held against those to a changed question, row by row."""

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Rows with another answer, or that shift by more than this; bool[n]."""
        ...

    def shift(self, other: Self) -> NDArray[np.float64]:
        """How far each answer moves, such as any probability at most; float64[n]."""
        ...

    def said(self, row: int) -> str:
        """The answer to one row, as a person reads it."""
        ...


@runtime_checkable
class InRows(Protocol):
    """Answers to questions that are asked in several rows."""

    def joined(self, parts: NDArray[np.int32]) -> Self:
        """These answers to rows as those to questions of so many rows each."""
        ...


class Payload(Protocol):
    """Encoded rows as the model wants them; opaque to the engine."""

    def take(self, rows: Rows) -> Self:
        """These rows, in this order."""
        ...


@runtime_checkable
class InTokens(Protocol):
    """Answers in tokens of a model, which only its vocabulary reads as words."""

    def spelled(self, row: int, vocabulary: Sequence[str]) -> str:
        """The answer to one row, as a person reads it."""
        ...


@runtime_checkable
class InParts(Protocol):
    """Answers of which each has parts with a name: a label, a number, words."""

    def answer(self, row: int, vocabulary: Sequence[str] | None) -> Answer:
        """The answer to one row."""
        ...


@runtime_checkable
class CanDo(Protocol):
    """A handle that knows what its model can do before its weights are there."""

    def can(self) -> frozenset[str] | None:
        """The tasks of the model's head; None where only loading tells."""
        ...


B = TypeVar("B", bound=Payload)
P = TypeVar("P", bound=Predictions)
C = TypeVar("C", bound=Comparable)
P_co = TypeVar("P_co", bound=Predictions, covariant=True)


@dataclass(frozen=True, slots=True)
class Encoded(Generic[B]):
    """Questions as the model will see them.

    ``lengths``: tokens in each row, int32[n]. ``keys``: equal for two rows if and only
    if the model would be asked the same. ``truncated``: rows that lost tokens, bool[n].
    ``coverage``: tokens of each row's own text, and how many of them the tokenizer does
    not know, int32[n, 2]; None where it knows everything. ``groups``: rows of different
    numbers never share a batch, int32[n]; None where all may: a model that answers
    otherwise beside a longer text has the lengths here.

    ``costs``: what each row takes of a batch's budget where that is not its tokens,
    int32[n]: one that is written token by token takes less, one of several beams more.

    A question may be made of several rows, such as one for each of its words that is
    masked: ``parts`` says of how many, int32[n], each 1 or more, and its type of
    answers is `InRows`. Then ``truncated`` is of questions and all else of rows, those
    of a question one after the other.
    """

    lengths: NDArray[np.int32]
    keys: Sequence[bytes]
    truncated: NDArray[np.bool_]
    payload: B
    coverage: NDArray[np.int32] | None = None
    groups: NDArray[np.int32] | None = None
    parts: NDArray[np.int32] | None = None
    costs: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def sizes(self) -> NDArray[np.int32]:
        """What rows take of a batch's budget, int32[n]."""
        return self.lengths if self.costs is None else self.costs


class Predictor(Protocol[B, P_co]):
    """A model bound to one task.

    ``fingerprint`` stands for everything an answer depends on but the input: weights,
    tokenizer, config, dtype, maximum length. Two predictors with one fingerprint may
    answer for each other.
    """

    @property
    def task(self) -> str:
        """The task's name, such as ``text-classification``."""
        ...

    @property
    def card(self) -> ModelCard:
        """What a report says of the model."""
        ...

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input, as one digest."""
        ...

    def encode(self, inputs: Columns) -> Encoded[B]:
        """The rows of these columns, tokenised and counted.

        Raises:
            RowRefused: one of them is no question that this model can be asked.
        """
        ...

    def forward(self, batch: B) -> P_co:
        """The answers to one batch.

        Raises:
            OutOfMemory: the batch is too large for the device.
            BatchFailed: the rows are to be asked one by one, to find the one at fault.
        """
        ...


def said(answers: Comparable, row: int, *, by: Predictor[B, P]) -> str:
    """The answer to one row in words: answers hold none of their model's vocabulary."""
    vocabulary: Sequence[str] | None = getattr(by, "vocabulary", None)
    if vocabulary is not None and isinstance(answers, InTokens):
        return answers.spelled(row, vocabulary)
    return answers.said(row)


def answered(answers: Comparable, row: int, *, by: Predictor[B, P]) -> Answer:
    """The answer to one row in words, and in parts where its type has them."""
    if isinstance(answers, InParts):
        return answers.answer(row, getattr(by, "vocabulary", None))
    return Answer(said(answers, row, by=by))


def texts_of(inputs: Columns, field: str) -> Sequence[str]:
    """One column of texts.

    Raises:
        ArgumentError: it is one of numbers.
    """
    column = inputs[field]
    if isinstance(column, (Ragged, Pictures)):
        held = "numbers" if isinstance(column, Ragged) else "images"
        raise ArgumentError(f"{field!r} holds {held}; expected a text for each row")
    if not all(isinstance(text, str) for text in column[:1]):
        raise ArgumentError(f"{field!r} holds lists; expected a text for each row")
    return cast("Sequence[str]", column)


def lists_of(inputs: Columns, field: str) -> Sequence[tuple[str, ...]]:
    """One column of several texts a row.

    Raises:
        ArgumentError: it is one of single texts, or of numbers.
    """
    column = inputs[field]
    if isinstance(column, (Ragged, Pictures)) or any(
        isinstance(row, str) for row in column[:1]
    ):
        raise ArgumentError(f"{field!r}: expected several texts for each row")
    return cast("Sequence[tuple[str, ...]]", column)


def images_of(inputs: Columns, field: str) -> Pictures:
    """One column of images.

    Raises:
        ArgumentError: it is one of something else.
    """
    column = inputs[field]
    if isinstance(column, Pictures):
        return column
    raise ArgumentError(f"{field!r} holds no images; load them with load_images(…)")


def numbers_of(inputs: Columns, field: str) -> Ragged:
    """One column of numbers.

    Raises:
        ArgumentError: it is one of texts.
    """
    column = inputs[field]
    if isinstance(column, Ragged):
        return column
    raise ArgumentError(f"{field!r} holds texts; expected a Ragged column of numbers")


def declared(predictor: Predictor[B, P]) -> dict[str, object]:
    """What all answers of a predictor share, as far as it says so before it is asked.

    A vocabulary that is read on demand is not: who has one digests it himself.
    """
    names: Sequence[str] | None = getattr(predictor, "class_names", None)
    if names is not None:
        several = bool(getattr(predictor, "multi_label", False))
        return {"class_names": tuple(names), "multi_label": several}
    vocabulary: object = getattr(predictor, "vocabulary", None)
    return {"vocabulary": vocabulary} if isinstance(vocabulary, tuple | list) else {}


@runtime_checkable
class Model(Protocol):
    """A handle: it names a model and binds it to a task when asked to.

    The ``ptm_model`` fixture, ``ptm_load`` and ``load_model`` give one.
    """

    @property
    def name(self) -> str:
        """The name that reports and node ids show."""
        ...

    @property
    def task(self) -> str | None:
        """The task the model was declared for, where it was."""
        ...

    def predictor(self, task: str) -> Predictor[Payload, Predictions]:
        """The model bound to the task; loads it on first use.

        Raises:
            ModelError: it cannot be loaded or has no trained head for the task.
        """
        ...
