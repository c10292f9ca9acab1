"""Labels of the data and classes of the model, brought together once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.kinds import parts_of, second_kind
from pytest_ptm.ground.composed import composed
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.tasks.classes.readings import Classes, are_no_class, known_by_name
from pytest_ptm.tasks.truth import labels_of

Gold = NDArray[np.intp] | NDArray[np.bool_]

_SHOWN = 50
"""So many labels a hint spells out; a column with more is no column of classes."""


def gold(
    examples: Examples,
    class_names: Sequence[str],
    *,
    multi_label: bool,
    label_map: LabelMap | None = None,
    places: Sequence[int] | None = None,
) -> Gold:
    """What is right, as class indices intp[n], or bool[n, k] if several may hold.

    A string is a class name. An integer, and a string of digits where no class has
    such a name, is a class id; the ids of a data set that names its classes are read by
    these names. ``label_map`` goes first, and must know every label. ``places``: where
    the classes are made of others, the class that each of these counts as.

    Raises:
        DataError: PTM206, the examples have no labels, a label is no class, or it can
            be read as two.
    """
    labels = labels_of(examples)
    _refuse_kinds(examples, labels)
    classes = Classes(class_names, label_map, mapped=examples.mapped, places=places)
    named = None if label_map is not None else examples.label_names
    if named is not None:
        classes = known_by_name(classes, named, examples)
    if multi_label:
        return _several(examples, labels, classes)
    return _one(examples, labels, classes)


def class_index(
    label: Label,
    class_names: Sequence[str],
    *,
    argument: str,
    places: Sequence[int] | None = None,
) -> int:
    """The class that an argument such as ``positive=`` names; ``places`` as of `gold`.

    Raises:
        ArgumentError: there is no such class, or there are two; the message lists those
            there are.
    """
    classes = Classes(class_names, None, places=places)
    if isinstance(label, int) and (both := classes.readings(label)):
        raise ArgumentError(
            f"{argument}={label!r} is {both}; write the name of the class as a text"
        )
    # A text is a name here, whoever wrote it.
    index = classes.explicit(label)
    if index is None:
        raise ArgumentError(
            f"{argument}={label!r} is no class of the model; "
            f"it has {listed(list(class_names))}"
        )
    return index


def _one(
    examples: Examples, labels: Sequence[Label], classes: Classes
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
    found = _found(examples, labels, classes)
    return np.fromiter((found[label] for label in labels), np.intp, len(labels))


def _several(
    examples: Examples, labels: Sequence[Label], classes: Classes
) -> NDArray[np.bool_]:
    _refuse_places(examples, labels, classes)
    found = _found(examples, labels, classes)
    holds = np.zeros((len(labels), len(classes.names)), dtype=np.bool_)
    for row, label in enumerate(labels):
        holds[row, [found[name] for name in parts_of(label)]] = True
    return holds


def _found(
    examples: Examples, labels: Sequence[Label], classes: Classes
) -> dict[object, int]:
    """The class of each label; all that have none, or two, are refused together."""
    each = dict.fromkeys(
        part for label in dict.fromkeys(labels) for part in parts_of(label)
    )
    doubtful = [label for label in each if classes.readings(label)]
    if doubtful:
        raise _doubtful(examples, doubtful, classes)
    indices = {label: classes.find(label) for label in each}
    unknown = [label for label, index in indices.items() if index is None]
    if unknown:
        raise _unknown(examples, unknown, classes)
    return {label: index for label, index in indices.items() if index is not None}


def _refuse_kinds(examples: Examples, labels: Sequence[Label]) -> None:
    if examples.mapped:
        return
    if other := second_kind(labels):
        row, why = other
        raise DataError(
            f"{examples.source}: example {examples.ids[row]}: labels of several "
            f"kinds: {why}; write all alike",
            code="PTM206",
        )


def _refuse_places(
    examples: Examples, labels: Sequence[Label], classes: Classes
) -> None:
    """Refuse lists that may be read as sets of ids, and as a 1 at each class's place.

    One row that can only be a set of ids tells what the others are.
    """
    if not labels or not all(classes.may_be_places(label) for label in labels):
        return
    names, first = classes.names, labels[0]
    by_id = [names[int(part)] for part in parts_of(first) if int(part) < len(names)]
    by_place = [
        name for name, part in zip(names, parts_of(first), strict=True) if int(part)
    ]
    ids = ", ".join(f"{number}: {name!r}" for number, name in enumerate(names))
    raise DataError(
        f"{examples.source}: the labels of {examples.ids[0]}, "
        f"{list(parts_of(first))!r}, are a 0 or 1 for each of {len(names)} classes "
        f"(then {by_place} holds), or a set of class ids (then {by_id} holds), and so "
        "are all others. Write the names of the classes that hold, such as "
        f"{by_place}; if they are ids, say so with label_map={{{ids}}}",
        code="PTM206",
    )


def _doubtful(
    examples: Examples, labels: Sequence[object], classes: Classes
) -> DataError:
    first = sorted(labels, key=str)[0]
    maps = " or ".join(_maps(examples, classes)) or "label_map={…}"
    return DataError(
        f"{examples.source}: the label {first!r} (first in "
        f"{_first_with(examples, first)}) is {classes.readings(first)}. Say which is "
        f"meant: {maps}",
        code="PTM206",
    )


def _maps(examples: Examples, classes: Classes) -> list[str]:
    """A label_map to copy for each reading in which all labels are classes."""
    each = {part for label in labels_of(examples) for part in parts_of(label)}
    keys = sorted(each, key=str)[:_SHOWN]
    names = list(classes.names)
    readings = {
        "by name": {
            key: names[place]
            for key in keys
            if (place := classes.by_name(key)) is not None
        },
        "by id": {
            key: names[int(key)]
            for key in keys
            if str(key).isdecimal() and int(key) < len(names)
        },
        "by the model's own id": {
            key: names[classes.places[int(key)]]
            for key in keys
            if classes.places is not None
            and str(key).isdecimal()
            and int(key) < len(classes.places)
        },
    }
    return [
        f"{how} label_map={pairs!r}"
        for how, pairs in readings.items()
        if len(pairs) == len(keys)
    ]


def _unknown(
    examples: Examples, unknown: Sequence[object], classes: Classes
) -> DataError:
    labels = sorted(unknown, key=str)
    # A label that the map knows is none of its own: what the map makes of it is.
    known = [label for label in labels if classes.meant(label) is not None]
    first = _first_with(examples, *(known or labels))
    named, lacking = [*labels], ""
    if known:
        named = [*dict.fromkeys(classes.meant(label) for label in known)]
        lacking = f" label_map= says so of {listed(known, most=_SHOWN)}."
    elif classes.label_map is not None:
        lacking = f" label_map= has {classes.map_shown()}."
    return DataError(
        f"{examples.source}: {listed(named, most=_SHOWN)} (first in {first}) "
        f"{are_no_class(named)} of the model, which has {listed(classes.names)}."
        f"{lacking}{_alike(labels, classes)}{_unlabelled(labels)} Bring them together "
        f"with label_map={_suggested(examples, labels, classes)}",
        code="PTM206",
    )


def _alike(labels: Sequence[object], classes: Classes) -> str:
    """Which labels look like a class that is written in other characters."""
    for label in labels:
        for name in classes.names:
            if composed(str(label)) == composed(name) and str(label) != name:
                return f" {label!a} looks like {name!a} and is another text."
    return ""


def _unlabelled(labels: Sequence[object]) -> str:
    """What -1 stands for, which no model has as a class."""
    if not {-1, "-1"} & {*labels}:
        return ""
    return (
        " -1 is what many data sets say of rows without a label, such as all of a "
        "hidden test split: take another split, or leave those rows out."
    )


def _first_with(examples: Examples, *labels: object) -> str:
    for row, held in enumerate(labels_of(examples)):
        if any(part in labels for part in parts_of(held)):
            return examples.ids[row]
    return "?"


def _suggested(examples: Examples, unknown: Sequence[object], classes: Classes) -> str:
    """A label_map to copy: filled in where a label begins like one class alone.

    It has every label of the data, since a label_map must know them all: one of those
    that are unknown alone would be refused for lacking the others.
    """
    each = {part for label in labels_of(examples) for part in parts_of(label)}
    known = sorted(each.difference(unknown), key=str)
    labels = sorted([*unknown, *known][:_SHOWN], key=str)
    pairs = [f"{label!r}: {_meant(label, classes)!r}" for label in labels]
    return "{" + ", ".join(pairs) + "}"


def _meant(label: object, classes: Classes) -> str:
    """The class that a label is, or begins like, or a gap to fill in."""
    names, index = classes.names, classes.find(label)
    if index is not None:
        return names[index]
    start = composed(str(label)).strip().casefold()
    like = [name for name in names if composed(name).casefold().startswith(start)]
    return like[0] if len(like) == 1 else "…"
