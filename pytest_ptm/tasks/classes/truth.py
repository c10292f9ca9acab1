"""Which class is right for each example, or which classes are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.ground.display import listed, visible
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Earlier
from pytest_ptm.tasks.classes.answers import (
    Classification,
    Renumbered,
    classifier,
)
from pytest_ptm.tasks.classes.labels import Gold, class_index, gold
from pytest_ptm.tasks.classes.order import places, require_same_classes
from pytest_ptm.tasks.protocol import P, Payload, Predictor
from pytest_ptm.tasks.truth import Restored, WatchedNumber


@dataclass(frozen=True, slots=True)
class ClassTruth:
    """The classes that the labels name, as indices of the model's.

    ``gold`` is intp[n], or bool[n, k] where several classes may hold; ``places`` where
    the classes are made of others, the one that each of these counts as.
    """

    gold: Gold
    class_names: tuple[str, ...]
    multi_label: bool
    places: Sequence[int] | None = None

    @property
    def names(self) -> tuple[str, ...] | None:
        """What ``codes`` are the numbers of; None where a row may have several."""
        return None if self.multi_label else self.class_names

    def take(self, rows: Rows) -> ClassTruth:
        """What is right for these rows."""
        return replace(self, gold=self.gold[rows])

    def positive(self, label: Label) -> int:
        """The class that ``positive=`` names."""
        return class_index(
            label, self.class_names, argument="positive", places=self.places
        )

    def right(self, said: Classification) -> NDArray[np.bool_]:
        """Which examples are answered right, bool[n]; multi-label, in every class."""
        if self.multi_label:
            held = said.held(self.gold.astype(np.bool_))
            return (held == self.gold).all(axis=1)
        return self._answered(said) == self.gold

    def away(self, said: Classification) -> NDArray[np.float64]:
        """The probability that was not given to the right class, float64[n].

        With several labels, the largest distance of any class from what is right.
        """
        probabilities = said.probabilities
        if self.multi_label:
            return np.abs(probabilities - self.gold).max(axis=1)
        rows = np.arange(len(self.gold))
        return 1.0 - probabilities[rows, self.gold.astype(np.intp)]

    def codes(self, said: Classification) -> Rows | None:
        """The class that counts as the answer to each row; None if of several."""
        return None if self.multi_label else self._answered(said)

    def _answered(self, said: Classification) -> Rows:
        """Of several classes one, a tie being wrong."""
        return said.answered(self.gold.astype(np.intp))

    def expected(self, row: int) -> str:
        """The class that is right for one row, or the classes."""
        if not self.multi_label:
            return self.class_names[int(self.gold[row])]
        held = np.flatnonzero(self.gold[row]).tolist()
        return "+".join(self.class_names[index] for index in held) or "none"

    def label(self, said: Classification, row: int) -> str:
        """The class of a row that is answered right, without its probability."""
        if self.multi_label:
            return said.said(row)
        return self.class_names[int(said.predicted[row])]

    def require_same(self, other: ClassTruth, name: str, theirs: str) -> None:
        """Refuse labels that another model reads as other classes.

        Raises:
            ArgumentError: labels are class ids, and mean another class to it.
        """
        order = places(other.class_names, self.class_names)
        then = (
            other.gold[:, order]
            if self.multi_label
            else np.argsort(order)[other.gold.astype(np.intp)]
        )
        if not np.array_equal(then, self.gold):
            raise ArgumentError(
                f"labels are class ids, and {name} and {theirs} number "
                "their classes otherwise; label the examples with class names, or pass "
                "label_map="
            )

    def restored(self, earlier: Earlier, name: str) -> Restored[Classification]:
        """What an earlier run was given: answers that are certain of each class.

        Of several labels at once it holds only which examples were right.
        """
        if earlier.right is None or len(earlier.right) != len(self.gold):
            return "the entry does not say what came of each example"
        if self.multi_label:
            return None
        if earlier.predicted is None or earlier.classes is None:
            return "the entry does not say which class each example was given"
        # Reports hold names as they can be shown.
        names = tuple(visible(name) for name in self.class_names)
        try:
            require_same_classes(names, earlier.classes, name, "the baseline")
        except ArgumentError as error:
            return error.message
        given = earlier.predicted
        if not ((given >= 0) & (given < len(names))).all():
            return "the entry holds classes that its model does not have"
        predicted = np.argsort(places(earlier.classes, names))[given]
        if not np.array_equal(predicted == self.gold, earlier.right):
            return "its labels were read otherwise: label_map= or the class ids changed"
        certain = np.eye(len(names), dtype=np.float32)[predicted]
        return Classification(certain, self.class_names)


def what_is_right(
    examples: Examples,
    predictor: Predictor[Payload, P],
    *,
    label_map: LabelMap | None = None,
) -> ClassTruth:
    """The labels of the examples, as classes of this model.

    Raises:
        ArgumentError: the model does not say its classes.
        DataError: PTM206, there are no labels, or one is no class.
    """
    model = classifier(predictor)
    names, several = model.class_names, model.multi_label
    places = _places(predictor)
    right = gold(
        examples, names, multi_label=several, label_map=label_map, places=places
    )
    return ClassTruth(right, names, several, places)


def _places(predictor: Predictor[Payload, P]) -> Sequence[int] | None:
    """Of classes that are made of others, which of them each of these counts as."""
    return predictor.places if isinstance(predictor, Renumbered) else None


def probability_of(
    predictor: Predictor[Payload, P], of: Label | None
) -> WatchedNumber[Classification]:
    """The probability of the class that ``of=`` names.

    Raises:
        ArgumentError: there is no such class, or none is named.
    """
    names = classifier(predictor).class_names
    if of is None:
        raise ArgumentError(
            "of= is left out; it names the class whose probability is watched: "
            f"{listed(names)}"
        )
    watched = class_index(of, names, argument="of", places=_places(predictor))
    return WatchedNumber(names[watched], lambda said: said.probabilities[:, watched])
