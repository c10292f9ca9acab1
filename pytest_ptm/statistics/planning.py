"""How many examples a verdict needs, and what those at hand can show.

A drop is one of a share where higher is better. Of a rate that must stay below a
threshold t, give 1 - t.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy.special import bdtr, bdtri, bdtrik, ndtri

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Better, Interval
from pytest_ptm.statistics.confidence import z_of

Test = Literal["score", "exact"]

_ENUMERATED = 2_000
"""Sizes up to which exact power is summed; more take seconds."""


def required_n(
    threshold: float,
    *,
    drop: float = 0.02,
    power: float = 0.8,
    alpha: float = 0.05,
    paired: bool = False,
    discordance: float | None = None,
    test: Test = "score",
) -> int:
    """How many examples show, with this power, a share that lies ``drop`` too low.

    The threshold is known and the test one-sided at alpha: the score test, which is
    Wilson's bound (Fleiss, Levin and Paik, "Statistical methods for rates and
    proportions", 3rd edition, 2003, section 2.4), or the exact one, which is Clopper
    and Pearson's; of the latter the number from which on every larger one has the
    power.

    ``paired``: two models asked the same examples, of which the share ``discordance``
    is right by one of them only (Connor, "Sample size for testing differences in
    proportions for the paired-sample design", Biometrics 43, 1987); the threshold plays
    no part.

    >>> required_n(0.9), required_n(0.9, test="exact")
    (1471, 1579)
    >>> required_n(0.9, paired=True, discordance=0.05)
    771

    Raises:
        ArgumentError: drop does not lie between 0 and the threshold, or discordance is
            missing, below the drop, or given without ``paired``.
    """
    _require_shares(threshold=threshold, power=power, alpha=alpha)
    _require_drop(drop, threshold)
    if paired:
        if test != "score":
            raise ArgumentError("paired examples are planned by the score test")
        return math.ceil(_paired_n(_discordance(discordance, drop), drop, power, alpha))
    if discordance is not None:
        raise ArgumentError("discordance is of pairs; say paired=True")
    n = math.ceil(_score_n(threshold, threshold - drop, power, alpha))
    if test == "score":
        return n
    return _exact_n(threshold, threshold - drop, power, alpha, around=n)


def required_n_per_set(
    threshold: float, *, drop: float = 0.02, power: float = 0.8, alpha: float = 0.05
) -> int:
    """How many examples each of two independent sets needs to show a drop between them.

    One-sided test of two shares: Fleiss, Levin and Paik 2003, section 4.2.1, without
    correction for continuity.

    >>> required_n_per_set(0.9)
    3026

    Raises:
        ArgumentError: drop does not lie between 0 and the threshold.
    """
    _require_shares(threshold=threshold, power=power, alpha=alpha)
    _require_drop(drop, threshold)
    lower = threshold - drop
    middle = (threshold + lower) / 2
    null = math.sqrt(2 * middle * (1 - middle))
    truth = math.sqrt(threshold * (1 - threshold) + lower * (1 - lower))
    return math.ceil(_needed(null, truth, drop, power, alpha))


def required_n_without_failure(rate: float, *, alpha: float = 0.05) -> int:
    """How many examples, all of them right, show that failures are rarer than the rate.

    Clopper and Pearson's bound; about 3 / rate (Hanley and Lippman-Hand, "If nothing
    goes wrong, is everything all right?", JAMA 249, 1983).

    >>> required_n_without_failure(0.01)
    299

    Raises:
        ArgumentError: rate or alpha does not lie between 0 and 1.
    """
    _require_shares(rate=rate, alpha=alpha)
    return math.ceil(math.log(alpha) / math.log1p(-rate))


def detectable_drop(
    n: int,
    threshold: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    test: Test = "score",
) -> float | None:
    """The smallest drop below the threshold that n examples show with this power.

    The inverse of `required_n` for the score test; of the exact test, which judges
    verdicts, the drop that this very n shows. None where n are too few to show even a
    share of 0.

    >>> round(detectable_drop(200, 0.9), 3)
    0.057
    >>> round(detectable_drop(200, 0.9, test="exact"), 3)
    0.059

    Raises:
        ArgumentError: n is below 1, or the threshold does not lie between 0 and 1.
    """
    _require_shares(threshold=threshold, power=power, alpha=alpha)
    if n < 1:
        raise ArgumentError(f"n must be 1 or more; got {n}")
    if test == "exact":
        return _exact_drop(n, threshold, power, alpha)
    if _score_n(threshold, 0.0, power, alpha) > n:
        return None
    # Needed n falls as the drop grows: halve until a double cannot hold the rest.
    shown, missed = threshold, 0.0
    while missed < (drop := (shown + missed) / 2) < shown:
        if _score_n(threshold, threshold - drop, power, alpha) <= n:
            shown = drop
        else:
            missed = drop
    return shown


def more_to_settle(
    successes: int,
    n: int,
    threshold: float,
    *,
    power: float = 0.8,
    confidence: float = 0.95,
) -> int | None:
    """How many more examples would settle on which side of the threshold a share lies.

    Were the true share the one measured: with this power Clopper and Pearson's
    one-sided bound, which judges, then clears the threshold, above or below. 0 where n
    are enough already, None where the share is the threshold itself, which no number
    settles. To be asked anew, together with those at hand or apart; looking after each
    handful is not what the confidence is of.

    >>> more_to_settle(184, 200, 0.9)
    1165

    Raises:
        ArgumentError: the counts are not possible, or the threshold does not lie
            between 0 and 1.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ArgumentError(f"successes must lie in 0..{n}; got {successes}")
    shares = successes / n, (n - successes) / n
    apart = rows_to_settle(*shares, threshold, power=power, confidence=confidence)
    return None if apart is None else max(0, apart - n)


def rows_to_settle(
    share: float,
    failing: float,
    threshold: float,
    *,
    power: float = 0.8,
    confidence: float = 0.95,
) -> int | None:
    """As `more_to_settle`, but how many rows drawn apart there have to be in all.

    Of a true ``share`` right and one ``failing``, which is what is left, exactly.
    """
    _require_shares(threshold=threshold, power=power)
    z_of(confidence, "lower")
    if share == threshold:
        return None
    # So many too few failures, where it is so many too many successes.
    above = share > threshold
    null, truth = (1 - threshold, failing) if above else (threshold, share)
    if not truth < null:
        # The last digit of a float apart, which turning them round has rounded away.
        return None
    alpha = 1 - confidence
    about = math.ceil(_score_n(null, truth, power, alpha))
    return _exact_n(null, truth, power, alpha, around=about)


def more_by_spread(
    error: float | None,
    n: int,
    distance: float,
    *,
    power: float = 0.8,
    confidence: float = 0.95,
) -> int | None:
    """As `more_to_settle`, of any figure with a standard error ``error`` over n rows.

    The error is taken to shrink with the root of n. None where the figure is the bound
    itself, or its error unknown or without end, as of a bound that lies at infinity:
    then there is no number.

    >>> more_by_spread(0.01, 1000, 0.02)
    546
    """
    if error is None or not distance > 0:
        return None
    wanted = distance / (z_of(confidence, "lower") + float(ndtri(power)))
    times = error / wanted if wanted else math.inf
    # A power would raise where a product is infinite.
    rows = n * (times * times)
    return max(0, math.ceil(rows) - n) if math.isfinite(rows) else None


def drop_by_spread(
    error: float | None, *, power: float = 0.8, alpha: float = 0.05
) -> float | None:
    """The smallest drop that a figure with this standard error shows with this power.

    As `detectable_drop`, of figures that are no share.

    >>> round(drop_by_spread(0.01), 4)
    0.0249
    """
    if error is None:
        return None
    return error * (z_of(1 - alpha, "lower") + float(ndtri(power)))


def strictest_bound(interval: Interval, better: Better, *, digits: int = 4) -> float:
    """The strictest bound of so many digits that the result clears.

    Higher is better: the interval's lower limit, rounded down; lower is better: its
    upper one, rounded up. From a one-sided bound at a confidence this is what
    ``at_least`` or ``at_most`` could be at that confidence.

    >>> strictest_bound(Interval(0.87654, 0.93, 0.95, "Wilson"), "higher", digits=2)
    0.87

    Raises:
        ArgumentError: that limit is not finite, as of a bound on the other side.
    """
    limit = interval.low if better == "higher" else interval.high
    if not math.isfinite(limit):
        raise ArgumentError("no bound is clear of an interval without that limit")
    step = 10**digits
    whole = round(limit * step)
    # What rounding to the nearest did wrong, if it did.
    if better == "higher":
        return (whole if whole / step <= limit else whole - 1) / step
    return (whole if whole / step >= limit else whole + 1) / step


def _score_n(null: float, truth: float, power: float, alpha: float) -> float:
    spread = math.sqrt(null * (1 - null)), math.sqrt(truth * (1 - truth))
    return _needed(spread[0], spread[1], abs(null - truth), power, alpha)


def _paired_n(discordance: float, drop: float, power: float, alpha: float) -> float:
    truth = math.sqrt(discordance - drop**2)
    return _needed(math.sqrt(discordance), truth, drop, power, alpha)


def _needed(
    null: float, truth: float, drop: float, power: float, alpha: float
) -> float:
    """From the spread of one row under either hypothesis to the number of rows."""
    distance = -float(ndtri(alpha)) * null + float(ndtri(power)) * truth
    return (distance / drop) ** 2 if distance > 0 else 0.0


def _exact_n(
    null: float, truth: float, power: float, alpha: float, *, around: int
) -> int:
    """Where the last tooth of the saw that exact power is falls short of it.

    Its teeth are small where sizes are large: then by the correction for continuity of
    Fleiss, Levin and Paik 2003, section 2.4.
    """
    if around > _ENUMERATED:
        distance = null - truth
        root = 1 + math.sqrt(1 + 2 / (around * distance))
        return math.ceil(around / 4 * root**2)
    sizes = np.arange(1, 2 * around + 200)
    highest = np.floor(bdtrik(alpha, sizes, null))
    # bdtrik is NaN where not even 0 successes are rare enough.
    highest = np.where(np.isnan(highest), -1.0, highest)
    highest -= bdtr(np.maximum(highest, 0), sizes, null) > alpha
    reached = np.where(highest < 0, 0.0, bdtr(np.maximum(highest, 0), sizes, truth))
    short = sizes[reached < power]
    # None is: the least of them has the power.
    return int(short[-1]) + 1 if len(short) else 1


def _exact_drop(n: int, threshold: float, power: float, alpha: float) -> float | None:
    """How far below the threshold so few successes have the power."""
    rejected = np.flatnonzero(bdtr(np.arange(n), n, threshold) <= alpha)
    if not len(rejected):
        return None
    return threshold - float(bdtri(int(rejected[-1]), n, power))


def _discordance(discordance: float | None, drop: float) -> float:
    if discordance is None:
        raise ArgumentError(
            "paired=True needs discordance=, the share of examples that only one of "
            "the two models has right"
        )
    if not drop <= discordance <= 1:
        raise ArgumentError(
            f"discordance must lie between the drop ({drop}) and 1; got {discordance!r}"
        )
    return discordance


def _require_drop(drop: float, threshold: float) -> None:
    if not 0 < drop <= threshold:
        raise ArgumentError(
            f"drop must lie between 0 and the threshold ({threshold}); got {drop!r}"
        )


def _require_shares(**shares: float) -> None:
    for name, value in shares.items():
        if not 0 < value < 1:
            raise ArgumentError(f"{name} must lie between 0 and 1; got {value!r}")
