"""Examples that went wrong, the worst first."""

from __future__ import annotations

from collections.abc import Callable

from pytest_ptm.datasets.chats import SYSTEM
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.results import CASES_KEPT, Case
from pytest_ptm.tasks.protocol import Rows

Sides = tuple[tuple[str, str], ...]
"""What each of two models said, by its name."""


def shown(examples: Examples, row: int) -> str:
    """The inputs of one row as a person reads them; words, where they are all.

    Of an image its name, which says where to look at it.
    """
    images = [column[row].name for column in examples.images.values()]
    held = {name: column[row] for name, column in examples.inputs.items()}
    texts = [text for name, text in held.items() if text or name != SYSTEM]
    if not texts:
        texts = [" ".join(column[row]) for column in examples.lists.values()]
    return " | ".join([*images, *texts])


def cases_of(
    examples: Examples,
    rows: Rows,
    *,
    severity: Callable[[int], float],
    expected: Callable[[int], str],
    observed: Callable[[int], str],
    sides: Callable[[int], Sides] = lambda _: (),
) -> tuple[Case, ...]:
    """These rows as cases, the worst first."""
    chosen: list[int] = rows.tolist()
    worst = sorted(chosen, key=severity, reverse=True)[:CASES_KEPT]
    return tuple(
        Case(
            example_id=examples.ids[row],
            shown=shown(examples, row),
            expected=expected(row),
            observed=observed(row),
            severity=severity(row),
            sides=sides(row),
        )
        for row in worst
    )
