"""What the controller saw of a run: tests, their outcomes, verdicts and costs.

The log is kept in every run, also where nothing of pytest-ptm is used, and must cost
nothing there: plain classes, since each dataclass takes half a millisecond to define.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from typing import TypedDict

    from pytest_ptm.results import Cost
    from pytest_ptm.runs.document import Row
    from pytest_ptm.runs.flips import AgainstBaseline
    from pytest_ptm.session.brought import Arrived, HandedOn
    from pytest_ptm.session.seams import ModelsAtTheEnd

    class ErrorData(TypedDict):
        """A test, or a file, that ended by an error of ours: what, file and line."""

        nodeid: str
        message: str
        at: list[Any] | None


TestOutcome = Literal["passed", "failed", "skipped", "xfailed", "xpassed", "crashed"]

PROBLEM_PREFIX = "pytest-ptm::"
"""How the ids of failing reports begin that stand for the run, not for a test."""


class TestLog:
    """One test: what came of it so far."""

    __slots__ = ("idle", "outcome", "part_xfails", "seconds", "uses_model", "worker")
    __test__ = False

    def __init__(self) -> None:
        self.outcome: TestOutcome = "passed"
        self.seconds = 0.0
        self.uses_model = False
        self.idle = False
        """Whether it took a model, passed, and asked it nothing."""
        self.worker: str | None = None
        self.part_xfails = False
        """Whether a subtest of it failed as expected."""


class TestRun:
    """One run of a test in one process: a test may run again under the same id."""

    __slots__ = ("outcome",)
    __test__ = False

    def __init__(self) -> None:
        self.outcome: TestOutcome = "passed"


class Fate:
    """What became of a verdict once: the run that told of it, in which phase.

    ``brought``: what was reported there, of a verdict that is not the test's own;
    ``expected``: whether the test said there to expect the failure.
    """

    __slots__ = ("brought", "expected", "run")

    def __init__(
        self, run: TestRun, *, brought: TestOutcome | None, expected: bool
    ) -> None:
        self.run, self.brought, self.expected = run, brought, expected

    @property
    def ended(self) -> TestOutcome:
        """What became of the verdict's test; of a shared fixture's: of its first user.

        A test that fails as expected does not excuse what a fixture swallowed: its
        other users may be none that are expected to fail.
        """
        if self.brought == "passed" and self.run.outcome == "xfailed":
            return self.brought
        return self.run.outcome


class RunLog:
    """Everything the end of a run is judged by."""

    def __init__(self) -> None:
        self.started = time.time()
        self.collected: set[str] = set()
        self.tests: dict[str, TestLog] = {}
        self.rows: list[Row] = []
        self.costs: list[Cost] = []
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
        self.unsaid: list[str] = []
        """Workers that ended without saying what they found."""
        self.deselected: set[str] = set()
        self.capabilities: set[str] = set()
        """What the markers of the tests that ran, or were skipped, say they test."""
        self.gone: dict[tuple[str, int], list[str]] = {}
        """Known failures that a verdict's data do not hold, by test and place."""
        self.unlisted: dict[tuple[str, int], list[dict[str, Any]]] = {}
        """The worst cases that no list of known failures holds, likewise, as JSON."""
        self.runs: dict[tuple[str | None, str], TestRun] = {}
        """The last run of each test in each process."""
        self.handed_on: dict[tuple[str | None, int], HandedOn] = {}
        """What each process says that it put onto reports, by its number there."""
        self.arrived: list[Arrived] = []
        """What came here on reports."""
        self.repeated: dict[tuple[str | None, str], list[Arrived]] = {}
        """What came of tests that are said to run again, until they do."""
        self._fates: dict[int, list[Fate]] = {}

    def add(self, row: Row, fate: Fate) -> None:
        """Add a verdict; what another process heard of the same fixture is one.

        Each time that it was told of has a fate of its own: where one setup expected
        the failure, another may have swallowed it.
        """
        row = self._heard(row) if fate.brought is not None else row
        if not any(row is other for other in self.rows):
            self.rows.append(row)
        # By identity: equal rows are of several runs of a test, and stay in the list.
        self._fates.setdefault(id(row), []).append(fate)

    def _heard(self, row: Row) -> Row:
        def same(other: Row) -> bool:
            # Setups of one fixture differ in nothing but what they cost.
            return row.model_copy(update={"cost": other.cost}) == other

        return next(filter(same, self.rows), row)

    def fates(self, row: Row) -> list[Fate]:
        """What became of a verdict, each time it was told of; empty if unknown."""
        return self._fates.get(id(row), [])

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
        return {row.nodeid for row in self.rows}

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
