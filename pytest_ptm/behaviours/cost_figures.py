"""What times, peaks and sizes come to: the figures of what answers cost."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import Measurement
from pytest_ptm.statistics.quantiles import QuantileOf, nearest_rank

CostFigure = Literal["p95_ms", "relative_time", "memory_mb", "parameters"]
BOUNDS: dict[CostFigure, str] = {
    "p95_ms": "at_most_p95_ms",
    "relative_time": "at_most_relative",
    "memory_mb": "at_most_memory_mb",
    "parameters": "at_most_parameters",
}
"""The figures that have a bound, and what the assertion calls it."""

QUANTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
MS = 1e3
"""Milliseconds in a second."""
BYTES = 1e6
"""Bytes in what is said as MB."""


def times(ms: NDArray[np.float64], n: int) -> dict[str, Measurement]:
    """Quantiles of the first model's times, float64[models, passes, n].

    Beside another one how many times as long it takes, too.

    Raises:
        ModelError: the other model answers in no time that the clock can tell.
    """
    ours = ms[0]
    found = {
        name: Measurement.of(
            name, nearest_rank(ours, at), n, "lower", QuantileOf(ours, at)
        )
        for name, at in QUANTILES.items()
    }
    if len(ms) > 1:
        ratios = _ratios(ms)
        found["relative_time"] = Measurement.of(
            "relative_time",
            float(np.median(ratios)),
            n,
            "lower",
            QuantileOf(ratios, 0.5),
        )
    return found


def _ratios(ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many times as long each example takes, float64[passes, n]."""
    if not (ms[1] > 0).all():
        raise ModelError(
            "the other model answers faster than the clock ticks, so that nothing can "
            "be said in multiples of it; bound at_most_p95_ms= instead"
        )
    return ms[0] / ms[1]


def sizes(n: int, **values: float) -> dict[str, Measurement]:
    """Figures of the model itself, by name, that no sample of examples moves."""
    return {
        name: Measurement(name, float(value), n, "lower")
        for name, value in values.items()
    }
