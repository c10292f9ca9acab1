"""How one label of the data can be read: as a class name, as a class id, or as both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pytest_ptm.datasets.columns import LabelMap, mapped
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.kinds import parts_of
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import DataError
from pytest_ptm.tasks.truth import labels_of

# A whole number, in any way that tools write one.
_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,18})(?:\.0*)?\s*")
# The first one within a name: "1 star", "Level 2"; what joins "label-1" is no sign.
_HELD = re.compile(r"(?<!\w)[+-]?[0-9]{1,18}|[0-9]{1,18}")
# What a model is saved with where nobody named its classes.
_UNNAMED = re.compile(r"LABEL_\d+")


@dataclass(frozen=True)
class Classes:
    """The classes of a model, and what the labels of the data are to them.

    ``mapped``: a label_map was applied before, so that a text is a name and a number an
    id. ``ids`` are the classes that the ids of the data mean, where it names them.
    ``places``: where these classes are made of a model's own, the one that each of
    those counts as.
    """

    names: Sequence[str]
    label_map: LabelMap | None
    mapped: bool = False
    ids: Sequence[int | None] | None = None
    places: Sequence[int] | None = None

    @property
    def is_said(self) -> bool:
        """Whether somebody said what each label means."""
        return self.label_map is not None or self.mapped or self.ids is not None

    def find(self, label: object) -> int | None:
        """The class of a label; None if it has none, or the map does not know it."""
        if self.label_map is not None:
            known = mapped(self._map, label)
            return None if known is None else self.explicit(known)
        if self.ids is not None:
            if not isinstance(label, int) or not 0 <= label < len(self.ids):
                return None
            return self.ids[label]
        return self.explicit(label)

    def explicit(self, label: object) -> int | None:
        """The class of a text, read as a name if it is one, or of a number, an id."""
        if isinstance(label, str) and label in self._places:
            return self._places[label]
        if isinstance(label, str) and self._digits_are_ids:
            label = _whole(label)
        if isinstance(label, bool) or not isinstance(label, int):
            return None
        return label if 0 <= label < len(self.names) else None

    def readings(self, label: object) -> str:
        """Both readings of a label that is one class by name and another by id.

        Or by the id of a merged class, and by that of the model's own. Empty where
        there is one reading, or somebody said which is meant.
        """
        number = _whole(label)
        if self.is_said or number is None or not 0 <= number < len(self.names):
            return ""
        named = self.named(number)
        if named is None:
            return self._renumbered(number)
        if named == number:
            return ""
        return (
            f"the class named {self.names[named]!r} or the class with id {number}, "
            f"which is {self.names[number]!r}"
        )

    def _renumbered(self, number: int) -> str:
        if self.places is None or self.places[number] == number:
            return ""
        return (
            f"the merged class with id {number}, {self.names[number]!r}, or the "
            f"model's own, which counts as {self.names[self.places[number]]!r}"
        )

    def named(self, number: int | None) -> int | None:
        """The class whose name is this number, also where written ``01`` or ``1.0``.

        A reader of files, or a tool before it, may have taken such a name for a number;
        and whoever labels texts for classes named ``1 star``, ``2 stars`` writes 1, 2.
        """
        return None if number is None else self._numbers.get(number)

    def by_name(self, label: object) -> int | None:
        """The class that a label names, as a text or as a number."""
        exact = self._places.get(str(label))
        return self.named(_whole(label)) if exact is None else exact

    def may_be_places(self, label: Label) -> bool:
        """Whether a list of labels may hold a 0 or 1 for each class."""
        if self.is_said or not isinstance(label, tuple):
            return False
        numbers = [
            None if part in self._places else _whole(part) for part in parts_of(label)
        ]
        return len(numbers) == len(self.names) and set(numbers) <= {0, 1}

    def meant(self, label: object) -> object | None:
        """What the map says of a label, be it a class or not."""
        return mapped(self._map, label)

    def map_shown(self) -> str:
        """The labels that the map knows."""
        return listed(list(self._map)) or "nothing"

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.names)}

    @cached_property
    def _numbers(self) -> dict[int, int]:
        written = {
            int(found[1]): index
            for index, name in enumerate(self.names)
            if (found := _NUMBER.fullmatch(name))
        }
        return (
            self._held
            | written
            | {
                number: index
                for name, index in self._places.items()
                if (number := _whole(name)) is not None
            }
        )

    @cached_property
    def _held(self) -> dict[int, int]:
        """The class of each number that a name holds, if they number the classes.

        One alone (B2B), or the same in two names, is part of what they say.
        """
        held = [
            (int(found[0]), index)
            for index, name in enumerate(self.names)
            if (found := _HELD.search(name))
        ]
        places = dict(held)
        return places if 1 < len(held) == len(places) else {}

    @cached_property
    def _digits_are_ids(self) -> bool:
        return not any(name.isdigit() for name in self.names)

    @cached_property
    def _map(self) -> dict[object, object]:
        return {} if self.label_map is None else dict(self.label_map.items())


def known_by_name(
    classes: Classes, named: Sequence[str], examples: Examples
) -> Classes:
    """The classes, with what the ids of a data set mean by the names it gives them.

    Names are compared without regard to case. Where the model's classes have no names
    of their own (LABEL_0, LABEL_1, …), an id is an id.

    Raises:
        DataError: PTM206, a name that occurs is none of the model's.
    """
    if all(_UNNAMED.fullmatch(name) for name in classes.names):
        return classes
    folded = {name.casefold(): index for index, name in enumerate(classes.names)}
    found = [folded.get(name.casefold()) for name in named]
    if len(folded) < len(classes.names):
        found = [None] * len(named)
    used = {part for label in labels_of(examples) for part in parts_of(label)}
    strange = [
        name
        for number, name in enumerate(named)
        if number in used and found[number] is None
    ]
    if strange:
        ids = ", ".join(f"{number}: '…'" for number in range(len(named)))
        raise DataError(
            f"{examples.source}: the data set calls its classes {listed(named)}, and "
            f"{listed(strange)} {are_no_class(strange)} of the model, which has "
            f"{listed(list(classes.names))}; their order may differ too. Bring them "
            f"together with label_map={{{ids}}}",
            code="PTM206",
        )
    return replace(classes, ids=found)


def are_no_class(labels: Sequence[object]) -> str:
    """The verb for labels that are none of the classes, by their number."""
    return "is no class" if len(labels) == 1 else "are no classes"


def _whole(label: object) -> int | None:
    """The whole number that a label is, or is written as."""
    if isinstance(label, str):
        return int(label) if re.fullmatch(r"0|-?[1-9][0-9]{0,17}", label) else None
    return label if isinstance(label, int) and not isinstance(label, bool) else None
