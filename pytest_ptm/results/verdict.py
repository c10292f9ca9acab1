"""A result held against its bound, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pytest_ptm.results.figures import Interval, Measurement
from pytest_ptm.results.result import Outcome, Result


@dataclass(frozen=True, slots=True)
class Bound:
    """What the figure is held against; inclusive. Exactly one side is set.

    ``spent`` is the share of the error, 1 - ``confidence``, that looks at the verdict
    before the last row have taken; ``called`` what the assertion calls its argument,
    where that is neither ``at_least`` nor ``at_most``.
    """

    at_least: float | None = None
    at_most: float | None = None
    confidence: float | None = None
    spent: float = 0.0
    called: str | None = field(default=None, compare=False)

    @property
    def argument(self) -> str:
        """What the assertion calls it."""
        side = "at_least" if self.at_least is not None else "at_most"
        return self.called or side

    @property
    def level(self) -> float | None:
        """The confidence of the bounds that judge, with what is left of the error."""
        if self.confidence is None:
            return None
        return 1 - (1 - self.confidence) * (1 - self.spent)

    @property
    def limit(self) -> float:
        """The number itself, whichever side it bounds."""
        limit = self.at_least if self.at_least is not None else self.at_most
        if limit is None:
            raise ValueError("a Bound has one side")
        return limit

    def holds(self, value: float) -> bool:
        """Whether the value is on the right side, inclusive."""
        return value >= self.limit if self.at_least is not None else value <= self.limit


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure beside the main one and the bound it was held against."""

    measurement: Measurement
    bound: Bound

    @property
    def met(self) -> bool:
        """Whether the figure is on the right side of its bound, inclusive."""
        return self.bound.holds(self.measurement.value)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A result, the bound it was held against, and what came of it.

    ``limits`` are further bounds that have to hold too.
    ``interval_holds_bound`` says that the bound lies inside the interval: another
    sample of this size could have come out on the other side. ``judged`` is the
    one-sided bound of the figure that decided, where a confidence was asked for, and
    ``more`` how many further examples would settle a verdict that is inconclusive.
    ``deferred``: it misses its bound at its own confidence, and whether that counts is
    left to the end of the run, which judges all such verdicts together.
    """

    result: Result
    bound: Bound
    outcome: Outcome
    interval_holds_bound: bool
    limits: tuple[Limit, ...] = ()
    judged: Interval | None = None
    more: int | None = None
    deferred: bool = False
