"""What an evaluation found: its figure, its worst cases, what it cost, who answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results.figures import GroupFigure, Measurement, Reliability
from pytest_ptm.results.outcomes import Outcomes
from pytest_ptm.results.units import frame_of, paragraph, table

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

Outcome = Literal["passed", "failed", "inconclusive"]

CASES_KEPT = 100
"""How many cases a Result holds, worst first; ``Result.failing`` counts them all."""


_SHOWN_IN_A_NOTEBOOK = 10


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
class Case:
    """One example that went wrong: what was asked, expected and observed.

    ``severity`` orders cases, the worst first; its scale is the behaviour's own.
    ``pair`` are the text before a change and after it, where one was made; ``shown``
    has both. ``sides`` are what each of two models said, by its name, where two were
    asked; ``observed`` has both.
    """

    example_id: str
    shown: str
    expected: str
    observed: str
    severity: float
    note: str = ""
    pair: tuple[str, str] | None = None
    sides: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FailingExample:
    """An example that went wrong; of those that are no case only the id was kept."""

    id: str
    shown: str | None = None
    expected: str | None = None
    got: str | None = None


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
    ``reliability`` is set where probabilities were held against what came.
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
    reliability: Reliability | None = None

    @property
    def value(self) -> float:
        """The figure itself."""
        return self.measurement.value

    @property
    def n(self) -> int:
        """How many examples the figure is over."""
        return self.measurement.n

    def failing_examples(self) -> tuple[FailingExample, ...]:
        """The examples that went wrong: cases, the worst first, then all others by id.

        Texts are kept of the cases, at most 100. Where a behaviour has no right and
        wrong of a single example (``outcomes.right`` is None) cases are all there are.
        """
        told = [
            FailingExample(case.example_id, case.shown, case.expected, case.observed)
            for case in self.cases
        ]
        known = {each.id for each in told}
        ids = () if self.outcomes is None else self.outcomes.failing
        return (*told, *(FailingExample(each) for each in ids if each not in known))

    def to_frame(self) -> pd.DataFrame:
        """A pandas frame of every unit: id, right, score, predicted, groups.

        Columns that the behaviour has nothing for are left out.

        Raises:
            ArgumentError: nothing of single examples was kept.
            MissingExtraError: pandas is not installed.
        """
        if self.outcomes is None:
            raise ArgumentError(
                f"{self.behaviour} keeps nothing of single examples that a frame "
                "could show; look at .cases and .by_group"
            )
        return frame_of(self.outcomes)

    def _repr_html_(self) -> str:
        """What a notebook shows: the figure, its groups, the worst cases."""
        groups = [
            [each.column, each.group, _number(each.value), f"{each.n:,}"]
            for each in self.by_group
        ]
        bins = [
            [
                f"{each.low:z.3f} .. {each.high:z.3f}",
                f"{each.n:,}",
                *map(_number, (each.confidence, each.accuracy, each.gap)),
            ]
            for each in (self.reliability.bins if self.reliability else ())
        ]
        cases = [
            [each.example_id, each.shown, each.expected, each.observed]
            for each in self.cases[:_SHOWN_IN_A_NOTEBOOK]
        ]
        return "".join(
            [
                paragraph(repr(self).strip("<>")),
                *map(paragraph, self.notes),
                table(["", "group", self.measurement.metric, "n"], groups),
                table(["said", "n", "mean said", "right", "gap"], bins),
                table([f"worst of {self.failing:,}", "text", "expected", "got"], cases),
            ]
        )

    def __bool__(self) -> bool:
        """Refuse to be true or false: ``assert evaluate_x(…)`` would never fail.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            "a Result is neither true nor false: compare its value, as in "
            "assert result.value >= …, or ask with the assert_… of its name, which "
            f"fails the test by itself ({self!r})"
        )

    def __repr__(self) -> str:
        interval = self.measurement.interval
        between = (
            ""
            if interval is None
            else f" {interval.confidence:.0%} {interval.method} "
            f"{interval.low:z.4f}..{interval.high:z.4f}"
        )
        partial = "" if self.of is None else f" PARTIAL of {self.of}"
        return (
            f"<{self.measurement.metric} {self.value:z.4f}{between} "
            f"n={self.n}{partial} model={self.model.name}>"
        )


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:z.4f}"
