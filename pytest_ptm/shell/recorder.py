"""From the running test to the log of the run: verdicts travel on pytest's reports."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_ptm.ground.errors import BehaviourFailure, PtmError
from pytest_ptm.session import OnInconclusive, RunningTest, Session, Told
from pytest_ptm.shell import belonging, noting
from pytest_ptm.shell.configuration import (
    is_used,
    log_key,
    raw_key,
    rerun_command,
    session_key,
)
from pytest_ptm.shell.workers import is_worker, told_late

if TYPE_CHECKING:
    from types import TracebackType

    from pytest_ptm.runs.document import Row

FIXTURES = frozenset({"ptm_model", "ptm_load", "ptm_against"})
"""Fixtures whose tests mean to ask a model."""


_NOT_THE_USERS = frozenset(
    {"pytest_ptm", "_pytest", "pytest", "pluggy", "importlib", "xdist"}
)


class RunRecorder:
    """The hooks that keep the log of a run, on the controller only."""

    def __init__(self, config: pytest.Config) -> None:
        self._log = config.stash[log_key]
        self._strays = config.stash[session_key].strays

    def __dir__(self) -> list[str]:
        """The hooks: pytest looks at no other name, as in ``plugin``."""
        return [name for name in vars(RunRecorder) if name.startswith("pytest_")]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """From here on there is something to judge; not where pytest only lists."""
        self._log.begun = not session.config.option.collectonly

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(
        self, session: pytest.Session
    ) -> Generator[None, object, object]:
        """Have the last word on the exit code, whatever other plugins make of it."""
        try:
            result = yield
        except pytest.exit.Exception as end:
            if is_noteworthy(session.config):
                from pytest_ptm.shell import guards

                guards.close(session)
                guards.cut_short(session, end)
            raise
        self._strays += told_late(session.config)
        if is_noteworthy(session.config):
            from pytest_ptm.shell import guards

            if guards.is_red(session.config) and int(session.exitstatus) == 0:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        belonging.conclude(session)
        return result

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember which tests are to report."""
        self._log.collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """The same, told by a worker."""
        self._log.collected.update(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over what a worker that has ended says of its models."""
        output = getattr(node, "workeroutput", {})
        told = output.get("ptm_models")
        if told is not None:
            self._log.add_models(json.loads(told))
        self._log.deselected.update(output.get("ptm_deselected", ()))
        self._hear(output)
        # Every worker imports, and tells of, the same file.
        told = output.get("ptm_strays", ())
        self._strays += [one for one in told if one not in self._strays]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_from_serializable(
        self, data: dict[str, Any]
    ) -> Generator[None, object, object]:
        """Take over what a worker says it reached, whatever became of the report."""
        self._hear(data)
        return (yield)

    def _hear(self, data: dict[str, Any]) -> None:
        if "ptm_reached" in data:
            from pytest_ptm.shell import arrival

            arrival.hear(self._log, data)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a report to the log, wherever the test ran."""
        noting.note_report(self._log, report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a file that an error of ours kept from being collected."""
        noting.keep_error(self._log, report)

    def pytest_internalerror(self, excrepr: object) -> None:
        """A crash inside pytest may have swallowed a result."""
        self._log.internal_errors.append(str(excrepr).strip().rpartition("\n")[2])


def is_noteworthy(config: pytest.Config) -> bool:
    """Whether the run concerns pytest-ptm; where not, nothing more is imported.

    On workers never: the controller judges, reports and prints.
    """
    if is_worker(config):
        return False
    raw, log = config.stash[raw_key], config.stash[log_key]
    session = config.stash[session_key]
    return (
        is_used(raw)
        or raw["require_asked"]
        or log.used
        or bool(log.reached or session.reached or session.of_fixtures)
        or bool(log.internal_errors or session.strays or session.pending)
    )


def ends_green(config: pytest.Config) -> bool:
    """Whether a run that ended at once, with exit code 0, would say the truth."""
    log, session = config.stash[log_key], config.stash[session_key]
    if not (is_noteworthy(config) or session.verdicts or session.of_fixtures):
        return True
    from pytest_ptm.shell import guards

    listed_only = not log.begun
    return listed_only or (
        log.complete and not log.failed and not guards.is_red(config)
    )


def running(item: pytest.Item) -> RunningTest:
    """What code far from pytest may know of the test that is asking."""
    config = item.config

    def rerun() -> str:
        return rerun_command(
            item.nodeid,
            config.stash[raw_key],
            config.stash[session_key].settings,
            rootpath=config.rootpath,
            cwd=Path(config.invocation_params.dir),
        )

    if item.get_closest_marker("ptm") is None:
        return RunningTest(item.nodeid, rerun=rerun, excuse=_excuse)
    # Only a test that carries the marker pays for reading it.
    from pytest_ptm.shell.markers import read_mark

    mark = read_mark(item)
    return RunningTest(
        item.nodeid,
        task=mark.task,
        models=mark.models,
        rerun=rerun,
        capability=mark.capability,
        excuse=_excuse,
    )


def drain(session: Session, item: pytest.Item, *, since: float) -> dict[str, Any]:
    """What one phase of a test found and asked, as JSON; empty if nothing.

    ``since`` is when it began: what a test found before a subtest is none of that one.
    """
    before = session.told
    verdicts, costs = session.drain()
    of_fixtures = session.drain_fixtures()
    payload: dict[str, Any] = {}
    if uses_model(item):
        payload["uses_model"] = True
    if session.test is not None and session.test.capability is not None:
        payload["capability"] = session.test.capability
    if session.unmatched:
        payload["unmatched"] = [f"{item.nodeid}: {why}" for why in session.unmatched]
        session.unmatched = []
    if costs or verdicts or of_fixtures:
        # pydantic costs 40 ms; a test that asked nothing does not pay it.
        from pytest_ptm.runs.rows import cost_row, row_of

        payload["costs"] = [cost_row(cost).model_dump() for cost in costs]
        test = session.test
        rows = [
            row_of(
                told,
                item.nodeid,
                place=place,
                capability=None if test is None else test.capability,
            )
            for place, told in enumerate(verdicts, start=before)
        ]
        theirs = [
            row_of(told, nodeid, place=place) for nodeid, place, told in of_fixtures
        ]
        payload["rows"] = [_row_data(row) for row in (*rows, *theirs)]
        payload["gone"] = _gone(
            item.config.stash[raw_key]["known_ids"],
            [*rows, *theirs],
            [*verdicts, *(told for _, _, told in of_fixtures)],
        )
        every = (*verdicts, *(told for _, _, told in of_fixtures))
        whose = [item.nodeid] * len(verdicts) + [nodeid for nodeid, _, _ in of_fixtures]
        payload["numbers"] = list(map(session.reach, every, whose))
        payload["expected"] = [told.expected for told in every]
        payload["within"] = [told.when >= since for told in every]
        for row in rows:
            item.user_properties.append((f"ptm.{row.metric}", repr(row.value)))
            item.user_properties.append(
                ("ptm.verdict", f"{row.outcome}: {row.headline} on {row.model.name}")
            )
    return payload


def _excuse(outcome: OnInconclusive, message: str) -> None:
    """End the running test as skipped or as an expected failure."""
    __tracebackhide__ = True
    if outcome == "skip":
        pytest.skip(message)
    pytest.xfail(message)


def uses_model(item: pytest.Item) -> bool:
    """Whether the test takes a fixture that is there to ask a model."""
    return not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def concerns_us(error: BaseException | None) -> bool:
    """Whether an error is ours, or came out of our code."""
    if error is None:
        return False
    if isinstance(error, (BehaviourFailure, PtmError)):
        return True
    traceback = error.__traceback__
    while traceback is not None:
        if str(traceback.tb_frame.f_globals.get("__name__")).startswith("pytest_ptm."):
            return True
        traceback = traceback.tb_next
    return False


def check_models(session: Session, nodeid: str) -> None:
    """Fail the test that left a model otherwise than it found it.

    Raises:
        ModelError: PTM304, the model was left in training mode or with other weights.
    """
    __tracebackhide__ = True
    found = [error for watch in session.watches if (error := watch.left_by(nodeid))]
    if found:
        # Answers may have been taken from the changed model too.
        session.start_afresh()
        raise found[0]


def shorten(report: pytest.TestReport, error: BaseException | None) -> None:
    """Let the short summary show the first line of our messages, whole."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and isinstance(error, (BehaviourFailure, PtmError)):
        crash.message = str(error).partition("\n")[0]


def note_error(
    report: pytest.TestReport | pytest.CollectReport, error: BaseException | None
) -> None:
    """Put an error of ours, and the user's line that led to it, onto the report."""
    if not isinstance(error, PtmError):
        return
    at = _raised_at(error.__traceback__)
    if at is None and isinstance(report, pytest.TestReport):
        file, line, _ = report.location
        at = None if line is None else (file, line + 1)
    told = {"message": str(error), "at": None if at is None else list(at)}
    report.__dict__["ptm_error"] = told


def _raised_at(traceback: TracebackType | None) -> tuple[str, int] | None:
    """File and line of the user's own code nearest to where an error was raised."""
    found = None
    while traceback is not None:
        name = str(traceback.tb_frame.f_globals.get("__name__"))
        if name.partition(".")[0] not in _NOT_THE_USERS:
            found = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return found


def is_inconclusive(report: object) -> bool:
    """Whether a test failed for want of examples, not for what they show."""
    failed = getattr(report, "outcome", None) == "failed"
    return failed and bool(getattr(report, "ptm_inconclusive", False))


def _gone(
    known: dict[str, list[str]], rows: list[Row], verdicts: list[Told]
) -> list[list[str]]:
    """Of each verdict: the known failures that its data do not hold."""
    if not known:
        return [[] for _ in rows]
    # Only for a run with a list: here the ids of all examples are at hand.
    from pytest_ptm.known.compare import not_in_data

    return [
        not_in_data(known.get(row.test, ()), told.verdict.result.outcomes)
        for row, told in zip(rows, verdicts, strict=True)
    ]


def _row_data(row: Row) -> dict[str, Any]:
    from pytest_ptm.shell.outgoing import (
        clean_data,  # in a run without verdicts not needed
    )

    data = cast("dict[str, Any]", clean_data(row.model_dump(mode="json")))
    # By its id the controller finds the test again; it is made fit where it is shown.
    return {**data, "nodeid": row.nodeid}
