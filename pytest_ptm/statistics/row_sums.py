"""Figures that are functions of sums over rows: what a row adds to each of them."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Evidence, Interval, Side

Floats = NDArray[np.float64]


@runtime_checkable
class OfRowSums(Protocol):
    """Evidence of a figure of the sums of ``stats``, such as a ratio of two of them.

    A stored run keeps the statistics, so that a later one can be held against it row by
    row, whatever the figure is.
    """

    @property
    def stats(self) -> Floats:
        """What each row adds to each sum, float64[n, k]."""
        ...

    @property
    def value(self) -> float:
        """The figure."""
        ...

    def of(self, stats: Floats) -> Self:
        """The same figure of other rows, or of the same rows by another model."""
        ...

    def by_row(self) -> Floats:
        """The figure of each row alone, or what rises with it; float64[n]."""
        ...

    def less(self, other: Self) -> Evidence | None:
        """How far the figure lies above the other's, of the same rows.

        Raises:
            ArgumentError: they are figures of different things.
        """
        ...

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """As all evidence has it."""
        ...
