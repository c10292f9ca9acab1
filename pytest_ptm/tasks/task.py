"""What a task is: its fields, its answers, and what only it knows of them.

A task is one module of this package. It holds a ``TASK`` and its Predictions type, or
takes that of another, and nothing needs to be told that the module is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.tasks.protocol import Payload, Predictions, Predictor
from pytest_ptm.tasks.truth import PROBABILITY, Shift, Truth, WatchedNumber

A = TypeVar("A")

FieldKind = Literal["text", "texts", "image", "numbers"]
"""What a field holds: a text, several texts, an image, or a ``Ragged`` column of
numbers."""


@dataclass(frozen=True, slots=True)
class BoundModel:
    """A bound model under the name that this run has for it."""

    name: str
    predictor: Predictor[Payload, Any]


Align = Callable[[A], A]
"""Makes another model's answers comparable with ours, such as in our order."""


def as_they_are(ours: BoundModel, theirs: BoundModel) -> Align[Any]:
    """Numbers, and choices of one row, are comparable as they are."""
    return lambda answers: answers


class ReadTruth(Protocol):
    """Reads what is right out of the labels, as this model would answer it."""

    def __call__(
        self,
        examples: Examples,
        predictor: Predictor[Payload, Any],
        *,
        label_map: LabelMap | None = None,
    ) -> Truth[Any]:
        """What is right for each example.

        Raises:
            DataError: PTM206, there are no labels, or one can be no answer.
        """
        ...


Watch = Callable[[Predictor[Payload, Any], Label | None], WatchedNumber[Any]]
"""What of a model's answers goes up or down; of which class, where there are any."""


@dataclass(frozen=True, slots=True)
class TextMark:
    """A mark that every question has, and that no change of the texts may touch.

    ``read`` gives the examples as the model's questions, ``check`` refuses those that
    are none, and ``seen`` answers to questions of which the model did not see the mark.
    """

    text: str
    read: Callable[[Examples, Predictor[Payload, Any]], Examples]
    check: Callable[[Examples], None]
    seen: Callable[[Examples, Any], None]


@dataclass(frozen=True, slots=True)
class Task:
    """What a model can be asked: a name, the input fields, the type of the answers.

    ``fields`` are those that a question has, ``optional`` those that it may have. What
    else a task knows, behaviours ask of it; one that does not say it cannot be asked
    so. ``suits``: whether rows are plainly its questions, and so of no other task;
    ``might``: whether they are if the model can be asked nothing else about them.
    ``truth``: what is right, as the labels say it; without it there are no metrics.
    ``unlabelled``: the same of rows that nobody may have labelled, for metrics that
    hold answers against what was asked alone. ``watch``: the number that a direction is
    of. ``aligned``: what makes the answers of two models comparable. ``shift``: what
    moves between two answers. ``mark``: what stands in every text. ``usual``: of the
    tasks of one head the one that is asked where nothing says which, neither a
    behaviour nor the rows. ``like``: the task that asks the same of models of the usual
    kind, and says why of one that can do neither. ``of``: the task whose answers this
    one's are made of, so that a model which is declared for that one can be asked this
    too.
    """

    name: str
    fields: Mapping[str, FieldKind]
    answers: type[Predictions]
    optional: Mapping[str, FieldKind] = field(default_factory=dict[str, FieldKind])
    suits: Callable[[Examples], bool] | None = None
    might: Callable[[Examples], bool] | None = None
    truth: ReadTruth | None = None
    unlabelled: ReadTruth | None = None
    watch: Watch | None = None
    aligned: Callable[[BoundModel, BoundModel], Align[Any]] | None = None
    shift: Shift = PROBABILITY
    mark: TextMark | None = None
    usual: bool = False
    like: str | None = None
    of: str | None = None

    def missing(self, examples: Examples) -> list[str]:
        """The fields of a question that the examples do not have."""
        return [
            name for name, kind in self.fields.items() if not _has(examples, name, kind)
        ]

    def reading(self, *, needs_labels: bool) -> ReadTruth:
        """What reads what is right, of rows that need labels or do not.

        Raises:
            ValueError: nothing is.
        """
        read = self.truth
        if not needs_labels and self.unlabelled is not None:
            read = self.unlabelled
        if read is None:
            raise ValueError(f"{self.name} does not say what is right")
        return read

    def fits(self, examples: Examples) -> bool:
        """Whether the examples are questions of it, lists and images and all.

        A choice is no question of a classifier, which would read the text alone.
        """
        known = {*self.fields, *self.optional}
        held = {*examples.lists, *examples.images}
        return not self.missing(examples) and known.issuperset(held)

    def used(self, examples: Examples) -> list[str]:
        """The fields that are asked about, of those that the examples have."""
        known = [*self.fields.items(), *self.optional.items()]
        return [name for name, kind in known if _has(examples, name, kind)]


def usual(tasks: Iterable[Task]) -> list[Task]:
    """Those that are asked where nothing says which, of the tasks of one head."""
    every = list(tasks)
    return [task for task in every if task.usual] or every


def _has(examples: Examples, field: str, kind: FieldKind) -> bool:
    held = {
        "text": examples.inputs,
        "texts": examples.lists,
        "image": examples.images,
        "numbers": examples.numbers,
    }
    return field in held[kind]
