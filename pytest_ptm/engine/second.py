"""A model that is asked about the texts which another one wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, cast

import numpy as np

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import Answers, ask, join
from pytest_ptm.engine.reading import unknown_tokens
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.display import clip, counted, quoted
from pytest_ptm.ground.errors import ArgumentError, DataError, ModelError
from pytest_ptm.results import Cost, ModelCard
from pytest_ptm.tasks.given import refuse_raw
from pytest_ptm.tasks.powers import settings_of
from pytest_ptm.tasks.protocol import Model, P, Payload, Predictor
from pytest_ptm.tasks.task import Task


@dataclass(frozen=True, slots=True)
class SecondModel(Generic[P]):
    """A bound model; ``role`` is what errors and notes call it, beside its name.

    One is of one question, and remembers what it was asked for it.
    """

    role: str
    card: ModelCard
    predictor: Predictor[Payload, P]
    heard: list[Answers[P]] = field(
        default_factory=list[Answers[P]], compare=False, repr=False
    )
    """What it said until now, all of it in one."""
    places: dict[str, int] = field(
        default_factory=dict[str, int], compare=False, repr=False
    )
    """The row of each text in that."""

    @property
    def cost(self) -> Cost:
        """What all that it was asked has cost, each text once."""
        return sum((each.cost for each in self.heard), start=Cost())

    @property
    def known_by(self) -> str:
        """What it is, in a few letters: a signature says it."""
        return known_by(self.card, self.predictor)

    def ask(self, texts: Sequence[str]) -> Answers[P]:
        """What it says of each text; one that comes again is not asked again.

        Raises:
            DataError: a text cannot be asked of it, or there is none.
            ModelError: it fails, or answers with no number.
        """
        fresh = [text for text in dict.fromkeys(texts) if text not in self.places]
        if fresh or not texts:
            self.heard[:] = [join([*self.heard, self._asked(tuple(fresh))])]
            first = len(self.places)
            self.places.update((text, first + at) for at, text in enumerate(fresh))
        rows = [self.places[text] for text in texts]
        return self.heard[0].take(np.array(rows, dtype=np.intp))

    def _asked(self, texts: tuple[str, ...]) -> Answers[P]:
        rows = Examples(
            # No row of the examples has such a text: whoever looks for it needs it.
            ids=tuple(
                f"answer-{at} {quoted(text, 24)}" for at, text in enumerate(texts, 1)
            ),
            inputs={"text": texts},
            source="texts that were written",
        )
        try:
            return ask(self.predictor, rows)
        except DataError as error:
            raise DataError(self._said(error.message), code=error.code) from error
        except ModelError as error:
            raise ModelError(self._said(error.message), code=error.code) from error

    def remarks(self, texts: Sequence[str]) -> list[str]:
        """Who it is, and what it did not see, or could not read, of these texts."""
        said = [f"{self.role} is {self.card}"]
        if not texts:
            return said
        answers = self.ask(texts)
        if cut := int(answers.truncated.sum()):
            said.append(
                f"{self.role} {self.card.name} saw only the beginning of {cut:,} of "
                f"{counted(len(texts), 'text')}"
            )
        return [*said, *unknown_tokens(answers, to=f"{self.role} {self.card.name}")]

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
        said = f"{role} {clip(model.name, 60)}: {error.message}. Give {instead}"
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
