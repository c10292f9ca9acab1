"""A predictor that stands over another one, and asks it."""

from __future__ import annotations

import contextlib
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any, Self

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks import powers
from pytest_ptm.tasks.powers import Weights
from pytest_ptm.tasks.protocol import Columns, Encoded, Predictor


@dataclass(frozen=True, slots=True)
class OverAnother(ABC):
    """All of a Predictor over ``asked`` but what it makes of the other's answers.

    Every power of ``pytest_ptm.tasks.powers`` that the other has is its own too; who
    has something to add overrides it.
    """

    asked: Predictor[Any, Any]

    @property
    def task(self) -> str:
        """The other's own."""
        return self.asked.task

    @property
    def card(self) -> ModelCard:
        """What a report says of the model that is asked, and how it is."""
        card = self.asked.card
        return replace(card, notes=(*card.notes, *self.noted))

    @property
    def fingerprint(self) -> str:
        """That of the model, with all that is made of its answers."""
        said = [self.asked.fingerprint, *self.decided]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of it: the model's own first."""
        return (*powers.settings_of(self.asked), *self.said)

    @property
    def rows_at_once(self) -> int | None:
        """As many as the model has in memory at a time."""
        return powers.rows_at_once(self.asked)

    @property
    def no_probabilities(self) -> str:
        """Why the model's scores are no probabilities: then none of these are."""
        return powers.no_probabilities(self.asked)

    def weighed(self) -> Weights | None:
        """The model's own."""
        return powers.weights_of(self.asked)

    @contextlib.contextmanager
    def unguarded(self) -> Generator[Self]:
        """The same over the model as its users run it."""
        with powers.unguarded(self.asked) as asked:
            yield self.over(asked)

    def over(self, asked: Predictor[Any, Any]) -> Self:
        """The same over the model in another form."""
        return replace(self, asked=asked)

    def encode(self, inputs: Columns) -> Encoded[Any]:
        """The rows as the model encodes them.

        Raises:
            RowRefused: a row is no question to the model.
        """
        return self.asked.encode(inputs)

    def at_once(self, inputs: Columns, *, by: str) -> Encoded[Any]:
        """The rows as the model encodes them, one a question.

        Who reads an answer row by row (``by``) would read parts of it otherwise.

        Raises:
            ArgumentError: the model makes its answers of several rows each.
            RowRefused: a row is no question to the model.
        """
        found = self.asked.encode(inputs)
        if found.parts is not None:
            raise ArgumentError(
                f"{self.asked.card.name} makes its answer to a question of several "
                f"rows, and {by} would read each by itself; hand over a model that "
                "answers at once"
            )
        return found

    @property
    def noted(self) -> tuple[str, ...]:
        """What its card says of how the model is asked, beside the card's own notes."""
        return ()

    @property
    @abstractmethod
    def decided(self) -> tuple[object, ...]:
        """What its answers depend on but the model and the input, as JSON takes it."""

    @property
    @abstractmethod
    def said(self) -> tuple[str, ...]:
        """What a signature says of how it asks and what it makes of answers."""

    @abstractmethod
    def forward(self, batch: Any) -> Any:  # noqa: ANN401 - of any answers
        """The answers to one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
        """
