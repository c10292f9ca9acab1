"""What turns a green run red: nothing asked, a test lost, a report not written."""

from __future__ import annotations

import pytest

from pytest_ptm import continuous_integration, stored_run
from pytest_ptm.configuration import Raw, log_key, raw_key, session_key
from pytest_ptm.display import counted, listed, presentable
from pytest_ptm.errors import ReportError
from pytest_ptm.reports import suite
from pytest_ptm.reports.files import remove_stale
from pytest_ptm.reports.run_log import PROBLEM_PREFIX, RunLog
from pytest_ptm.run_document import json_path, write_document

# 5 is "no tests collected": what xdist says when its only test's report was lost.
_GREEN = (0, 5)


def begin(config: pytest.Config) -> None:
    """Take away the reports of an older run.

    Raises:
        ReportError: PTM105, an old report cannot be removed, or two have one path.
    """
    if config.option.collectonly:
        return
    paths = json_path(config), continuous_integration.markdown_path(config)
    if paths[0] is not None and paths[0] == paths[1]:
        raise ReportError(
            f"--ptm-json and --ptm-markdown are both {paths[0]}; name two files",
            code="PTM105",
        )
    for path in paths:
        if path is not None:
            remove_stale(path)


def finish(session: pytest.Session) -> None:
    """Judge the run as a whole once all tests ran; failures count as pytest's own."""
    config = session.config
    log = config.stash[log_key]
    if config.option.collectonly or session.shouldfail or session.shouldstop:
        return
    log.add_models(config.stash[session_key].models_at_the_end())
    raw = config.stash[raw_key]
    log.problems = problems(log, raw, failed_already=session.testsfailed > 0)
    if raw["known_path"] is not None:
        # pydantic and NumPy; only a run that has a list pays for them.
        from pytest_ptm import known_failures

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
    if not log.written and not config.option.collectonly:
        write_document(config, complete=False)
    failed = int(session.exitstatus) not in _GREEN
    if not log.complete and any(row["deferred"] for row in log.rows):
        # Nobody came to judge them together: each stands for itself.
        log.problems.append(
            ("PTM116", "holm-gate: the run ended before its verdicts were judged")
        )
    # Another plugin may fail a run at its end: a document that says green is mended.
    if not log.complete or (failed and not log.failed and not log.problems):
        log.failed |= failed
        if not config.option.collectonly:
            continuous_integration.write_markdown(config)
    if log.internal_errors and int(session.exitstatus) in _GREEN:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
    elif log.problems and int(session.exitstatus) == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def problems(
    log: RunLog, raw: Raw, *, failed_already: bool = False
) -> list[tuple[str, str]]:
    """Code and message of everything that keeps a run from being trusted."""
    found: list[tuple[str, str]] = []
    configured = bool(raw["models"] or raw["ini_models"])
    if log.internal_errors:
        found.append(
            (
                "PTM106",
                f"pytest reported {counted(len(log.internal_errors), 'internal error')}"
                f"; results may be lost. First: {log.internal_errors[0]}",
            )
        )
    if log.lost and (log.used or configured):
        found.append(
            (
                "PTM102",
                f"{counted(len(log.lost), 'test')} produced no result: "
                f"{listed(log.lost, most=5)}; a worker or a plugin lost them",
            )
        )
    changed = _changed_models(log)
    if changed:
        found.append(
            (
                "PTM107",
                f"{counted(len(changed), 'model')} changed while the run was going on: "
                f"{'; '.join(changed)}. Its figures may be of either content; "
                "run again once nobody writes to it",
            )
        )
    found += _too_many(log, raw)
    found += _missed_together(log)
    passed = [
        nodeid
        for nodeid, test in log.tests.items()
        if test.uses_model and test.outcome == "passed"
    ]
    if passed and not log.asked:
        found.append(
            (
                "PTM103",
                f"{counted(len(passed), 'test')} took a model and passed, but no model "
                f"was asked anything: {listed(passed, most=5)}. "
                "Call an assert_* or evaluate_* in them",
            )
        )
    elif _nothing_judged(log, raw) and not failed_already:
        found.append(
            (
                "PTM104",
                "--ptm-require is on and no model was asked anything: all tests with a "
                "model were skipped or left out. Name a model with --ptm-model, or "
                "switch it off with --no-ptm-require",
            )
        )
    return found


def _too_many(log: RunLog, raw: Raw) -> list[tuple[str, str]]:
    """Caps on what a run may leave open or expect to fail."""
    found: list[tuple[str, str]] = []
    most = raw["values"].get("max_inconclusive")
    open_ones = [row["nodeid"] for row in log.rows if row["outcome"] == "inconclusive"]
    if most is not None and len(open_ones) > int(most):
        found.append(
            (
                "PTM108",
                f"{counted(len(open_ones), 'verdict')} inconclusive, where "
                f"--ptm-max-inconclusive allows {most}: {listed(open_ones, most=5)}",
            )
        )
    most = raw["values"].get("max_xfail")
    expected = [
        nodeid
        for nodeid, test in sorted(log.tests.items())
        if test.outcome == "xfailed" and (test.uses_model or nodeid in log.judged)
    ]
    if most is not None and len(expected) > int(most):
        found.append(
            (
                "PTM109",
                f"{counted(len(expected), 'test')} failed as expected, where "
                f"--ptm-max-xfail allows {most}: {listed(expected, most=5)}",
            )
        )
    return found


def _missed_together(log: RunLog) -> list[tuple[str, str]]:
    """What holm-gate left to the end: the bounds that all verdicts together miss.

    Asked of the rows, not of the option: what a test left open is judged whatever the
    controller was told.
    """
    rows = suite.family(log.rows)
    missed = [row["nodeid"] for row in suite.missed_together(rows)]
    if not missed:
        return []
    return [
        (
            "PTM116",
            f"holm-gate: {counted(len(missed), 'verdict')} of {len(rows)} missed, "
            f"judged together: {listed(missed, most=5)}",
        )
    ]


def _changed_models(log: RunLog) -> list[str]:
    """Models whose files were edited, or that were loaded with several contents."""
    several = [
        f"{name} was loaded as sha256 "
        + " and as ".join(digest[:12] for digest in sorted(digests))
        for name, digests in sorted(log.contents.items())
        if len(digests) > 1
    ]
    return sorted(log.changed) + several


def _nothing_judged(log: RunLog, raw: Raw) -> bool:
    if not raw["require"] or log.asked:
        return False
    # CI alone switches require on; a run there that has nothing to do with models, and
    # was given none by hand, stays as it is.
    took_a_model = any(test.uses_model for test in log.tests.values())
    return raw["require_asked"] or took_a_model or bool(raw["models"])


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
