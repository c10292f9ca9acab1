"""The question of a metric, a row of what is right beside each answer."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError, DataError

S = TypeVar("S", bound=Sized)


@dataclass(frozen=True)
class RowQuestion(Generic[S]):
    """What is right of each row, and what was said.

    ``one_each``: what the right ones are of so many rows, and ``none`` that there are
    none, as messages say it.

    Raises:
        ArgumentError: they are not as many.
        DataError: PTM207, there are none.
    """

    metric: str
    gold: NDArray[Any]
    said: S

    one_each: ClassVar[str]
    none: ClassVar[str]

    def __post_init__(self) -> None:
        if len(self.gold) != len(self.said):
            raise ArgumentError(
                f"gold must be {self.one_each.format(len(self.said))}; got "
                f"{len(self.gold)}"
            )
        if not len(self.gold):
            raise self.undefined(self.none)

    def undefined(self, why: str) -> DataError:
        """The error that the metric has no value here."""
        return DataError(f"{self.metric} is undefined: {why}.", code="PTM207")
