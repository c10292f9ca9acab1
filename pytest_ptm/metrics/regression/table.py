"""Every metric of predicted numbers by name, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.protocol import Kind, Metric, Range
from pytest_ptm.metrics.regression import figures
from pytest_ptm.metrics.regression.figures import Numbers
from pytest_ptm.results import Measurement
from pytest_ptm.tasks.numbers.answers import Regression
from pytest_ptm.tasks.protocol import Payload, Predictor

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


@dataclass
class _Numbers:
    """The metrics of answers that are numbers, of whatever they say."""

    answers: type[Regression]
    metrics: Mapping[str, Metric[Any]] = field(default_factory=lambda: METRICS)

    def require(
        self, metric: str, by: Predictor[Payload, Regression], positive: int | None
    ) -> None:
        if positive is not None:
            raise ArgumentError(f"{metric} is of numbers and takes no positive=")

    def unit_range(
        self, metric: str, by: Predictor[Payload, Regression], positive: int | None
    ) -> Range | None:
        # An error has no end, and a correlation is of all answers.
        return None

    def measure(
        self,
        metric: str,
        gold: NDArray[np.float64],
        predictions: Regression,
        *,
        positive: int | None = None,
    ) -> Measurement:
        wanted = METRICS[metric]
        asked = Numbers(metric, gold, predictions.values.astype(np.float64))
        value, evidence = wanted.figure(asked)
        return Measurement.of(metric, value, len(gold), wanted.better, evidence)

    def scores(
        self,
        metric: str,
        gold: NDArray[np.float64],
        predictions: Regression,
        *,
        positive: int | None = None,
    ) -> NDArray[np.float64]:
        raise ValueError(f"{metric} is no mean within a known range")

    def right(
        self,
        metric: str,
        gold: NDArray[np.float64],
        predictions: Regression,
        *,
        positive: int | None = None,
    ) -> NDArray[np.bool_] | None:
        return None

    def away(
        self, metric: str, gold: NDArray[np.float64], predictions: Regression
    ) -> NDArray[np.float64] | None:
        # A correlation is of units of its own: an error in others says nothing of it.
        places = figures.PLACES.get(metric)
        if places is None:
            return None
        return np.abs(places(predictions.values.astype(np.float64)) - places(gold))

    def remarks(
        self, gold: NDArray[np.float64], predictions: Regression
    ) -> Sequence[str]:
        return ()


def figures_of(answers: type[Regression]) -> Kind[Any]:
    """The metrics of one type of numbers."""
    return _Numbers(answers)


KIND: Kind[Regression] = figures_of(Regression)
