"""What the controller saw of a run: tests, their outcomes, verdicts and costs.

Plain values only: the log is kept in every run, also where nothing of pytest-ptm is
used, and must cost nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

TestOutcome = Literal["passed", "failed", "skipped", "xfailed", "xpassed", "crashed"]
RowData = dict[str, Any]
"""A verdict as JSON; ``reports.document.Row`` says what is in it."""


@dataclass(slots=True)
class TestLog:
    """One test: what came of it so far."""

    outcome: TestOutcome = "passed"
    seconds: float = 0.0
    uses_model: bool = False
    worker: str | None = None


@dataclass(slots=True)
class RunLog:
    """Everything the end of a run is judged by."""

    collected: set[str] = field(default_factory=set[str])
    tests: dict[str, TestLog] = field(default_factory=dict[str, TestLog])
    rows: list[RowData] = field(default_factory=list[RowData])
    costs: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    internal_errors: list[str] = field(default_factory=list[str])
    problems: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    interrupted: bool = False
    written: bool = False

    @property
    def used(self) -> bool:
        """Whether any test had to do with pytest-ptm."""
        return bool(self.rows or self.costs) or any(
            test.uses_model for test in self.tests.values()
        )

    @property
    def asked(self) -> bool:
        """Whether any model was asked anything."""
        return bool(self.costs or self.rows)

    @property
    def lost(self) -> list[str]:
        """Tests that were collected and never reported."""
        return sorted(self.collected - self.tests.keys())


_RANK: dict[TestOutcome, int] = {
    "passed": 0,
    "skipped": 1,
    "xfailed": 2,
    "xpassed": 2,
    "failed": 3,
    "crashed": 4,
}


def worse(one: TestOutcome, other: TestOutcome) -> TestOutcome:
    """The outcome that counts when two phases of a test ended differently."""
    return one if _RANK[one] >= _RANK[other] else other
