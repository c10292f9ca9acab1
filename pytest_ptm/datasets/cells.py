"""One value of one column: what it may be, and what to say where it is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from pytest_ptm.datasets.table import SourceTable, listed_short
from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import DataError

_LARGEST_NUMBER = 1 << 63


class _Boxed(Protocol):
    def tolist(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, and the ids that stand beside it."""

    table: SourceTable
    name: str
    ids: Sequence[object] | None

    @property
    def values(self) -> Sequence[object]:
        """The values as the reader found them."""
        return self.table.columns[self.name]

    def wrong(self, row: int, why: str) -> DataError:
        """The error for a value: where it stands, its id, and what is the matter."""
        known = "" if self.ids is None else f" (id {shown(self.ids[row], 40)})"
        return DataError(
            f"{self.table.where(row)}{known}: {listed_short([self.name])}: {why}",
            code="PTM205",
        )

    def text(self, row: int) -> str:
        """The value, which must be a text."""
        value = unboxed(self.values[row])
        if not isinstance(value, str):
            empty = (
                '; leave the row out, or write "" for an empty text (CSV has none)'
                if is_nothing(value)
                else ""
            )
            raise self.wrong(row, f"expected a text, got {described(value)}{empty}")
        return value

    def short_text(self, row: int, *, what: str) -> str:
        """The value as the name of something: a text that is not blank, or a number."""
        value = unboxed(self.values[row])
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise self.wrong(row, f"expected {what}, got {described(value)}")
        if isinstance(value, int):
            self.refuse_huge(row, value)
            return str(value)
        if not value or value.isspace():
            raise self.wrong(row, f"expected {what}, got {described(value)}")
        self.refuse_surrogates(row, value)
        return value

    def refuse_huge(self, row: int, value: int) -> None:
        """Refuse a number no report could hold."""
        if abs(value) >= _LARGEST_NUMBER:
            raise self.wrong(
                row,
                f"the number has {value.bit_length():,} bits, and 63 is the most; "
                "write it as a text",
            )

    def refuse_surrogates(self, row: int, text: str) -> None:
        """Refuse half a character, which UTF-8 cannot hold."""
        if found := lone_surrogate(text):
            raise self.wrong(row, f"{found}; repair the text")


def lone_surrogate(text: str) -> str | None:
    """Which character is half of one, in words; None where all are whole."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return (
            f"character {error.start + 1} is the lone surrogate "
            f"U+{ord(text[error.start]):04X}, half of a character"
        )
    return None


def unboxed(value: object) -> object:
    """The Python value in a NumPy scalar or array, and in a subclass of str."""
    if type(value).__module__ == "numpy":
        return cast("_Boxed", value).tolist()
    if isinstance(value, str) and type(value) is not str:
        return str.__str__(value)
    return value


def described(value: object) -> str:
    """A value that was not expected, and its type."""
    if is_nothing(value):
        return f"{value}: the value is missing"
    if isinstance(value, str) and not value:
        return "an empty text"
    return f"{quoted(_repr(value), 60)} ({type(value).__name__})"


def is_nothing(value: object) -> bool:
    """Whether it stands for a value that is missing."""
    return (
        value is None
        # pandas has two more values for nothing.
        or type(value).__name__ in {"NAType", "NaTType"}
        or (isinstance(value, float) and math.isnan(value))
    )


def shown(value: object, width: int) -> str:
    """The value in double quotes, fit for a message."""
    return quoted(value if isinstance(value, str) else _repr(value), width)


def _repr(value: object) -> str:
    try:
        return repr(value)
    except ValueError:
        # Python refuses to write a whole number of more than 4,300 digits.
        return "a number too long to show"
