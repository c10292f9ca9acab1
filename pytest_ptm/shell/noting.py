"""From reports to the log of the run: what each says of its test and its verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_ptm.runs.log import (
    PROBLEM_PREFIX,
    Fate,
    RunLog,
    TestLog,
    TestOutcome,
    TestRun,
    worse,
)

if TYPE_CHECKING:
    from pytest_ptm.results import Cost
    from pytest_ptm.runs.document import Row
    from pytest_ptm.runs.log import ErrorData


_PYTESTS = {"passed", "failed", "skipped"}


def note_report(log: RunLog, report: pytest.TestReport) -> None:
    """Add a report to the log: on the controller, wherever the test ran."""
    if report.nodeid.startswith(PROBLEM_PREFIX):
        return
    payload = cast("dict[str, Any]", getattr(report, "ptm", {}))
    worker: str | None = getattr(report, "worker_id", None)
    again = _is_rerun(report)
    if payload or log.repeated:
        from pytest_ptm.shell import arrival  # only for a run that used a model

        arrival.take(log, report, payload, again=again)
    if again:
        return
    rows = _rows(log, report.nodeid, payload)
    test = log.tests.setdefault(report.nodeid, TestLog())
    run = _run_of(log, report, worker)
    outcome = _outcome(report)
    if _part_xfails(report):
        test.part_xfails = True
    else:
        test.outcome = worse(test.outcome, outcome)
        run.outcome = worse(run.outcome, outcome)
    test.seconds += getattr(report, "duration", 0.0)
    test.uses_model |= bool(payload.get("uses_model"))
    test.worker = worker
    if "capability" in payload:
        log.capabilities.add(payload["capability"])
    _note_verdicts(log, report, run, rows, payload)
    log.costs += _costs(payload)
    log.unmatched += payload.get("unmatched", [])
    keep_error(log, report)


def _note_verdicts(
    log: RunLog,
    report: pytest.TestReport,
    run: TestRun,
    rows: Sequence[Row | None],
    payload: dict[str, Any],
) -> None:
    names = ("gone", "unlisted", "expected", "within")
    said = (payload.get(name, []) for name in names)
    for row, ids, unlisted, expected, within in zip(rows, *said, strict=True):
        if row is None:
            continue
        log.gone[row.nodeid, row.place] = ids
        log.unlisted[row.nodeid, row.place] = unlisted
        own = row.nodeid == report.nodeid
        fate = Fate(
            run,
            brought=None if own else _outcome(report),
            expected=expected or (within and _part_xfails(report)),
        )
        log.add(row, fate)


def _rows(log: RunLog, nodeid: str, payload: dict[str, Any]) -> list[Row | None]:
    """The verdicts on a report, read once; None where one is not as it was written.

    Such a one is a fault, of ours or of what changed the report: it has not arrived,
    and the run is red.
    """
    if not payload.get("rows"):
        return []
    # pydantic costs 40 ms; a run without verdicts does not pay it.
    from pydantic import ValidationError

    from pytest_ptm.runs.document import Row

    rows: list[Row | None] = []
    for data in payload["rows"]:
        try:
            rows.append(Row.model_validate(data))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            log.internal_errors.append(
                f"the report of {nodeid} brought a verdict that cannot be read: "
                f"{place or 'it'}: {first['msg']}"
            )
            rows.append(None)
    return rows


def _costs(payload: dict[str, Any]) -> list[Cost]:
    if "costs" not in payload:
        return []
    from pytest_ptm.results import Cost  # dataclasses; a run that asks nothing has none

    return [Cost(**cost) for cost in payload["costs"]]


def _part_xfails(report: pytest.TestReport) -> bool:
    """Whether a subtest fails as expected: that says nothing of the test around it."""
    return isinstance(report, pytest.SubtestReport) and _outcome(report) == "xfailed"


def _run_of(log: RunLog, report: pytest.TestReport, worker: str | None) -> TestRun:
    """The run that a report is of; the setup of a test begins another one."""
    which = worker, report.nodeid
    if report.when == "setup" or which not in log.runs:
        log.runs[which] = TestRun()
    return log.runs[which]


def keep_error(log: RunLog, report: pytest.TestReport | pytest.CollectReport) -> None:
    """Remember an error of ours that ended a test or a file."""
    error = getattr(report, "ptm_error", None)
    if error is None:
        return
    told: ErrorData = {
        "nodeid": report.nodeid,
        "message": error["message"],
        "at": error["at"],
    }
    # Every worker collects, and tells of, the same broken file.
    if told not in log.errors:
        log.errors.append(told)


def _is_rerun(report: pytest.TestReport) -> bool:
    # An outcome that none of pytest's is: of pytest-rerunfailures ("rerun"), or of
    # pytest-retry, where it is an option. A report of the test itself follows.
    return report.outcome not in _PYTESTS


def _outcome(report: pytest.TestReport) -> TestOutcome:
    if report.when not in {"setup", "call", "teardown"}:
        # xdist reports the test a lost worker was running with a phase of its own.
        return "crashed"
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    return report.outcome
