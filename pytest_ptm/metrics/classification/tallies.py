"""What is counted: gold against predicted, class by class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Figures = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tallies:
    """For each class how often it was right, in the gold labels, and predicted.

    Each is float64[..., k]; the leading axis, where there is one, runs over resamples.
    Precision, recall, F1 and Matthews' coefficient need nothing else.
    """

    hits: Figures
    gold: Figures
    predicted: Figures

    @property
    def total(self) -> Figures:
        """All single-label examples, for each class the same, float64[..., k]."""
        return np.broadcast_to(self.gold.sum(axis=-1, keepdims=True), self.gold.shape)

    @classmethod
    def of_matrices(cls, matrices: Figures) -> Tallies:
        """Counted from confusion matrices [..., k, k], rows gold, columns predicted."""
        return cls(
            hits=np.diagonal(matrices, axis1=-2, axis2=-1),
            gold=matrices.sum(axis=-1),
            predicted=matrices.sum(axis=-2),
        )

    @classmethod
    def of_decisions(
        cls, gold: NDArray[np.bool_], decided: NDArray[np.bool_]
    ) -> Tallies:
        """Counted from multi-label rows [n, k], each class by itself."""
        return cls(
            hits=(gold & decided).sum(axis=0, dtype=np.float64),
            gold=gold.sum(axis=0, dtype=np.float64),
            predicted=decided.sum(axis=0, dtype=np.float64),
        )


def confusion_matrix(
    gold: NDArray[np.intp], predicted: NDArray[np.intp], k: int
) -> NDArray[np.int64]:
    """How often each gold class (row) was predicted as each (column), int64[k, k].

    >>> gold, predicted = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> confusion_matrix(gold, predicted, 2).tolist()
    [[1, 1], [0, 1]]
    """
    cells = np.bincount(gold * k + predicted, minlength=k * k)
    return cells.astype(np.int64).reshape(k, k)


def ratio(numerator: Figures, denominator: Figures) -> Figures:
    """One over the other; NaN, not 0, where there is nothing to divide by.

    Also of fractions (`statistics.exact`), whose division by 0 would raise.
    """
    nothing = denominator == 0
    return np.where(nothing, np.nan, numerator / np.where(nothing, 1, denominator))
