"""A figure over each group of the examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.composed import composed
from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import GroupFigure, Measurement
from pytest_ptm.tasks.protocol import Rows


def figures_by_group(
    examples: Examples, column: str, measure: Callable[[Rows], Measurement]
) -> list[GroupFigure]:
    """A figure over each group of one column, in the order of their names."""
    figures: list[GroupFigure] = []
    for group, rows in rows_by_group(examples, column).items():
        try:
            found = measure(rows)
        except DataError:
            # Undefined in this group alone: said beside it, not hidden.
            figures.append(GroupFigure(column, group, None, len(rows)))
            continue
        figures.append(
            GroupFigure(
                column, group, found.value, found.n, found.interval, found.evidence
            )
        )
    return figures


def groups_alike(names: Iterable[str]) -> list[str]:
    """A note where groups differ in spaces, case or accents alone: likely one group."""
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(composed(" ".join(name.split())).casefold(), name)
        if other != name:
            return [
                f"groups {other!a} and {name!a} differ in spaces, case or "
                "accents alone, and count as two"
            ]
    return []


def rows_by_group(examples: Examples, column: str) -> dict[str, Rows]:
    """The rows of each group of a column, by name.

    Raises:
        ArgumentError: there is no such column.
    """
    places: dict[str, list[int]] = {}
    for row, group in enumerate(examples.group(column)):
        places.setdefault(group, []).append(row)
    return {name: np.array(places[name], dtype=np.intp) for name in sorted(places)}
