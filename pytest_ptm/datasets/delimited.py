"""CSV and TSV, read strictly: every row has as many fields as the header."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from pytest_ptm.datasets.files import opened, shown_path
from pytest_ptm.datasets.table import SourceTable, Wanted, listed_short, refuse_repeated
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import DataError

_LARGEST_FIELD = 1 << 24
_ENDS_A_SENTENCE = re.compile(r"\w\s?[.!?…]+[\"'”»)]*$")
_LABEL = re.compile(r"[\w.+-]{1,30}")
_LOOKED_AT = 200
_DELIMITERS = {",": "a comma", "\t": "a tab", ";": "a semicolon", "|": "a bar"}

Row = tuple[int, list[str]]
"""The line a row begins at, and its fields; a blank line has none."""


def read_delimited(
    path: Path,
    wanted: Wanted,
    *,
    delimiter: str,
    quoted: bool,
    encoding: str,
    largest: int,
) -> SourceTable:
    """The wanted columns of a file whose first line names them.

    Without quoting, as GLUE's TSV files are, a quotation mark is a character like any
    other and a line is a row.

    Raises:
        DataError: PTM203, a row does not fit the header; PTM204, a column is missing.
    """
    # By \n only: a lone \r, or a U+2028, is a character of a text.
    with opened(path, encoding=encoding, newline="\n") as file:
        lines = _without_nul(file, path)
        if not quoted:
            return _table(path, wanted, _plain_rows(lines, delimiter), delimiter)
        with _large_fields(largest):
            return _table(path, wanted, _quoted_rows(lines, path, delimiter), delimiter)


def _table(
    path: Path, wanted: Wanted, rows: Iterator[Row], delimiter: str
) -> SourceTable:
    source = shown_path(path)
    header = _header(source, rows, wanted, delimiter)
    names = _names(source, header, wanted, delimiter, rows)
    columns: list[list[str]] = [[] for _ in names]
    places = [
        (column, header.index(name))
        for name, column in zip(names, columns, strict=True)
    ]
    lines = array("Q")
    width = len(header)
    blank = 0
    for number, fields in rows:
        if not fields:
            blank = blank or number
            continue
        if blank:
            raise _blank(source, blank)
        if len(fields) != width:
            raise _uneven(source, number, fields, header)
        lines.append(number)
        for column, place in places:
            column.append(fields[place])
    if blank and width == 1:
        raise _blank(source, blank)
    found: dict[str, Sequence[object]] = dict(zip(names, columns, strict=True))
    pair = wanted.pair(names)
    if pair is not None and "" in found[pair]:
        # Nothing, as null is in JSONL: many a pair lacks its second text by mistake.
        found[pair] = [cell or None for cell in found[pair]]
    return SourceTable(source, found, lines)


def _without_nul(lines: Iterable[str], path: Path) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise DataError(
                f"{shown_path(path)} line {number} holds a NUL character, which no "
                "text file has: the file is damaged, binary, or in another encoding",
                code="PTM203",
            )
        yield line


def _plain_rows(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        text = line.removesuffix("\n").removesuffix("\r")
        yield number, text.split(delimiter) if text else []


def _quoted_rows(lines: Iterable[str], path: Path, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"{shown_path(path)}: the row that begins at line {begins} is "
                f"malformed: {_reason(error)}",
                code="PTM203",
            ) from error
        yield begins, fields
        begins = reader.line_num + 1


def _reason(error: csv.Error) -> str:
    reason = str(error)
    plain = "If quotation marks are plain characters here, pass quoting=False"
    if "new-line character" in reason:
        return "a lone carriage return stands outside quotation marks; quote the text"
    if "unexpected end of data" in reason:
        return f"a quotation mark opens and never closes. {plain}"
    if "field limit" in reason:
        return f"{reason}; does a quotation mark never close? {plain}"
    return f"{reason}. {plain}"


def _header(
    source: str, rows: Iterator[Row], wanted: Wanted, delimiter: str
) -> list[str]:
    first = next(rows, None)
    if first is None:
        raise DataError(
            f"{source} is empty, 0 examples; its first line names the columns",
            code="PTM201",
        )
    header = first[1]
    if not header:
        raise DataError(
            f"{source} line 1 is blank; it must name the columns", code="PTM203"
        )
    refuse_repeated(header, header, f"{source} line 1")
    other = next((c for c in _DELIMITERS if c != delimiter and c in header[0]), None)
    if len(header) == 1 and other and header[0] not in wanted.names:
        raise DataError(
            f"{source} line 1 names one column, {listed_short(header)}, which holds "
            f"{_DELIMITERS[other]}: the columns of this format are separated by "
            f"{_DELIMITERS[delimiter]}. {_remedy(other)}",
            code="PTM204",
        )
    return header


def _names(
    source: str,
    header: list[str],
    wanted: Wanted,
    delimiter: str,
    rows: Iterator[Row],
) -> tuple[str, ...]:
    """The columns to read.

    Raises:
        DataError: PTM204, one is missing; perhaps the file has no header.
    """
    try:
        return wanted.among(header, source)
    except DataError as error:
        names = _names_for(header, wanted, rows)
        if names is None:
            raise
        raise DataError(
            f"{error.message}. Line 1 names the columns, and here it reads like a row "
            "of data: if it is one, write a line of names before it: "
            f"{delimiter.join(names)}",
            code=error.code,
        ) from None


def _names_for(row: list[str], wanted: Wanted, rows: Iterator[Row]) -> list[str] | None:
    """What the columns may be called if this is no header; None where it is one."""
    if any(name in row for name in wanted.names):
        return None
    text = max(range(len(row)), key=lambda place: len(row[place]))
    labels = [
        at for at, cell in enumerate(row) if at != text and _LABEL.fullmatch(cell)
    ]
    if not _is_text(row[text]):
        labels = _like_those_below(row, rows)
        others = [place for place in range(len(row)) if place not in labels]
        if not labels or not others:
            return None
        text = max(others, key=lambda place: len(row[place]))
    if wanted.label and not labels:
        return None
    names = [f"column_{place}" for place in range(1, len(row) + 1)]
    names[text] = wanted.text
    if wanted.label:
        # A number is more of a label than a word is, which may be an id.
        names[next((p for p in labels if row[p].isdecimal()), labels[0])] = wanted.label
    return names


def _is_text(cell: str) -> bool:
    # Names of five words are rare, and so are those that end as a sentence does.
    ends = _ENDS_A_SENTENCE.search(cell.rstrip()[-20:])
    return len(cell[:200].split()) >= 5 or ends is not None


def _like_those_below(first: list[str], rows: Iterator[Row]) -> list[int]:
    """The places of cells that are no names: numbers, and what stands there again."""
    try:
        below = [fields for _, fields in islice(rows, _LOOKED_AT)]
    except DataError:  # what is wrong further down is not what is asked
        below = []
    again = [
        {fields[at] for fields in below if len(fields) == len(first)}
        for at in range(len(first))
    ]
    return [
        at
        for at, cell in enumerate(first)
        if _LABEL.fullmatch(cell) and (cell.isdecimal() or cell in again[at])
    ]


def _remedy(delimiter: str) -> str:
    if delimiter in {",", "\t"}:
        return f"Call the file {'.csv' if delimiter == ',' else '.tsv'}"
    return "Write the file anew as .csv or .tsv"


def _blank(source: str, number: int) -> DataError:
    return DataError(
        f"{source} line {number} is blank: an empty text, or nothing? Take the line "
        "out; an empty text needs quotation marks, or a second column",
        code="PTM203",
    )


def _uneven(
    source: str, number: int, fields: list[str], header: list[str]
) -> DataError:
    return DataError(
        f"{source} line {number} has {counted(len(fields), 'field')}, and the header "
        f"names {len(header)} ({listed_short(header)}). A text that holds the "
        "delimiter needs quotation marks and quoting=True; where they are plain "
        "characters: quoting=False",
        code="PTM203",
    )


@contextmanager
def _large_fields(largest: int) -> Generator[None]:
    # The module's own limit is 128 kB, for the whole process. How long a text may be is
    # checked later, with a better message; this only stops an open quotation mark.
    before = csv.field_size_limit()
    csv.field_size_limit(max(_LARGEST_FIELD, before, largest))
    try:
        yield
    finally:
        csv.field_size_limit(before)
