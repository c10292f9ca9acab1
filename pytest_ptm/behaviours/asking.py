"""From what a user hands over to answers: the first half of every behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, cast

import numpy as np

from pytest_ptm.behaviours.choice import Able, AnyModel, chosen, decided
from pytest_ptm.behaviours.doubts import blank
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.load import Source, load_examples
from pytest_ptm.engine.ask import Answers
from pytest_ptm.engine.columns import require_fields
from pytest_ptm.engine.second import known_by as known_as
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.ground.version import __version__
from pytest_ptm.results import Counts, ModelCard
from pytest_ptm.session import current_session
from pytest_ptm.tasks.powers import settings_of
from pytest_ptm.tasks.protocol import (
    Model,
    P,
    Payload,
    Predictor,
    Rows,
)
from pytest_ptm.tasks.task import BoundModel, Task

T = TypeVar("T")

_SECOND = "text_pair"
_MINOR = __version__.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Question(Generic[P]):
    """A bound model and the examples it will be asked; nothing is asked yet.

    ``whole`` are all examples there are, and ``of`` is how many where ``--ptm-limit``
    left some of them out.
    """

    task: Task
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

    @property
    def bound(self) -> BoundModel:
        """Who is asked."""
        return BoundModel(self.card.name, self.predictor)


def question(
    model: AnyModel[P],
    examples: Source,
    able: Able[P],
    *,
    check: Callable[[Task], None] | None = None,
) -> Question[P]:
    """The model bound to one of the tasks that are able to be asked so.

    ``check`` looks at the task before anything is loaded.

    Raises:
        ArgumentError: ``model`` is nothing that can be asked, or several tasks could
            answer and none is named; or it would read one text of each pair.
        DataError: PTM201, there are no examples; what ``load_examples`` refuses.
        ModelError: the model cannot be loaded, or cannot be asked this.
    """
    task = decided(model, able)
    held = examples if isinstance(examples, Examples) else None
    if held is not None:
        able.require_fit(model, held)
    # Where no row is needed to know the task, the model speaks before the data do.
    predictor = None if task is None else _bound(model, task, able, check, held)
    rows = rows_of(examples)
    if not len(rows):
        raise DataError(f"{rows.source} has 0 examples", code="PTM201")
    able.require_fit(model, rows)
    if task is None or predictor is None:
        task = chosen(model, rows, able)
        predictor = _bound(model, task, able, check, rows)
    # Before its labels are read, which may be written in a field that is not there.
    require_fields(task, rows)
    _refuse_half_read(task, rows)
    # The name is the run's: one checkpoint may stand in it under two.
    card = predictor.card
    if isinstance(model, Model):
        card = replace(card, name=model.name)
    settings = current_session().settings
    if settings.limit is None or len(rows) <= settings.limit:
        return Question(task, predictor, card, rows, rows, None)
    sample = rows.sample(settings.limit, seed=settings.seed)
    return Question(task, predictor, card, sample, rows, len(rows))


def _bound(
    model: AnyModel[P],
    task: Task,
    able: Able[P],
    check: Callable[[Task], None] | None,
    examples: Examples | None,
) -> Predictor[Payload, P]:
    if check is not None:
        check(task)
    with able.advising(model, examples):
        bound = model.predictor(task.name) if isinstance(model, Model) else model
    # The task says what type its answers have; the cast only repeats it.
    return cast("Predictor[Payload, P]", bound)


def _refuse_half_read(task: Task, rows: Examples) -> None:
    """Refuse pairs of which the model would be asked about the first text alone.

    Changed texts that are not read would seem to change no answer.

    Raises:
        ArgumentError: the task has no second text.
    """
    if _SECOND in rows.inputs and _SECOND not in task.used(rows):
        raise ArgumentError(
            f"{rows.source} has pairs of texts, and {task.name} is asked about one "
            f"text at a time: {_SECOND} would not be read. Leave {_SECOND}= out, or "
            "ask a model for pairs"
        )


def with_mark(asked: Question[P]) -> Question[P]:
    """The question in the model's words, where its task holds a mark in each.

    Raises:
        DataError: one has no mark, or several.
    """
    mark = asked.task.mark
    if mark is None:
        return asked
    examples = mark.read(asked.examples, asked.predictor)
    mark.check(examples)
    # What a change touches is counted over all examples there are, read alike.
    return replace(
        asked, examples=examples, whole=mark.read(asked.whole, asked.predictor)
    )


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
    by = asked.predictor
    limited = [] if asked.of is None else [f"limit:{settings.limit}"]
    return "|".join(
        [
            f"ptm:{_MINOR}",
            *parts,
            *settings_of(by),
            f"data:{asked.examples.fingerprint[:8]}",
            f"n:{len(asked.examples)}",
            f"seed:{settings.seed if seed is None else seed}",
            *limited,
        ]
    )


def known_by(asked: Question[P]) -> str:
    """Who another model's answers came from, in a few letters."""
    return known_as(asked.card, asked.predictor)
