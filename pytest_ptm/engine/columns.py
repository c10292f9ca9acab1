"""The columns of examples that a predictor is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pytest_ptm.datasets.cells import lone_surrogate
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.pictures import Pictures
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.engine.encodings import InputKey
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.tasks import find_task
from pytest_ptm.tasks.protocol import B, Columns, P, Predictor
from pytest_ptm.tasks.task import Task


def columns_asked(predictor: Predictor[B, P], examples: Examples) -> Columns:
    """The columns of the examples that this predictor is asked about.

    Raises:
        ArgumentError: they lack one that its task needs.
    """
    task = find_task(predictor.task)
    require_fields(task, examples)
    held = {
        **examples.inputs,
        **examples.lists,
        **examples.images,
        **examples.numbers,
    }
    return {name: held[name] for name in task.used(examples)}


def require_fields(task: Task, examples: Examples) -> None:
    """Nothing, where the examples have what the task asks about.

    Raises:
        ArgumentError: they lack a column that it needs.
    """
    if missing := task.missing(examples):
        raise ArgumentError(
            f"{task.name} asks about {listed(missing)}; "
            f"{examples.source} has {listed(fields_of(examples))}"
        )


def fields_of(examples: Examples) -> list[str]:
    """The columns of examples that a person reads or looks at."""
    return [*examples.inputs, *examples.lists, *examples.images]


def input_keys(columns: Columns) -> Sequence[InputKey]:
    """What tells the rows of these columns apart."""
    keys = [
        each.keys() if isinstance(each, (Ragged, Pictures)) else each
        for each in columns.values()
    ]
    return keys[0] if len(keys) == 1 else list(zip(*keys, strict=True))


def part_of(columns: Columns, rows: list[int]) -> Columns:
    """These rows of every column."""
    part: dict[str, Any] = {
        name: each[np.array(rows, dtype=np.intp)]
        if isinstance(each, (Ragged, Pictures))
        else [each[row] for row in rows]
        for name, each in columns.items()
    }
    return part


def refuse_surrogates(examples: Examples, columns: Columns, rows: list[int]) -> None:
    """Refuse what no tokenizer takes; a change of a text may have made it.

    Raises:
        DataError: PTM205, a text holds half a character.
    """
    for name, column in columns.items():
        if isinstance(column, (Ragged, Pictures)):
            continue
        for row in rows:
            held = column[row]
            half = lone_surrogate(held if isinstance(held, str) else "".join(held))
            if half:
                raise DataError(
                    f"{examples.source}: example {clip(examples.ids[row], 40)}: "
                    f"{name!r}: {half}; repair the text, or the change that made it",
                    code="PTM205",
                )
