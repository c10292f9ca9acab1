"""Bounds of a mean by empirical likelihood: what weights of the rows are still likely.

Owen, "Empirical likelihood ratio confidence intervals for a single functional",
Biometrika 75, 1988. A bound is the most extreme weighted mean over one fixed set of
weights, whatever the scores are; so a score that gets better never makes it worse,
which no bound that adds a standard error to the mean can say.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.clusters import worth
from pytest_ptm.statistics.confidence import interval, level
from pytest_ptm.statistics.means import require_values

Floats = NDArray[np.float64]

UNSEEN = 0.65
"""The weight of the row that was not seen, at the end of the range.

Like it, Clopper and Pearson's bound with none wrong counts what was not drawn: with
this weight both are alike there (3 of n at 95 %)."""


TAIL = 150
"""Of so many rows, and fewer, a tail may go on as far again as the worst one."""


def likelihood_interval(
    values: Floats,
    *,
    confidence: float = 0.95,
    side: Side = "both",
    least: float = -math.inf,
    most: float = math.inf,
    sizes: Floats | None = None,
    total: int | None = None,
) -> Interval:
    """Interval for a mean within ``least`` .. ``most``, or for a ratio of sums.

    With ``sizes`` the rows are clusters, each the sum of so many rows: the ratio is the
    sum of the values over that of the sizes. Beyond the rows there is a part of one
    that was not seen, as bad as can be (of a figure without an end: `beyond`).
    The threshold is Student's t of n - 1 degrees of freedom, squared (Owen, "Empirical
    likelihood", 2001, section 2.6). With ``total`` the mean is that of so many rows, of
    which these were drawn: the threshold takes the finite population correction, and no
    limit lies beyond what the rows left could still bring about.

    >>> limits = likelihood_interval(np.zeros(29), most=1.0, side="upper")
    >>> 0.09 < limits.high < 0.12
    True

    Raises:
        ArgumentError: fewer than two values, or one that is not finite.
    """
    n = require_values(values)
    at = level(confidence, side)
    trials = np.ones(n) if sizes is None else sizes
    left = 1.0 if total is None else 1 - n / total
    # Of clusters of unequal sizes the one that was not seen may be a large one.
    many = float(n) if sizes is None else worth(sizes[sizes > 0], at)
    cut = left * float(stdtrit(max(many - 1, 0.5), at)) ** 2
    size = float(trials.sum()) / many
    low = high = 0.0
    if side != "upper":
        low = -_highest(-values, trials, size, -most, -least, cut)
    if side != "lower":
        high = _highest(values, trials, size, least, most, cut)
    if total is not None:
        seen = (1 - left) * float(values.mean())
        least, most = seen + left * least, seen + left * most
    over = "" if sizes is None else f" over {n:,} clusters"
    over = over if total is None else f", {n:,} of {total:,} rows"
    return interval(
        low,
        high,
        confidence=confidence,
        side=side,
        method=f"empirical likelihood{over}",
        least=least,
        most=most,
    )


def beyond(worst: float, start: float, n: int) -> float:
    """How bad a row may be that n rows do not show, where scores have no end.

    Twice as far from where they begin (0, if nowhere) as the worst one seen; over more
    than `TAIL` rows, of which the worst is nearer to what there is, less so. With the
    worst itself a bound at 95 % of 60 losses with a heavy tail (lognormal, sigma 1.5)
    lay below the truth in .13 of samples, with this in .05.
    """
    reach = worst - (start if math.isfinite(start) else 0.0)
    return worst + max(reach, 0.0) * min(1.0, TAIL / n)


def _highest(
    totals: Floats, trials: Floats, size: float, start: float, end: float, cut: float
) -> float:
    """The highest ratio of weighted sums that the rows, and the unseen one, allow.

    ``size`` is that of the unseen one.
    """
    worst = end
    if not math.isfinite(end):
        # What has no trials weighs as a row of the usual size.
        rates = totals / np.where(trials > 0, trials, size)
        worst = beyond(float(rates.max()), start, len(totals))
    totals, trials = np.append(totals, worst * size), np.append(trials, size)
    counts = np.append(np.ones(len(totals) - 1), UNSEEN)
    ratio = float((counts * totals).sum() / (counts * trials).sum())
    # Dinkelbach 1967: for a ratio, the linear problem at the ratio found so far. Of
    # rows of one size the first answer is the last.
    for _ in range(30):
        weights = _heaviest(totals - ratio * trials, counts, cut)
        found = float((weights * totals).sum() / (weights * trials).sum())
        if not found > ratio + 1e-13 * max(1.0, abs(ratio)):
            return max(found, ratio)
        ratio = found
    return ratio


def _heaviest(values: Floats, counts: Floats, cut: float) -> Floats:
    """The weights with the highest mean whose likelihood ratio is within the cut.

    They are counts / (top + s - values) for one s above 0, found by Newton's method
    between two bounds that it may not leave.
    """
    top, spread = float(values.max()), float(values.max() - values.min())
    total = float(counts.sum())
    if spread == 0:
        return counts / total
    away = (top - values) / spread
    low, high = -60.0, 60.0
    # Where it is of many rows, whose ratio is that of a normal mean.
    place = math.log(math.sqrt(total / cut) * float(away.std()))
    for _ in range(200):
        reach = math.exp(place)
        inverse = 1 / (away + reach)
        mass = float((counts * inverse).sum())
        cost = 2 * total * math.log(mass / total) - 2 * float(
            (counts * np.log(inverse)).sum()
        )
        low, high = (place, high) if cost > cut else (low, place)
        slope = 2 * reach * (mass - total * float((counts * inverse**2).sum()) / mass)
        step = (cost - cut) / slope if slope < 0 else math.inf
        following = place - step
        if not low < following < high:
            following = (low + high) / 2
        place, moved = following, abs(following - place)
        if moved < 1e-13:
            break
    weights = counts / (away + math.exp(place))
    return weights / weights.sum()
