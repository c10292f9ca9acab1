"""The area under the ROC curve and its interval."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.confidence import interval, level, z_of
from pytest_ptm.statistics.proportions import clopper_pearson_limits


def auc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """How often a positive row scores above a negative one; a tie counts half.

    NaN where either side has no row.
    """
    exact = exact_auc(scores, positive)
    return math.nan if exact is None else float(exact)


def exact_auc(
    scores: NDArray[np.float64], positive: NDArray[np.bool_]
) -> Fraction | None:
    """The same as a fraction; None where either side has no row."""
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if not (positives and negatives):
        return None
    # Ranks are whole or half, so their sum is exact.
    doubled = 2 * float(midranks(scores)[positive].sum())
    above = int(doubled) - positives * (positives + 1)
    return Fraction(above, 2 * positives * negatives)


def delong(
    scores: NDArray[np.float64],
    positive: NDArray[np.bool_],
    *,
    confidence: float = 0.95,
    side: Side = "both",
) -> Interval | None:
    """Interval for the area under the ROC curve, within 0..1.

    The variance of DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988; by midranks,
    in n log n, as Sun and Xu, IEEE Signal Processing Letters 21, 2014. The limits are
    symmetric on the logit scale (the LT interval of Kottas, Kuss and Zapf, BMC Medical
    Research Methodology 14:26, 2014): for an area of 0.97 over 50 + 50 rows nominal
    95 % then covers 94 %, and 89 % on the plain scale. None with fewer than two rows on
    either side, or where the variance comes out as 0 (all positives above all negatives
    says nothing of the spread).
    """
    z = z_of(confidence, side)
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if min(positives, negatives) < 2:
        return None
    ranks = midranks(scores)
    # For each positive row the share of negatives below it, and the other way round.
    below = (ranks[positive] - midranks(scores[positive])) / negatives
    above = 1 - (ranks[~positive] - midranks(scores[~positive])) / positives
    variance = float(below.var(ddof=1) / positives + above.var(ddof=1) / negatives)
    if variance <= 0:
        return None
    area = float(below.mean())
    middle, half = logit(area), z * math.sqrt(variance) / (area * (1 - area))
    return interval(
        float(expit(middle - half)),
        float(expit(middle + half)),
        confidence=confidence,
        side=side,
        method="DeLong (logit)",
        least=0.0,
        most=1.0,
    )


def rank_bound(
    area: float,
    positives: float,
    negatives: float,
    *,
    confidence: float = 0.95,
    side: Side = "both",
) -> Interval:
    """Interval for the area under the ROC curve that holds with few rows of a class.

    Pair the rows of the rarer class with others: the area is the mean, over all ways to
    pair them, of the share of pairs in the right order (Hoeffding, JASA 58, 1963,
    section 5), and its variance at most that of one such share (Birnbaum and Klose,
    Annals of Mathematical Statistics 28, 1957). So its limits are Clopper and Pearson's
    with as many trials as the rarer class has rows. A row that moves up where it
    should never lowers a limit. Numbers of rows may be fractions.

    >>> round(rank_bound(1.0, 29, 500, side="lower").low, 3)
    0.902
    """
    pairs = min(positives, negatives)
    low, high = clopper_pearson_limits(area * pairs, pairs, level(confidence, side))
    return interval(
        float(low),
        float(high),
        confidence=confidence,
        side=side,
        method=f"Clopper-Pearson of {pairs:,.4g} pairs",
        least=0.0,
        most=1.0,
    )


def midranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rank of each value from 1; equal values share the mean of their ranks.

    >>> midranks(np.array([3.0, 1.0, 3.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which]
