"""Token classification: a tag for each word, such as the entity that it is part of."""

from __future__ import annotations

from pytest_ptm.tasks.protocol import Model, Payload, Predictor
from pytest_ptm.tasks.tags.answers import Tagging
from pytest_ptm.tasks.tags.truth import in_our_order, what_is_right
from pytest_ptm.tasks.task import Task

__all__ = ["TASK", "AnyTagger", "Tagging"]

AnyTagger = Model | Predictor[Payload, Tagging]
"""What a model of tags may be: a handle, or a bound predictor."""

TASK = Task(
    name="token-classification",
    fields={"words": "texts"},
    answers=Tagging,
    truth=what_is_right,
    aligned=in_our_order,
)
