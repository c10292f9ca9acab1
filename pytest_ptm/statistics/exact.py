"""Figures of counts as exact fractions, so that a bound is met where it is met.

.87 less .90 is a little more than .03 below 0 in floats, and a margin of .03 would be
missed by a model that keeps it. Whoever compares rounds once, at the end: the float
nearest to -3/100 is the one that is written -0.03.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from pytest_ptm.results import Evidence
from pytest_ptm.statistics.bootstrapped import FigureOfCounts
from pytest_ptm.statistics.evidence import AreaOf, Exactly, ShareOf
from pytest_ptm.statistics.ranking import exact_auc
from pytest_ptm.statistics.resampling import Statistic


def exact_value(evidence: Evidence | None) -> Fraction | None:
    """The figure of counts itself; None where it is of scores, or irrational."""
    if isinstance(evidence, Exactly):
        return evidence.value
    if isinstance(evidence, AreaOf):
        return exact_auc(evidence.scores, evidence.positive)
    if isinstance(evidence, ShareOf):
        return Fraction(evidence.hits, evidence.n)
    if isinstance(evidence, FigureOfCounts):
        return exact_statistic(evidence.statistic, evidence.counts)
    return None


def exact_statistic(statistic: Statistic, counts: np.ndarray) -> Fraction | None:
    """A statistic of a matrix of counts in fractions; None where it takes a root."""
    try:
        # NumPy asks the fractions themselves to add and divide.
        found = statistic(fractions_of(counts)[np.newaxis])
    except (TypeError, AttributeError, ZeroDivisionError):
        return None
    value: object = found[0]
    return value if isinstance(value, Fraction) else None


def fractions_of(counts: np.ndarray) -> np.ndarray:
    """The whole numbers as fractions, which NumPy adds and divides exactly."""
    exact = np.array([Fraction(each) for each in counts.ravel().tolist()], object)
    return exact.reshape(counts.shape)


def difference(first: float, second: float, *exact: Fraction | None) -> float:
    """The first less the second, rounded once where both are known exactly.

    ``exact`` are the two as fractions, or None.

    >>> 0.87 - 0.9, difference(0.87, 0.9, Fraction(87, 100), Fraction(9, 10))
    (-0.030000000000000027, -0.03)
    """
    one, other = exact
    if one is None or other is None:
        return first - second
    return float(one - other)
