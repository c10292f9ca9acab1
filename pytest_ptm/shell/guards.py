"""How what keeps a run from being trusted makes it red, whatever else it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ptm.ground.display import presentable
from pytest_ptm.runs.log import PROBLEM_PREFIX
from pytest_ptm.runs.standing import RED, standing
from pytest_ptm.shell import arrival, continuous_integration, problems, stored_run
from pytest_ptm.shell.configuration import log_key, raw_key, runs_no_test, session_key
from pytest_ptm.shell.run_document import write_document

if TYPE_CHECKING:
    from _pytest.outcomes import Exit

# 5 is "no tests collected": what xdist says when its only test's report was lost.
_GREEN = (0, 5)


def finish(session: pytest.Session) -> None:
    """Judge the run as a whole once all tests ran; failures count as pytest's own."""
    config = session.config
    log = config.stash[log_key]
    if runs_no_test(config) or session.shouldfail or session.shouldstop:
        return
    log.add_models(config.stash[session_key].models_at_the_end())
    arrival.hold_to_account(config)
    raw = config.stash[raw_key]
    asked = config.stash[session_key]
    strays = [*asked.strays, *asked.pending]
    log.problems = problems.problems(
        log, raw, strays=strays, failed_already=session.testsfailed > 0
    )
    log.problems += arrival.problems(config)
    if raw["known_path"] is not None:
        # pydantic and NumPy; only a run that has a list pays for them.
        from pytest_ptm.shell import known_failures

        log.problems += known_failures.judge(session)
    log.problems += stored_run.problems(config)
    stored_run.update(config)
    log.complete, log.failed = True, session.testsfailed > 0
    write_document(config, complete=True)
    continuous_integration.write_markdown(config)
    for code, message in log.problems:
        _report_failure(config, code, f"{code} {message}")


def close(session: pytest.Session) -> None:
    """Finish what ``finish`` did not come to: a run that was interrupted or stopped."""
    config = session.config
    log = config.stash[log_key]
    _note_cut_short(session)
    if not log.written and not runs_no_test(config):
        write_document(config, complete=False)
    failed = int(session.exitstatus) not in _GREEN
    if not log.complete and any(row.deferred for row in log.rows):
        # Nobody came to judge them together: each stands for itself.
        log.problems.append(
            ("PTM118", "holm-gate: the run ended before its verdicts were judged")
        )
    # Another plugin may fail a run at its end: a document that says green is mended.
    if not log.complete or (failed and not log.failed and not log.problems):
        log.failed |= failed
        if not runs_no_test(config):
            continuous_integration.write_markdown(config)
    green = int(session.exitstatus) in _GREEN
    if log.internal_errors and green:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
    elif green and is_red(config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def is_red(config: pytest.Config) -> bool:
    """Whether the run may not end as a green one, whatever a hook makes of it."""
    log, asked = config.stash[log_key], config.stash[session_key]
    return bool(
        log.problems
        or asked.strays
        or asked.pending
        or arrival.vanished(config)
        or arrival.altered(config)
        or any(standing(row, log) in RED for row in log.rows)
    )


def cut_short(session: pytest.Session, end: Exit) -> None:
    """Let no pytest.exit() end a run as green that has to be judged and was not."""
    if end.returncode is None:
        return  # pytest's own: interrupted
    session.exitstatus = end.returncode
    _note_cut_short(session)
    if end.returncode in _GREEN and is_red(session.config):
        end.returncode = int(pytest.ExitCode.TESTS_FAILED)


def _note_cut_short(session: pytest.Session) -> None:
    """PTM115, once: the run would be green, and did not come to its end."""
    config = session.config
    log, raw = config.stash[log_key], config.stash[raw_key]
    is_over = log.complete or not log.begun or bool(log.problems)
    if is_over or not raw["require"] or int(session.exitstatus) not in _GREEN:
        return
    message = (
        "pytest.exit() ended the run before its last test, with exit code "
        f"{int(session.exitstatus)}, and --ptm-require is on: what was not tested is "
        "not judged. Skip what cannot run, or end with another code"
    )
    log.problems.append(("PTM115", message))
    _report_failure(config, "PTM115", f"PTM115 {message}")


def _report_failure(config: pytest.Config, code: str, message: str) -> None:
    """A failing test that stands for the run: pytest counts it like any other.

    So exit code, summary, JUnit and every other plugin agree.
    """
    nodeid = f"{PROBLEM_PREFIX}{code}"
    message = presentable(message)
    location = ("pytest-ptm", None, code)
    config.hook.pytest_runtest_logstart(nodeid=nodeid, location=location)
    for when in ("setup", "call", "teardown"):
        report = pytest.TestReport(
            nodeid=nodeid,
            location=location,
            keywords={},
            outcome="failed" if when == "call" else "passed",
            longrepr=message if when == "call" else None,
            when=when,
        )
        config.hook.pytest_runtest_logreport(report=report)
    config.hook.pytest_runtest_logfinish(nodeid=nodeid, location=location)
