"""Examples from a file, a frame, a data set, or what stands in a test."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol, cast, runtime_checkable

from pytest_ptm.datasets.columns import LabelMap, examples_from
from pytest_ptm.datasets.delimited import read_delimited
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.files import check_exists
from pytest_ptm.datasets.jsonl import read_jsonl
from pytest_ptm.datasets.parquet import read_parquet
from pytest_ptm.datasets.table import Table, Wanted
from pytest_ptm.display import listed
from pytest_ptm.errors import ArgumentError, DataError, PtmError

FORMATS = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
Quoting = Literal["auto", True, False]
LARGEST_TEXT = 1 << 20
"""Bytes in one text, 1 MiB, unless ``max_bytes=`` says otherwise."""


class _Column(Protocol):
    def tolist(self) -> list[object]: ...


@runtime_checkable
class DataFrameLike(Protocol):
    """A pandas DataFrame, known by what it can do: pandas is not imported."""

    @property
    def columns(self) -> Iterable[object]:
        """The names of its columns."""
        ...

    @property
    def iloc(self) -> object:
        """What tells a frame from a mapping."""
        ...

    def __getitem__(self, name: str) -> _Column: ...


@runtime_checkable
class DatasetLike(Protocol):
    """A Hugging Face ``datasets.Dataset``, known by what it can do."""

    @property
    def column_names(self) -> list[str]:
        """The names of its columns."""
        ...

    @property
    def features(self) -> object:
        """What tells a data set from other tables."""
        ...

    def __getitem__(self, name: str) -> Iterable[object]: ...


Records = Iterable[Mapping[str, object]]
Pairs = tuple[Sequence[str], Sequence[Label] | None]
Source = (
    str | os.PathLike[str] | Examples | Records | Pairs | DataFrameLike | DatasetLike
)
"""What ``load_examples``, and every ``evaluate_*`` and ``assert_*``, takes."""


def load_examples(
    source: Source,
    *,
    text: str = "text",
    text_pair: str | None = None,
    label: str | None = "label",
    groups: Sequence[str] = (),
    id: str | None = None,
    label_map: LabelMap | None = None,
    encoding: str = "utf-8",
    quoting: Quoting = "auto",
    max_bytes: int = LARGEST_TEXT,
) -> Examples:
    """Examples from a path, rows, columns, a DataFrame or a data set; read strictly.

    Args:
        source: a ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet`` file; dictionaries;
            ``(texts, labels)``; a pandas DataFrame; a ``datasets.Dataset``.
        text: the column with the text.
        text_pair: the column with the second text, for models of pairs.
        label: the column with the label; None for unlabelled data.
        groups: columns whose values put examples into groups.
        id: the column with ids; without it "id" if there is one, else row-1, row-2, ….
        label_map: label of the data to class of the model; must know every label.
        encoding: of a text file.
        quoting: whether quotation marks quote; "auto": in CSV they do, in TSV not.
        max_bytes: the longest text allowed, in bytes of UTF-8.

    >>> load_examples([{"text": "fine", "label": "positive"}])[0].id
    'row-1'

    Raises:
        DataError: PTM201 … PTM208; it names file, line or row, and what to do.
        MissingExtraError: the format needs a library that is not installed.
    """
    __tracebackhide__ = True
    if isinstance(groups, str):
        raise ArgumentError(f"groups={groups!r}: expected a list, such as [{groups!r}]")
    if isinstance(source, Examples):
        return source
    wanted = Wanted(text, text_pair, label, tuple(groups), id)
    try:
        if isinstance(source, (str, os.PathLike)):
            table = _read_file(Path(source), wanted, encoding, quoting)
        else:
            table, wanted = _read_object(source, wanted)
        return examples_from(table, wanted, label_map=label_map, max_bytes=max_bytes)
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None


def _read_file(
    path: Path,
    wanted: Wanted,
    encoding: str,
    quoting: Quoting,
) -> Table:
    kind = path.suffix.lower()
    if kind not in FORMATS:
        hint = "; write one object a line and call it .jsonl" if kind == ".json" else ""
        raise DataError(
            f"{path}: the format {kind or 'without a suffix'} is unknown; known: "
            f"{', '.join(FORMATS)}{hint}",
            code="PTM202",
        )
    check_exists(path)
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
    )


def _read_object(source: object, wanted: Wanted) -> tuple[Table, Wanted]:
    if isinstance(source, tuple) and _are_columns(cast("tuple[object, ...]", source)):
        return _from_pair(cast("Pairs", source), wanted)
    if isinstance(source, DataFrameLike):
        names = wanted.among([str(name) for name in source.columns], "the DataFrame")
        columns = {name: source[name].tolist() for name in names}
        return Table("the DataFrame", columns), wanted
    if isinstance(source, DatasetLike):
        names = wanted.among(list(source.column_names), "the data set")
        return Table("the data set", {n: list(source[n]) for n in names}), wanted
    if isinstance(source, Iterable) and not isinstance(source, Mapping):
        return _from_records(cast("Iterable[object]", source), wanted), wanted
    raise ArgumentError(
        "examples: expected a path, a list of dictionaries, (texts, labels), a "
        f"DataFrame or a data set, got {type(cast('object', source)).__name__}"
    )


def _are_columns(parts: tuple[object, ...]) -> bool:
    return len(parts) == 2 and not any(isinstance(part, Mapping) for part in parts)


def _from_pair(source: Pairs, wanted: Wanted) -> tuple[Table, Wanted]:
    texts, labels = source
    if isinstance(texts, str):
        raise ArgumentError("(texts, labels): texts is one text; put it into a list")
    columns: dict[str, Sequence[object]] = {"text": list(texts)}
    if labels is not None:
        columns["label"] = _plain(labels)
        if len(columns["label"]) != len(columns["text"]):
            raise ArgumentError(
                f"(texts, labels): {len(columns['text'])} texts and "
                f"{len(columns['label'])} labels"
            )
    if wanted.groups or wanted.text_pair:
        raise ArgumentError(
            "(texts, labels) has no further columns; for groups= and text_pair= pass "
            "a list of dictionaries"
        )
    label = None if labels is None else "label"
    return Table("examples", columns), Wanted("text", None, label, (), None)


def _plain(values: Sequence[object]) -> list[object]:
    """A list of Python values, of a NumPy array as well."""
    return (
        cast("_Column", values).tolist() if hasattr(values, "tolist") else list(values)
    )


def _from_records(source: Iterable[object], wanted: Wanted) -> Table:
    names: tuple[str, ...] = ()
    columns: list[list[object]] = []
    for row, record in enumerate(source, 1):
        if not isinstance(record, Mapping):
            raise DataError(
                f"examples row {row}: expected a dictionary, got "
                f"{type(record).__name__}; for plain texts pass (texts, labels)",
                code="PTM203",
            )
        held = cast("Mapping[str, object]", record)
        if row == 1:
            names = wanted.among(list(held), "examples row 1")
            columns = [[] for _ in names]
        missing = [name for name in names if name not in held]
        if missing:
            raise DataError(
                f"examples row {row}: {listed(missing)} is missing", code="PTM204"
            )
        for name, column in zip(names, columns, strict=True):
            column.append(held[name])
    return Table("examples", dict(zip(names, columns, strict=True)))
