"""From what a user hands over to answers: the first half of every behaviour."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, cast

import numpy as np

from pytest_ptm.behaviours.doubts import blank
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.load import Source, load_examples
from pytest_ptm.engine.ask import Answers, ask
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.version import __version__
from pytest_ptm.results import Counts, ModelCard
from pytest_ptm.session import current_session
from pytest_ptm.tasks import find_task, known_tasks
from pytest_ptm.tasks.protocol import Model, P, P_co, Payload, Predictor, Rows

T = TypeVar("T")

_MINOR = __version__.rpartition(".")[0]

AnyModel = Model | Predictor[Payload, P_co]
"""What every ``evaluate_*`` takes first: a handle, or anything that can be asked."""


@dataclass(frozen=True, slots=True)
class Question(Generic[P]):
    """A bound model and the examples it will be asked; nothing is asked yet.

    ``whole`` are all examples there are, and ``of`` is how many where ``--ptm-limit``
    left some of them out.
    """

    predictor: Predictor[Payload, P]
    card: ModelCard
    examples: Examples
    whole: Examples
    of: int | None

    def kept(self, given: Sequence[T]) -> Sequence[T]:
        """The entries of those that are asked, of one for each example there is."""
        if self.of is None:
            return given
        entry = dict(zip(self.whole.ids, given, strict=True))
        return [entry[identity] for identity in self.examples.ids]

    def part(self, rows: Rows) -> Question[P]:
        """The question about these of its examples, in this order."""
        if np.array_equal(rows, np.arange(len(self.examples))):
            return self
        return replace(self, examples=self.examples.take(rows.tolist()))

    def ask(self) -> Answers[P]:
        """The answers, in the order of the examples."""
        return ask(self.predictor, self.examples)


def question(model: AnyModel[P], examples: Source, *, answers: type[P]) -> Question[P]:
    """The model bound to the task whose answers are of this type, and the examples.

    Raises:
        ArgumentError: ``model`` is nothing that can be asked, or several tasks answer
            so and none is named.
    """
    predictor = _predictor(model, answers)
    # The name is the run's: one checkpoint may stand in it under two.
    card = predictor.card
    if isinstance(model, Model):
        card = replace(card, name=model.name)
    rows = rows_of(examples)
    settings = current_session().settings
    if settings.limit is None or len(rows) <= settings.limit:
        return Question(predictor, card, rows, rows, None)
    sample = rows.sample(settings.limit, seed=settings.seed)
    return Question(predictor, card, sample, rows, len(rows))


def rows_of(examples: Source) -> Examples:
    """Examples as they are, or loaded from what a user handed over."""
    return examples if isinstance(examples, Examples) else load_examples(examples)


def counts(asked: Question[P], answers: Answers[P]) -> Counts:
    """What needs a word beside the figure."""
    return Counts(
        truncated=int(answers.truncated.sum()),
        empty=blank(asked.examples),
        asked=len(answers.truncated),
    )


def signature(asked: Question[P], *parts: str, seed: int | None = None) -> str:
    """What exactly was computed, in one line: equal lines compare like with like."""
    settings = current_session().settings
    limited = [] if asked.of is None else [f"limit:{settings.limit}"]
    return "|".join(
        [
            f"ptm:{_MINOR}",
            *parts,
            f"data:{asked.examples.fingerprint[:8]}",
            f"n:{len(asked.examples)}",
            f"seed:{settings.seed if seed is None else seed}",
            *limited,
        ]
    )


def digest(text: str) -> str:
    """A short digest for a signature, of what is too long to stand there."""
    return hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=4
    ).hexdigest()


def _predictor(model: AnyModel[P], answers: type[P]) -> Predictor[Payload, P]:
    able = sorted(t.name for t in known_tasks().values() if t.answers is answers)
    if isinstance(model, Model):
        # The task says what type its answers have; the cast only repeats it.
        predictor = model.predictor(_task(model, able))
        return cast("Predictor[Payload, P]", predictor)
    if not hasattr(model, "forward"):
        raise ArgumentError(
            "model: expected the ptm_model fixture, ptm_load(…) or load_model(…), "
            f"got {type(model).__name__}"
        )
    if model.task not in able:
        raise ArgumentError(
            f"model {model.card.name} answers {model.task!r}; this asks {listed(able)}"
        )
    return model


def _task(model: Model, able: list[str]) -> str:
    declared = model.task
    if declared is not None:
        if find_task(declared).name not in able:
            raise ArgumentError(
                f"model {model.name} is declared for {declared!r}; "
                f"this asks {listed(able)}"
            )
        return declared
    if len(able) > 1:
        raise ArgumentError(
            f"{listed(able)} could all answer this; say which with "
            "@pytest.mark.ptm(task=…) or ?task=… in the model's spec"
        )
    return able[0]
