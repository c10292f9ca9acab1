"""A figure of sums over rows, such as the mean F1 of several types or corpus BLEU."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.statistics.evidence import SEED, Bootstrapped
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.statistics.resampling import Resamples, Statistic, row_resamples

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FigureOfSums(Bootstrapped):
    """``statistic`` of the sums of ``rows``, float64[n, s], which were drawn apart.

    Koehn, "Statistical significance tests for machine translation evaluation", EMNLP
    2004: rows are drawn again, and their sums taken anew.
    """

    rows: Floats
    statistic: Statistic

    @property
    def value(self) -> float:
        """The figure."""
        return float(self.statistic(self.rows.sum(axis=0)[np.newaxis])[0])

    def drawn(self) -> Resamples:
        """Drawn row by row."""
        return row_resamples(self.rows, self.statistic, seed=SEED)

    def clustered(self, clusters: NDArray[np.generic] | tuple[str, ...]) -> Self:
        """The same over rows that hang together."""
        _, which = np.unique(np.asarray(clusters), return_inverse=True)
        return self._over(which)

    def repeated(self, repeats: Repeats) -> Self:
        """The same with rows of equal inputs as one."""
        return self._over(np.unique(repeats.which, return_inverse=True)[1])

    def _over(self, which: NDArray[np.intp]) -> Self:
        columns = [np.bincount(which, weights=column) for column in self.rows.T]
        return replace(self, rows=np.stack(columns, axis=1))
