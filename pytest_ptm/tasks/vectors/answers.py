"""Vectors as answers: one for each text, or how alike two of them are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.numbers.answers import Regression
from pytest_ptm.tasks.table import Table, Tabular
from pytest_ptm.tasks.vectors.cosine import cosines

_SHOWN = 3
"""So many numbers of a vector are shown: they tell it from another, and no more."""


@dataclass(frozen=True)
class Embeddings(Tabular):
    """A vector for each text, float32[n, d], as the model gave it."""

    vectors: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Refuse what is not one vector of real numbers a row."""
        _require_vectors(self.vectors)

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows whose vector has a direction: all numbers are finite, and some not 0."""
        return _have_directions(self.vectors)

    def columns(self) -> Table:
        """The vectors; nothing is shared."""
        return Table({"vectors": self.vectors}, {})

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        return cls(cast("Any", table.columns["vectors"]))

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Rows whose vectors are turned by more than this, bool[n].

        Without a tolerance any number of them that is another counts.
        """
        if tolerance is None:
            return (self.vectors != other.vectors).any(axis=1)
        # What cannot be compared is no small difference.
        return ~(self.shift(other) <= tolerance)

    def shift(self, other: Self) -> NDArray[np.float64]:
        """How far each vector turns, 1 - cosine: 0 not at all, 2 about; float64[n]."""
        return 1.0 - cosines(self.vectors, other.vectors)

    def said(self, row: int) -> str:
        """The first numbers of one row and its length.

        >>> Embeddings(np.array([[3.0, 4.0]], "f4")).said(0)
        '[3.000 4.000] of length 5.000'
        """
        vector = self.vectors[row]
        first = " ".join(f"{number:z.3f}" for number in vector[:_SHOWN].tolist())
        more = " …" if len(vector) > _SHOWN else ""
        return f"[{first}{more}] of length {float(np.linalg.norm(vector)):z.3f}"

    def answer(self, row: int, vocabulary: Sequence[str] | None = None) -> Answer:
        """The vector of one row."""
        return Answer(self.said(row), vector=tuple(self.vectors[row].tolist()))


@dataclass(frozen=True)
class Similarities(Regression):
    """How alike the two texts of each pair are: the cosine of their vectors.

    As a model is asked there is a row for each text of a pair, and ``vectors``
    float32[n, d] are what it said; ``joined`` makes the ``values`` of them.
    """

    vectors: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Refuse what is neither one number nor one vector a row."""
        super().__post_init__()
        if self.vectors is not None:
            _require_vectors(self.vectors)

    @classmethod
    def of_texts(cls, vectors: NDArray[np.float32]) -> Self:
        """Rows that are texts, both of a pair one after the other."""
        _require_vectors(vectors)
        return cls(np.zeros(len(vectors), dtype=np.float32), vectors)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows whose number is finite, or whose vector has a direction."""
        return super().valid if self.vectors is None else _have_directions(self.vectors)

    def joined(self, parts: NDArray[np.int32]) -> Self:
        """The cosine of each pair."""
        if self.vectors is None or (parts != 2).any():
            raise ValueError("a pair is made of two texts, each with its vector")
        found = cosines(self.vectors[::2], self.vectors[1::2])
        return type(self)(found.astype(np.float32))

    def columns(self) -> Table:
        """The numbers, and of rows that are texts their vectors."""
        held: dict[str, Any] = {"values": self.values}
        if self.vectors is not None:
            held["vectors"] = self.vectors
        return Table(held, {})

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        columns = cast("dict[str, Any]", table.columns)
        return cls(columns["values"], columns.get("vectors"))


def _require_vectors(vectors: NDArray[Any]) -> None:
    dtype = getattr(vectors, "dtype", None)
    if dtype is None or dtype.kind not in "fiu" or vectors.ndim != 2:
        shape = getattr(vectors, "shape", None)
        raise ModelError(
            f"a model gave {dtype or type(vectors).__name__} of shape {shape} for "
            "vectors; there is one vector for each text, float32[n, d]",
            code="PTM313",
        )


def _have_directions(vectors: NDArray[Any]) -> NDArray[np.bool_]:
    finite = np.isfinite(vectors).all(axis=1, keepdims=True)
    return (finite & (vectors != 0)).any(axis=1)
