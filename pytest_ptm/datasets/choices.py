"""Texts to choose from: a column of lists, or a column for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pytest_ptm.datasets.cells import Column, described, unboxed


def choices_of(
    columns: Sequence[Column], *, max_bytes: int
) -> tuple[tuple[str, ...], ...]:
    """The choices of each row, two or more, none of them blank or there twice.

    Raises:
        DataError: PTM205, a row has none such.
    """
    rows = range(len(columns[0].values))
    if len(columns) == 1:
        (column,) = columns
        return tuple(_listed(column, row, max_bytes) for row in rows)
    return tuple(
        _checked(columns[0], row, _beside(columns, row), max_bytes) for row in rows
    )


def _listed(column: Column, row: int, max_bytes: int) -> tuple[str, ...]:
    value = unboxed(column.values[row])
    if not isinstance(value, (list, tuple)):
        raise column.wrong(
            row,
            f"expected a list of texts to choose from, got {described(value)}; where "
            "each has a column of its own, name them all: choices=[…]",
        )
    given = [unboxed(each) for each in cast("Sequence[object]", value)]
    wrong = [each for each in given if not isinstance(each, str)]
    if wrong:
        raise column.wrong(
            row, f"expected a list of texts, got one that holds {described(wrong[0])}"
        )
    return _checked(column, row, cast("list[str]", given), max_bytes)


def _beside(columns: Sequence[Column], row: int) -> list[str]:
    return [column.text(row) for column in columns]


def _checked(
    column: Column, row: int, texts: Sequence[str], max_bytes: int
) -> tuple[str, ...]:
    if len(texts) < 2:
        raise column.wrong(row, f"{len(texts)} to choose from; expected two or more")
    for place, text in enumerate(texts, 1):
        if not text or text.isspace():
            raise column.wrong(
                row, f"choice {place} is empty; write it, or leave the row out"
            )
        column.refuse_surrogates(row, text)
        if len(text.encode()) > max_bytes:
            raise column.wrong(
                row, f"choice {place} has more than {max_bytes:,} bytes; cut it"
            )
        if text.strip() in [each.strip() for each in texts[: place - 1]]:
            raise column.wrong(row, f"choice {place} is the same as an earlier one")
    return tuple(texts)
