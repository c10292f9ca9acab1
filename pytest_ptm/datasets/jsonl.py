"""JSON Lines, read strictly: one object a line, nothing JSON does not have."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pytest_ptm.datasets.files import opened
from pytest_ptm.datasets.table import Table, Wanted
from pytest_ptm.display import clip
from pytest_ptm.errors import DataError


def read_jsonl(path: Path, wanted: Wanted, *, encoding: str) -> Table:
    """The wanted columns of a file with one JSON object a line.

    Raises:
        DataError: PTM203, a line is no such object; PTM204, it lacks a column.
    """
    lines = array("Q")
    names: tuple[str, ...] = ()
    columns: list[list[object]] = []
    # By \n only: a text may hold U+2028, where str.splitlines would cut it.
    with opened(path, encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.isspace():
                continue
            record = _record(line, path, number)
            if not lines:
                names = wanted.among(list(record), f"{path} line {number}")
                columns = [[] for _ in names]
            lines.append(number)
            try:
                for name, column in zip(names, columns, strict=True):
                    column.append(record[name])
            except KeyError as error:
                raise _missing(path, number, record, error.args[0], wanted) from None
    return Table(str(path), dict(zip(names, columns, strict=True)), lines)


def _record(line: str, path: Path, number: int) -> dict[str, object]:
    try:
        record: object = _DECODER.decode(line)
    except RecursionError:
        raise _malformed(path, number, "it is nested too deeply") from None
    except ValueError as error:
        raise _malformed(path, number, _reason(error)) from None
    if not isinstance(record, dict):
        raise _malformed(path, number, f"it holds {type(record).__name__}, no object")
    return record  # pyright: ignore[reportUnknownVariableType] - JSON keys are strings


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return str(error)


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {clip(twice, 40)!r} stands twice")
    return record


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def _malformed(path: Path, number: int, why: str) -> DataError:
    return DataError(
        f"{path} line {number} is not one JSON object: {why}", code="PTM203"
    )


def _missing(
    path: Path, number: int, record: dict[str, object], name: str, wanted: Wanted
) -> DataError:
    identity = record.get(wanted.id or "id")
    known = f" (id {clip(str(identity), 40)})" if identity is not None else ""
    return DataError(
        f"{path} line {number}: {name!r} is missing{known}; every line needs it",
        code="PTM204",
    )
