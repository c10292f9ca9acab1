"""Columns from what stands in a test: rows, texts and labels, frames, data sets."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Protocol, cast, runtime_checkable

from pytest_ptm.datasets.cells import described
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.table import (
    SourceTable,
    Wanted,
    an,
    listed_short,
    refuse_repeated,
)
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError, DataError


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


@runtime_checkable
class _Formatted(Protocol):
    def with_format(self, type: None) -> DatasetLike: ...


Records = Iterable[Mapping[str, object]]
Pairs = tuple[Sequence[str], Sequence[Label] | None]


def read_object(source: object, wanted: Wanted) -> tuple[SourceTable, Wanted]:
    """The wanted columns, and what is wanted: texts and labels alone have no names.

    Raises:
        ArgumentError: the object is nothing that holds examples.
        DataError: PTM201, an iterator is used up; PTM203, a row is no dictionary;
            PTM204, a column is missing.
    """
    if isinstance(source, tuple) and _are_columns(cast("tuple[object, ...]", source)):
        return _from_pair(cast("Pairs", source), wanted)
    if isinstance(source, Mapping):
        raise ArgumentError(
            f"examples: got a {type(cast('object', source)).__name__} of "
            f"{listed_short(cast('Mapping[object, object]', source)) or 'nothing'}. "
            "Pick one data set of several, as in data['test']; write columns as "
            "(texts, labels) or as a list of dictionaries"
        )
    if isinstance(source, DataFrameLike):
        return _from_frame(source, wanted), wanted
    if isinstance(source, DatasetLike):
        return _from_data_set(source, wanted), wanted
    if isinstance(source, Iterable):
        return _from_records(cast("Iterable[object]", source), wanted), wanted
    raise ArgumentError(
        "examples: expected a path, a list of dictionaries, (texts, labels), a "
        f"DataFrame or a data set, got {type(source).__name__}"
    )


def _are_columns(parts: tuple[object, ...]) -> bool:
    return len(parts) == 2 and not any(isinstance(part, Mapping) for part in parts)


def _from_pair(source: Pairs, wanted: Wanted) -> tuple[SourceTable, Wanted]:
    texts, labels = source
    if isinstance(texts, str):
        raise ArgumentError("(texts, labels): texts is one text; put it into a list")
    if isinstance(labels, str):
        raise ArgumentError("(texts, labels): labels is one text; put it into a list")
    if wanted.groups or wanted.text_pair or wanted.id:
        raise ArgumentError(
            "(texts, labels) has no further columns; for groups=, text_pair= and id= "
            "pass a list of dictionaries"
        )
    for name, column in (("texts", texts), ("labels", labels)):
        optional = name == "labels"
        if not (optional and column is None) and not isinstance(column, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ArgumentError(
                f"(texts, labels): {name} are {described(column)}; put one into a list"
            )
        if isinstance(column, Set):
            raise ArgumentError(
                f"(texts, labels): {name} are a set, which has no order; write a list"
            )
    _refuse_shuffled(texts, labels)
    text = "image" if wanted.called[0] == "image" else "text"
    columns = {text: _plain(texts)}
    _refuse_used_up(texts, columns[text], f"{text}s")
    if labels is not None:
        columns["label"] = _plain(labels)
        _refuse_used_up(labels, columns["label"], "labels")
        if len(columns["label"]) != len(columns[text]):
            raise ArgumentError(
                f"({text}s, labels): {counted(len(columns[text]), text)} and "
                f"{counted(len(columns['label']), 'label')}"
            )
    label = None if labels is None or wanted.label is None else "label"
    return SourceTable("examples", columns), Wanted(text, label=label)


def _refuse_shuffled(texts: object, labels: object) -> None:
    """Refuse two Series of one index in two orders, which belong together by it.

    Columns are paired by place: one that was shuffled or sorted alone is another's.

    Raises:
        ArgumentError: they are.
    """
    texts_index, labels_index = (
        cast("Any", getattr(each, "index", None)) for each in (texts, labels)
    )
    if not hasattr(texts_index, "tolist") or not hasattr(labels_index, "tolist"):
        return
    first, second = texts_index.tolist(), labels_index.tolist()
    if first != second and sorted(map(repr, first)) == sorted(map(repr, second)):
        raise ArgumentError(
            "(texts, labels): two Series with one index in two orders, and columns are "
            "paired by place; give the DataFrame, or bring one in the other's order: "
            "labels.reindex(texts.index)"
        )


def _plain(values: Sequence[object]) -> list[object]:
    """A list of Python values, of a NumPy array as well."""
    return (
        cast("_Column", values).tolist() if hasattr(values, "tolist") else list(values)
    )


def _from_frame(source: DataFrameLike, wanted: Wanted) -> SourceTable:
    available = [str(name) for name in source.columns]
    names = wanted.among(available, "the DataFrame")
    refuse_repeated(names, available, "the DataFrame")
    return SourceTable("the DataFrame", {name: source[name].tolist() for name in names})


def _from_data_set(source: DatasetLike, wanted: Wanted) -> SourceTable:
    names = wanted.among(list(source.column_names), "the data set")
    # Columns as Python values, whatever tensors the data set was set to give.
    plain = source.with_format(None) if isinstance(source, _Formatted) else source
    columns = {name: list(plain[name]) for name in names}
    return SourceTable(
        "the data set", columns, label_names=_label_names(source, wanted)
    )


def _label_names(source: DatasetLike, wanted: Wanted) -> tuple[str, ...] | None:
    """What a ``ClassLabel``, or a list of them, calls the classes it numbers."""
    features = source.features
    if wanted.label is None or not isinstance(features, Mapping):
        return None
    feature = cast("Mapping[str, object]", features).get(wanted.label)
    names = getattr(getattr(feature, "feature", feature), "names", None)
    if not isinstance(names, (list, tuple)):
        return None
    return tuple(map(str, cast("Sequence[object]", names)))


def _from_records(source: Iterable[object], wanted: Wanted) -> SourceTable:
    names: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    columns: list[tuple[str, list[object]]] = []
    for row, record in enumerate(source, 1):
        if not isinstance(record, Mapping):
            raise DataError(
                f"examples row {row}: expected a dictionary, got "
                f"{type(record).__name__}; {_instead_of(record)}",
                code="PTM203",
            )
        held = cast("Mapping[str, object]", record)
        if row == 1:
            names = wanted.among(list(held), "examples row 1")
            columns = [(name, []) for name in names]
            absent = wanted.absent(names)
        missing = [name for name in names if name not in held]
        late = next((name for name in absent if name in held), None)
        if missing or late:
            raise _uneven(row, missing, held, late)
        for name, column in columns:
            column.append(held[name])
    _refuse_used_up(source, names, "examples")
    return SourceTable("examples", dict(columns))


def _instead_of(record: object) -> str:
    """What to write for rows that have no names."""
    if isinstance(record, (tuple, list)):
        return (
            "name what each holds, [{'text': …, 'label': …}, …], or pass the columns "
            "one by one, (texts, labels)"
        )
    return (
        "for plain texts pass (texts, labels), or "
        'load_examples([{"text": text} for text in texts], label=None) where there '
        "are no labels"
    )


def _refuse_used_up(source: object, found: Sequence[object], what: str) -> None:
    """Refuse what can be read once only and gave nothing: a test before has read it."""
    if found or not isinstance(source, Iterator):
        return
    kind = type(cast("object", source)).__name__
    maybe = "" if isinstance(source, Generator) else " held none, or"
    raise DataError(
        f"{what} has 0 examples: this {kind}{maybe} is used up: what is read once "
        "holds nothing for the next test. Make a list of it, list(…), or load it once "
        "with load_examples(…)",
        code="PTM201",
    )


def _uneven(
    row: int, missing: Sequence[str], held: Mapping[str, object], late: str | None
) -> DataError:
    if late and not missing:
        why = f"it has {an(late)}, and row 1 has none"
    else:
        why = f"{listed_short(missing)} is missing; it has {listed_short(held)}"
    return DataError(f"examples row {row}: {why}; every row needs it", code="PTM204")
