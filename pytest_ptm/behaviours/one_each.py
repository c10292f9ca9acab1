"""What a task says of answers, held to be one for each of them.

Whoever adds a task writes ``right``, ``away``, ``shift`` and the number that a
direction is of. NaN is greater than no bound, so that one would pass every test; and a
column that is short is stretched, or moves what stands behind it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks.task import Task


def truths(column: NDArray[Any], n: int, *, what: str, task: Task) -> NDArray[np.bool_]:
    """A column that says yes or no of each of n answers, bool[n].

    Raises:
        ModelError: PTM313, it does not.
    """
    _require_length(column, n, what, task)
    if column.dtype != np.bool_:
        raise ModelError(
            f"{what} of {task.name} is {column.dtype}[{n}], and not bool[{n}]",
            code="PTM313",
        )
    return column


def numbers(
    column: NDArray[Any], n: int, *, what: str, task: Task
) -> NDArray[np.float64]:
    """A column with a finite number for each of n answers, float64[n].

    Raises:
        ModelError: PTM313, it has not.
    """
    _require_length(column, n, what, task)
    figures = column.astype(np.float64)
    none = int((~np.isfinite(figures)).sum())
    if none:
        raise ModelError(
            f"{what} of {task.name} is NaN or infinite for {none:,} of {n:,} answers; "
            "it is a number for each, such as 0 of two empty sets",
            code="PTM313",
        )
    return figures


def _require_length(column: NDArray[Any], n: int, what: str, task: Task) -> None:
    if column.shape != (n,):
        raise ModelError(
            f"{what} of {task.name} has the shape {column.shape}, and there is one for "
            f"each of {n:,} answers",
            code="PTM313",
        )
