"""Labels of one column are of one kind: 1, 1.0, True and "1" are not one label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_ptm.datasets.examples import Label

_KINDS: dict[type[object], str] = {
    bool: "a truth value",
    int: "a whole number",
    float: "a floating-point number",
    str: "a text",
}


def second_kind(labels: Sequence[Label]) -> tuple[int, str] | None:
    """The first row whose label is of another kind than those before it, and why.

    None where all are alike. To Python ``1``, ``1.0`` and ``True`` are one value, and a
    reader of a file cannot tell ``1`` from ``"1"``.
    """
    if len(set(map(type, labels))) < 2 and not isinstance(next(iter(labels), 0), tuple):
        return None
    first: object = None
    for row, label in enumerate(labels):
        for part in parts_of(label):
            first = part if first is None else first
            if type(part) is not type(first):
                return row, f"{_said(part)}, and one above is {_said(first)}"
    return None


def parts_of(label: Label) -> Iterable[str | int | float]:
    """The labels in a set of them, or the one label."""
    return label if isinstance(label, tuple) else (label,)


def _said(value: object) -> str:
    return f"{value!r} is {_KINDS.get(type(value), type(value).__name__)}"
