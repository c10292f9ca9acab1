"""CSV and TSV, read strictly: every row has as many fields as the header."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pytest_ptm.datasets.files import opened
from pytest_ptm.datasets.table import Table, Wanted
from pytest_ptm.display import listed
from pytest_ptm.errors import DataError

_LARGEST_FIELD = 1 << 24

Row = tuple[int, list[str]]
"""The line a row begins at, and its fields."""


def read_delimited(
    path: Path,
    wanted: Wanted,
    *,
    delimiter: str,
    quoted: bool,
    encoding: str,
) -> Table:
    """The wanted columns of a file whose first line names them.

    Without quoting, as GLUE's TSV files are, a quotation mark is a character like any
    other and a line is a row.

    Raises:
        DataError: PTM203, a row does not fit the header; PTM204, a column is missing.
    """
    newline = "" if quoted else "\n"
    with opened(path, encoding=encoding, newline=newline) as file:
        if quoted:
            with _large_fields():
                return _table(path, wanted, _quoted_rows(file, path, delimiter))
        return _table(path, wanted, _plain_rows(file, delimiter))


def _table(path: Path, wanted: Wanted, rows: Iterator[Row]) -> Table:
    first = next(rows, None)
    if first is None:
        raise DataError(
            f"{path} is empty; its first line names the columns", code="PTM201"
        )
    header = first[1]
    _check_header(path, header)
    names = wanted.among(header, str(path))
    places = [header.index(name) for name in names]
    columns: list[list[str]] = [[] for _ in names]
    lines = array("Q")
    width = len(header)
    for number, fields in rows:
        if len(fields) != width:
            raise _uneven(path, number, fields, header)
        lines.append(number)
        for column, place in zip(columns, places, strict=True):
            column.append(fields[place])
    return Table(str(path), dict(zip(names, columns, strict=True)), lines)


def _plain_rows(file: TextIO, delimiter: str) -> Iterator[Row]:
    for number, line in enumerate(file, 1):
        text = line.removesuffix("\n").removesuffix("\r")
        if text:
            yield number, text.split(delimiter)


def _quoted_rows(file: TextIO, path: Path, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"{path}: the row that begins at line {begins} is malformed: {error}. "
                "If quotation marks are plain characters here, pass quoting=False",
                code="PTM203",
            ) from error
        if fields:
            yield begins, fields
        begins = reader.line_num + 1


def _check_header(path: Path, header: list[str]) -> None:
    if len(set(header)) < len(header):
        twice = sorted({name for name in header if header.count(name) > 1})
        raise DataError(
            f"{path} line 1 names columns twice: {listed(twice)}", code="PTM203"
        )


def _uneven(path: Path, number: int, fields: list[str], header: list[str]) -> DataError:
    return DataError(
        f"{path} line {number} has {len(fields)} fields, and the header names "
        f"{len(header)} ({listed(header)}). A text that holds the delimiter needs "
        "quotation marks and quoting=True; where they are plain characters: "
        "quoting=False",
        code="PTM203",
    )


@contextmanager
def _large_fields() -> Generator[None]:
    # The module's own limit is 128 kB, for the whole process. How long a text may be is
    # checked later, with a better message; this only stops an open quotation mark.
    before = csv.field_size_limit(max(_LARGEST_FIELD, csv.field_size_limit()))
    try:
        yield
    finally:
        csv.field_size_limit(before)
