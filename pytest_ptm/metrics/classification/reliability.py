"""How often what was said to be so likely came: the table behind calibration errors."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlog1py, xlogy

from pytest_ptm.metrics.classification.bins import Cells, equal_mass, equal_width
from pytest_ptm.metrics.classification.calibration import Chances, said
from pytest_ptm.metrics.classification.comparison import Comparison
from pytest_ptm.results import Interval, ReliabilityBin
from pytest_ptm.statistics.proportions import wilson_limits

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
_AT = (1 + CONFIDENCE) / 2


def said_of(asked: Comparison, *, each_class: bool) -> Chances:
    """What the table is of: each answer, or the probability of each class of each row.

    The latter too where several classes may hold.
    """
    if not (each_class or asked.multi_label):
        return said(asked)
    return Chances(asked.predictions.probabilities.ravel(), asked.memberships.ravel())


def reliability(found: Chances, *, bins: int, mass: bool) -> tuple[ReliabilityBin, ...]:
    """The bins that have a row, ascending; with ``mass`` those of `equal_mass`.

    Edges are those of the bins, or the lowest and the highest probability in one.
    """
    probabilities = found.probabilities
    cells = (equal_mass if mass else equal_width)(probabilities, bins)
    rows = np.bincount(cells, minlength=bins)
    filled: list[int] = np.flatnonzero(rows).tolist()
    means, shares = _means(found, cells, bins)
    low, high = wilson_limits(shares * rows, np.maximum(rows, 1), _AT)
    least, most = _edges(probabilities, cells, bins, mass=mass)
    return tuple(
        ReliabilityBin(
            low=float(least[bin_]),
            high=float(most[bin_]),
            n=int(rows[bin_]),
            confidence=float(means[bin_]),
            accuracy=float(shares[bin_]),
            interval=Interval(
                float(low[bin_] - means[bin_]),
                float(high[bin_] - means[bin_]),
                CONFIDENCE,
                "Wilson",
            ),
        )
        for bin_ in filled
    )


def by_chance(asked: Comparison, *, bins: int, mass: bool, each_class: bool) -> float:
    """About the calibration error of a model that is what it says, from so many rows.

    The mean distance of a binomial share from its expectation (de Moivre 1730), bin by
    bin: what Bröcker and Smith, "Increasing the reliability of reliability diagrams",
    Weather and Forecasting 22, 2007, find by drawing outcomes. With ``each_class`` the
    mean over classes.
    """
    if not (each_class or asked.multi_label):
        return _apart(said(asked).probabilities, bins, mass=mass)
    columns = asked.predictions.probabilities.T
    apart = [_apart(column, bins, mass=mass) for column in columns]
    return math.fsum(apart) / len(apart)


def _apart(probabilities: Floats, bins: int, *, mass: bool) -> float:
    cells = (equal_mass if mass else equal_width)(probabilities, bins)
    filled = np.bincount(cells, minlength=bins)
    means = np.bincount(cells, weights=probabilities, minlength=bins)
    means = np.minimum(means / np.maximum(filled, 1), 1.0)
    above = np.floor(filled * means) + 1
    # Without a row that could be wrong, or any row, nothing is apart.
    there = above <= filled
    n, hits, mean = filled[there], above[there], means[there]
    choices = gammaln(n + 1) - gammaln(hits + 1) - gammaln(n - hits + 1)
    likely = np.exp(choices + xlogy(hits, mean) + xlog1py(n - hits, -mean))
    return math.fsum((2 * hits * (1 - mean) * likely).tolist()) / len(probabilities)


def _means(found: Chances, cells: Cells, bins: int) -> tuple[Floats, Floats]:
    """The mean probability of each bin, and the share of its rows that came."""
    rows = np.maximum(np.bincount(cells, minlength=bins), 1)
    sums = np.bincount(cells, weights=found.probabilities, minlength=bins)
    hits = np.bincount(cells, weights=found.came, minlength=bins)
    # A mean of ones may miss 1 by a hair.
    return np.minimum(sums / rows, 1.0), hits / rows


def _edges(
    probabilities: Floats, cells: Cells, bins: int, *, mass: bool
) -> tuple[Floats, Floats]:
    if not mass:
        return np.arange(bins) / bins, np.arange(1, bins + 1) / bins
    least, most = np.ones(bins), np.zeros(bins)
    np.minimum.at(least, cells, probabilities)
    np.maximum.at(most, cells, probabilities)
    return least, most
