"""Answers as plain columns: take, concatenate and bytes, once for every task.

What stands in a table holds nothing alive, so that the memo, a file and another process
keep the answers of any task alike.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.ragged import Ragged, Rows

Column = NDArray[Any] | Ragged
_MAGIC = b"ptm-table-1\n"
_KINDS = "biuf"
"""Kinds of numbers that are written: truth, whole with a sign or without, and real."""


class Table:
    """Columns with a row for each question, and what is ``shared`` by all rows.

    ``shared`` is JSON, such as the names of the classes: one for a whole fingerprint.
    """

    # Made for every part that anybody takes: a frozen dataclass costs twice as much.
    __slots__ = ("columns", "shared")
    columns: Mapping[str, Column]
    shared: Mapping[str, object]

    def __init__(
        self, columns: Mapping[str, Column], shared: Mapping[str, object]
    ) -> None:
        self.columns = columns
        self.shared = shared

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def means_as(self, other: Table) -> bool:
        """Whether all rows of both share the same."""
        # A tuple is a list where it has been written and read again.
        mine, theirs = self.shared, other.shared
        return mine == theirs or json.dumps(mine) == json.dumps(theirs)

    def take(self, rows: Rows) -> Table:
        """These rows, in this order, and nothing of the others."""
        return Table(
            {name: column[rows] for name, column in self.columns.items()}, self.shared
        )

    @staticmethod
    def concatenate(parts: Sequence[Table]) -> Table:
        """The rows of all parts, one after the other.

        Raises:
            ValueError: their columns have other names, or mean something else.
        """
        first = parts[0]
        for part in parts[1:]:
            if part.columns.keys() != first.columns.keys():
                raise ValueError(
                    f"columns {list(part.columns)} beside {list(first.columns)}"
                )
            if not part.means_as(first):
                raise ValueError(f"{part.shared} shared beside {first.shared}")
        return Table(
            {
                name: _joined([part.columns[name] for part in parts])
                for name in first.columns
            },
            first.shared,
        )

    def to_bytes(self) -> bytes:
        """A header that says what stands where, then the columns as they are."""
        described: dict[str, list[object]] = {}
        buffers: list[bytes] = []
        for name, column in self.columns.items():
            arrays = _arrays(column)
            described[name] = [[_spelled(array), array.shape] for array in arrays]
            buffers += [
                array.astype(_spelled(array), order="C").tobytes() for array in arrays
            ]
        header = json.dumps({"columns": described, "shared": self.shared}).encode()
        return b"".join((_MAGIC, len(header).to_bytes(8, "little"), header, *buffers))

    @classmethod
    def from_bytes(cls, data: bytes) -> Table:
        """What ``to_bytes`` wrote.

        Raises:
            ValueError: it wrote something else than this; nothing is guessed.
        """
        start = len(_MAGIC) + 8
        if data[: len(_MAGIC)] != _MAGIC or len(data) < start:
            raise ValueError(f"no table: it begins with {data[:16]!r}")
        end = start + int.from_bytes(data[len(_MAGIC) : start], "little")
        try:
            header = json.loads(data[start:end])
            described, shared = dict(header["columns"]), dict(header["shared"])
            reader = _Reader(data, end)
            columns = {name: reader.column(*each) for name, each in described.items()}
        except (KeyError, TypeError) as error:
            raise ValueError(f"no header of a table: {error}") from error
        if reader.at != len(data):
            raise ValueError(f"{len(data) - reader.at:,} bytes that no column has")
        if len({len(column) for column in columns.values()}) != 1:
            raise ValueError("columns of unequal length, or none")
        return cls(columns, shared)


_Described = tuple[str, Sequence[int]]
"""The dtype and the shape of an array, as a header has them."""


class _Reader:
    """Takes arrays off bytes, one after the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def column(self, whole: _Described, counted: _Described | None = None) -> Column:
        values = self._array(*whole)
        if counted is None:
            return values
        counts = self._array(*counted)
        if counts.ndim != 1 or counts.dtype.kind not in "iu" or (counts < 0).any():
            raise ValueError("counts that count nothing")
        if int(counts.sum(dtype=np.int64)) != len(values):
            raise ValueError(f"{len(values):,} values, and counts of another sum")
        return Ragged(values, counts.astype(np.int32))

    def _array(self, spelled: str, shape: Sequence[int]) -> NDArray[Any]:
        dtype = np.dtype(spelled)
        if dtype.kind not in _KINDS or not shape or min(shape) < 0:
            raise ValueError(f"no column of numbers: {spelled} {shape}")
        size = math.prod(shape)
        end = self.at + size * dtype.itemsize
        if end > len(self.data):
            raise ValueError(f"cut off: {end - len(self.data):,} bytes are missing")
        array = np.frombuffer(self.data, dtype, size, self.at).reshape(shape)
        self.at = end
        return array.astype(dtype.newbyteorder("="))


def _joined(columns: Sequence[Column]) -> Column:
    if isinstance(columns[0], Ragged):
        return Ragged.concatenate(cast("Sequence[Ragged]", columns))
    return np.concatenate(cast("Sequence[NDArray[Any]]", columns))


def _arrays(column: Column) -> tuple[NDArray[Any], ...]:
    """What is written of a column: itself, or its values and narrow counts."""
    if not isinstance(column, Ragged):
        return (column,)
    # Most rows have few values, and four bytes to say so would be half of an answer.
    most = int(column.counts.max(initial=0))
    return column.values, column.counts.astype(np.min_scalar_type(most))


def _spelled(array: NDArray[Any]) -> str:
    """The dtype as it is written, the lowest byte first on every machine.

    Raises:
        ValueError: the array holds no numbers.
    """
    if array.dtype.kind not in _KINDS:
        raise ValueError(f"a column of {array.dtype}, which is no number")
    return array.dtype.newbyteorder("<").str


class Columnar(Protocol):
    """Anything that is made of columns and can be made of them again."""

    def columns(self) -> Table:
        """Everything that is held, as plain columns."""
        ...

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        ...


A = TypeVar("A", bound=Columnar)


def take(answers: A, rows: Rows) -> A:
    """These rows, in this order."""
    return answers.from_columns(answers.columns().take(rows))


def concatenate(parts: Sequence[A]) -> A:
    """The rows of all parts, one after the other.

    Raises:
        ValueError: their columns do not mean the same.
    """
    return parts[0].from_columns(Table.concatenate([p.columns() for p in parts]))


class Tabular:
    """What answers inherit that give ``columns`` and take ``from_columns``."""

    def take(self: A, rows: Rows) -> A:
        """These rows, in this order."""
        return take(self, rows)

    def __reduce__(self: Columnar) -> tuple[object, ...]:
        """Pickled as their columns, without what was derived from them meanwhile."""
        return _revived, (type(self), self.columns().to_bytes())


def _revived(kind: type[A], data: bytes) -> A:
    return kind.from_columns(Table.from_bytes(data))
