"""Embedding of images: a vector for each, beside those of the texts that say it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.truth import Shift
from pytest_ptm.tasks.vectors.answers import Embeddings

__all__ = ["TASK", "Embeddings", "Matches"]

TASK = Task(
    name="image-embedding",
    fields={"image": "image"},
    answers=Embeddings,
    shift=Shift(what="a vector", most=2.0, needed=True),
)


@runtime_checkable
class Matches(Protocol):
    """A predictor that says how a cosine with a text becomes a logit.

    ``logit_scale`` times the cosine, and ``logit_bias``: exp of a weight, or 1 over a
    temperature, as the model was trained (Radford et al. 2021, section 2.3; Zhai et al.
    2023, "Sigmoid Loss for Language Image Pre-Training", section 3.2, for the bias).
    """

    @property
    def logit_scale(self) -> float:
        """What a cosine is multiplied by."""
        ...

    @property
    def logit_bias(self) -> float:
        """What is added to that; 0 for a softmax."""
        ...
