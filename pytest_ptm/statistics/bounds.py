"""A figure against a bound at a confidence: its one-sided bounds decide."""

from __future__ import annotations

from pytest_ptm.results import Bound, Evidence, Interval, Measurement, Outcome
from pytest_ptm.statistics.effective import is_share, more_of_share
from pytest_ptm.statistics.planning import more_by_spread
from pytest_ptm.statistics.quantiles import QuantileOf
from pytest_ptm.statistics.reading import rows_lacking, spread


def outcome_at(evidence: Evidence, bound: Bound) -> Outcome:
    """What the evidence shows about the bound, at the bound's confidence."""
    return outcome_of(one_sided(evidence, bound), bound)


def one_sided(evidence: Evidence | None, bound: Bound) -> Interval | None:
    """The lower and the upper bound, each with the whole error to itself."""
    confidence = bound.level
    if evidence is None or confidence is None:
        return None
    lower = evidence.interval(confidence=confidence, side="lower")
    upper = evidence.interval(confidence=confidence, side="upper")
    if lower is None or upper is None:
        return None
    method = lower.method.removesuffix(" (lower bound)")
    return Interval(lower.low, upper.high, confidence, method)


def outcome_of(judged: Interval | None, bound: Bound) -> Outcome:
    """What both one-sided bounds show: cleared, missed, or neither."""
    if judged is None:
        return "inconclusive"
    near, far = (
        (judged.low, judged.high)
        if bound.at_least is not None
        else (judged.high, judged.low)
    )
    if bound.holds(near):
        return "passed"
    return "inconclusive" if bound.holds(far) else "failed"


def more_to_tell(measurement: Measurement, bound: Bound) -> int | None:
    """How many further examples would settle it, were the true figure this one.

    Further ones like those at hand: with as many copies, in clusters as large.
    """
    evidence, confidence = measurement.evidence, bound.confidence or 0.95
    if evidence is None:
        return None
    if isinstance(evidence, QuantileOf):
        return evidence.more(bound, confidence=confidence)
    if is_share(evidence) and 0 < bound.limit < 1:
        return more_of_share(evidence, measurement, bound, confidence)
    more = more_by_spread(
        spread(evidence, measurement.value),
        measurement.n,
        abs(measurement.value - bound.limit),
        confidence=confidence,
    )
    if more is None or not bound.holds(measurement.value):
        return more
    return max(more, rows_lacking(evidence, bound) or 0)
