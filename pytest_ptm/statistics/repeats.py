"""Rows that ask the same: how many rows drawn apart they are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Which rows have equal inputs: ``which`` intp[n] holds one number for them all.

    A model answers equal inputs alike, so copies tell what one of them tells.
    """

    which: Rows

    @property
    def any(self) -> bool:
        """Whether some rows are copies of others."""
        return len(np.unique(self.which)) < len(self.which)

    def take(self, rows: Rows) -> Repeats:
        """These rows, in this order."""
        return Repeats(self.which[rows])

    @property
    def largest(self) -> float:
        """How many copies the most frequent input has, 1 or more.

        What rows are worth at the least, whichever of them a figure is over: for
        figures whose rows the answers pick, since those may all be copies of one.
        """
        return float(np.unique(self.which, return_counts=True)[1].max(initial=1))

    def factor(self, among: NDArray[np.bool_] | None = None) -> float:
        """How many rows are worth one that was drawn apart, 1 or more.

        Of n rows in copies of these sizes the error of a mean is that of n / factor
        (Kish, "Survey Sampling", 1965, section 8.2, with members all alike). ``among``
        picks the rows that a figure is over: then the larger of theirs and that of all
        rows, so that it does not depend on the answers which rows those are.
        """
        of_all = _factor(self.which)
        return of_all if among is None else max(of_all, _factor(self.which[among]))


def _factor(which: Rows) -> float:
    if not len(which):
        return 1.0
    sizes = np.unique(which, return_counts=True)[1]
    return float((sizes**2).sum() / sizes.sum())
