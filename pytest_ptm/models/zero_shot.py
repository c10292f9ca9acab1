"""A model of natural language inference as a classifier it was never trained to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload

from pytest_ptm.behaviours.choice import AnyModel, able_to, without_rows
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.classifying import ClassifyingModel
from pytest_ptm.models.predicting import PredictingModel, predicting
from pytest_ptm.models.prompted import PromptedModel
from pytest_ptm.models.prompts.classifier import PromptedClassifier
from pytest_ptm.models.prompts.entailment import (
    EntailmentClassifier,
    through_entailment,
)
from pytest_ptm.models.prompts.hypotheses import Classes, Hypotheses
from pytest_ptm.tasks.protocol import Model, Payload, Predictor
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.text_classification import TASK


@dataclass(frozen=True, slots=True)
class ZeroShotModel(ClassifyingModel):
    """A handle whose model is asked by hypotheses; what ``zero_shot`` gives."""

    hypotheses: Hypotheses
    multi_label: bool
    entailment: str | None
    contradiction: str | None

    answers = TASK
    asked_by = "asked by hypotheses and answers with classes"

    def bound(self) -> Predictor[Payload, Any]:
        """The model bound to its own classes, as a classifier of these.

        Raises:
            ArgumentError: it has no output for entailment, or reads no pairs.
            ModelError: it cannot be loaded, or is no classifier.
        """
        with _INFERS.advising(self.model):
            asked = without_rows(self.model, _INFERS)
            bound = self.model.predictor(asked.name)
        return through_entailment(
            bound,
            self.hypotheses,
            multi_label=self.multi_label,
            entailment=self.entailment,
            contradiction=self.contradiction,
        )

    def __repr__(self) -> str:
        return f"<{self.model!r} asked by {self.hypotheses.written!r}>"


@overload
def zero_shot(
    model: Model,
    classes: Classes,
    *,
    hypothesis: str = ...,
    multi_label: bool = ...,
    entailment: str | None = ...,
    contradiction: str | None = ...,
) -> ZeroShotModel: ...
@overload
def zero_shot(
    model: Predictor[Any, Any],
    classes: Classes,
    *,
    hypothesis: str = ...,
    multi_label: bool = ...,
    entailment: str | None = ...,
    contradiction: str | None = ...,
) -> PredictingModel: ...
def zero_shot(
    model: AnyModel[Any],
    classes: Classes,
    *,
    hypothesis: str = "This example is {}.",
    multi_label: bool = False,
    entailment: str | None = None,
    contradiction: str | None = None,
) -> ZeroShotModel | PredictingModel:
    """The model of inference as a classifier of any classes, handed over like one.

    Each text is asked with the hypothesis of each class (Yin, Hay and Roth 2019,
    "Benchmarking Zero-shot Text Classification", EMNLP). One class holds: the softmax
    over the entailment logits of all; or several (``multi_label``): of each the softmax
    over its entailment and its contradiction, above one half. Both are the figures of
    the pipeline ``zero-shot-classification`` of transformers.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)``, ``load_model(…)`` or a bound
            classifier; it has been trained on pairs, and tells entailment.
        classes: their names, which stand in the hypothesis as they are, or a mapping of
            each name to the phrase that does. Labels that are numbers mean the classes
            in this order.
        hypothesis: a sentence with ``{}``, where the phrase of a class stands.
        multi_label: whether several classes may hold at once.
        entailment: the model's output that says entailment. Without it the one whose
            name begins with "entail", in any case.
        contradiction: the same of "contradict"; of two outputs it is the other one.
            With ``multi_label`` only.

    Raises:
        ArgumentError: classes or hypothesis are none; or as soon as the model is asked:
            no output has such a name, or a hypothesis is half as long as what it sees.

    A text that is too long with its hypothesis loses its end, and counts as truncated.
    """
    if not isinstance(multi_label, bool):  # pyright: ignore[reportUnnecessaryIsInstance] - "no" would count as True
        raise ArgumentError(f"multi_label={multi_label!r:.60}: expected True or False")
    found = Hypotheses.of(classes, hypothesis, least=1 if multi_label else 2)
    if contradiction is not None and not multi_label:
        raise ArgumentError(
            f"contradiction={contradiction!r} counts with multi_label=True only: where "
            "one class holds, entailment alone decides; leave it out"
        )
    if isinstance(
        model, ZeroShotModel | EntailmentClassifier | PromptedModel | PromptedClassifier
    ):
        raise ArgumentError(
            "zero_shot: this model is asked through a sentence already; give the model "
            "itself"
        )
    if isinstance(model, Model):
        return ZeroShotModel(model, found, multi_label, entailment, contradiction)
    without_rows(model, _INFERS)
    bound = through_entailment(
        model,
        found,
        multi_label=multi_label,
        entailment=entailment,
        contradiction=contradiction,
    )
    return predicting(bound)


def _instead(_: Task) -> str:
    """What to say to those who have a model of another kind."""
    return (
        ". A language model is asked for classes with prompted(model, template, "
        "words=…)"
    )


_INFERS = able_to(lambda task: task.name == TASK.name, instead=_instead)
"""Classes of its own that hang on two texts: what a classifier of others is made of."""
