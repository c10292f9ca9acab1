"""A tag for each word of a row, and how sure a model is of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, Protocol, Self, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.datasets.tags import Scheme, parted, scheme_of
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.table import Table, Tabular


@dataclass(frozen=True)
class Tagging(Tabular):
    """The tag of each word of each row.

    ``counts`` int32[n] is how many words a row has; those of all rows stand one after
    the other: ``predicted`` int32[m], the numbers of their tags among ``class_names``,
    ``probabilities`` float32[m] of these tags, and ``undecided`` bool[m], where
    another tag is as probable. ``scheme`` is how they mark entities, where that is said
    and not read off their names.

    Raises:
        ModelError: PTM313, the columns do not fit each other, or a number is that of no
            tag.
    """

    counts: NDArray[np.int32]
    predicted: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    undecided: NDArray[np.bool_]
    class_names: tuple[str, ...]
    scheme: Scheme | None = None

    def __post_init__(self) -> None:
        m = int(self.counts.sum())
        columns = (self.predicted, self.probabilities, self.undecided)
        if any(column.shape != (m,) for column in columns):
            shapes = [list(column.shape) for column in columns]
            raise ModelError(
                f"a model gave {shapes} tags, probabilities and undecided ones, and "
                f"its counts say that there are {m:,} words",
                code="PTM313",
            )
        most = len(self.class_names)
        if m and not 0 <= int(self.predicted.min()) <= int(self.predicted.max()) < most:
            raise ModelError(
                f"a model gave tags {int(self.predicted.min())} .. "
                f"{int(self.predicted.max())}, and it has {most:,}, counted from 0",
                code="PTM313",
            )

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows whose words all have a finite probability."""
        return self._rows_with(~np.isfinite(self.probabilities)) == 0

    def columns(self) -> Table:
        """What is said of each word; what the tags are called is shared."""
        each = {
            "predicted": self.predicted,
            "probabilities": self.probabilities,
            "undecided": self.undecided,
        }
        found = {name: Ragged(column, self.counts) for name, column in each.items()}
        shared = {"class_names": list(self.class_names), "scheme": self.scheme}
        return Table(found, shared)

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        columns = cast("dict[str, Ragged]", table.columns)
        values: dict[str, Any] = {name: each.values for name, each in columns.items()}
        names = cast("Sequence[str]", table.shared["class_names"])
        values["scheme"] = table.shared["scheme"]
        return cls(columns["predicted"].counts, **values, class_names=tuple(names))

    def joined(self, parts: NDArray[np.int32]) -> Self:
        """Windows of a row as one row, in the order they came."""
        starts = np.cumsum(parts) - parts
        counts = np.add.reduceat(self.counts, starts)
        return replace(self, counts=counts.astype(np.int32))

    def tags(self, row: int) -> tuple[str, ...]:
        """The tags of one row's words."""
        own: list[int] = Ragged(self.predicted, self.counts)[row].tolist()
        return tuple(self.class_names[tag] for tag in own)

    @property
    def marks(self) -> Scheme | None:
        """How the tags mark entities; None where they mark none."""
        return self.scheme or scheme_of(self.class_names)

    @property
    def tied(self) -> NDArray[np.bool_]:
        """Which rows have a word with several tags of one probability, bool[n]."""
        return self._rows_with(self.undecided) > 0

    @property
    def tie(self) -> str:
        """What is undecided about a tie."""
        return "a word with several tags of one probability"

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Rows with another tag at any word, or whose probabilities move by more."""
        moved = self._moved(other)
        return moved if tolerance is None else moved | ~(self.shift(other) <= tolerance)

    def shift(self, other: Self) -> NDArray[np.float64]:
        """How far the probability of any word's tag moves, at most; float64[n].

        By all there is where the word has another tag.
        """
        found = np.ones(len(self))
        alike = np.flatnonzero(~self._moved(other))
        mine, theirs = (
            Ragged(each.probabilities.astype(np.float64), each.counts)[alike]
            for each in (self, other)
        )
        away = np.abs(mine.values - theirs.values)
        filled = mine.counts > 0
        found[alike[~filled]] = 0.0
        if filled.any():
            largest = np.maximum.reduceat(away, mine.starts[filled])
            found[alike[filled]] = largest
        return found

    def said(self, row: int) -> str:
        """The tags of one row, those that are alike in a row together."""
        return runs(self.tags(row))

    def answer(self, row: int, vocabulary: Sequence[str] | None = None) -> Answer:
        """The tags of one row."""
        return Answer(self.said(row))

    def _moved(self, other: Self) -> NDArray[np.bool_]:
        """Rows with other tags, or more of them, or undecided elsewhere; bool[n]."""
        moved = self.counts != other.counts
        alike = np.flatnonzero(~moved)
        # What is undecided is no tag of its own.
        mine, theirs = (
            Ragged(np.where(each.undecided, -1, each.predicted), each.counts)[alike]
            for each in (self, other)
        )
        moved[np.repeat(alike, mine.counts)[mine.values != theirs.values]] = True
        return moved

    @cached_property
    def _rows(self) -> NDArray[np.intp]:
        """The row that each word is of."""
        return np.repeat(np.arange(len(self)), self.counts)

    def _rows_with(self, words: NDArray[np.bool_]) -> NDArray[np.intp]:
        """How many of these words each row has."""
        return np.bincount(self._rows[words], minlength=len(self))


@runtime_checkable
class OfScheme(Protocol):
    """A predictor of tags, which says how they mark entities."""

    @property
    def scheme(self) -> Scheme | None:
        """The scheme; None where their names show it."""
        ...


def tag_scheme(by: object) -> Scheme | None:
    """How the tags of a predictor mark entities; None where they mark none."""
    said = by.scheme if isinstance(by, OfScheme) else None
    return said or scheme_of(tag_names(by))


@runtime_checkable
class Tagger(Protocol):
    """A predictor of tags, which says what they are called."""

    @property
    def class_names(self) -> Sequence[str]:
        """The tags, in the order of their numbers."""
        ...


def tag_names(by: object) -> tuple[str, ...]:
    """What the tags of a predictor are called.

    Raises:
        ModelError: PTM313, it does not say so.
    """
    if not isinstance(by, Tagger):
        raise ModelError(
            f"{type(by).__name__} answers with tags and has no class_names, which say "
            "what they are called",
            code="PTM313",
        )
    return tuple(by.class_names)


def types_of(names: Sequence[str]) -> tuple[str, ...]:
    """The types of entities that tags are of; none where one is no such tag."""
    found = [parted(name) for name in names]
    if None in found:
        return ()
    kinds = dict.fromkeys(kind for each in found if each for kind in each[1:])
    return tuple(kind for kind in kinds if kind)


def runs(tags: Sequence[str]) -> str:
    """Tags as a person reads them: what stands several times in a row, counted.

    >>> runs(["O", "O", "B-person", "O"])
    'O×2 B-person O'
    """
    lengths = [(tag, len([*alike])) for tag, alike in groupby(tags)]
    return " ".join(tag if times == 1 else f"{tag}×{times}" for tag, times in lengths)
