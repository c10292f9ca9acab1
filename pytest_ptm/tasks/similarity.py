"""Similarity: the cosine of a pair's two vectors, each text asked by itself."""

from __future__ import annotations

from pytest_ptm.tasks.numbers.truth import the_number, what_is_right
from pytest_ptm.tasks.task import Task, as_they_are
from pytest_ptm.tasks.truth import Shift
from pytest_ptm.tasks.vectors.answers import Similarities

__all__ = ["TASK", "Similarities"]

TASK = Task(
    name="similarity",
    fields={"text": "text", "text_pair": "text"},
    answers=Similarities,
    truth=what_is_right,
    watch=the_number,
    aligned=as_they_are,
    shift=Shift(what="a cosine", most=2.0, needed=True),
    like="text-regression",
    of="embedding",
)
