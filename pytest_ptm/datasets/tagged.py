"""Rows of words with a tag for each, from CoNLL files and everything else."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from pytest_ptm.datasets.cells import Column, described, unboxed
from pytest_ptm.datasets.columns import ids_of
from pytest_ptm.datasets.conll import read_conll
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.groups import groups_of
from pytest_ptm.datasets.load import Source, read_source
from pytest_ptm.datasets.table import DEFAULT_ID, SourceTable, Wanted
from pytest_ptm.datasets.tags import (
    Scheme,
    Tags,
    misplaced,
    parted,
    require_scheme,
    rewritten,
)
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError, DataError, PtmError

WORDS = "words"
"""The list that holds the words of each row."""

TAGS = "tags"


def load_tagged(
    source: Source,
    *,
    words: str | int | None = None,
    tags: str | int | None = None,
    scheme: Scheme | None = None,
    separator: str | None = None,
    comments: str | None = None,
    groups: Sequence[str] = (),
    id: str | None = None,
    encoding: str = "utf-8",
) -> Examples:
    """Words and their tags, read strictly, for tests of token classification.

    A ``.jsonl`` or ``.parquet`` file, dictionaries, a DataFrame or a
    ``datasets.Dataset`` has a row for each sentence: a list of words, and a list of
    tags as long. Any other file is in columns, as CoNLL-2003 has them: a word a line,
    and an empty line after each sentence; lines that begin with ``-DOCSTART-`` are left
    out.

    Args:
        source: where the rows are.
        words: the column with the words: a name, "words" unless given; in columns its
            number from 0 on, or from the end below 0; 0 unless given.
        tags: the column with the tags, "tags" or -1 unless given.
        scheme: how the tags mark entities, where it is not as the model does: "IOB1",
            "IOB2", "IOBES" or "BILOU". Then a tag that cannot stand where it does is an
            error, and the entities are kept as IOB2.
        separator: between the columns of a file; without it tabs, or else spaces.
        comments: how lines begin that are left out, such as "# " in CoNLL-U.
        groups: columns of rows whose values put them into groups.
        id: the column with ids; without it "id" if there is one, else row-1, row-2, ….
        encoding: of a text file.

    >>> row = {"words": ["Ann", "left"], "tags": ["B-person", "O"]}
    >>> load_tagged([row])[0].lists["words"]
    ('Ann', 'left')

    Raises:
        ArgumentError: an argument is wrong, or does not go with the source.
        DataError: PTM201 … PTM208; it names file, line or row, and what to do.
        MissingExtraError: the format needs a library that is not installed.
    """
    __tracebackhide__ = True
    try:
        if scheme is not None:
            require_scheme(scheme)
        if isinstance(source, Examples):
            raise ArgumentError("load_tagged: these examples are loaded already")
        if isinstance(source, (str, os.PathLike)) and not _in_rows(Path(source)):
            if groups or id is not None:
                raise ArgumentError(
                    f"{os.fspath(source)} is in columns, a word a line: it has no "
                    "groups= and no id= of rows. Write rows as .jsonl for these"
                )
            places = _number("words", words, 0), _number("tags", tags, -1)
            _refuse_one(*places)
            table = read_conll(
                Path(source),
                places,
                separator=separator,
                comments=comments,
                encoding=encoding,
            )
            return _examples(table, Wanted(WORDS, label=TAGS), scheme)
        if separator is not None or comments is not None:
            raise ArgumentError("separator= and comments= are of files in columns")
        names = _name("words", words), _name("tags", tags)
        _refuse_one(*names)
        wanted = Wanted(
            names[0],
            label=names[1],
            groups=tuple(groups),
            id=id,
            called=(WORDS, TAGS),
        )
        return _examples(*read_source(source, wanted, encoding), scheme)
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None


def _refuse_one(words: str | int, tags: str | int) -> None:
    if words == tags:
        raise ArgumentError(f"words= and tags= both name the column {words!r}")


def _in_rows(path: Path) -> bool:
    return path.suffix.lower() in {".jsonl", ".ndjson", ".parquet"}


def _number(argument: str, given: str | int | None, usual: int) -> int:
    if given is None:
        return usual
    if isinstance(given, bool) or not isinstance(given, int):
        raise ArgumentError(
            f"{argument}={given!r}: columns of such a file have numbers, from 0 on"
        )
    return given


def _name(argument: str, given: str | int | None) -> str:
    if given is None:
        return argument
    if not isinstance(given, str):
        raise ArgumentError(f"{argument}={given!r}: expected the name of a column")
    return given


def _examples(table: SourceTable, wanted: Wanted, scheme: Scheme | None) -> Examples:
    ids = table.columns.get(wanted.id or DEFAULT_ID)
    words, tags = (
        Column(table, name, ids) for name in (wanted.text, str(wanted.label))
    )
    if not len(words.values):
        raise DataError(f"{table.source} has 0 examples", code="PTM201")
    rows = [_row(words, tags, row, scheme) for row in range(len(words.values))]
    return Examples(
        ids=ids_of(table, wanted),
        inputs={},
        lists={WORDS: tuple(own for own, _ in rows)},
        labels=tuple(labels for _, labels in rows),
        groups={
            name: groups_of(Column(table, name, ids), missing=None)
            for name in wanted.groups
        },
        source=table.source,
        label_names=table.label_names,
    )


def _row(
    words: Column, tags: Column, row: int, scheme: Scheme | None
) -> tuple[tuple[str, ...], Tags]:
    own = tuple(_word(words, row, each) for each in _listed(words, row, "words"))
    each = tuple(_tag(tags, row, tag) for tag in _listed(tags, row, "tags"))
    if len(own) != len(each):
        raise tags.wrong(
            row,
            f"{counted(len(each), 'tag')} for {counted(len(own), 'word')}; each word "
            "has one of its own, 'O' where it is part of nothing",
        )
    if not own:
        raise words.wrong(row, "there is no word; leave the row out")
    if scheme is None:
        return own, Tags(each)
    named = [tag for tag in each if isinstance(tag, str) and parted(tag) is not None]
    if len(named) < len(each):
        other = next(tag for tag in each if tag not in named)
        raise tags.wrong(row, f"{other!r} is no tag of {scheme}: B-<type>, …, or O")
    at = misplaced(named, scheme)
    if at is not None:
        raise tags.wrong(
            row,
            f"{named[at]} at word {at + 1}, {own[at]!r:.40}, cannot stand there in "
            f"{scheme}; leave scheme= out to take it as it is",
        )
    return own, Tags(rewritten(named, "IOB2"))


def _listed(column: Column, row: int, what: str) -> Sequence[object]:
    value = unboxed(column.values[row])
    if not isinstance(value, (list, tuple)):
        raise column.wrong(row, f"expected a list of {what}, got {described(value)}")
    return cast("Sequence[object]", value)


def _word(column: Column, row: int, given: object) -> str:
    word = unboxed(given)
    if not isinstance(word, str) or not word or word.isspace():
        raise column.wrong(
            row, f"expected a list of words, got one that holds {described(word)}"
        )
    column.refuse_surrogates(row, word)
    return word


def _tag(column: Column, row: int, given: object) -> str | int:
    tag = unboxed(given)
    if isinstance(tag, int) and not isinstance(tag, bool):
        column.refuse_huge(row, tag)
        return tag
    if not isinstance(tag, str) or not tag or tag.isspace():
        raise column.wrong(
            row, f"expected a list of tags, got one that holds {described(tag)}"
        )
    column.refuse_surrogates(row, tag)
    return sys.intern(tag)
