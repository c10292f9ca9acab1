"""Figures of predicted numbers against the right ones: errors and correlations.

Definitions are those of scikit-learn (errors) and SciPy (correlations).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.statistics.correlated import LEAST_PAIRS, CorrelationOf
from pytest_ptm.statistics.evidence import MeanOf
from pytest_ptm.statistics.ranking import midranks

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The question of one metric: the right numbers and the predicted, float64[n].

    Raises:
        ArgumentError: they are not as many.
        DataError: PTM207, there are none, or one is not finite.
    """

    metric: str
    gold: Floats
    predicted: Floats

    def __post_init__(self) -> None:
        if self.gold.shape != self.predicted.shape or self.gold.ndim != 1:
            raise ArgumentError(
                f"gold must be {len(self.predicted)} numbers, one a prediction; got "
                f"{list(self.gold.shape)}"
            )
        if not len(self.gold):
            raise self.undefined("there are no examples. Give at least one")
        if not np.isfinite(self.gold).all() or not np.isfinite(self.predicted).all():
            raise self.undefined(
                "a number is NaN or infinite. Find out why, or leave the row out"
            )

    def undefined(self, why: str) -> DataError:
        """The error that the metric has no value here."""
        return DataError(f"{self.metric} is undefined: {why}.", code="PTM207")


def squared_errors(asked: Numbers) -> Floats:
    """What each example adds to the mean squared error."""
    with np.errstate(over="ignore"):
        return (asked.predicted - asked.gold) ** 2


def absolute_errors(asked: Numbers) -> Floats:
    """What each example adds to the mean absolute error."""
    with np.errstate(over="ignore"):
        return np.abs(asked.predicted - asked.gold)


def mean_squared_error(asked: Numbers) -> Estimate:
    """The mean of the squared differences, in squared units of the labels."""
    return _mean(asked, squared_errors(asked))


def mean_absolute_error(asked: Numbers) -> Estimate:
    """The mean of the absolute differences, in units of the labels."""
    return _mean(asked, absolute_errors(asked))


def pearson(asked: Numbers) -> Estimate:
    """The product-moment correlation of predictions and labels, in [-1, 1]."""
    return _correlation(asked, ranks=False)


def spearman(asked: Numbers) -> Estimate:
    """The correlation of their ranks, in [-1, 1]; equal values share a rank."""
    return _correlation(asked, ranks=True)


def standardized(column: Floats) -> Floats:
    """How many standard deviations each value is above the mean."""
    return (column - column.mean()) / (column.std() or 1.0)


def places(column: Floats) -> Floats:
    """Where each value stands among all, from 0 to 1; equal ones share the place."""
    return midranks(column) / len(column)


PLACES = {"pearson": standardized, "spearman": places}
"""What a correlation compares of both columns, row by row."""


def _correlation(asked: Numbers, *, ranks: bool) -> Estimate:
    for what, column in (("labels", asked.gold), ("predictions", asked.predicted)):
        if column.min() == column.max():
            raise asked.undefined(
                f"all {len(column):,} {what} are {float(column[0]):g}, and a "
                "correlation is of two things that vary. Use mean_absolute_error"
            )
    found = CorrelationOf(asked.predicted, asked.gold, ranks)
    return found.value, found if len(asked.gold) >= LEAST_PAIRS else None


def _mean(asked: Numbers, scores: Floats) -> Estimate:
    if not np.isfinite(scores).all():
        raise asked.undefined("an error is too large for a float")
    return math.fsum(scores) / len(scores), MeanOf(scores, least=0.0, most=math.inf)
