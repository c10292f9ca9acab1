"""A column of texts: whole characters, and no more of them than a report can hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pytest_ptm.datasets.cells import Column
from pytest_ptm.datasets.table import listed_short
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import DataError

_CHECKED_AT_ONCE = 65_536


def texts_of(
    column: Column, *, max_bytes: int, allow_empty: bool, as_said: bool = True
) -> tuple[str, ...]:
    """The texts of a column, each of which can be asked and reported.

    ``as_said``: both limits are arguments of whoever loads it, which errors name.

    Raises:
        DataError: PTM205, a value is no text, holds half a character or too many bytes,
            or is blank and may not be.
    """
    values = column.values
    if set(map(type, values)) != {str}:
        values = [column.text(row) for row in range(len(values))]
    texts = tuple(cast("Sequence[str]", values))
    _refuse_surrogates(column, texts)
    if not allow_empty:
        _refuse_empty(column, texts, as_said=as_said)
    for row, text in enumerate(texts):
        # No character takes more than four bytes; only long texts are counted.
        if len(text) * 4 > max_bytes and len(text.encode()) > max_bytes:
            raise column.wrong(
                row,
                f"the text has {len(text.encode()):,} bytes, and {max_bytes:,} is the "
                f"most; cut it{', or pass max_bytes=' if as_said else ''}",
            )
    return texts


def _refuse_surrogates(column: Column, texts: Sequence[str]) -> None:
    for start in range(0, len(texts), _CHECKED_AT_ONCE):
        part = texts[start : start + _CHECKED_AT_ONCE]
        try:
            "".join(part).encode()
        except UnicodeEncodeError:
            for row, text in enumerate(part, start):
                column.refuse_surrogates(row, text)


def _refuse_empty(column: Column, texts: Sequence[str], *, as_said: bool) -> None:
    rows = [row for row, text in enumerate(texts) if not text or text.isspace()]
    if rows:
        table = column.table
        ways = "leave them out, or say allow_empty=True"
        do = ways if as_said else "or leave them out"
        raise DataError(
            f"{table.source}: {listed_short([column.name])}: "
            f"{counted(len(rows), 'text')} empty or blank ({table.places(rows)}); fill "
            f"them in, {do}",
            code="PTM205",
        )
