"""A model of extractive QA that is asked in another way than the usual one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.given import refuse_raw
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.readers import ReadsContexts
from pytest_ptm.tasks.answer_spans.settings import Answerer, Answering
from pytest_ptm.tasks.extractive_qa import TASK
from pytest_ptm.tasks.protocol import CanDo, Model, Payload, Predictions, Predictor


@dataclass(frozen=True, slots=True)
class AnsweringModel:
    """A handle whose model is asked with these settings; what ``answering`` gives."""

    model: Model
    how: Answering

    @property
    def name(self) -> str:
        """The model's own."""
        return self.model.name

    @property
    def task(self) -> str | None:
        """The model's own, where it was declared for one."""
        return self.model.task

    def can(self) -> frozenset[str] | None:
        """What the model can do of what has these settings; None where unknown."""
        can = self.model.can() if isinstance(self.model, CanDo) else None
        return None if can is None else can & {TASK.name}

    def predictor(self, task: str) -> Predictor[Payload, Predictions]:
        """The model bound to the task, with these settings.

        Raises:
            ArgumentError: the task has no such settings.
            ModelError: it cannot be loaded or has no trained head for the task.
        """
        return _set(self.model.predictor(task), self.how)


def answering(
    model: AnyModel[Any],
    *,
    no_answer_threshold: float | None = None,
    window: int | None = None,
    stride: int | None = None,
    longest: int | None = None,
) -> AnyModel[Any]:
    """The model, answering as said; it can be handed over wherever a model can.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        no_answer_threshold: there is no answer where the null score, that of the token
            which begins every text, is above the best span's by more than this; 0.0 is
            the convention of SQuAD 2.0. Without it there always is an answer. Never
            choose it on the data that it is judged on.
        window: how many tokens are seen at once; without it 384, or as many as the
            model can.
        stride: by how many tokens the window of a longer context moves on; without it
            128, and no more than half of what a window holds of the context.
        longest: how many tokens an answer has at most; without it 30.

    Raises:
        ArgumentError: a setting is none, or is not one of this model.

    Settings that a model has already stay as they are, unless they are said anew.
    """
    how = Answering(no_answer_threshold, window, stride, longest)
    if not how.given:
        return model
    if isinstance(model, AnsweringModel):
        return AnsweringModel(model.model, how.over(model.how))
    if isinstance(model, Model):
        return AnsweringModel(model, how)
    refuse_raw(model)
    return _set(model, how)


def _set(predictor: Predictor[Payload, Any], how: Answering) -> Any:  # noqa: ANN401 - of any answers
    if not isinstance(predictor, Answerer):
        why = f"answers {predictor.task}, and has no such settings"
        if isinstance(predictor, ReadsContexts):
            why = "is a function, which has no scores and gives None for no answer"
        raise ArgumentError(
            f"{', '.join(f'{name}=' for name in how.given)}: {predictor.card.name} "
            f"{why}; leave them out"
        )
    return predictor.answering(how.over(predictor.how))
