"""What the controller saw of a run: tests, their outcomes, verdicts and costs.

The log is kept in every run, also where nothing of pytest-ptm is used, and must cost
nothing there: plain classes, since each dataclass takes half a millisecond to define.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from pytest_ptm.runs.flips import AgainstBaseline
    from pytest_ptm.session import ModelsAtTheEnd

TestOutcome = Literal["passed", "failed", "skipped", "xfailed", "xpassed", "crashed"]
RowData = dict[str, Any]
"""A verdict as JSON; ``runs.document.Row`` says what is in it."""


class ErrorData(TypedDict):
    """A test, or a file, that ended by an error of ours: what, and file and line."""

    nodeid: str
    message: str
    at: list[Any] | None


PROBLEM_PREFIX = "pytest-ptm::"
"""How the ids of failing reports begin that stand for the run, not for a test."""


class TestLog:
    """One test: what came of it so far."""

    __slots__ = ("outcome", "part_xfails", "seconds", "uses_model", "worker")
    __test__ = False

    def __init__(self) -> None:
        self.outcome: TestOutcome = "passed"
        self.seconds = 0.0
        self.uses_model = False
        self.worker: str | None = None
        self.part_xfails = False
        """Whether a subtest of it failed as expected."""


class RunLog:
    """Everything the end of a run is judged by."""

    def __init__(self) -> None:
        self.started = time.time()
        self.collected: set[str] = set()
        self.tests: dict[str, TestLog] = {}
        self.rows: list[RowData] = []
        self.costs: list[dict[str, float]] = []
        self.errors: list[ErrorData] = []
        self.internal_errors: list[str] = []
        self.contents: dict[str, set[str]] = {}
        self.changed: set[str] = set()
        self.problems: list[tuple[str, str]] = []
        self.written = False
        self.unmatched: list[str] = []
        """Why tests did not come to compare with the baseline."""
        self.compared: AgainstBaseline | None = None
        self.baseline_written = False
        self.begun = False
        """Whether tests were looked for, to be run."""
        self.complete = False
        """Whether the run came to its end: not interrupted, not stopped early."""
        self.failed = False
        """Whether pytest counted a failure, of whatever test or file."""
        self.deselected: set[str] = set()
        self.capabilities: set[str] = set()
        """What the markers of the tests that ran, or were skipped, say they test."""
        self.gone: dict[tuple[str, int], list[str]] = {}
        """Known failures that a verdict's data do not hold, by test and place."""
        self.expected: set[tuple[str, int]] = set()
        """Verdicts whose failure the test said to expect, by test and place."""
        self.brought_by: dict[tuple[str, int], tuple[str, TestOutcome]] = {}
        """The test on whose report the verdict of a shared fixture came, and what was
        reported there."""

    def add_models(self, told: ModelsAtTheEnd) -> None:
        """Add how one process found its models."""
        for name, digests in told["contents"].items():
            self.contents.setdefault(name, set()).update(digests)
        self.changed.update(told["changed"])

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
    def judged(self) -> set[str]:
        """The tests that reached a verdict."""
        return {row["nodeid"] for row in self.rows}

    def ended(self, row: RowData) -> TestOutcome | None:
        """What became of a verdict's test; of a shared fixture's: of its first user.

        A test that fails as expected does not excuse what a fixture swallowed: its
        other users may be none that are expected to fail.
        """
        own: str = row["nodeid"]
        nodeid, phase = self.brought_by.get((own, row["place"]), (own, None))
        test = self.tests.get(nodeid)
        if test is None:
            return None
        if phase == "passed" and test.outcome == "xfailed":
            return phase
        return test.outcome

    @property
    def red_errors(self) -> list[ErrorData]:
        """Errors of ours that made a test or a file red: not those expected."""
        red = [
            error
            for error in self.errors
            if error["nodeid"] not in self.tests
            or self.tests[error["nodeid"]].outcome in {"failed", "crashed"}
        ]
        # Workers report in any order.
        return sorted(red, key=lambda error: error["nodeid"])

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
