"""Next sentence: whether one text follows another in the text they were taken from."""

from __future__ import annotations

from pytest_ptm.tasks.classes.answers import Classification
from pytest_ptm.tasks.classes.order import in_our_order
from pytest_ptm.tasks.classes.truth import probability_of, what_is_right
from pytest_ptm.tasks.protocol import Model, Payload, Predictor
from pytest_ptm.tasks.task import Task

__all__ = ["CLASSES", "TASK", "AnyPairModel", "Classification"]

CLASSES = ("is_next", "not_next")
"""In the order of the head's outputs: 0 means that the second text is the next one."""

AnyPairModel = Model | Predictor[Payload, Classification]
"""What a model of this task may be: a handle, or a bound predictor."""

TASK = Task(
    name="next-sentence",
    fields={"text": "text", "text_pair": "text"},
    answers=Classification,
    truth=what_is_right,
    watch=probability_of,
    aligned=in_our_order,
)
