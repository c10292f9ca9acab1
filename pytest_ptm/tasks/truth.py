"""What is right, as a task reads it of labels, and what of an answer has a direction.

Behaviours and metrics know answers through these alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.columns import LabelMap, mapped
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.gold_answers import GoldAnswers
from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.datasets.references import References
from pytest_ptm.datasets.tags import Tags
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Earlier

A = TypeVar("A")

Restored = A | str | None
"""Answers of an earlier run; why there are none; None where only right and wrong, or
what each row adds to the figure, is known of it."""


class Truth(Protocol[A]):
    """What is right for each of n examples, and what answers are worth beside it."""

    @property
    def gold(self) -> NDArray[Any]:
        """What the metrics of these answers take, a row for each example."""
        ...

    @property
    def names(self) -> tuple[str, ...] | None:
        """What ``codes`` are the numbers of."""
        ...

    def take(self, rows: Rows) -> Self:
        """What is right for these rows, in this order."""
        ...

    def positive(self, label: Label) -> int:
        """The code of the class that ``positive=`` names.

        Raises:
            ArgumentError: there is no such class, or there are no classes.
        """
        ...

    def right(self, said: A) -> NDArray[np.bool_] | None:
        """Which answers are right, bool[n]; None where they are only near or far."""
        ...

    def away(self, said: A) -> NDArray[np.float64]:
        """How far each answer is from what is right, float64[n]; 0 is there."""
        ...

    def codes(self, said: A) -> Rows | None:
        """Each answer as one of ``names``, intp[n]; None where it is no such thing."""
        ...

    def expected(self, row: int) -> str:
        """What is right for one row, as a person reads it."""
        ...

    def label(self, said: A, row: int) -> str:
        """The answer to one row, as briefly as what is right is said."""
        ...

    def require_same(self, other: Self, name: str, theirs: str) -> None:
        """Refuse labels that mean something else to another model.

        Raises:
            ArgumentError: they do; ``name`` and ``theirs`` are the models'.
        """
        ...

    def restored(self, earlier: Earlier, name: str) -> Restored[A]:
        """What an earlier run over the same data was given, as far as it was kept."""
        ...


@dataclass(frozen=True, slots=True)
class WatchedNumber(Generic[A]):
    """The number of each answer that goes up or down: its name, and float64[n]."""

    name: str
    value: Callable[[A], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Shift:
    """What moves between two answers: what it is called, and by how much it can.

    ``needed``: answers hardly ever stay the same to the last digit, so that only a
    tolerance says which are.
    """

    what: str = "a probability"
    most: float | None = 1.0
    needed: bool = False


PROBABILITY = Shift()
"""Of answers that are probabilities, as most are."""


_OF_OTHERS: Mapping[type[Any], tuple[str, str]] = {
    Tags: ("tags of words", "token-classification"),
    GoldAnswers: ("answers in a text", "extractive-qa"),
    References: ("a text to be written", "text-generation or text2text-generation"),
}
"""What labels are that are none of a row as a whole, and the task that takes them."""


def labels_of(examples: Examples) -> tuple[Label, ...]:
    """The labels of rows as a whole.

    Raises:
        DataError: PTM206, there are none, or they are of another kind: tags of words,
            or answers in a text.
    """
    if examples.labels is None:
        raise DataError(
            f"{examples.source} has no labels; load it with label=<column>",
            code="PTM206",
        )
    whole = tuple(
        each for each in examples.labels if not isinstance(each, tuple(_OF_OTHERS))
    )
    if len(whole) < len(examples):
        labels = examples.labels
        row = next(i for i, each in enumerate(labels) if type(each) in _OF_OTHERS)
        what, task = _OF_OTHERS[type(labels[row])]
        raise DataError(
            f"{examples.source}: the label of {clip(examples.ids[row], 40)} is {what}, "
            "and the model is asked for one answer to all of a row; it takes a model "
            f"of {task}",
            code="PTM206",
        )
    return cast("tuple[Label, ...]", whole)


def mapped_by(label_map: LabelMap | None, labels: Sequence[Label]) -> Sequence[object]:
    """The labels as ``label_map`` has them, where there is one."""
    if label_map is None:
        return labels
    known = dict[object, object](label_map.items())
    return [mapped(known, label) for label in labels]


def why_lost(of_each: NDArray[Any] | None, gold: NDArray[Any]) -> str | None:
    """Why an earlier run does not say what came of each example; None where it does."""
    if of_each is None or len(of_each) != len(gold):
        return "the entry does not say what came of each example"
    return None
