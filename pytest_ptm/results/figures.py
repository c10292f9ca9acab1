"""A figure: its value, its direction, its interval, and the same of each group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

Better = Literal["higher", "lower"]
Side = Literal["both", "lower", "upper"]
"""Which limits are meant: both, or one bound that holds the whole error alone."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true figure lies with the given confidence, and by which method."""

    low: float
    high: float
    confidence: float
    method: str


class Evidence(Protocol):
    """What a figure was computed from: enough for its limits at any confidence.

    The kinds there are stand in ``statistics/evidence.py``.
    """

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """The figure's limits; None where the rows say nothing of their spread."""
        ...


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure over ``n`` examples, with its direction.

    ``interval`` is ``None`` where no method is offered for the metric, or where the
    rows say nothing of their spread. ``evidence`` gives it at other confidences.
    """

    metric: str
    value: float
    n: int
    better: Better
    interval: Interval | None = None
    evidence: Evidence | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        metric: str,
        value: float,
        n: int,
        better: Better,
        evidence: Evidence | None,
    ) -> Measurement:
        """The figure with the 95 % interval of its evidence."""
        interval = None if evidence is None else evidence.interval()
        return cls(metric, value, n, better, interval, evidence)


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """The same metric over one group of the examples.

    ``value`` is ``None`` where the metric is undefined in the group; ``interval`` is
    the group's own, not adjusted for there being several.
    """

    column: str
    group: str
    value: float | None
    n: int
    interval: Interval | None = None
    evidence: Evidence | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers that were said to be about equally likely, and how many of them came.

    Their probabilities lie in ``low`` .. ``high``; ``confidence`` is the mean of these,
    ``accuracy`` the share of the ``n`` that came, and ``gap`` accuracy less confidence:
    below 0 the model is surer than it is right. ``interval`` is that of the gap, of
    this bin by itself.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    interval: Interval

    @property
    def gap(self) -> float:
        """Accuracy less confidence."""
        return self.accuracy - self.confidence


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often what was said to be so likely came, and what to make of that.

    ``bins`` are those with a row, in their order. ``overconfidence`` and
    ``underconfidence`` are the parts of the expected calibration error from either
    side; ``by_chance`` is about the error of a model without a fault, from so many
    rows; ``likeliest`` the temperature at which the labels of these rows are likeliest.
    Each of them is None where it is not defined.
    """

    bins: tuple[ReliabilityBin, ...]
    overconfidence: float | None = None
    underconfidence: float | None = None
    by_chance: float | None = None
    likeliest: float | None = None
