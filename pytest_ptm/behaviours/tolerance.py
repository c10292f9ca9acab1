"""How far two answers may lie apart and still be alike."""

from __future__ import annotations

import math
from numbers import Real
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.one_each import numbers, truths
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.protocol import C
from pytest_ptm.tasks.task import Task


def comparable(task: Task) -> bool:
    """Whether its answers can be held against those to a changed question."""
    return hasattr(task.answers, "differs")


def apart(
    before: C, after: C, tolerance: float | None, task: Task
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which answers differ, bool[n], and how far each of them moved, float64[n].

    Raises:
        ModelError: PTM313, the task does not say it of each.
    """
    n = len(before.valid)
    differs = before.differs(after, tolerance=tolerance)
    moved = numbers(before.shift(after), n, what="shift", task=task)
    return truths(differs, n, what="differs", task=task), moved


def require_tolerance(
    task: Task,
    tolerance: float | None,
    *,
    optional: bool = True,
    alone: bool = False,
) -> None:
    """Nothing, where this is a tolerance between answers of the task.

    ``alone``: whether it decides by itself, and no answer that is another one does.

    Raises:
        ArgumentError: it is none, or is left out where only one says what is alike.
    """
    most = math.inf if task.shift.most is None else task.shift.most
    if tolerance is None and optional:
        if task.shift.needed:
            raise ArgumentError(
                f"tolerance= is left out; {task.name} answers with {task.shift.what}, "
                "which hardly ever stays the same to the last digit. Say by how much "
                "it may move, such as tolerance=0.1"
            )
    elif not _is_finite(tolerance) or not 0 <= tolerance <= most:
        expected = "a number from 0 on" if math.isinf(most) else f"0 to {most:g}"
        raise ArgumentError(f"tolerance={tolerance!r}: expected {expected}")
    elif (alone or task.shift.needed) and tolerance == most:
        raise ArgumentError(
            f"tolerance={tolerance!r}: {task.shift.what} moves by {most:g} at most, so "
            "that no model could fail; give less"
        )


def _is_finite(number: object) -> TypeGuard[float]:
    return isinstance(number, Real) and math.isfinite(number)
