"""Text regression: a number for a text or a pair, such as how alike two texts are."""

from __future__ import annotations

from pytest_ptm.tasks.protocol import Model, Payload, Predictor, Task
from pytest_ptm.tasks.regression import Regression

AnyRegressor = Model | Predictor[Payload, Regression]
"""What the behaviours of this task take first: a handle, or a bound regressor."""

TASK = Task(
    name="text-regression",
    fields=("text",),
    optional_fields=("text_pair",),
    answers=Regression,
)
