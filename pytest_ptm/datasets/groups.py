"""A column of groups: every row is in one, also where its source says nothing."""

from __future__ import annotations

import sys

from pytest_ptm.datasets.cells import (
    Column,
    described,
    is_nothing,
    lone_surrogate,
    unboxed,
)
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError, DataError

_WHAT = "a group (text or whole number)"


def groups_of(column: Column, *, missing: str | None) -> tuple[str, ...]:
    """The group of each row; ``missing`` is that of rows whose value is blank or none.

    Raises:
        DataError: PTM205, a value names no group, or is missing and ``missing`` is not
            given, or is a group of that name.
    """
    # A million rows share a few groups.
    known: dict[object, str | None] = {}
    found: list[str | None] = []
    for row, value in enumerate(column.values):
        if type(value) is not str:
            found.append(_group(column, row))
            continue
        if value not in known:
            known[value] = _group(column, row)
        found.append(known[value])
    lacking = [row for row, group in enumerate(found) if group is None]
    if not lacking:
        return tuple([group for group in found if group is not None])
    if missing is None:
        raise _without(column, lacking)
    if missing in found:
        raise column.wrong(
            found.index(missing),
            f"the group {missing!r} is one of the data's own; name with missing_group= "
            "one that no row has",
        )
    return tuple([missing if group is None else group for group in found])


def check_missing_group(name: object, *, groups: bool) -> None:
    """Nothing, where rows without a group can be given this one, or none is given.

    Raises:
        ArgumentError: it is no name, or there are no groups.
    """
    if name is None:
        return
    if not isinstance(name, str) or not name or name.isspace():
        raise ArgumentError(
            f"missing_group={name!r}: expected a name for the group of rows that have "
            'none, such as "none"'
        )
    if half := lone_surrogate(name):
        raise ArgumentError(f"missing_group={name!r}: {half}")
    if not groups:
        raise ArgumentError("missing_group= needs groups=, the columns that it is for")


def _group(column: Column, row: int) -> str | None:
    value = unboxed(column.values[row])
    if is_nothing(value) or (isinstance(value, str) and not value.strip()):
        return None
    return sys.intern(column.short_text(row, what=_WHAT))


def _without(column: Column, rows: list[int]) -> DataError:
    got = described(unboxed(column.values[rows[0]]))
    others = f", as in {counted(len(rows) - 1, 'row')} more" if len(rows) > 1 else ""
    return column.wrong(
        rows[0],
        f"expected {_WHAT}, got {got}{others}; give such rows one of their own, as in "
        'missing_group="none", or leave them out',
    )
