"""Embedding: a vector for each text, of which alike texts have alike ones."""

from __future__ import annotations

from pytest_ptm.tasks.protocol import Model, Payload, Predictor
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.truth import Shift
from pytest_ptm.tasks.vectors.answers import Embeddings

__all__ = ["TASK", "AnyEncoder", "Embeddings"]

AnyEncoder = Model | Predictor[Payload, Embeddings]
"""What a sentence encoder may be: a handle, or a bound predictor."""

TASK = Task(
    name="embedding",
    fields={"text": "text"},
    answers=Embeddings,
    shift=Shift(what="a vector", most=2.0, needed=True),
    usual=True,
)
