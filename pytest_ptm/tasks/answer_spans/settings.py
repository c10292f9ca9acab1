"""How questions are asked: windows, the longest answer, and when there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol, Self, runtime_checkable

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.answer_spans.answers import SpanAnswers
from pytest_ptm.tasks.asked_how import AskedHow, settle_whole
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.task import Task

WINDOW = 384
STRIDE = 128
LONGEST = 30
"""Tokens, as in the scripts that BERT's figures on SQuAD were made with."""


@dataclass(frozen=True, slots=True)
class Answering(AskedHow):
    """How a model of extractive QA is asked; None is the usual way.

    ``no_answer_threshold``: by how much the null score has to be above the best span's
    for there to be no answer; usually there always is one. ``window``: tokens that are
    seen at once, usually 384 or what the model can; ``stride``: by how many a window
    moves on, usually 128 or half of what it holds of the context; ``longest``: tokens
    in an answer at most, usually 30.

    Raises:
        ArgumentError: one of them is none of that.
    """

    no_answer_threshold: float | None = None
    window: int | None = None
    stride: int | None = None
    longest: int | None = None

    def __post_init__(self) -> None:
        for name in ("window", "stride", "longest"):
            settle_whole(self, name, least=1)
        threshold: object = self.no_answer_threshold
        if threshold is not None and not _is_score(threshold):
            raise ArgumentError(
                f"no_answer_threshold={threshold!r}: expected a difference of scores, "
                "such as 0.0, the convention of SQuAD 2.0"
            )

    def suits(self, task: Task) -> bool:
        """Whether its answers are parts of a text."""
        return issubclass(task.answers, SpanAnswers)

    def taken_by(self, predictor: Predictor[Payload, Any]) -> Any:  # noqa: ANN401
        """The model of extractive QA, asked so; None of another model.

        Raises:
            ArgumentError: it has no scores, or cannot see so much at once.
        """
        if isinstance(predictor, Unscored):
            raise ArgumentError(
                f"{self.refused[0]}: {predictor.card.name} {predictor.unscored}; leave "
                "them out"
            )
        if not isinstance(predictor, Answerer):
            return None
        return predictor.answering(self.over(predictor.how))


AS_USUAL = Answering()


def _is_score(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)


@runtime_checkable
class Unscored(Protocol):
    """A predictor whose answers have no scores, so that nothing can be set."""

    @property
    def unscored(self) -> str:
        """What it is instead, as a message goes on behind its name."""
        ...


@runtime_checkable
class Answerer(Protocol):
    """A predictor that can be asked in other ways than the usual one."""

    @property
    def how(self) -> Answering:
        """The settings that it has."""
        ...

    def answering(self, how: Answering) -> Self:
        """The same model with these settings: another predictor, another fingerprint.

        Raises:
            ArgumentError: it has no such setting, or cannot see so much at once.
        """
        ...
