"""Texts to write from, and what people wrote for them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from pytest_ptm.datasets.cells import Column, described, unboxed
from pytest_ptm.datasets.columns import ids_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.groups import groups_of
from pytest_ptm.datasets.load import LARGEST_TEXT, Source, read_source
from pytest_ptm.datasets.references import References
from pytest_ptm.datasets.table import DEFAULT_ID, SourceTable, Wanted
from pytest_ptm.datasets.texts import texts_of
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError, DataError, PtmError
from pytest_ptm.ground.names import named_in_order


def load_references(
    source: Source,
    *,
    text: str = "text",
    references: str | Sequence[str] | None = "references",
    groups: Sequence[str] = (),
    id: str | None = None,
    encoding: str = "utf-8",
) -> Examples:
    """Texts that a model writes from, and the answers that people wrote for them.

    Args:
        source: what ``load_examples`` takes.
        text: the column with the text, or the question.
        references: the column with the reference, a text or a list of them; or several
            columns with one each. None for texts without any, of which answers are
            checked otherwise.
        groups: columns whose values put rows into groups.
        id: the column with ids; without it "id" if there is one, else row-1, row-2, ….
        encoding: of a text file.

    >>> row = {"text": "The capital of France?", "references": ["Paris", "paris"]}
    >>> load_references([row])[0].label.texts
    ('Paris', 'paris')

    Raises:
        ArgumentError: an argument is wrong.
        DataError: PTM201 … PTM208, such as a row without a reference; it names file
            and row, and what to do.
        MissingExtraError: the format needs a library that is not installed.
    """
    __tracebackhide__ = True
    try:
        names = _named(references)
        if isinstance(groups, str):
            raise ArgumentError(
                f"groups={groups!r}: expected a list, such as [{groups!r}]"
            )
        if isinstance(source, Examples):
            raise ArgumentError("load_references: these examples are loaded already")
        wanted = Wanted(
            text,
            label=names[0] if names else None,
            groups=tuple(groups),
            id=id,
            choices=names[1:],
            called=("text", "references"),
            several="references",
        )
        table, wanted = read_source(source, wanted, encoding)
        return _examples(table, wanted, names)
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None


def load_parallel(
    source: str | os.PathLike[str],
    *references: str | os.PathLike[str],
    encoding: str = "utf-8",
) -> Examples:
    """Texts and their references from files with a text on each line, such as FLORES.

    Line by line the files belong together; ids are line-1, line-2, ….

    Raises:
        ArgumentError: there is no file of references.
        DataError: PTM201, there is no line; PTM202, a file cannot be read; PTM205, one
            has more lines than another, or a line is blank.
    """
    __tracebackhide__ = True
    try:
        if not references:
            raise ArgumentError(
                "load_parallel: expected the file of the texts and those of their "
                'references, load_parallel("de.txt", "en.txt")'
            )
        paths = [Path(path) for path in (source, *references)]
        files = [_lines(path, encoding) for path in paths]
        for path, lines in zip(paths[1:], files[1:], strict=True):
            if len(lines) != len(files[0]):
                raise DataError(
                    f"{path} has {counted(len(lines), 'line')}, and {paths[0]} "
                    f"{len(files[0]):,}; a line of one belongs to that of the other",
                    code="PTM205",
                )
        if not files[0]:
            raise DataError(f"{paths[0]} has 0 examples", code="PTM201")
        labels = tuple(References(texts) for texts in zip(*files[1:], strict=True))
        return Examples(
            ids=tuple(f"line-{number}" for number in range(1, len(labels) + 1)),
            inputs={"text": tuple(files[0])},
            labels=labels,
            source=str(paths[0]),
        )
    except PtmError as error:
        raise error.with_traceback(None) from None


def _lines(path: Path, encoding: str) -> list[str]:
    try:
        # Nothing but a line feed parts lines: other separators stand within texts.
        text = path.read_text(encoding=encoding)
    except (OSError, UnicodeDecodeError, LookupError) as error:
        raise DataError(f"{path} cannot be read: {error}", code="PTM202") from error
    lines = text.removesuffix("\n").split("\n") if text else []
    blank = [row for row, line in enumerate(lines, 1) if not line.strip()]
    if blank:
        raise DataError(
            f"{path} line {blank[0]} is blank ({counted(len(blank), 'such line')}); "
            "leave it out of all files",
            code="PTM205",
        )
    return [line.removeprefix("\ufeff") for line in lines]


def _named(references: str | Sequence[str] | None) -> tuple[str, ...]:
    if references is None:
        return ()
    names = named_in_order("references", references)
    if not names or not all(isinstance(name, str) for name in names):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(
            f"references={references!r:.60}: expected the name of a column, or a list "
            "of such names"
        )
    return names


def _examples(table: SourceTable, wanted: Wanted, names: Sequence[str]) -> Examples:
    ids = table.columns.get(wanted.id or DEFAULT_ID)

    def column(name: str) -> Column:
        return Column(table, name, ids)

    texts = texts_of(
        column(wanted.text), max_bytes=LARGEST_TEXT, allow_empty=False, as_said=False
    )
    labels = None
    if names:
        columns = [column(name) for name in names]
        for each in columns:
            _refuse_lists_as_text(each)
        labels = tuple(
            References(tuple(one for each in columns for one in _references(each, row)))
            for row in range(len(texts))
        )
    return Examples(
        ids=ids_of(table, wanted),
        inputs={"text": texts},
        labels=labels,
        groups={name: groups_of(column(name), missing=None) for name in wanted.groups},
        source=table.source,
    )


def _references(column: Column, row: int) -> list[str]:
    value = unboxed(column.values[row])
    given: list[object] = [value]
    if isinstance(value, (list, tuple)):
        given = [unboxed(each) for each in cast("Sequence[object]", value)]
    texts = [each for each in given if isinstance(each, str)]
    wrong = [each for each in given if not isinstance(each, str)]
    if wrong or not texts:
        raise column.wrong(
            row,
            "expected a text that somebody wrote, or a list of them, got "
            f"{described(wrong[0] if wrong else column.values[row])}",
        )
    for text in texts:
        column.refuse_surrogates(row, text)
        if not text.strip():
            raise column.wrong(
                row, "a reference is blank; write it, or leave the row out"
            )
    return texts


def _refuse_lists_as_text(column: Column) -> None:
    """Refuse a column of CSV whose every reference is a list of Python.

    ``to_csv`` of pandas writes lists so. In JSON Lines, or here and there, such a text
    may be what a program was to print.

    Raises:
        DataError: PTM205, it is one.
    """
    if column.table.source.endswith((".csv", ".tsv")) and all(
        isinstance(each, str) and _LIST.fullmatch(each) for each in column.values
    ):
        raise column.wrong(
            0,
            "every reference is a list written as a text, as to_csv of pandas does; "
            "write JSON Lines, or a column for each reference",
        )


_LIST = re.compile(r"""\[\s*(?:'.*'|".*")\s*\]""", re.DOTALL)
