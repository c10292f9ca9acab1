"""Figures as words: numbers that can be told apart, signs, limits of an interval."""

from __future__ import annotations

from typing import Protocol

from pytest_ptm.ground.display import visible
from pytest_ptm.results import Bound, Interval, Measurement


class Ends(Protocol):
    """What has two ends: an interval, or one as the run document holds it."""

    @property
    def low(self) -> float:
        """The lower end."""
        ...

    @property
    def high(self) -> float:
        """The upper end."""
        ...


def between(ends: Ends) -> str:
    """Both ends of an interval."""
    return f"{ends.low:z.4f} .. {ends.high:z.4f}"


def interval_text(interval: Interval) -> str:
    """Confidence, method and both ends."""
    return f"{percent(interval.confidence)} {interval.method} {between(interval)}"


def comparison(measurement: Measurement, bound: Bound) -> str:
    """A figure, the sign that holds, and its bound."""
    value, limit = told_apart(measurement.value, bound.limit)
    sign = sign_of(bound, holds=bound.holds(measurement.value))
    # Class names and the names of changes come from checkpoints and users.
    return f"{visible(measurement.metric)} {value} {sign} {limit}"


def sign_of(bound: Bound, *, holds: bool) -> str:
    """How a figure stands to its bound, where the bound holds and where not."""
    met, missed = (">=", "<") if bound.at_least is not None else ("<=", ">")
    return met if holds else missed


def p_text(value: float) -> str:
    """A p-value; none is 0.

    >>> p_text(0.03125), p_text(1e-9)
    ('0.0312', '< 0.0001')
    """
    return "< 0.0001" if value < 0.0001 else f"{value:z.4f}"


def percent(confidence: float) -> str:
    """A confidence as a person says it."""
    return f"{confidence * 100:g} %"


def told_apart(value: float, limit: float) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to see which is larger."""
    for digits in range(4, 17):
        shown = f"{value:z.{digits}f}", f"{limit:z.{digits}f}"
        if value == limit or shown[0] != shown[1]:
            return shown
    return repr(value), repr(limit)
