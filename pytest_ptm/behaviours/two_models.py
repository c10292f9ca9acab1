"""Two models asked the same examples: bound, checked, their answers made comparable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from pytest_ptm.behaviours.asking import Question, question, rows_of
from pytest_ptm.behaviours.choice import Able, AnyModel
from pytest_ptm.datasets.load import Source
from pytest_ptm.tasks.task import Align, Task


class Both(NamedTuple):
    """Two questions about the same examples.

    ``align`` makes the second's answers comparable with the first's.
    """

    first: Question[Any]
    second: Question[Any]
    align: Align[Any]


def both(
    model: AnyModel[Any],
    than: AnyModel[Any],
    examples: Source,
    able: Able[Any],
    *,
    check: Callable[[Task], None] | None = None,
) -> Both:
    """Both models bound to one task and the same examples.

    Raises:
        ArgumentError: one cannot be asked so, or their answers cannot be compared.
    """
    rows = rows_of(examples)
    comparable = tuple(task for task in able.tasks if task.aligned is not None)
    first = question(model, rows, replace(able, tasks=comparable), check=check)
    second = question(than, rows, replace(able, tasks=(first.task,)))
    if first.task.aligned is None:
        raise ValueError(f"{first.task.name} cannot be asked of two models")
    return Both(first, second, first.task.aligned(first.bound, second.bound))
