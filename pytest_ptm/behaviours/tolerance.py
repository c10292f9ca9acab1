"""How far two answers may lie apart and still be alike."""

from __future__ import annotations

import math

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.task import Task


def comparable(task: Task) -> bool:
    """Whether its answers can be held against those to a changed question."""
    return hasattr(task.answers, "differs")


def require_tolerance(task: Task, tolerance: float | None) -> None:
    """Nothing, where this is a tolerance between answers of the task.

    Raises:
        ArgumentError: it is none, or is left out where only one says what is alike.
    """
    most = math.inf if task.shift.most is None else task.shift.most
    if tolerance is None:
        if task.shift.needed:
            raise ArgumentError(
                f"tolerance= is left out; {task.name} answers with {task.shift.what}, "
                "which hardly ever stays the same to the last digit. Say by how much "
                "it may move, such as tolerance=0.1"
            )
    elif not 0 <= tolerance <= most:
        expected = "0 or more" if math.isinf(most) else f"0 to {most:g}"
        raise ArgumentError(f"tolerance={tolerance!r}: expected {expected}")
