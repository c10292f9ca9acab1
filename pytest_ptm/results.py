"""The values that flow from a measurement to a verdict.

All are frozen, and all but ``Outcomes`` and ``Evidence`` hold plain Python values, so
that each can be printed, compared and written to disk as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Better = Literal["higher", "lower"]
Outcome = Literal["passed", "failed", "inconclusive"]
Side = Literal["both", "lower", "upper"]
"""Which limits are meant: both, or one bound that holds the whole error alone."""

CASES_KEPT = 100
"""How many cases a Result holds, worst first; ``Result.failing`` counts them all."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What came of each example that the figure is over, in the order of the data.

    ``right`` bool[n] says which went well, None where the behaviour has no right and
    wrong of a single example. ``scores`` float64[n] is what each adds to the figure,
    where that is their mean. ``predicted`` intp[n] is the class of each, where a
    classifier gives one, of those that ``classes`` names. ``groups`` are the columns of
    the data. ``gains`` float64[n] is what each adds to the difference of two figures,
    where the figure is one: then right, scores and predicted are the first model's.
    ``alike`` intp[n] holds one number for all examples with equal inputs.
    """

    ids: tuple[str, ...]
    right: NDArray[np.bool_] | None = None
    scores: NDArray[np.float64] | None = None
    predicted: NDArray[np.intp] | None = None
    groups: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    classes: tuple[str, ...] | None = None
    gains: NDArray[np.float64] | None = None
    alike: NDArray[np.intp] | None = None

    @property
    def failing(self) -> tuple[str, ...]:
        """The ids of the examples that went wrong."""
        if self.right is None:
            return ()
        return tuple(self.ids[int(row)] for row in (~self.right).nonzero()[0])


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What an earlier run found in the same place, in the order of the same data.

    ``note`` says which run and model; the rest is as in `Outcomes`.
    """

    note: str
    right: NDArray[np.bool_] | None
    scores: NDArray[np.float64] | None
    predicted: NDArray[np.intp] | None
    classes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """How asking ended before the last row: after ``asked`` of ``total``.

    "certain": the rows left cannot change the verdict; "confident": with an error of at
    most 1 - ``confidence``, about the ``estimand``. The rows came in the order of a
    shuffle by ``seed``.
    """

    asked: int
    total: int
    ground: Literal["certain", "confident"]
    outcome: Outcome
    seed: int
    confidence: float | None = None
    estimand: Literal["dataset", "population"] | None = None


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
class Case:
    """One example that went wrong: what was asked, expected and observed.

    ``severity`` orders cases, the worst first; its scale is the behaviour's own.
    """

    example_id: str
    shown: str
    expected: str
    observed: str
    severity: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Examples that need a word beside the figure.

    ``empty`` ones have an input that is empty or nothing but whitespace. ``asked`` is
    how many rows the model was asked, any of which could have been truncated.
    """

    skipped: int = 0
    truncated: int = 0
    unchanged: int = 0
    invalid: int = 0
    empty: int = 0
    asked: int = 0

    @property
    def share_truncated(self) -> float:
        """The share of the rows asked that the model saw only the beginning of."""
        return self.truncated / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What the answers cost: questions asked, rows sent, forward passes, seconds.

    ``examples`` were asked; ``distinct`` differ from each other; ``forwarded`` went
    through the model (the rest was known); ``passes`` batches carried them.
    """

    examples: int = 0
    distinct: int = 0
    forwarded: int = 0
    passes: int = 0
    seconds: float = 0.0
    halvings: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.examples + other.examples,
            self.distinct + other.distinct,
            self.forwarded + other.forwarded,
            self.passes + other.passes,
            self.seconds + other.seconds,
            self.halvings + other.halvings,
        )


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Which model answered, and where: what a reader needs to ask it again."""

    name: str
    reference: str
    fingerprint: str
    device: str = "cpu"
    dtype: str = "float32"
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.name} = {self.reference} "
            f"(sha256 {self.fingerprint[:7]}…) on {self.device}, {self.dtype}"
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What an ``evaluate_*`` found: the figure, its groups, its worst cases, its cost.

    ``of`` is set where ``--ptm-limit`` cut the examples short: their full number.
    ``also`` are figures beside the main one, which may have limits of their own.
    ``data`` is the fingerprint of the examples; ``outcomes`` what came of each.
    ``stopped`` is set where asking ended early: then the figure is of the rows asked.
    ``unjudged`` says why the figure is there to be stored and cannot be judged.
    """

    behaviour: str
    model: ModelCard
    task: str
    measurement: Measurement
    signature: str
    by_group: tuple[GroupFigure, ...] = ()
    cases: tuple[Case, ...] = ()
    failing: int = 0
    counts: Counts = field(default_factory=Counts)
    cost: Cost = field(default_factory=Cost)
    notes: tuple[str, ...] = ()
    of: int | None = None
    also: tuple[Measurement, ...] = ()
    data: str = ""
    outcomes: Outcomes | None = field(default=None, compare=False, repr=False)
    stopped: Stopped | None = None
    unjudged: str = ""

    @property
    def value(self) -> float:
        """The figure itself."""
        return self.measurement.value

    @property
    def n(self) -> int:
        """How many examples the figure is over."""
        return self.measurement.n

    def __repr__(self) -> str:
        interval = self.measurement.interval
        between = (
            ""
            if interval is None
            else f" {interval.confidence:.0%} {interval.method} "
            f"{interval.low:.4f}..{interval.high:.4f}"
        )
        partial = "" if self.of is None else f" PARTIAL of {self.of}"
        return (
            f"<{self.measurement.metric} {self.value:.4f}{between} "
            f"n={self.n}{partial} model={self.model.name}>"
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """What the figure is held against; inclusive. Exactly one side is set.

    ``spent`` is the share of the error, 1 - ``confidence``, that looks at the verdict
    before the last row have taken.
    """

    at_least: float | None = None
    at_most: float | None = None
    confidence: float | None = None
    spent: float = 0.0

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
