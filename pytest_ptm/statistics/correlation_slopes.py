"""What each row does to a correlation: its slope in the weight of the row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.statistics.ranking import midranks
from pytest_ptm.statistics.repeats import Rows

Floats = NDArray[np.float64]


def slopes(x: Floats, y: Floats, *, ranks: bool) -> Floats:
    """What a row adds to n times the correlation, float64[n]; their mean is 0.

    Hampel, "The influence curve and its role in robust estimation", JASA 69, 1974. Not
    finite where a column is constant.
    """
    one, other = (midranks(x), midranks(y)) if ranks else (x, y)
    u, v = _standardized(one), _standardized(other)
    found = u * v - float((u * v).mean()) / 2 * (u * u + v * v)
    return found + reranked(x, y) if ranks else found


def reranked(x: Floats, y: Floats) -> Floats:
    """What of a row's slope comes from the ranks that it changes, float64[n].

    Those of all rows that it comes to lie below. Ranks held fast leave it out: then of
    high correlations .20 of upper bounds are wrong where errors are skewed.
    """
    one, other = midranks(x), midranks(y)
    u, v = _standardized(one), _standardized(other)
    r = float((u * v).mean())
    found = _above(x, v - r * u) / one.std() + _above(y, u - r * v) / other.std()
    return found - found.mean()


def by_input(adds: Floats, which: Rows | None) -> Floats:
    """What all rows of each input add, with the same mean; float64[inputs].

    A model answers equal inputs alike, so they come and go together.
    """
    if which is None:
        return adds
    _, place = np.unique(which, return_inverse=True)
    sums = np.bincount(place, weights=adds)
    return np.asarray(sums * (len(sums) / len(adds)), dtype=np.float64)


def _standardized(column: Floats) -> Floats:
    away = column - column.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(away / away.std(), dtype=np.float64)


def _above(column: Floats, weights: Floats) -> Floats:
    """Of each row the sum of the weights of those above it, and half of its equals'."""
    _, place = np.unique(column, return_inverse=True)
    equal = np.bincount(place, weights=weights)
    upwards = np.cumsum(equal[::-1])[::-1]
    return (upwards - equal / 2)[place]
