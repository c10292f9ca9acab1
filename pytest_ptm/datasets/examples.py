"""Examples: immutable columns, so that a million rows are not a million objects."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import Any, TypeVar, overload

import numpy as np

from pytest_ptm.datasets.gold_answers import GoldAnswers
from pytest_ptm.datasets.pictures import Picture, Pictures, fingerprint
from pytest_ptm.datasets.pixels import PictureRefused
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.datasets.references import References
from pytest_ptm.datasets.tags import Tags
from pytest_ptm.ground.display import clip, counted, listed
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.ground.names import require_name
from pytest_ptm.ground.unknown import nearest
from pytest_ptm.ground.whole import require_whole

Label = str | int | float | tuple[str | int, ...]
"""A class name, a class id, a score, or the set of classes that hold (multi-label)."""

Gold = Label | Tags | GoldAnswers | References
"""What is right of one row: a label, a tag for each of its words, answers, texts."""

T = TypeVar("T")
_HASHED_AT_ONCE = 65_536


@dataclass(frozen=True, slots=True)
class Example:
    """One row, made when somebody looks at it."""

    id: str
    inputs: Mapping[str, str]
    label: Gold | None
    groups: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    images: Mapping[str, Picture] = field(default_factory=dict[str, Picture])


@dataclass(frozen=True)
class Examples:
    """Texts, labels and groups by column; every operation gives new Examples.

    ``inputs`` maps a field (``text``, ``text_pair``) to its column of texts, ``lists``
    one that holds several texts a row, such as ``choices``, ``images`` one of images,
    and ``numbers`` one that no person reads, such as tokens asked about, to its own;
    ``labels`` is ``None`` for unlabelled data; ``groups`` maps a column name to its
    values.
    ``label_names`` are what the source itself calls the classes that its labels number.
    ``mapped``: a ``label_map`` said what each label means, so that a text is a class
    name and a whole number a class id, whatever the classes are called.
    """

    ids: tuple[str, ...]
    inputs: Mapping[str, tuple[str, ...]]
    labels: tuple[Gold, ...] | None = None
    groups: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    source: str = "examples"
    label_names: tuple[str, ...] | None = None
    mapped: bool = False
    numbers: Mapping[str, Ragged] = field(default_factory=dict[str, Ragged])
    lists: Mapping[str, tuple[tuple[str, ...], ...]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], ...]]
    )
    images: Mapping[str, Pictures] = field(default_factory=dict[str, Pictures])

    def __post_init__(self) -> None:
        for name in ("inputs", "groups", "numbers", "lists", "images"):
            held: Mapping[str, object] = getattr(self, name)
            object.__setattr__(self, name, MappingProxyType(dict(held)))
        columns = {
            **self.inputs,
            **self.numbers,
            **self.lists,
            **self.images,
            **self.groups,
            "labels": self.ids if self.labels is None else self.labels,
        }
        for name, column in columns.items():
            if len(column) != len(self.ids):
                raise ArgumentError(
                    f"column {name!r} has {counted(len(column), 'value')} for "
                    f"{counted(len(self.ids), 'id')}"
                )

    def __len__(self) -> int:
        return len(self.ids)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled as plain columns: a view of a mapping cannot be."""
        columns = (dict(self.inputs), self.labels, dict(self.groups))
        said = (self.source, self.label_names, self.mapped, dict(self.numbers))
        return Examples, (
            self.ids,
            *columns,
            *said,
            dict(self.lists),
            dict(self.images),
        )

    def __iter__(self) -> Iterator[Example]:
        return (self[row] for row in range(len(self)))

    @overload
    def __getitem__(self, row: int) -> Example: ...
    @overload
    def __getitem__(self, row: slice) -> Examples: ...
    def __getitem__(self, row: int | slice) -> Example | Examples:
        if isinstance(row, slice):
            return self.take(range(len(self))[row])
        return Example(
            id=self.ids[row],
            inputs={name: column[row] for name, column in self.inputs.items()},
            label=None if self.labels is None else self.labels[row],
            groups={name: column[row] for name, column in self.groups.items()},
            lists={name: column[row] for name, column in self.lists.items()},
            images={name: column[row] for name, column in self.images.items()},
        )

    def __repr__(self) -> str:
        columns = [*self.images, *self.inputs, *self.lists, *self.numbers, *self.groups]
        # What no one has looked at is not decoded to be shown in a debugger.
        known = "" if self.images else f" · {self.fingerprint[:8]}"
        return (
            f"<{len(self)} examples from {self.source}: {', '.join(columns)}"
            f"{'' if self.labels is None else ', labels'}{known}>"
        )

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the content: ids, inputs, lists, numbers, labels and groups.

        Of an image its pixels, wherever it lies and however it is stored.

        Raises:
            DataError: PTM218, an image has none.
        """
        digest = hashlib.sha256()
        columns: list[tuple[str, Sequence[object]]] = [
            ("id", self.ids),
            *((f"input:{name}", self.inputs[name]) for name in sorted(self.inputs)),
            *((f"group:{name}", self.groups[name]) for name in sorted(self.groups)),
        ]
        if self.labels is not None:
            columns.append(("label", [repr(label) for label in self.labels]))
        for name in sorted(self.lists):
            counts = [len(texts) for texts in self.lists[name]]
            columns += [
                (
                    f"list:{name}",
                    [text for texts in self.lists[name] for text in texts],
                ),
                (f"counts:{name}", counts),
            ]
        for name in sorted(self.images):
            digest.update(f"\x00images:{name}\x00".encode())
            digest.update(b"".join(self._of_pixels(name)))
        for name in sorted(self.numbers):
            numbers = self.numbers[name]
            digest.update(f"\x00numbers:{name}\x00{numbers.values.dtype.str}".encode())
            digest.update(f"\x00{numbers.values.shape}\x00".encode())
            digest.update(numbers.counts.tobytes() + numbers.values.tobytes())
        for name, column in columns:
            digest.update(f"\x00{name}\x00{len(column)}\x00".encode())
            for start in range(0, len(column), _HASHED_AT_ONCE):
                part = [str(value) for value in column[start : start + _HASHED_AT_ONCE]]
                # Lengths first: ("ab", "c") and ("a", "bc") are different columns.
                digest.update(",".join(map(str, map(len, part))).encode())
                digest.update("".join(part).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def _of_pixels(self, name: str) -> Iterator[bytes]:
        for identity, picture in zip(self.ids, self.images[name], strict=True):
            try:
                yield fingerprint(picture)
            except PictureRefused as refused:
                raise DataError(
                    f"{self.source}: example {identity}: {refused.message}",
                    code=refused.code,
                ) from None

    def take(self, rows: Iterable[int]) -> Examples:
        """These rows, in this order.

        Raises:
            ArgumentError: a row is told by True or False, which are the rows 1 and 0.
        """
        chosen = list(rows)
        if chosen and isinstance(chosen[0], (bool, np.bool_)):
            raise ArgumentError(
                "take(): expected the numbers of rows, got a truth value for each; "
                "write filter(lambda row: …), or take(np.flatnonzero(mask))"
            )
        places = np.array(chosen, dtype=np.intp)

        def cut(column: tuple[T, ...]) -> tuple[T, ...]:
            # Of one row alone an itemgetter gives no tuple; of many it is twice as
            # fast, which windows of a shuffle are made of.
            if len(chosen) < 2:
                return tuple([column[row] for row in chosen])
            return itemgetter(*chosen)(column)

        return Examples(
            ids=cut(self.ids),
            inputs={name: cut(column) for name, column in self.inputs.items()},
            labels=None if self.labels is None else cut(self.labels),
            groups={name: cut(column) for name, column in self.groups.items()},
            numbers={name: each[places] for name, each in self.numbers.items()},
            lists={name: cut(column) for name, column in self.lists.items()},
            images={name: each[places] for name, each in self.images.items()},
            source=self.source,
            label_names=self.label_names,
            mapped=self.mapped,
        )

    def only(self, *fields: str) -> Examples:
        """The same rows with these inputs alone: "image" of images with captions.

        Raises:
            ArgumentError: there is no such input, or none is named; the message lists
                those there are.
        """
        held = {**self.inputs, **self.lists, **self.images, **self.numbers}
        if not fields:
            raise ArgumentError(f"only(): name an input: {listed(list(held))}")
        for name in fields:
            if name not in held:
                raise ArgumentError(
                    f"{self.source} has no input {name!r}; it has {listed(list(held))}"
                )
        return replace(
            self,
            inputs=_named(self.inputs, fields),
            lists=_named(self.lists, fields),
            images=_named(self.images, fields),
            numbers=_named(self.numbers, fields),
        )

    def where(self, **groups: str) -> Examples:
        """The rows whose group columns have these values.

        Raises:
            ArgumentError: there is no such column, or no row has the value.
        """
        rows: Iterable[int] = range(len(self))
        for name, value in groups.items():
            column = self.group(name)
            if require_name(name, value, such_as=column[0]) not in set(column):
                raise ArgumentError(
                    f"no example has {name}={value!r}; "
                    f"found {listed(sorted(set(column)))}"
                )
            rows = [row for row in rows if column[row] == value]
        return self.take(rows)

    def filter(self, keep: Callable[[Example], bool]) -> Examples:
        """The rows for which ``keep`` says True.

        Raises:
            ArgumentError: it says neither True nor False: a coroutine, or a method that
                is not called, is true of every row.
        """
        kept: list[int] = []
        for row, example in enumerate(self):
            said: Any = keep(example)
            if not isinstance(said, (bool, np.bool_)):
                raise ArgumentError(
                    f"filter(): expected True or False, got {clip(repr(said), 60)} for "
                    f"{example.id}; where something found counts, say bool(…)"
                )
            if said:
                kept.append(row)
        return self.take(kept)

    def sample(self, n: int, *, seed: int = 0) -> Examples:
        """``n`` rows drawn without replacement, in their old order; all if fewer.

        Raises:
            ArgumentError: ``n`` or ``seed`` is no whole number from 0 on.
        """
        n = require_whole("n", n, least=0)
        seed = require_whole("seed", seed, least=0)
        if n >= len(self):
            return self
        return self.take(sorted(random.Random(seed).sample(range(len(self)), n)))

    def group(self, name: str) -> tuple[str, ...]:
        """The values of one group column.

        Raises:
            ArgumentError: there is no such column; the message lists those there are.
        """
        if require_name("group", name, such_as="dialect") not in self.groups:
            near = nearest(name, [*self.groups])
            do = f"Load it with groups=[{name!r}]"
            raise ArgumentError(
                f"{self.source} has no group column {name!r}; "
                f"it has {listed(sorted(self.groups)) or 'none'}. "
                f"{do if near is None else f'Did you mean {near!r}?'}"
            )
        return self.groups[name]


def _named(columns: Mapping[str, T], names: Iterable[str]) -> dict[str, T]:
    return {name: each for name, each in columns.items() if name in names}
