"""Files in columns, a word a line and an empty line after each sentence.

As of the CoNLL shared tasks: Tjong Kim Sang and De Meulder, CoNLL 2003.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_ptm.datasets.files import check_exists, opened, shown_path
from pytest_ptm.datasets.table import SourceTable
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError, DataError

_DOCUMENT = "-DOCSTART-"
_BLANK = " \t\r\n"


def read_conll(
    path: Path,
    columns: tuple[int, int],
    *,
    separator: str | None,
    comments: str | None,
    encoding: str,
) -> SourceTable:
    """The words and tags of each sentence, and the line it begins at.

    Without a ``separator`` the file's first word says which: a tab behind it, or
    spaces. A word may then hold any other space there is.

    Raises:
        ArgumentError: the separator or the mark of comments is empty.
        DataError: PTM202, the file cannot be read; PTM203, a line has fewer columns or
            more than the first, or no word.
    """
    for name, given in (("separator", separator), ("comments", comments)):
        if given is not None and not given.strip("\r\n"):
            raise ArgumentError(f"{name}={given!r}: expected some characters")
    check_exists(path)
    source = shown_path(path)
    words: list[list[str]] = []
    tags: list[list[str]] = []
    lines = array("Q")
    with opened(path, encoding=encoding, newline="\n") as file:
        inside = False
        for number, fields in _fields(source, file, separator, comments):
            if fields and not inside:
                words.append([])
                tags.append([])
                lines.append(number)
            inside = bool(fields)
            if not fields:
                continue
            for column, held in zip(columns, (words, tags), strict=True):
                if not -len(fields) <= column < len(fields):
                    raise DataError(
                        f"{source} line {number} has {counted(len(fields), 'column')}, "
                        f"and column {column} is asked for; name others with words= "
                        "and tags=",
                        code="PTM204",
                    )
                held[-1].append(fields[column])
    return SourceTable(source, {"words": words, "tags": tags}, lines)


def _fields(
    source: str, file: Iterable[str], separator: str | None, comments: str | None
) -> Iterator[tuple[int, list[str]]]:
    """The columns of each line and its number; none where a sentence ends."""
    width, first, usual = 0, 0, separator is None
    for number, line in enumerate(file, 1):
        if not line.strip(_BLANK) or line.startswith(_DOCUMENT):
            yield number, []
            continue
        if comments is not None and line.startswith(comments):
            continue
        text = line.rstrip("\r\n")
        if separator is None and not first:
            separator = "\t" if "\t" in text else " "
        parts = text.split(separator)
        if separator == " ":
            parts = [part for part in parts if part]
        if first and len(parts) != width:
            hint = (
                f"; is {separator!r} what stands between its columns?"
                if not usual
                else ""
                if comments
                else "; lines that begin so are left out by comments="
            )
            raise DataError(
                f"{source} line {number} has {counted(len(parts), 'column')}, and line "
                f"{first} has {width}: {text[:60]!r}{hint}",
                code="PTM203",
            )
        width, first = len(parts), first or number
        yield number, parts
