"""What turns a green run red: nothing asked, a test lost, a report not written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_ptm.ground.display import counted, listed, presentable
from pytest_ptm.ground.errors import DataError, ReportError
from pytest_ptm.ground.files import check_place, check_report, remove_stale
from pytest_ptm.runs import suite
from pytest_ptm.runs.log import PROBLEM_PREFIX, RunLog
from pytest_ptm.runs.standing import RED, standing
from pytest_ptm.shell import arrival, continuous_integration, interruption, stored_run
from pytest_ptm.shell.configuration import log_key, raw_key, session_key
from pytest_ptm.shell.run_document import json_path, write_document

if TYPE_CHECKING:
    from _pytest.outcomes import Exit

    from pytest_ptm.shell.configuration import Raw

# 5 is "no tests collected": what xdist says when its only test's report was lost.
_GREEN = (0, 5)


def check_paths(config: pytest.Config) -> None:
    """Refuse what the run could not write, or would write over, before it begins.

    Raises:
        ReportError: PTM105, something that is no report stands in the place of one, the
            folder is not there, or two files have one path.
    """
    if config.option.collectonly:
        return
    raw = config.stash[raw_key]
    reports = _reports(config)
    written = dict(reports)
    named = dict(reports)
    if "baseline" in raw["values"]:
        named["--ptm-baseline"] = Path(str(raw["values"]["baseline"]))
        if raw["values"].get("baseline_update"):
            written["--ptm-baseline"] = named["--ptm-baseline"]
    if raw["known_path"] is not None:
        named["--ptm-known-failures"] = Path(raw["known_path"])
        if "known_failures_update" in raw["values"]:
            written["--ptm-known-failures"] = named["--ptm-known-failures"]
    for path in written.values():
        check_place(path)
    for (one, path), (other, same) in combinations(named.items(), 2):
        if path.resolve() == same.resolve():
            raise ReportError(
                f"{one} and {other} are both {path}; name two files", code="PTM105"
            )
    for flag, path in written.items():
        # A list of known failures has been read as one. A damaged baseline is written
        # anew, and one whose fields a person put in another order too.
        if flag == "--ptm-known-failures":
            continue
        if flag != "--ptm-baseline" or not _is_run(path):
            check_report(path, _mark(flag))


def _is_run(path: Path) -> bool:
    # pydantic; only a run that replaces a baseline pays for it.
    from pytest_ptm.runs.reading import read_run

    try:
        read_run(path)
    except DataError:
        return False
    return True


def _mark(flag: str) -> str:
    """A pattern of how every such report begins."""
    # Only for a run that writes one.
    if flag in {"--ptm-json", "--ptm-baseline"}:
        from pytest_ptm.runs.document import SCHEMA_NAME

        return rf'\s*\{{.*"{SCHEMA_NAME}"'
    from pytest_ptm.reports.markdown import HEADING

    return HEADING


def begin(config: pytest.Config) -> None:
    """Take away the reports of an older run; make sure that this one leaves its own.

    Raises:
        ReportError: PTM105, an old report cannot be removed.
    """
    if config.option.collectonly:
        return
    reports = _reports(config).values()
    for path in reports:
        remove_stale(path)
    if reports:
        interruption.listen(config)


def _reports(config: pytest.Config) -> dict[str, Path]:
    """The reports that were asked for, by option."""
    paths = {
        "--ptm-json": json_path(config),
        "--ptm-markdown": continuous_integration.markdown_path(config),
    }
    return {flag: path for flag, path in paths.items() if path is not None}


def finish(session: pytest.Session) -> None:
    """Judge the run as a whole once all tests ran; failures count as pytest's own."""
    config = session.config
    log = config.stash[log_key]
    if config.option.collectonly or session.shouldfail or session.shouldstop:
        return
    log.add_models(config.stash[session_key].models_at_the_end())
    raw = config.stash[raw_key]
    asked = config.stash[session_key]
    strays = [*asked.strays, *asked.pending]
    log.problems = problems(
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
    if not log.written and not config.option.collectonly:
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
        if not config.option.collectonly:
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


def problems(
    log: RunLog,
    raw: Raw,
    *,
    strays: Sequence[str] = (),
    failed_already: bool = False,
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
    found += _left_over(log, raw)
    found += _swallowed(log, failed_already=failed_already)
    if strays:
        more = f" … and {len(strays) - 5:,} more" if len(strays) > 5 else ""
        found.append(("PTM117", "; ".join(strays[:5]) + more))
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


def _swallowed(log: RunLog, *, failed_already: bool) -> list[tuple[str, str]]:
    """Verdicts that are red where nothing that pytest counts is."""
    # A hook may have turned a failure round after the log had heard of it.
    red = {"caught"} if failed_already else RED
    rows = [row for row in log.rows if standing(row, log) in red]
    if not rows:
        return []
    told = [
        f"{row.headline} in {row.nodeid}"
        for row in sorted(rows, key=lambda row: (row.nodeid, row.place))
    ]
    more = f"\n  … and {len(told) - 5:,} more" if len(told) > 5 else ""
    return [
        (
            "PTM114",
            f"{counted(len(rows), 'verdict')} red in a test that is not: the failure "
            "was caught or turned round, or nobody waited for its thread or task:\n  "
            + "\n  ".join(told[:5])
            + more
            + "\n  Where it is expected, say so: with pytest.raises(BehaviourFailure), "
            "or pytest.mark.xfail",
        )
    ]


def _left_over(log: RunLog, raw: Raw) -> list[tuple[str, str]]:
    """A sample that nobody asked for in this run, where a verdict is required."""
    if raw["left_over"] is None or not raw["require"] or not log.asked:
        return []
    return [
        (
            "PTM116",
            f"{raw['left_over']} left examples out of every figure, and --ptm-require "
            "is on. Take it away; or type --ptm-limit, to be judged by a sample",
        )
    ]


def _too_many(log: RunLog, raw: Raw) -> list[tuple[str, str]]:
    """Caps on what a run may leave open or expect to fail."""
    found: list[tuple[str, str]] = []
    most = raw["values"].get("max_inconclusive")
    open_ones = [row.nodeid for row in log.rows if row.outcome == "inconclusive"]
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
        if (test.outcome == "xfailed" or test.part_xfails)
        and (test.uses_model or nodeid in log.judged)
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
    missed = [row.nodeid for row in suite.missed_together(rows)]
    if not missed:
        return []
    return [
        (
            "PTM118",
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
