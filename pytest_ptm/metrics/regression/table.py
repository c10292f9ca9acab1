"""Every metric of predicted numbers by name, one line each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.plain_kind import PlainKind
from pytest_ptm.metrics.protocol import Kind, Metric
from pytest_ptm.metrics.regression import figures
from pytest_ptm.metrics.regression.figures import Numbers
from pytest_ptm.tasks.numbers.answers import Regression

_VARY = "of how all answers vary together"
_TABLE = (
    Metric("pearson", figures.pearson, low=-1.0, together=_VARY),
    Metric("spearman", figures.spearman, low=-1.0, together=_VARY),
    Metric(
        "mean_squared_error",
        figures.mean_squared_error,
        better="lower",
        high=None,
        scored=True,
    ),
    Metric(
        "mean_absolute_error",
        figures.mean_absolute_error,
        better="lower",
        high=None,
        scored=True,
    ),
)
METRICS = {metric.name: metric for metric in _TABLE}


class _Numbers(PlainKind[Regression]):
    """The metrics of answers that are numbers, of whatever they say.

    None is a mean within a range: an error has no end, a correlation is of all answers.
    """

    of_what = "numbers"
    metrics = METRICS

    def __init__(self, answers: type[Regression]) -> None:
        self.answers = answers

    def asked(
        self,
        metric: str,
        gold: NDArray[np.float64],
        predictions: Regression,
        positive: int | None,
    ) -> Numbers:
        return Numbers(metric, gold, predictions.values.astype(np.float64))

    def away(
        self, metric: str, gold: NDArray[np.float64], predictions: Regression
    ) -> NDArray[np.float64] | None:
        # A correlation is of units of its own: an error in others says nothing of it.
        places = figures.PLACES.get(metric)
        if places is None:
            return None
        return np.abs(places(predictions.values.astype(np.float64)) - places(gold))


def figures_of(answers: type[Regression]) -> Kind[Any]:
    """The metrics of one type of numbers."""
    return _Numbers(answers)


KIND: Kind[Regression] = figures_of(Regression)
