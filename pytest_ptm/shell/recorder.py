"""The hooks that listen to a run beside those of ``plugin``, and what they lead to.

On the controller they keep its log, and have it judged at its end.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Generator, Sequence
from typing import Any, cast

import pytest

from pytest_ptm.shell import belonging, noting
from pytest_ptm.shell.configuration import (
    is_used,
    log_key,
    raw_key,
    runs_no_test,
    session_key,
)
from pytest_ptm.shell.workers import is_worker, tell_models, told_late


class Listener:
    """The hooks for what is said beside reports: warnings, and crashes of pytest.

    On workers too, before they are sent. In a run that has nothing to do with a model
    they leave all as it is.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def __dir__(self) -> list[str]:
        """The hooks: pytest looks at no other name, as in ``plugin``."""
        known = {**vars(Listener), **vars(type(self))}
        return [name for name in known if name.startswith("pytest_")]

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Clean a warning before the terminal, a log or the controller keeps it."""
        if self._concerned:
            from pytest_ptm.shell.outgoing import clean_warning

            clean_warning(warning_message)

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object) -> None:
        """Clean the traceback of a crash before it is printed."""
        if self._concerned:
            from pytest_ptm.ground.redaction import read_environment_again
            from pytest_ptm.shell.outgoing import clean_data

            read_environment_again()
            clean_data(excrepr)

    @property
    def _concerned(self) -> bool:
        stash = self._config.stash
        return is_used(stash[raw_key]) or stash[session_key].was_used


class RunRecorder(Listener):
    """Those hooks, and the ones that keep the log of a run: on the controller only."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self._log = config.stash[log_key]
        self._strays = config.stash[session_key].strays

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """From here on there is something to judge; not where pytest only lists."""
        self._log.begun = not runs_no_test(session.config)

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
        if told is None:
            self._log.unsaid.append(str(cast("Any", node).gateway.id))
        else:
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
        if "ptm_handed_on" in data:
            from pytest_ptm.shell import arrival

            arrival.hear(self._log, data)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a report to the log, wherever the test ran."""
        noting.note_report(self._log, report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a file that an error of ours kept from being collected."""
        noting.keep_error(self._log, report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        """Before the debugger stops at a failure: give it the result."""
        if call.excinfo and self._config.getoption("usepdb", default=False):
            from pytest_ptm.shell import debugging

            session = self._config.stash[session_key]
            debugging.show(session, call.excinfo.value)

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object) -> None:
        """A crash inside pytest may have swallowed a result."""
        super().pytest_internalerror(excrepr)
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
        or bool(log.handed_on or session.handed_on or session.of_fixtures)
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


def is_shown_red(config: pytest.Config) -> bool:
    """Whether the run has to do with a model, and something that is red was found."""
    if not is_noteworthy(config):
        return False
    from pytest_ptm.shell import guards

    return guards.is_red(config)


def note_deselected(items: Sequence[pytest.Item]) -> None:
    """Remember which tests are there and do not run, for a list of known failures."""
    if items and items[0].config.stash[raw_key]["known_path"] is not None:
        log = items[0].config.stash[log_key]
        log.deselected.update(item.nodeid for item in items)


def judging(session: pytest.Session) -> Generator[None, object, object]:
    """All tests of a run, and after the last one its judgement as a whole."""
    try:
        result = yield
    except pytest.exit.Exception as end:
        if is_noteworthy(session.config):
            from pytest_ptm.shell import guards

            guards.cut_short(session, end)
        raise
    if is_noteworthy(session.config):
        from pytest_ptm.shell import guards

        guards.finish(session)
    return result


def close(session: pytest.Session) -> None:
    """The fallback: an interrupted run's document, an exit code that is not 0."""
    tell_models(session.config)
    if is_noteworthy(session.config):
        from pytest_ptm.shell import guards

        guards.close(session)


def summarise(reporter: pytest.TerminalReporter) -> None:
    """Show verdicts, models and cost, where the run concerns pytest-ptm."""
    if is_noteworthy(reporter.config):
        from pytest_ptm.shell import terminal

        terminal.summary(reporter)


def annotate(config: pytest.Config) -> None:
    """After the last line of the run: annotate it where its platform shows that."""
    if log_key in config.stash and is_noteworthy(config):
        from pytest_ptm.shell import continuous_integration

        continuous_integration.conclude(config)
