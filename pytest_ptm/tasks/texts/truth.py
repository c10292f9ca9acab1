"""Which texts are right: those that people wrote, as the labels say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.chats import all_said
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Gold, Label
from pytest_ptm.datasets.gold_answers import GoldAnswers
from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.datasets.references import References
from pytest_ptm.ground.display import clip, quoted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Earlier
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.task import Shift
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.texts.likeness import is_one_of, nearest
from pytest_ptm.tasks.texts.sourced import Sourced
from pytest_ptm.tasks.truth import Restored, why_lost

WORDS = Shift(what="1 - F1 of the words", most=1.0)
"""How far two texts lie apart."""


@dataclass(frozen=True, slots=True)
class TextsTruth:
    """The references of each row, object[n]: a `Sourced` tuple of texts each."""

    gold: NDArray[Any]
    names: None = None

    def take(self, rows: Rows) -> TextsTruth:
        """What is right for these rows."""
        return TextsTruth(self.gold[rows])

    def positive(self, label: Label) -> NoReturn:
        """Nothing: answers are no classes."""
        raise ArgumentError(
            f"positive={label!r} names a class, and these answers are texts; leave it "
            "out"
        )

    def right(self, said: GeneratedTexts) -> NDArray[np.bool_]:
        """Which texts are a reference, word for word, bool[n]."""
        pairs = zip(said.written, self.gold, strict=True)
        return np.array([is_one_of(text, own) for text, own in pairs], dtype=np.bool_)

    def away(self, said: GeneratedTexts) -> NDArray[np.float64]:
        """What each text lacks of an F1 of 1 with its nearest reference, float64[n]."""
        pairs = zip(said.written, self.gold, strict=True)
        return np.array(
            [1.0 - nearest(text, own) for text, own in pairs], dtype=np.float64
        )

    def codes(self, said: GeneratedTexts) -> None:
        """Nothing: a text is no class that other rows have too."""

    def expected(self, row: int) -> str:
        """The references of one row, each once; what was asked, where it has none."""
        texts: tuple[str, ...] = self.gold[row]
        if not texts:
            return "what its text says"
        return " or ".join(quoted(text, 40) for text in dict.fromkeys(texts))

    def label(self, said: GeneratedTexts, row: int) -> str:
        """The text of one row."""
        return quoted(said.written[row], 40)

    def shared(self, row: int, other: int) -> bool:
        """Whether one text is a reference of both rows."""
        return any(is_one_of(text, self.gold[other]) for text in self.gold[row])

    def require_same(self, other: TextsTruth, name: str, theirs: str) -> None:
        """Nothing: a text is the same to all models."""

    def restored(self, earlier: Earlier, name: str) -> Restored[GeneratedTexts]:
        """Nothing but what each row added to the figure, which a run keeps."""
        return why_lost(earlier.right, self.gold)


def what_people_wrote(
    examples: Examples,
    predictor: Predictor[Payload, Any],
    *,
    label_map: LabelMap | None = None,
) -> TextsTruth:
    """The references of the labels.

    Raises:
        ArgumentError: there is a ``label_map``.
        DataError: PTM206, there are no labels, or one is no text.
    """
    read = what_was_asked(examples, predictor, label_map=label_map)
    for row, texts in enumerate(read.gold):
        if not texts:
            label = None if examples.labels is None else examples.labels[row]
            none = label is None or isinstance(label, References)
            found = "no reference" if none else f"the label {label!r:.60}"
            raise DataError(
                f"{examples.source}: {clip(examples.ids[row], 40)} has {found}; load "
                "it with load_references(…, references=<column>)",
                code="PTM206",
            )
    return read


def what_was_asked(
    examples: Examples,
    predictor: Predictor[Payload, Any],
    *,
    label_map: LabelMap | None = None,
) -> TextsTruth:
    """The texts that were asked, and the references of those that have some.

    Raises:
        ArgumentError: there is a ``label_map``.
    """
    if label_map is not None:
        raise ArgumentError("label_map= is of classes, and these answers are texts")
    labels = examples.labels or (None,) * len(examples)
    gold, sources = np.empty(len(labels), dtype=object), all_said(examples)
    for row, label in enumerate(labels):
        gold[row] = Sourced(_texts(label), sources[row])
    return TextsTruth(gold)


def has_references(examples: Examples) -> bool:
    """Whether the labels are texts that answers are held against."""
    labels = examples.labels
    return bool(labels) and all(isinstance(each, References) for each in labels)


def has_texts(examples: Examples) -> bool:
    """Whether the labels are texts, which may be names of classes as well."""
    labels = examples.labels
    return bool(labels) and all(isinstance(each, str) for each in labels)


def _texts(label: Gold | None) -> tuple[str, ...]:
    if isinstance(label, str):
        return (label,)
    return label.texts if isinstance(label, References | GoldAnswers) else ()
