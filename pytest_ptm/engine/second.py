"""A model that is asked about the texts which another one wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, cast

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import Answers, ask
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.ground.errors import ArgumentError, DataError, ModelError
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.given import refuse_raw
from pytest_ptm.tasks.protocol import Described, Model, P, Payload, Predictor
from pytest_ptm.tasks.task import Task


@dataclass(frozen=True, slots=True)
class SecondModel(Generic[P]):
    """A bound model; ``role`` is what errors and notes call it, beside its name."""

    role: str
    card: ModelCard
    predictor: Predictor[Payload, P]

    @property
    def known_by(self) -> str:
        """What it is, in a few letters: a signature says it."""
        return known_by(self.card, self.predictor)

    def ask(self, texts: Sequence[str]) -> Answers[P]:
        """What it says of each text; one that comes twice is asked once a session.

        Raises:
            DataError: a text cannot be asked of it, or there is none.
            ModelError: it fails, or answers with no number.
        """
        rows = Examples(
            ids=tuple(f"answer-{number}" for number in range(1, len(texts) + 1)),
            inputs={"text": tuple(texts)},
            source="texts that were written",
        )
        try:
            return ask(self.predictor, rows)
        except DataError as error:
            raise DataError(self._said(error.message), code=error.code) from error
        except ModelError as error:
            raise ModelError(self._said(error.message), code=error.code) from error

    def remarks(self, texts: Sequence[str]) -> list[str]:
        """Who it is, and of how many texts it saw the beginning only."""
        cut = int(self.ask(texts).truncated.sum()) if texts else 0
        lost = (
            [
                f"{self.role} {self.card.name} saw only the beginning of {cut:,} of "
                f"{counted(len(texts), 'text')}"
            ]
            if cut
            else []
        )
        return [f"{self.role} is {self.card}", *lost]

    def _said(self, what: str) -> str:
        return f"{self.role} {clip(self.card.name, 60)}: {what}"


def second_model(
    model: Model | Predictor[Payload, P], task: Task, *, role: str, instead: str
) -> SecondModel[P]:
    """The model bound to the task; ``instead`` says what to give where it is none.

    Raises:
        ArgumentError: it is no model, or one of another task.
        ModelError: it cannot be loaded, or not for this task.
    """
    if not isinstance(model, Model):
        return _own(model, task, role=role, instead=instead)
    # What it is declared for, a test's marker may say, which means the first model.
    try:
        bound = cast("Predictor[Payload, P]", model.predictor(task.name))
    except ModelError as error:
        said = f"{role} {clip(model.name, 60)}: {error.message}"
        raise ModelError(said, code=error.code) from error
    # The name is the run's: one checkpoint may stand in it under two.
    return SecondModel(role, replace(bound.card, name=model.name), bound)


def _own(
    model: Predictor[Payload, P], task: Task, *, role: str, instead: str
) -> SecondModel[P]:
    """A predictor, which answers its own task alone."""
    try:
        refuse_raw(model)
    except ArgumentError as error:
        raise ArgumentError(f"{role}: {error.message} ({instead})") from None
    if model.task != task.name:
        raise ArgumentError(
            f"{role} {clip(model.card.name, 60)} is a model of {model.task!r}, and is "
            f"asked {task.name!r}: give {instead}"
        )
    return SecondModel(role, model.card, model)


def known_by(card: ModelCard, by: Predictor[Payload, P]) -> str:
    """Who answers came from, in a few letters: what it is, and how it was asked where
    it can be asked in several ways.
    """
    content, how = card.fingerprint[:8], settings_of(by)
    return f"{content}/{digest('|'.join(how))}" if how else content


def settings_of(by: Predictor[Payload, P]) -> tuple[str, ...]:
    """How a model is asked, where it can be asked in several ways."""
    return by.settings if isinstance(by, Described) else ()
