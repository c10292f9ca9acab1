"""Labels of the data and classes of the model, brought together once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.columns import LabelMap, mapped
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.display import listed
from pytest_ptm.errors import ArgumentError, DataError

L = TypeVar("L", bound=Label)
Gold = NDArray[np.intp] | NDArray[np.bool_]


def gold(
    examples: Examples,
    class_names: Sequence[str],
    *,
    multi_label: bool,
    label_map: LabelMap | None = None,
) -> Gold:
    """What is right, as class indices intp[n], or bool[n, k] if several may hold.

    A string is a class name. An integer, and a string of digits where no class has
    such a name, is a class id. ``label_map`` goes first.

    Raises:
        DataError: PTM206, the examples have no labels, or a label is no class.
    """
    if examples.labels is None:
        raise DataError(
            f"{examples.source} has no labels; load it with label=<column>",
            code="PTM206",
        )
    classes = _Classes(class_names, label_map)
    if multi_label:
        return _several(examples, examples.labels, classes)
    return _one(examples, examples.labels, classes)


def class_index(label: Label, class_names: Sequence[str], *, argument: str) -> int:
    """The class that an argument such as ``positive=`` names.

    Raises:
        ArgumentError: there is no such class; the message lists those there are.
    """
    index = _Classes(class_names, None).find(label)
    if index is None:
        raise ArgumentError(
            f"{argument}={label!r} is no class of the model; "
            f"it has {listed(list(class_names))}"
        )
    return index


class _Classes:
    """Finds a label's class; remembers what it found."""

    def __init__(self, names: Sequence[str], label_map: LabelMap | None) -> None:
        self.names = list(names)
        self._places = {name: index for index, name in enumerate(names)}
        self._digits_are_ids = not any(name.isdigit() for name in names)
        pairs = () if label_map is None else label_map.items()
        self._map: dict[object, object] = dict(pairs)

    def find(self, label: object) -> int | None:
        known = mapped(self._map, label)
        label = label if known is None else known
        if isinstance(label, str) and label in self._places:
            return self._places[label]
        if isinstance(label, str) and self._digits_are_ids and label.isdecimal():
            label = int(label)
        if isinstance(label, bool) or not isinstance(label, int):
            return None
        return label if 0 <= label < len(self.names) else None

    def find_all(self, examples: Examples, labels: set[L]) -> dict[L, int]:
        """The class of each label; all that have none are refused together."""
        found: dict[L, int] = {}
        unknown: list[L] = []
        for label in labels:
            index = self.find(label)
            if index is None:
                unknown.append(label)
            else:
                found[label] = index
        _refuse_unknown(examples, unknown, self)
        return found


def _one(
    examples: Examples, labels: Sequence[Label], classes: _Classes
) -> NDArray[np.intp]:
    several = next(
        (i for i, label in enumerate(labels) if isinstance(label, tuple)), -1
    )
    if several >= 0:
        raise DataError(
            f"{examples.source}: example {examples.ids[several]} has several labels, "
            "and the model gives one; a multi-label model has problem_type "
            "'multi_label_classification' in its config.json",
            code="PTM206",
        )
    found = classes.find_all(examples, set(labels))
    return np.fromiter((found[label] for label in labels), np.intp, len(labels))


def _several(
    examples: Examples, labels: Sequence[Label], classes: _Classes
) -> NDArray[np.bool_]:
    sets = [label if isinstance(label, tuple) else (label,) for label in labels]
    found = classes.find_all(examples, {label for row in sets for label in row})
    holds = np.zeros((len(sets), len(classes.names)), dtype=np.bool_)
    for row, names in enumerate(sets):
        holds[row, [found[name] for name in names]] = True
    return holds


def _refuse_unknown(
    examples: Examples, unknown: Sequence[object], classes: _Classes
) -> None:
    if not unknown:
        return
    labels = sorted(unknown, key=str)
    first = _first_with(examples, labels[0])
    raise DataError(
        f"{examples.source}: {listed(labels)} (first in {first}) is no class of the "
        f"model, which has {listed(classes.names)}. Bring them together with "
        f"label_map={_suggested(labels, classes.names)}",
        code="PTM206",
    )


def _first_with(examples: Examples, label: object) -> str:
    for row, held in enumerate(examples.labels or ()):
        if held == label or (isinstance(held, tuple) and label in held):
            return examples.ids[row]
    return "?"


def _suggested(labels: Sequence[object], names: Sequence[str]) -> str:
    """A label_map to copy: filled in where a label begins like one class alone."""
    pairs: list[str] = []
    for label in labels[:6]:
        start = str(label).casefold()
        like = [name for name in names if name.casefold().startswith(start)]
        pairs.append(f"{label!r}: {like[0] if len(like) == 1 else '…'!r}")
    return "{" + ", ".join(pairs) + "}"
