"""Examples from a file, a frame, a data set, or what stands in a test."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pytest_ptm.datasets.columns import LabelMap, examples_from
from pytest_ptm.datasets.delimited import read_delimited
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.files import check_exists, shown_path
from pytest_ptm.datasets.groups import check_missing_group
from pytest_ptm.datasets.jsonl import read_jsonl
from pytest_ptm.datasets.label_maps import check_label_map
from pytest_ptm.datasets.objects import (
    DataFrameLike,
    DatasetLike,
    Pairs,
    Records,
    read_object,
)
from pytest_ptm.datasets.parquet import read_parquet
from pytest_ptm.datasets.table import SourceTable, Wanted
from pytest_ptm.ground.display import counted, visible
from pytest_ptm.ground.errors import ArgumentError, DataError, PtmError
from pytest_ptm.ground.names import named_in_order
from pytest_ptm.ground.whole import require_whole

FORMATS = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
Quoting = Literal["auto", True, False]
LARGEST_TEXT = 1 << 20
"""Bytes in one text, 1 MiB, unless ``max_bytes=`` says otherwise."""


_HINTS = {
    ".json": "; write one object a line and call it .jsonl",
    ".gz": "; unpack it first",
    ".zip": "; unpack it first",
    ".xlsx": "; save it as .csv",
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".webp"),
        "; load_images reads a folder of images, or rows that name them",
    ),
    ".conll": "; load_tagged reads words and tags in columns",
    ".txt": "; if its columns are separated by tabs, call it .tsv",
}

Source = (
    str | os.PathLike[str] | Examples | Records | Pairs | DataFrameLike | DatasetLike
)
"""What ``load_examples``, and every ``evaluate_*`` and ``assert_*``, takes."""


def load_examples(
    source: Source,
    *,
    text: str = "text",
    text_pair: str | None = None,
    context: str | None = None,
    choices: str | Sequence[str] = (),
    label: str | None = "label",
    groups: Sequence[str] = (),
    id: str | None = None,
    label_map: LabelMap | None = None,
    encoding: str = "utf-8",
    quoting: Quoting = "auto",
    max_bytes: int = LARGEST_TEXT,
    allow_empty: bool = True,
    min_examples: int = 1,
    missing_group: str | None = None,
) -> Examples:
    """Examples from a path, rows, columns, a DataFrame or a data set; read strictly.

    Args:
        source: a ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet`` file; dictionaries;
            ``(texts, labels)``; a pandas DataFrame; a ``datasets.Dataset``.
        text: the column with the text.
        text_pair: the column with the second text, for models of pairs; without it
            "text_pair" if there is one beside "text".
        context: the column with what stands before the text, of which only the text is
            scored by a language model.
        choices: the column with a list of texts to choose from, or several columns
            with one each, for multiple choice.
        label: the column with the label; None for unlabelled data.
        groups: columns whose values put examples into groups.
        id: the column with ids; without it "id" if there is one, else row-1, row-2, ….
        label_map: label of the data to class of the model; must know every label.
        encoding: of a text file.
        quoting: whether quotation marks quote; "auto": in CSV they do, in TSV not.
        max_bytes: the longest text allowed, in bytes of UTF-8.
        allow_empty: whether texts may be empty or nothing but whitespace.
        min_examples: fewer are an error: half a file is no data set.
        missing_group: the group of rows whose value in a column of groups is blank or
            missing; without it they are an error.

    >>> load_examples([{"text": "fine", "label": "positive"}])[0].id
    'row-1'

    Raises:
        ArgumentError: an argument is wrong, or is given for Examples loaded before.
        DataError: PTM201 … PTM208; it names file, line or row, and what to do.
        MissingExtraError: the format needs a library that is not installed.
    """
    __tracebackhide__ = True
    try:
        among = named_in_order("choices", choices)
        wanted = Wanted(text, text_pair, label, tuple(groups), id, among, context)
        _check_arguments(groups, label, label_map, quoting)
        if not isinstance(source, Examples):
            check_missing_group(missing_group, groups=bool(groups))
        _check_limits(max_bytes=max_bytes, min_examples=min_examples)
        if isinstance(source, Examples):
            checked = not allow_empty or min_examples > 1 or missing_group is not None
            _refuse_arguments(source, wanted, label_map, checked=checked)
            return source
        table, wanted = read_source(source, wanted, encoding, quoting, max_bytes)
        examples = examples_from(
            table,
            wanted,
            label_map=label_map,
            max_bytes=max_bytes,
            allow_empty=allow_empty,
            missing_group=missing_group,
        )
        _refuse_few(examples, min_examples)
        return examples
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None


def read_source(
    source: Source,
    wanted: Wanted,
    encoding: str = "utf-8",
    quoting: Quoting = "auto",
    max_bytes: int = LARGEST_TEXT,
) -> tuple[SourceTable, Wanted]:
    """The wanted columns of a file or an object, and what is wanted of them.

    Raises:
        DataError: PTM201, there is no row.
    """
    if isinstance(source, (str, os.PathLike)):
        table = _read_file(Path(source), wanted, encoding, quoting, max_bytes)
    else:
        table, wanted = read_object(source, wanted)
    if not any(map(len, table.columns.values())):
        raise DataError(f"{table.source} has 0 examples", code="PTM201")
    return table, wanted


def read_pairs(source: Source, wanted: Wanted, encoding: str, *, by: str) -> Examples:
    """Texts with others beside them, in columns that ``by`` has its own names for.

    Raises:
        ArgumentError: they are loaded already, or groups are one text.
        DataError: as of ``load_examples``.
    """
    if isinstance(source, Examples):
        raise ArgumentError(f"{by}: these examples are loaded already")
    table, wanted = read_source(source, wanted, encoding)
    return examples_from(
        table,
        wanted,
        label_map=None,
        max_bytes=LARGEST_TEXT,
        allow_empty=True,
        missing_group=None,
    )


def refuse_one_group(groups: object) -> None:
    """Refuse the name of a column where a list of names is expected.

    Raises:
        ArgumentError: it is one.
    """
    if isinstance(groups, str):
        raise ArgumentError(f"groups={groups!r}: expected a list, such as [{groups!r}]")


def _check_arguments(
    groups: object,
    label: str | None,
    label_map: object,
    quoting: object,
) -> None:
    check_label_map(label_map)
    refuse_one_group(groups)
    if quoting not in ("auto", True, False):
        raise ArgumentError(f'quoting={quoting!r}: expected True, False or "auto"')
    if label is None and label_map is not None:
        raise ArgumentError(
            "label_map= needs labels, and label=None says there are none"
        )


def _check_limits(**limits: int) -> None:
    for name, limit in limits.items():
        require_whole(name, limit, least=1)


def _refuse_few(examples: Examples, least: int) -> None:
    if len(examples) < least:
        raise DataError(
            f"{examples.source} has {counted(len(examples), 'example')}, and "
            f"min_examples={least:,}; is the data set whole?",
            code="PTM201",
        )


def _refuse_arguments(
    examples: Examples, wanted: Wanted, label_map: LabelMap | None, *, checked: bool
) -> None:
    if wanted != Wanted() or label_map is not None or checked:
        raise ArgumentError(
            f"{examples.source}: these examples are loaded already; pass text=, "
            "label=, groups=, id=, label_map=, allow_empty=, min_examples= and "
            "missing_group= where they are loaded"
        )


def _read_file(
    path: Path,
    wanted: Wanted,
    encoding: str,
    quoting: Quoting,
    max_bytes: int,
) -> SourceTable:
    name = shown_path(path)
    kind = path.suffix.lower()
    check_exists(path)
    if kind not in FORMATS:
        hint = _HINTS.get(kind, "")
        raise DataError(
            f"{name}: the format {visible(kind) or 'without a suffix'} is unknown; "
            f"known: {', '.join(FORMATS)}{hint}",
            code="PTM202",
        )
    if kind == ".parquet":
        return read_parquet(path, wanted)
    if kind in {".jsonl", ".ndjson"}:
        return read_jsonl(path, wanted, encoding=encoding)
    return read_delimited(
        path,
        wanted,
        delimiter="\t" if kind == ".tsv" else ",",
        quoted=kind == ".csv" if quoting == "auto" else quoting,
        encoding=encoding,
        largest=max_bytes,
    )
