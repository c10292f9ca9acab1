"""Differences between groups of examples, and the largest of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.proportions import require_counts, wilson_limits

Floats = NDArray[np.float64]
GroupLimits = Callable[[float], tuple[Floats, Floats]]
"""The limits of each group's own figure, at a level below the upper one."""


def newcombe(
    successes: tuple[int, int],
    n: tuple[int, int],
    *,
    confidence: float = 0.95,
    side: Side = "both",
) -> Interval:
    """Interval for the first share minus the second, of independent rows.

    Each share's distance to its Wilson limits, squared and added: method 10 of
    Newcombe, "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17, 1998.

    >>> limits = newcombe((56, 48), (70, 80))
    >>> round(limits.low, 4), round(limits.high, 4)
    (0.0524, 0.3339)

    Raises:
        ArgumentError: the counts are not possible.
    """
    for hits, rows in zip(successes, n, strict=True):
        require_counts(hits, rows)
    shares = np.array(successes) / np.array(n)
    limits = wilson_limits(successes, n, level(confidence, side))
    low, high = _differences(shares, *limits)
    return interval(
        low[0, 1],
        high[0, 1],
        confidence=confidence,
        side=side,
        method="Newcombe",
        least=-1.0,
        most=1.0,
    )


def largest_gap_of_shares(
    successes: ArrayLike,
    n: ArrayLike,
    *,
    confidence: float = 0.95,
    side: Side = "both",
) -> Interval:
    """Interval for the highest minus the lowest share of all groups.

    `largest_gap` with Wilson's limits in each group.

    >>> alike = largest_gap_of_shares([90, 91, 89], [100, 100, 100])
    >>> round(alike.low, 4), round(alike.high, 4)
    (0.0, 0.1071)

    Raises:
        ArgumentError: fewer than two groups, or counts that are not possible.
    """
    hits, rows = np.asarray(successes), np.asarray(n)
    for one, of in zip(hits.tolist(), rows.tolist(), strict=True):
        require_counts(one, of)
    return largest_gap(
        hits / rows,
        lambda at: wilson_limits(hits, rows, at),
        confidence=confidence,
        side=side,
        method="Newcombe",
        most=1.0,
    )


def largest_gap(
    values: Floats,
    limits: GroupLimits,
    *,
    confidence: float = 0.95,
    side: Side = "both",
    method: str,
    most: float = np.inf,
    centred: bool = True,
) -> Interval:
    """Interval for the highest minus the lowest true figure of independent groups.

    Any figure that has limits in each group, even ones that are not symmetric: Zou and
    Donner, "Construction of confidence limits about effect measures: a general
    approach", Statistics in Medicine 27, 2008, for each difference. The lower limit is
    the highest of all ordered pairs', each at its share of the error (Bonferroni), so
    that chance gaps between many groups raise no alarm. The upper limit is the highest
    of all pairs' with no share taken: the pair that truly lies furthest apart is among
    them, and its own limit is enough (Berger, "Multiparameter hypothesis testing and
    acceptance sampling", Technometrics 24, 1982). A bootstrap of the largest gap is of
    no use: its lower limit lies above 0 where there is no gap at all.

    Zou and Donner's distances are those of figures that lie about the true one. Without
    ``centred``, where chance adds to a figure, and the more the smaller its group is, a
    difference is that of the limits of each at half of the error.

    Raises:
        ArgumentError: fewer than two groups, or one without a figure or limits.
    """
    count = len(values)
    if count < 2:
        raise ArgumentError(f"a gap needs two groups or more; got {count}")
    at = level(confidence, side)
    error = (1 - at) if centred else (1 - at) / 2
    differences = _differences if centred else _by_each
    low, _ = differences(values, *limits(1 - error / (count * (count - 1))))
    _, high = differences(values, *limits(1 - error))
    if np.isnan(low).any() or np.isnan(high).any():
        raise ArgumentError("a gap needs the figure and the limits of every group")
    apart = ~np.eye(count, dtype=np.bool_)
    return interval(
        float(low[apart].max()),
        float(high[apart].max()),
        confidence=confidence,
        side=side,
        method=f"{method}, Bonferroni over {counted(count * (count - 1) / 2, 'pair')}",
        least=0.0,
        most=most,
    )


def holm(p_values: ArrayLike) -> Floats:
    """The p-values adjusted for there being several, in their own order.

    At most a share alpha of families with nothing to find has one adjusted value under
    alpha: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6, 1979.

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]

    Raises:
        ArgumentError: a value is outside 0..1.
    """
    raw = np.asarray(p_values, np.float64)
    if not ((raw >= 0) & (raw <= 1)).all():
        raise ArgumentError("p-values lie in 0..1")
    order = np.argsort(raw, kind="stable")
    stepped = raw[order] * np.arange(len(raw), 0, -1)
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted


def _differences(values: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The limits of row minus column for all pairs: square and add."""
    middle = values[:, np.newaxis] - values[np.newaxis]
    below, above = (values - low) ** 2, (high - values) ** 2
    down = np.sqrt(below[:, np.newaxis] + above[np.newaxis])
    up = np.sqrt(above[:, np.newaxis] + below[np.newaxis])
    return middle - down, middle + up


def _by_each(values: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The same from end to end."""
    return low[:, np.newaxis] - high[np.newaxis], high[:, np.newaxis] - low[np.newaxis]
