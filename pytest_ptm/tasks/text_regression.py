"""Text regression: a number for each text or pair, such as how alike two are."""

from __future__ import annotations

from pytest_ptm.tasks.numbers.answers import Regression
from pytest_ptm.tasks.numbers.truth import (
    NUMBER,
    the_number,
    what_is_right,
)
from pytest_ptm.tasks.protocol import Model, Payload, Predictor
from pytest_ptm.tasks.task import Task, as_they_are

__all__ = ["TASK", "AnyRegressor", "Regression"]

AnyRegressor = Model | Predictor[Payload, Regression]
"""What a model of numbers may be: a handle, or a bound predictor."""

TASK = Task(
    name="text-regression",
    fields={"text": "text"},
    optional={"text_pair": "text"},
    answers=Regression,
    truth=what_is_right,
    watch=the_number,
    aligned=as_they_are,
    shift=NUMBER,
)
