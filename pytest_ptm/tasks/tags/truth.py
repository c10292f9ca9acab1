"""Which tag is right for each word, as the labels say it and a model would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.datasets.tags import (
    OUTSIDE,
    Scheme,
    Tags,
    mapped_tag,
    parted,
    rewritten,
    scheme_of,
)
from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Earlier
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.tags.answers import (
    Tagging,
    runs,
    tag_names,
    tag_scheme,
    types_of,
)
from pytest_ptm.tasks.tags.unknown_tags import no_such_tag
from pytest_ptm.tasks.task import Align, BoundModel
from pytest_ptm.tasks.truth import Restored


@dataclass(frozen=True, slots=True)
class TagTruth:
    """The right tags of each row: a tuple of numbers among ``class_names``, object[n].

    ``types`` are those of the entities that the tags are of, none where they are of no
    entity, such as parts of speech; ``scheme`` is how they mark them.
    """

    gold: NDArray[Any]
    class_names: tuple[str, ...]
    types: tuple[str, ...]
    scheme: Scheme | None = None
    names: None = None

    def take(self, rows: Rows) -> TagTruth:
        """What is right for these rows."""
        return replace(self, gold=self.gold[rows])

    def positive(self, label: Label) -> int:
        """The number of the type of entity that ``positive=`` names.

        Raises:
            ArgumentError: there is no such type.
        """
        if isinstance(label, str) and label in self.types:
            return self.types.index(label)
        why = f"it has {listed(self.types)}" if self.types else "its tags are of none"
        if isinstance(label, str) and label in self.class_names and self.types:
            why = f"{why}: leave out where in one a word stands"
        raise ArgumentError(
            f"positive={label!r} is no type of entity of the model; {why}"
        )

    def right(self, said: Tagging) -> NDArray[np.bool_]:
        """Which rows have every word tagged right, bool[n]; a tie is wrong."""
        return self.away(said) == 0

    def away(self, said: Tagging) -> NDArray[np.float64]:
        """How many words of each row are tagged wrong, float64[n]."""
        wrong = (said.predicted != flat(self.gold)) | said.undecided
        rows = np.repeat(np.arange(len(said)), said.counts)
        return np.bincount(rows[wrong], minlength=len(said)).astype(np.float64)

    def codes(self, said: Tagging) -> None:
        """Nothing: a row has a tag for each of its words."""

    def expected(self, row: int) -> str:
        """The right tags of one row."""
        return runs(self._tags(row))

    def _tags(self, row: int) -> tuple[str, ...]:
        own: tuple[int, ...] = self.gold[row]
        return tuple(self.class_names[tag] for tag in own)

    def label(self, said: Tagging, row: int) -> str:
        """The tags of one row."""
        return said.said(row)

    def require_same(self, other: TagTruth, name: str, theirs: str) -> None:
        """Refuse labels that mean other tags to another model.

        Raises:
            ArgumentError: they do; ``name`` and ``theirs`` are the models'.
        """
        # Of two schemes the entities are compared, and not how they are written.
        alike = self.scheme == other.scheme or not (self.scheme and other.scheme)
        for row in range(len(self.gold)):
            ours, named = self._tags(row), other._tags(row)
            if not alike:
                ours, named = rewritten(ours, "IOB2"), rewritten(named, "IOB2")
            if ours != named:
                raise ArgumentError(
                    f"the labels mean {self.expected(row)} to {name}, and "
                    f"{other.expected(row)} to {theirs}; say with label_map= what they "
                    "mean to both"
                )

    def restored(self, earlier: Earlier, name: str) -> Restored[Tagging]:
        """Nothing but which rows were right, which a run keeps."""
        if earlier.right is None or len(earlier.right) != len(self.gold):
            return "the entry does not say what came of each example"
        return None


def flat(gold: NDArray[Any]) -> NDArray[np.int32]:
    """The right tags of all words, one after the other; int32[m]."""
    return np.array([tag for row in gold for tag in row], dtype=np.int32)


def what_is_right(
    examples: Examples,
    predictor: Predictor[Payload, Any],
    *,
    label_map: LabelMap | None = None,
) -> TagTruth:
    """The tags of the labels as the model's own.

    A whole number is read by the names that the data set has for its numbers, or else
    by the model's. ``label_map`` maps whole tags, or the types of their entities, and
    must know each. Where the model's tags mark entities by another scheme (IOBES has
    ends, IOB2 has none), the same entities are written in it.

    Raises:
        DataError: PTM206, there are no labels, one is not a tag for each word, or one
            is a tag that the model does not have.
    """
    names = tag_names(predictor)
    numbered = label_map is not None and all(isinstance(k, int) for k in label_map)
    own = examples.label_names or names
    if numbered and label_map is not None:
        own = _by_number(label_map, len(own))
    rows = [_named(examples, row, own) for row in range(len(examples))]
    if label_map is not None and not numbered:
        rows = _mapped(examples, rows, {str(k): str(to) for k, to in label_map.items()})
    scheme = tag_scheme(predictor)
    rows = _in_scheme_of(scheme, rows)
    numbers = {name: number for number, name in enumerate(names)}
    unknown = {tag: row for row in reversed(range(len(rows))) for tag in rows[row]}
    unknown = {tag: row for tag, row in unknown.items() if tag not in numbers}
    if unknown:
        raise no_such_tag(examples, unknown, names)
    gold = np.empty(len(rows), dtype=object)
    gold[:] = [tuple(numbers[tag] for tag in tags) for tags in rows]
    return TagTruth(gold, names, types_of(names), scheme)


def in_our_order(ours: BoundModel, theirs: BoundModel) -> Align[Tagging]:
    """The other model's tags by our numbers, and as ours mark entities.

    Raises:
        ArgumentError: it has a tag, or a type of entities, that ours has not.
    """
    names = tag_names(ours.predictor)
    others = tag_names(theirs.predictor)
    own, scheme = tag_scheme(ours.predictor), tag_scheme(theirs.predictor)
    written = None if scheme in (own, None) else own
    what, mine, other = "tags", {*names}, {*others}
    if written is not None:
        what, mine, other = "types of entities", {*types_of(names)}, {*types_of(others)}
    if mine != other:
        raise ArgumentError(
            f"{ours.name} and {theirs.name} have not the same {what}: only one of them "
            f"has {listed(sorted(mine ^ other))}"
        )
    if written is not None:
        return partial(_marked_as, scheme=written, names=names)
    order = np.array([names.index(name) for name in others], dtype=np.int32)

    def align(said: Tagging) -> Tagging:
        moved = order[said.predicted]
        return replace(said, predicted=moved, class_names=names)

    return align


def _marked_as(said: Tagging, *, scheme: Scheme, names: tuple[str, ...]) -> Tagging:
    """The same entities by another scheme; tags that ours never gives come last."""
    rows = [rewritten(said.tags(row), scheme) for row in range(len(said))]
    every = tuple(dict.fromkeys([*names, *(tag for row in rows for tag in row)]))
    numbers = {name: number for number, name in enumerate(every)}
    predicted = np.array([numbers[tag] for row in rows for tag in row], dtype=np.int32)
    return replace(said, predicted=predicted, class_names=every, scheme=scheme)


def _by_number(label_map: LabelMap, count: int) -> tuple[str, ...]:
    """The tags that a map of numbers gives, in their order; others are numbers."""
    known: Mapping[object, object] = dict(label_map.items())
    most = max([count, *(int(str(key)) + 1 for key in known)])
    return tuple(str(known.get(number, number)) for number in range(most))


def _named(examples: Examples, row: int, own: Sequence[str]) -> tuple[str, ...]:
    """The tags of one row by name; ``own`` are those that numbers mean.

    Raises:
        DataError: PTM206, its label is not a tag for each of its words.
    """
    words = examples.lists["words"][row]
    label = None if examples.labels is None else examples.labels[row]
    if not isinstance(label, Tags) or len(label) != len(words):
        found = (
            "no tags"
            if label is None
            else f"{len(label)} tags"
            if isinstance(label, Tags)
            else f"the label {label!r:.60}"
        )
        raise DataError(
            f"{examples.source}: {clip(examples.ids[row], 40)} has {found} for "
            f"{len(words)} words; load it with load_tagged(…, tags=<column>)",
            code="PTM206",
        )
    outside = [t for t in label.each if isinstance(t, int) and not 0 <= t < len(own)]
    if outside:
        raise DataError(
            f"{examples.source}: {clip(examples.ids[row], 40)} has the tag "
            f"{outside[0]}, and there are {len(own)}, counted from 0: {listed(own)}",
            code="PTM206",
        )
    return tuple(own[tag] if isinstance(tag, int) else tag for tag in label.each)


def _mapped(
    examples: Examples, rows: list[tuple[str, ...]], known: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """The rows by a map of tags or types.

    Raises:
        DataError: PTM206, it lacks a tag and its type, or leaves no entity of any.
    """
    tags = dict.fromkeys(tag for row in rows for tag in row)
    found = {tag: mapped_tag(tag, known) for tag in tags}
    lacking = next((tag for tag, to in found.items() if to is None), None)
    if lacking is not None:
        row = next(row for row, own in enumerate(rows) if lacking in own)
        raise DataError(
            f"{examples.source}: label_map has neither {lacking!r} of "
            f"{clip(examples.ids[row], 40)} nor its type; it has {listed(known)}",
            code="PTM206",
        )
    if set(found) - {OUTSIDE} and set(found.values()) == {OUTSIDE}:
        raise DataError(
            f"{examples.source}: label_map makes {OUTSIDE!r} of every tag, so that "
            "nothing is left to be found; name the types that are",
            code="PTM206",
        )
    if None not in map(parted, tags):
        # Where one entity ends is read before two types become one.
        rows = (
            [rewritten(row, "IOB2") for row in rows] if _merges(tags, known) else rows
        )
        return [tuple(mapped_tag(tag, known) or OUTSIDE for tag in row) for row in rows]
    return [tuple(found[tag] or OUTSIDE for tag in row) for row in rows]


def _merges(tags: Iterable[str], known: Mapping[str, str]) -> bool:
    """Whether two types of entities become one."""
    kinds = {place[1] for tag in tags if (place := parted(tag)) and place[1]}
    to = [known[kind] for kind in kinds if known.get(kind, OUTSIDE) != OUTSIDE]
    return len(set(to)) < len(to)


def _in_scheme_of(
    wanted: Scheme | None, rows: list[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """The rows as they are, or the same entities as the model's tags mark them."""
    held = scheme_of(list(dict.fromkeys(tag for tags in rows for tag in tags)))
    if held is None or wanted is None or held == wanted:
        return rows
    return [rewritten(tags, wanted) for tags in rows]
