"""From columns somebody found to Examples everybody can trust."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import cast

from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.table import DEFAULT_ID, Table, Wanted
from pytest_ptm.display import listed, quoted
from pytest_ptm.errors import DataError

LabelMap = Mapping[str, str] | Mapping[int, str] | Mapping[int, int] | Mapping[str, int]
"""Label of the data to class of the model: by name or by id on either side."""

_CHECKED_AT_ONCE = 65_536


def examples_from(
    table: Table, wanted: Wanted, *, label_map: LabelMap | None, max_bytes: int
) -> Examples:
    """Examples of the table's columns, every value checked.

    Raises:
        DataError: PTM201, there is no row; PTM205, a value is wrong; PTM206, a label
            is not in the map; PTM208, an id stands twice.
    """
    if not next(iter(table.columns.values()), ()):
        raise DataError(f"{table.source} has 0 examples", code="PTM201")
    inputs = {"text": _texts(table, wanted.text, max_bytes)}
    if wanted.text_pair is not None:
        inputs["text_pair"] = _texts(table, wanted.text_pair, max_bytes)
    return Examples(
        ids=_ids(table, wanted),
        inputs=inputs,
        labels=(
            None if wanted.label is None else _labels(table, wanted.label, label_map)
        ),
        groups={name: _group(table, name) for name in wanted.groups},
        source=table.source,
    )


def mapped(label_map: Mapping[object, object], label: object) -> object | None:
    """What a map says of a label; ``{0: …}`` also means the ``"0"`` of a CSV file."""
    if label in label_map:
        return label_map[label]
    if isinstance(label, str) and label.isdecimal():
        return label_map.get(int(label))
    return None


def _texts(table: Table, name: str, max_bytes: int) -> tuple[str, ...]:
    column = table.columns[name]
    for row, value in enumerate(column):
        if type(value) is not str:
            raise _wrong(table, row, name, f"expected a text, got {_described(value)}")
    texts = tuple(cast("Sequence[str]", column))
    _refuse_surrogates(table, name, texts)
    for row, text in enumerate(texts):
        # No character takes more than four bytes; only long texts are counted.
        if len(text) * 4 > max_bytes and len(text.encode()) > max_bytes:
            raise _wrong(
                table,
                row,
                name,
                f"the text has {len(text.encode()):,} bytes, and {max_bytes:,} is the "
                "most; cut it, or pass max_bytes=",
            )
    return texts


def _refuse_surrogates(table: Table, name: str, texts: tuple[str, ...]) -> None:
    for start in range(0, len(texts), _CHECKED_AT_ONCE):
        try:
            "".join(texts[start : start + _CHECKED_AT_ONCE]).encode()
        except UnicodeEncodeError:
            break
    else:
        return
    for row, text in enumerate(texts[start:], start):
        for place, character in enumerate(text):
            if "\ud800" <= character <= "\udfff":
                raise _wrong(
                    table,
                    row,
                    name,
                    f"character {place + 1} is the lone surrogate "
                    f"U+{ord(character):04X}, half of a character; repair the text",
                )


def _labels(table: Table, name: str, label_map: LabelMap | None) -> tuple[Label, ...]:
    column = table.columns[name]
    labels = [_label(table, row, name, value) for row, value in enumerate(column)]
    if label_map is None:
        return tuple(labels)
    names: dict[object, object] = dict(label_map.items())
    return tuple(_mapped_label(table, row, names, x) for row, x in enumerate(labels))


def _label(table: Table, row: int, name: str, value: object) -> Label:
    if isinstance(value, str):
        if not value:
            raise _wrong(table, row, name, "the label is empty")
        # A million rows share a few labels.
        return sys.intern(value)
    if isinstance(value, bool):
        raise _wrong(
            table,
            row,
            name,
            f"the label is {value}, a truth value; quote it: '{value}'",
        )
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (list, tuple)):
        return _several(table, row, name, cast("Sequence[object]", value))
    raise _wrong(
        table,
        row,
        name,
        f"expected a label (text, number or list of them), got {_described(value)}",
    )


def _several(
    table: Table, row: int, name: str, values: Sequence[object]
) -> tuple[str | int, ...]:
    parts = [_label(table, row, name, value) for value in values]
    return tuple(part for part in parts if isinstance(part, (str, int)))


def _mapped_label(
    table: Table, row: int, names: Mapping[object, object], label: Label
) -> Label:
    if isinstance(label, tuple):
        parts = [_mapped_label(table, row, names, part) for part in label]
        return tuple(part for part in parts if isinstance(part, (str, int)))
    found = mapped(names, label)
    if not isinstance(found, (str, int)):
        raise DataError(
            f"{table.where(row)}: label_map has no {label!r}; it has "
            f"{listed(list(names))}",
            code="PTM206",
        )
    return found


def _group(table: Table, name: str) -> tuple[str, ...]:
    values: list[str] = []
    for row, value in enumerate(table.columns[name]):
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            raise _wrong(
                table,
                row,
                name,
                f"expected a group (text or whole number), got {_described(value)}; "
                "give such rows a group of their own, or leave them out",
            )
        values.append(sys.intern(str(value)))
    return tuple(values)


def _ids(table: Table, wanted: Wanted) -> tuple[str, ...]:
    name = wanted.id or DEFAULT_ID
    rows = len(next(iter(table.columns.values())))
    if name not in table.columns:
        return tuple(f"row-{row}" for row in range(1, rows + 1))
    ids: list[str] = []
    for row, value in enumerate(table.columns[name]):
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            raise _wrong(table, row, name, f"expected an id, got {_described(value)}")
        ids.append(str(value))
    _refuse_surrogates(table, name, tuple(ids))
    if len(set(ids)) < rows:
        raise _repeated(table, ids)
    return tuple(ids)


def _repeated(table: Table, ids: list[str]) -> DataError:
    first: dict[str, int] = {}
    pairs: list[str] = []
    for row, identity in enumerate(ids):
        if identity in first:
            before = table.where(first[identity]).rpartition(" ")[2]
            here = table.where(row).rpartition(" ")[2]
            pairs.append(f"{quoted(identity, 40)} ({before} and {here})")
        first.setdefault(identity, row)
    more = f", … ({len(pairs) - 5} more)" if len(pairs) > 5 else ""
    return DataError(
        f"{table.source}: {len(pairs)} ids stand twice: {', '.join(pairs[:5])}{more}. "
        "Rows are paired by id, so each needs its own; for numbers instead, name "
        "another column with id=",
        code="PTM208",
    )


def _described(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return f"{value}: the value is missing"
    return f"{quoted(repr(value), 60)} ({type(value).__name__})"


def _wrong(table: Table, row: int, name: str, why: str) -> DataError:
    identity = table.columns.get(DEFAULT_ID)
    known = f" (id {quoted(str(identity[row]), 40)})" if identity is not None else ""
    return DataError(f"{table.where(row)}{known}: {name!r}: {why}", code="PTM205")
