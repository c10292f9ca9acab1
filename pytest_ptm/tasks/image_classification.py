"""Image classification: one label of many, or several."""

from __future__ import annotations

from pytest_ptm.tasks.classes.answers import Classification
from pytest_ptm.tasks.classes.order import in_our_order
from pytest_ptm.tasks.classes.truth import probability_of, what_is_right
from pytest_ptm.tasks.task import Task

__all__ = ["TASK", "Classification"]

TASK = Task(
    name="image-classification",
    fields={"image": "image"},
    answers=Classification,
    truth=what_is_right,
    watch=probability_of,
    aligned=in_our_order,
)
