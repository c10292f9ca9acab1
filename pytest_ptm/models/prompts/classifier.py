"""What classifiers through a template share, whichever kind of model they ask."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import quoted
from pytest_ptm.models.prompts.fitting import shortened
from pytest_ptm.models.prompts.label_words import LabelWords
from pytest_ptm.models.prompts.signatures import as_json, in_a_signature
from pytest_ptm.models.prompts.template import Row, Template
from pytest_ptm.tasks.over import OverAnother
from pytest_ptm.tasks.protocol import Columns, Encoded, Payload
from pytest_ptm.tasks.text_classification import TASK, Classification


@dataclass(frozen=True, slots=True)
class PromptedClassifier(OverAnother):
    """A Predictor of classes over a model that says words.

    What that gives the words is what their classes get.
    """

    template: Template
    words: LabelWords

    multi_label = False

    @property
    def task(self) -> str:
        """What its answers are: classes."""
        return TASK.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in the order that their words were given in."""
        return self.words.class_names

    @property
    def noted(self) -> tuple[str, ...]:
        """The template."""
        return (f"asked through {quoted(self.template.written)}",)

    @property
    def decided(self) -> tuple[object, ...]:
        """What the model is asked for, the template, and the words in their order."""
        return self.asked.task, *self._written

    @property
    def said(self) -> tuple[str, ...]:
        """The template and the words."""
        template, words = map(in_a_signature, self._written)
        return f"template:{template}", f"words:{words}"

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
        return as_json(self.template.written), as_json(self.words.by_class)

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
