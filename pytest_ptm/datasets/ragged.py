"""Rows of unequal length in one array: columns of numbers that say how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Ragged:
    """Row i has ``counts[i]`` of the ``values``, which stand back to back.

    >>> Ragged.of([[7, 12], [], [3]])[np.array([2, 0])].values.tolist()
    [3, 7, 12]
    """

    values: NDArray[Any]
    counts: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]], *, shape: tuple[int, ...] = ()) -> Self:
        """These rows of whole numbers; ``shape`` is that of a single value.

        Raises:
            ArgumentError: one is none: give the constructor columns of others.
        """
        flat = [value for row in rows for value in row]
        given = np.array(flat) if flat else np.array(flat, dtype=np.int32)
        if given.dtype.kind not in "iub":
            raise ArgumentError(
                f"Ragged.of takes whole numbers, and these are {given.dtype}; others "
                "are Ragged(values, counts), values one after the other"
            )
        values = given.astype(np.int32).reshape(len(flat), *shape)
        return cls(values, np.array([len(row) for row in rows], dtype=np.int32))

    def __len__(self) -> int:
        return len(self.counts)

    # Its arrays may change, and hold too much to be digested at each look-up.
    __hash__ = None  # pyright: ignore[reportAssignmentType] - so Python says it

    # What dataclass makes of it compares arrays as truths, which NumPy refuses.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ragged):
            return NotImplemented
        alike = self.values.dtype == other.values.dtype
        return (
            alike
            and np.array_equal(self.counts, other.counts)
            and np.array_equal(self.values, other.values)
        )

    @overload
    def __getitem__(self, rows: int) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, rows: Rows) -> Self: ...
    def __getitem__(self, rows: int | Rows) -> NDArray[Any] | Self:
        """One row's values; or these rows, in this order, and nothing of the others."""
        if isinstance(rows, int):
            start = int(self.starts[rows])
            return self.values[start : start + int(self.counts[rows])]
        return type(self)(self.values[self.places(rows)], self.counts[rows])

    def keys(self) -> list[bytes]:
        """The values of each row as bytes: equal for two rows that hold the same."""
        data, width = (
            self.values.tobytes(),
            self.values.nbytes // max(1, len(self.values)),
        )
        bounds = zip(self.starts.tolist(), self.counts.tolist(), strict=True)
        return [data[at * width : (at + count) * width] for at, count in bounds]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where the values of each row begin."""
        starts = np.zeros(len(self.counts), dtype=np.int64)
        np.cumsum(self.counts[:-1], out=starts[1:])
        return starts

    def places(self, rows: Rows) -> Rows:
        """Where the values of these rows stand, row by row."""
        sizes = self.counts[rows].astype(np.intp)
        ends = np.cumsum(sizes)
        within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(
            ends - sizes, sizes
        )
        return np.repeat(self.starts[rows], sizes).astype(np.intp) + within

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, one after the other."""
        return cls(
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.counts for part in parts]),
        )
