"""From columns somebody found to Examples everybody can trust."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from pytest_ptm.datasets.cells import Column, described, shown, unboxed
from pytest_ptm.datasets.choices import choices_of
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.groups import groups_of
from pytest_ptm.datasets.kinds import second_kind
from pytest_ptm.datasets.table import DEFAULT_ID, SourceTable, Wanted, listed_short
from pytest_ptm.datasets.texts import texts_of
from pytest_ptm.ground.errors import DataError

LabelMap = (
    Mapping[str, str]
    | Mapping[int, str]
    | Mapping[int, int]
    | Mapping[str, int]
    | Mapping[str, float]
    | Mapping[int, float]
)
"""Label of the data to class of the model, by name or by id on either side; or to the
number that is right."""

_HOT = (
    "; where each place of the list is a class, and 1 says that it holds, write the "
    "names of those that do"
)
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")


def examples_from(
    table: SourceTable,
    wanted: Wanted,
    *,
    label_map: LabelMap | None,
    max_bytes: int,
    allow_empty: bool,
    missing_group: str | None,
) -> Examples:
    """Examples of the table's columns, every value checked.

    Raises:
        DataError: PTM201, there is no row; PTM205, a value is wrong; PTM206, a label
            is not in the map; PTM208, an id stands twice.
    """
    if not next(iter(table.columns.values()), ()):
        raise DataError(f"{table.source} has 0 examples", code="PTM201")
    ids = table.columns.get(wanted.id or DEFAULT_ID)

    def column(name: str) -> Column:
        return Column(table, name, ids)

    fields = {"text": wanted.text}
    pair = wanted.pair(table.columns)
    if pair is not None:
        fields["text_pair"] = pair
    if wanted.context is not None:
        fields["context"] = wanted.context
    inputs = {
        field: texts_of(column(name), max_bytes=max_bytes, allow_empty=allow_empty)
        for field, name in fields.items()
    }
    lists: dict[str, tuple[tuple[str, ...], ...]] = {}
    if wanted.choices:
        lists["choices"] = choices_of(
            [column(name) for name in wanted.choices], max_bytes=max_bytes
        )
    return Examples(
        ids=ids_of(table, wanted),
        inputs=inputs,
        labels=(
            None if wanted.label is None else labels_of(column(wanted.label), label_map)
        ),
        groups={
            name: groups_of(column(name), missing=missing_group)
            for name in wanted.groups
        },
        source=table.source,
        lists=lists,
        label_names=None if label_map is not None else table.label_names,
        mapped=label_map is not None,
    )


def ids_of(table: SourceTable, wanted: Wanted) -> tuple[str, ...]:
    """The ids of the rows, or their numbers where no column holds any.

    Raises:
        DataError: PTM205, one is no id; PTM208, one stands twice.
    """
    name = wanted.id or DEFAULT_ID
    if name in table.columns:
        return _ids(Column(table, name, table.columns[name]))
    rows = len(next(iter(table.columns.values())))
    return tuple([f"row-{row}" for row in range(1, rows + 1)])


def mapped(label_map: Mapping[object, object], label: object) -> object | None:
    """What a map says of a label; ``{0: …}`` also means the ``"0"`` of a CSV file."""
    if label in label_map:
        return label_map[label]
    if isinstance(label, str) and _WHOLE_NUMBER.fullmatch(label):
        return label_map.get(int(label))
    return None


def labels_of(column: Column, label_map: LabelMap | None) -> tuple[Label, ...]:
    """The labels of the rows, as the map says where there is one.

    Raises:
        DataError: PTM205, one is no label; PTM206, one is not in the map.
    """
    names: Mapping[object, object] = dict(label_map.items()) if label_map else {}
    # The quoted words of a map, {True: "yes"}, say what a truth value means.
    truths = [key for key in names if isinstance(key, bool)]
    known: dict[object, Label] = {}
    labels: list[Label] = []
    for row, value in enumerate(column.values):
        # 1, True and 1.0 are one key of a dictionary, so only texts are remembered.
        if type(value) is str and value in known:
            labels.append(known[value])
            continue
        labels.append(_label(column, row, truths))
        if type(value) is str:
            known[value] = labels[-1]
    if other := second_kind(labels):
        row, why = other
        raise column.wrong(row, f"labels of several kinds: {why}; write all alike")
    if label_map is None:
        return tuple(labels)
    return tuple(_translated(column, row, names, labels) for row in range(len(labels)))


def _label(column: Column, row: int, truths: Sequence[bool]) -> Label:
    value = unboxed(column.values[row])
    if isinstance(value, (list, tuple)):
        return _several(column, row, cast("Sequence[object]", value), truths)
    return _one(column, row, value, truths)


def _several(
    column: Column, row: int, values: Sequence[object], truths: Sequence[bool]
) -> tuple[str | int, ...]:
    parts: list[str | int] = []
    for value in values:
        part = _one(column, row, value, truths)
        if isinstance(part, (float, tuple)):
            raise column.wrong(
                row,
                "expected a list of class names or ids, got one that holds "
                f"{described(value)}",
            )
        if part in parts:
            raise column.wrong(row, f"the list of labels holds {part!r} twice{_HOT}")
        parts.append(part)
    return tuple(parts)


def _one(column: Column, row: int, given: object, truths: Sequence[bool]) -> Label:
    value = unboxed(given)
    if isinstance(value, str):
        if not value or value.isspace():
            raise column.wrong(row, "the label is empty")
        if not value.isascii():
            column.refuse_surrogates(row, value)
        # A million rows share a few labels.
        return sys.intern(value)
    if isinstance(value, bool) and value not in truths:
        raise column.wrong(
            row,
            f"the label is {value}, a truth value; quote it: '{value}', or say what it "
            "means with label_map={True: …, False: …}",
        )
    if isinstance(value, int):
        column.refuse_huge(row, value)
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise column.wrong(
        row,
        f"expected a label (text, number or list of them), got {described(value)}",
    )


def _translated(
    column: Column, row: int, names: Mapping[object, object], labels: Sequence[Label]
) -> Label:
    label = labels[row]
    if not isinstance(label, tuple):
        score = mapped(names, label)
        if isinstance(score, float):
            return score
    parts = label if isinstance(label, tuple) else (label,)
    found = [mapped(names, part) for part in parts]
    classes = tuple(name for name in found if isinstance(name, (str, int)))
    if len(classes) < len(parts):
        lacking = next(
            part
            for part, name in zip(parts, found, strict=True)
            if not isinstance(name, (str, int))
        )
        raise DataError(
            f"{column.table.where(row)}: label_map has no "
            f"{listed_short([lacking])}; it has {listed_short(names)}, and the data "
            f"have {listed_short(_distinct(labels))}",
            code="PTM206",
        )
    if isinstance(label, tuple):
        # Two labels may become one class.
        return tuple(dict.fromkeys(classes))
    return classes[0]


def _distinct(labels: Iterable[Label]) -> list[str | int | float]:
    each = {
        part
        for label in labels
        for part in (label if isinstance(label, tuple) else (label,))
    }
    return sorted(each, key=str)


def is_numbered(example_id: str) -> bool:
    """Whether an id is only the number of a row, which other data have as well."""
    return re.fullmatch("row-[1-9][0-9]*", example_id) is not None


def _ids(column: Column) -> tuple[str, ...]:
    ids = [column.short_text(row, what="an id") for row in range(len(column.values))]
    if len(set(ids)) < len(ids):
        raise _repeated(column.table, ids)
    return tuple(ids)


def _repeated(table: SourceTable, ids: list[str]) -> DataError:
    rows: dict[str, list[int]] = {}
    for row, identity in enumerate(ids):
        rows.setdefault(identity, []).append(row)
    twice = [each for each in rows.items() if len(each[1]) > 1]
    places = [f"{shown(each, 40)} ({table.places(at)})" for each, at in twice[:5]]
    more = f", … ({len(twice) - 5} more)" if len(twice) > 5 else ""
    return DataError(
        f"{table.source}: ids that stand more than once: {len(twice)}, "
        f"{', '.join(places)}{more}. Rows are paired by id, so each needs its own; "
        "name another column with id=",
        code="PTM208",
    )
