"""Figures that can be made anew of a few numbers a row, such as sums over rows."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Evidence, Interval, Side

Floats = NDArray[np.float64]


@runtime_checkable
class KeptByRow(Protocol):
    """Evidence of a figure that the ``stats`` of rows make, of any of them.

    A stored run keeps the statistics, so that a later one can be held against it,
    whatever the figure is.
    """

    @property
    def stats(self) -> Floats:
        """What each row brings to the figure, float64[n, k]."""
        ...

    @property
    def value(self) -> float:
        """The figure."""
        ...

    def of(self, stats: Floats) -> Self:
        """The same figure of other rows, or of the same rows by another model."""
        ...

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """As all evidence has it."""
        ...


@runtime_checkable
class OfRowSums(KeptByRow, Protocol):
    """Evidence of a figure of the sums of ``stats``, such as a ratio of two of them."""

    def by_row(self) -> Floats:
        """The figure of each row alone, or what rises with it; float64[n]."""
        ...

    def less(self, other: Self) -> Evidence | None:
        """How far the figure lies above the other's, of the same rows.

        Raises:
            ArgumentError: they are figures of different things.
        """
        ...
