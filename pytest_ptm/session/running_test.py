"""The test that is asking, and what it was told of: plain, as all of the session is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pytest_ptm.results import Verdict

OnInconclusive = Literal["fail", "skip", "xfail", "pass"]
"""What becomes of a test whose examples can show neither success nor failure."""


class RunningTest:
    """The test that is asking: its id, its marker, how to run it again.

    ``excuse`` ends a test that is inconclusive as skipped or as an expected failure.
    ``asked``: whether it has asked a model anything; ``passed``: whether what it was
    given is a model, and its own phase came to its end.
    """

    __slots__ = (
        "asked",
        "capability",
        "excuse",
        "models",
        "nodeid",
        "passed",
        "rerun",
        "task",
    )

    def __init__(
        self,
        nodeid: str,
        *,
        task: str | None = None,
        models: tuple[str, ...] | None = None,
        rerun: Callable[[], str] | None = None,
        capability: str | None = None,
        excuse: Callable[[OnInconclusive, str], None] | None = None,
    ) -> None:
        self.nodeid = nodeid
        self.task, self.models = task, models
        self.rerun, self.excuse = rerun, excuse
        self.capability = capability
        self.asked = self.passed = False

    def under(self, nodeid: str) -> RunningTest:
        """The same under another id, of what it sets up: that tests no capability."""
        return RunningTest(
            nodeid,
            task=self.task,
            models=self.models,
            rerun=self.rerun,
            excuse=self.excuse,
        )


class Told:
    """A verdict, what an inconclusive one means to its test, and where it was asked
    for: file and line.

    ``expected``: whether pytest.raises, or one like it, took the failure it raised;
    ``when``: in seconds since the epoch, as pytest says when a phase of a test began.
    """

    __slots__ = ("at", "expected", "on_inconclusive", "verdict", "when")

    def __init__(
        self,
        verdict: Verdict,
        on_inconclusive: OnInconclusive = "fail",
        at: tuple[str, int] | None = None,
    ) -> None:
        self.verdict = verdict
        self.on_inconclusive: OnInconclusive = on_inconclusive
        self.at = at
        self.expected = False
        self.when = time.time()
