"""What classifiers through a template share, whichever kind of model they ask."""

from __future__ import annotations

import contextlib
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import quoted
from pytest_ptm.models.prompts.fitting import shortened
from pytest_ptm.models.prompts.label_words import LabelWords
from pytest_ptm.models.prompts.signatures import as_json, in_a_signature
from pytest_ptm.models.prompts.template import Row, Template
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.powers import Weights, unguarded, weights_of
from pytest_ptm.tasks.protocol import (
    Columns,
    Described,
    Encoded,
    Payload,
    Predictor,
)
from pytest_ptm.tasks.text_classification import TASK, Classification


@dataclass(frozen=True, slots=True)
class PromptedClassifier(ABC):
    """A Predictor of classes over a model that says words.

    ``asked`` answers another task; what it gives the words is what their classes get.
    """

    asked: Predictor[Any, Any]
    template: Template
    words: LabelWords

    task = TASK.name
    multi_label = False

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in the order that their words were given in."""
        return self.words.class_names

    @property
    def card(self) -> ModelCard:
        """What a report says of the model that is asked, and how it is."""
        card = self.asked.card
        note = f"asked through {quoted(self.template.written)}"
        return replace(card, notes=(*card.notes, note))

    @property
    def fingerprint(self) -> str:
        """That of the model, with the template and the words in their order."""
        said = [self.asked.fingerprint, self.asked.task, *self._written]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of it: the model's own, the template and the words."""
        own = self.asked.settings if isinstance(self.asked, Described) else ()
        template, words = map(in_a_signature, self._written)
        return *own, f"template:{template}", f"words:{words}"

    def weighed(self) -> Weights | None:
        """The model's own."""
        return weights_of(self.asked)

    @contextlib.contextmanager
    def unguarded(self) -> Generator[Self]:
        """The same over the model as its users run it."""
        with unguarded(self.asked) as asked:
            yield replace(self, asked=asked)

    def encode(self, inputs: Columns) -> Encoded[Payload]:
        """The prompts tokenised; of one that is too long, a text loses its end.

        Raises:
            ArgumentError: the template has no place for a text that is there, or one
                for a text that is not.
            RowRefused: a text is no question to the model, or the template is too long.
        """
        rows = self.template.rows(inputs)
        self.refuse(rows)
        whole = self.encoded(rows)
        if whole is not None:
            return whole
        kept, cut = shortened(rows, self.fits)
        found = self.encoded(kept)
        if found is None:
            raise ValueError(f"{self.card.name} cuts what it said would fit")
        return replace(found, truncated=cut)

    @property
    def _written(self) -> tuple[str, str]:
        given = zip(self.words.class_names, self.words.words, strict=True)
        return as_json(self.template.written), as_json(dict(given))

    @abstractmethod
    def refuse(self, rows: Sequence[Row]) -> None:
        """Refuse texts that are no question to this kind of model.

        Raises:
            RowRefused: the first of them.
        """

    @abstractmethod
    def encoded(self, rows: Sequence[Row]) -> Encoded[Payload] | None:
        """The prompts tokenised; None where one is too long."""

    @abstractmethod
    def fits(self, rows: Sequence[Row]) -> NDArray[np.bool_]:
        """Which prompts the model sees in full, bool[n]."""

    @abstractmethod
    def forward(self, batch: Payload) -> Classification:
        """The classes of one batch: the probabilities of their words.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
        """
