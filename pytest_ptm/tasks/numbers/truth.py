"""Which number is right for each example."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Earlier
from pytest_ptm.tasks.numbers.answers import Regression
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.truth import (
    Restored,
    Shift,
    WatchedNumber,
    labels_of,
    mapped_by,
    why_lost,
)

NUMBER = Shift(what="a number", most=None, needed=True)
"""How two numbers lie apart, in units of the labels."""


@dataclass(frozen=True, slots=True)
class NumberTruth:
    """The numbers that the labels are, float64[n]. None is right, some are nearer."""

    gold: NDArray[np.float64]
    names: None = None

    def take(self, rows: Rows) -> NumberTruth:
        """What is right for these rows."""
        return NumberTruth(self.gold[rows])

    def positive(self, label: Label) -> int:
        """Nothing: there are no classes."""
        raise ArgumentError(
            f"positive={label!r} names a class, and these answers are numbers; leave "
            "it out"
        )

    def right(self, said: Regression) -> None:
        """Nothing: a number is near or far."""

    def away(self, said: Regression) -> NDArray[np.float64]:
        """The absolute error, float64[n]."""
        return np.abs(said.values.astype(np.float64) - self.gold)

    def codes(self, said: Regression) -> None:
        """Nothing: there are no classes."""

    def expected(self, row: int) -> str:
        """The number that is right for one row."""
        return f"{self.gold[row]:.4g}"

    def label(self, said: Regression, row: int) -> str:
        """The number of one row."""
        return said.said(row)

    def require_same(self, other: NumberTruth, name: str, theirs: str) -> None:
        """Nothing: a number means the same to all models."""

    def restored(self, earlier: Earlier, name: str) -> Restored[Regression]:
        """Nothing but what each row added to the figure, which a run keeps."""
        return why_lost(earlier.scores, self.gold)


def what_is_right(
    examples: Examples,
    predictor: Predictor[Payload, Any],
    *,
    label_map: LabelMap | None = None,
) -> NumberTruth:
    """The labels of the examples as numbers, float64[n]; texts are read as Python does.

    Raises:
        DataError: PTM206, there are no labels, or one is no finite number.
    """
    given = labels_of(examples)
    labels = mapped_by(label_map, given)
    numbers = [_number(label) for label in labels]
    if None in numbers:
        row = numbers.index(None)
        raise DataError(
            f"{examples.source}: the label of {examples.ids[row]}, "
            f"{given[row]!r}, is no number, and {predictor.card.name} "
            f"answers {predictor.task} with numbers",
            code="PTM206",
        )
    return NumberTruth(np.array(numbers, dtype=np.float64))


def the_number(
    predictor: Predictor[Payload, Any], of: Label | None
) -> WatchedNumber[Regression]:
    """The number itself.

    Raises:
        ArgumentError: ``of=`` names a class.
    """
    if of is not None:
        raise ArgumentError(
            f"of={of!r} names a class, and {predictor.card.name} answers "
            f"{predictor.task} with numbers; leave it out"
        )
    return WatchedNumber("the number", lambda said: said.values.astype(np.float64))


def _number(label: object) -> float | None:
    """The finite number that a label is, or is written as."""
    if isinstance(label, bool) or not isinstance(label, str | int | float):
        return None
    # To Python 1_000 is a number; to whoever wrote the file it is a slip.
    if isinstance(label, str) and "_" in label:
        return None
    try:
        number = float(label)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
