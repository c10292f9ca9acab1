"""What a model can be asked: one module a task, found by being here."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.tasks.table import Table
from pytest_ptm.tasks.task import Task


@cache
def _tasks(paths: tuple[str, ...]) -> dict[str, Task]:
    found: dict[str, Task] = {}
    for module in pkgutil.iter_modules(paths):
        task = getattr(
            importlib.import_module(f"{__name__}.{module.name}"), "TASK", None
        )
        if isinstance(task, Task):
            found[task.name] = task
    return found


def known_tasks() -> dict[str, Task]:
    """Every task by name."""
    return _tasks(tuple(__path__))


def find_task(name: str) -> Task:
    """The task of this name.

    Raises:
        ArgumentError: there is none; the message lists those there are.
    """
    tasks = known_tasks()
    if name not in tasks:
        raise ArgumentError(unknown("task", name, tuple(sorted(tasks))))
    return tasks[name]


def columns_of(answers: object, task: str, *, by: str) -> Table:
    """What a model said, as columns: answers are kept so, and made again as the task's.

    Raises:
        ModelError: PTM313, they are not of the task's type, such as those of an object
            that was written before answers were columns.
    """
    kind = find_task(task).answers
    if not isinstance(answers, kind):
        raise ModelError(
            f"{by} answers {task} with {type(answers).__name__}; forward returns a "
            f"{kind.__name__}, of {kind.__module__} (docs/extending.md shows one)",
            code="PTM313",
        )
    return answers.columns()
