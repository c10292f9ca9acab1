"""Are the answers right under other names?"""

from __future__ import annotations

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.classification.tallies import confusion_matrix

_STANDARD_ERRORS = 3
_CLEARLY_RIGHT = 0.6


def best_renaming(
    gold: NDArray[np.intp], predicted: NDArray[np.intp], k: int
) -> tuple[float, tuple[int, ...]]:
    """The best accuracy that renaming the predicted classes one to one can give.

    Beside it the renaming: its entry at a predicted class is the class it should be
    called.

    >>> best_renaming(np.array([0, 0, 1]), np.array([1, 1, 0]), 2)
    (1.0, (1, 0))
    """
    # scipy.optimize costs 0.1 s to import and most runs never ask.
    from scipy.optimize import linear_sum_assignment

    matrix = confusion_matrix(gold, predicted, k)
    to, called = cast(
        "tuple[NDArray[np.intp], NDArray[np.intp]]",
        linear_sum_assignment(matrix, maximize=True),
    )
    renaming = np.empty(k, dtype=np.intp)
    renaming[called] = to
    hits = int(matrix[to, called].sum())
    return hits / len(gold), tuple(int(index) for index in renaming)


def looks_swapped(gold: NDArray[np.intp], predicted: NDArray[np.intp], k: int) -> bool:
    """Whether the names of the classes, not the model, seem to be wrong.

    So if accuracy lies more than 3 standard errors below chance (1/k), more than one
    class was predicted and more than one is right, and a one-to-one renaming brings it
    to 0.6 or more. A hint for a message: a model that has learnt the opposite looks the
    same.
    """
    n = len(gold)
    if n == 0 or k < 2:
        return False
    if predicted.min() == predicted.max() or gold.min() == gold.max():
        return False
    chance = 1 / k
    error = math.sqrt(chance * (1 - chance) / n)
    accuracy = float((gold == predicted).mean())
    if accuracy >= chance - _STANDARD_ERRORS * error:
        return False
    return best_renaming(gold, predicted, k)[0] >= _CLEARLY_RIGHT
