"""Which choice is right for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.ground.display import clip, quoted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Earlier
from pytest_ptm.tasks.choices.answers import ChoiceScores
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.truth import Restored, labels_of, mapped_by, why_lost


@dataclass(frozen=True, slots=True)
class ChoiceTruth:
    """The number of the right choice of each row, from 0 on, intp[n]; its texts."""

    gold: NDArray[np.intp]
    choices: tuple[tuple[str, ...], ...]
    names: None = None

    def take(self, rows: Rows) -> ChoiceTruth:
        """What is right for these rows."""
        kept: list[int] = rows.tolist()
        return ChoiceTruth(self.gold[rows], tuple(self.choices[row] for row in kept))

    def positive(self, label: Label) -> NoReturn:
        """Nothing: choices are no classes."""
        raise ArgumentError(
            f"positive={label!r} names a class, and these answers are choices; leave "
            "it out"
        )

    def right(self, said: ChoiceScores) -> NDArray[np.bool_]:
        """Which rows have the right choice, bool[n]; a tie is wrong."""
        return (said.predicted == self.gold) & ~said.tied

    def away(self, said: ChoiceScores) -> NDArray[np.float64]:
        """The probability that was not given to the right choice, float64[n]."""
        return 1.0 - said.probability(self.gold)

    def codes(self, said: ChoiceScores) -> None:
        """Nothing: a choice is no class that other rows have too."""

    def expected(self, row: int) -> str:
        """The right choice of one row."""
        return quoted(self.choices[row][int(self.gold[row])], 40)

    def label(self, said: ChoiceScores, row: int) -> str:
        """What was chosen in one row."""
        return quoted(self.choices[row][int(said.predicted[row])], 40)

    def require_same(self, other: ChoiceTruth, name: str, theirs: str) -> None:
        """Nothing: a choice is the same to all models."""

    def restored(self, earlier: Earlier, name: str) -> Restored[ChoiceScores]:
        """Nothing but which rows were right, which a run keeps."""
        return why_lost(earlier.right, self.gold)


def what_is_right(
    examples: Examples,
    predictor: Predictor[Payload, Any],
    *,
    label_map: LabelMap | None = None,
) -> ChoiceTruth:
    """The right choice of each row: its number, counted from 0, or its text.

    Raises:
        DataError: PTM206, there are no labels, or one is no choice of its row.
    """
    given = labels_of(examples)
    labels = mapped_by(label_map, given)
    rows = examples.lists["choices"]
    pairs = list(zip(labels, rows, strict=True))
    by_text = [_by_text(label, row) for label, row in pairs]
    by_number = [_by_number(label, row) for label, row in pairs]
    if None not in by_text and None not in by_number and by_text != by_number:
        raise DataError(
            f"{examples.source}: every label is the text of a choice of its row and "
            "the number of one too; say with label_map= which is meant",
            code="PTM206",
        )
    # All of them one way: a number in one row is no text in another.
    found = by_text if None not in by_text else by_number
    if None in found:
        row = found.index(None)
        raise DataError(
            f"{examples.source}: the label of {clip(examples.ids[row], 40)}, "
            f"{given[row]!r}, is none of its {len(rows[row])} choices; write "
            "their texts in all rows, or their numbers counted from 0 (label_map= says "
            "which, where letters do)",
            code="PTM206",
        )
    return ChoiceTruth(np.array(found, dtype=np.intp), rows)


def _by_text(label: object, choices: tuple[str, ...]) -> int | None:
    """Which choice has this text."""
    return choices.index(label) if label in choices else None


def _by_number(label: object, choices: tuple[str, ...]) -> int | None:
    """Which choice has this number, counted from 0."""
    if isinstance(label, str) and label.isascii() and label.isdigit():
        label = int(label)
    if isinstance(label, bool) or not isinstance(label, int):
        return None
    return label if 0 <= label < len(choices) else None
