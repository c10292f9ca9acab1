"""JSON Lines, read strictly: one object a line, nothing JSON does not have."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pytest_ptm.datasets.files import opened, shown_path
from pytest_ptm.datasets.table import (
    DEFAULT_ID,
    SourceTable,
    Wanted,
    an,
    listed_short,
)
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import DataError

_BLANK = " \t\r\n"


def read_jsonl(path: Path, wanted: Wanted, *, encoding: str) -> SourceTable:
    """The wanted columns of a file with one JSON object a line.

    Raises:
        DataError: PTM203, a line is no such object; PTM204, it lacks a column.
    """
    source = shown_path(path)
    lines = array("Q")
    names: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    columns: list[tuple[str, list[object]]] = []
    # By \n only: a text may hold U+2028, where str.splitlines would cut it.
    with opened(path, encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.isspace() and not line.strip(_BLANK):
                continue
            record = _record(line, source, number)
            if not lines:
                names = wanted.among(list(record), f"{source} line {number}")
                columns = [(name, []) for name in names]
                absent = wanted.absent(names)
            lines.append(number)
            try:
                for name, column in columns:
                    column.append(record[name])
            except KeyError as error:
                missing = str(error.args[0])
                raise _missing(source, number, record, missing, wanted) from None
            for name in absent:
                if name in record:
                    raise _late(source, number, lines[0], name)
    return SourceTable(source, dict(columns), lines)


def _record(line: str, source: str, number: int) -> dict[str, object]:
    try:
        record: object = _DECODER.decode(line)
    except RecursionError:
        raise _malformed(source, number, "it is nested too deeply") from None
    except ValueError as error:
        raise _malformed(source, number, _reason(error, line)) from None
    if not isinstance(record, dict):
        advice = _ONE_A_LINE if line.startswith("[") else ""
        raise _malformed(
            source, number, f"it holds {type(record).__name__}, no object{advice}"
        )
    return record  # pyright: ignore[reportUnknownVariableType] - JSON keys are strings


_ONE_A_LINE = "; write each row as one object in a line of its own"


def _reason(error: ValueError, line: str) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    said = f"{error.msg} at column {error.colno}"
    behind = line[error.pos :].strip()
    if line.strip() in ("{", "["):
        return f"{said}: it goes on in other lines{_ONE_A_LINE}"
    if error.msg == "Extra data" and behind == ",":
        return f"{said}: the comma behind the object; a line ends with its object"
    if error.msg == "Extra data" and behind.startswith("{"):
        return f"{said}: another object{_ONE_A_LINE}"
    return said


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


def _malformed(source: str, number: int, why: str) -> DataError:
    return DataError(
        f"{source} line {number} is not one JSON object: {why}", code="PTM203"
    )


def _missing(
    source: str, number: int, record: dict[str, object], name: str, wanted: Wanted
) -> DataError:
    identity = record.get(wanted.id or DEFAULT_ID)
    known = f" (id {clip(str(identity), 40)})" if identity is not None else ""
    return DataError(
        f"{source} line {number}: {listed_short([name])} is missing{known}; "
        f"the line has {listed_short(record) or 'nothing'}, and every line needs it",
        code="PTM204",
    )


def _late(source: str, number: int, first: int, name: str) -> DataError:
    return DataError(
        f"{source} line {number} has {an(name)}, and line {first} has none; "
        "give every line one, or none",
        code="PTM204",
    )
