"""What turns a green run red: nothing asked, a test lost, a report not written."""

from __future__ import annotations

import json
import sys
import time
import uuid
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_ptm import continuous_integration
from pytest_ptm.configuration import Raw, log_key, raw_key, session_key
from pytest_ptm.display import counted, listed, presentable
from pytest_ptm.errors import DataError, ReportError
from pytest_ptm.outgoing import clean_data
from pytest_ptm.reports.files import remove_stale, write_whole
from pytest_ptm.reports.run_log import PROBLEM_PREFIX, RunLog
from pytest_ptm.reports.suite import total_cost
from pytest_ptm.workers import is_worker

if TYPE_CHECKING:
    from pytest_ptm.baselines import Compared, StoredRun

# 5 is "no tests collected": what xdist says when its only test's report was lost.
_GREEN = (0, 5)
_NAMED = ("pytest", "torch", "transformers", "numpy", "pytest-xdist")


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
    log.problems += _baseline_problems(config)
    _update_baseline(config)
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
    # Another plugin may fail a run at its end: a document that says green is mended.
    if not log.complete or (failed and not log.failed and not log.problems):
        log.failed |= failed
        if not config.option.collectonly:
            continuous_integration.write_markdown(config)
    if log.internal_errors and int(session.exitstatus) in _GREEN:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
    elif log.problems and int(session.exitstatus) == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def stored_run(config: pytest.Config, raw: Raw) -> StoredRun:
    """The run that this one is compared with; on the controller it is read at once.

    Raises:
        DataError: PTM215, the file is there and is no run document that can be read.
    """
    # Brings in pydantic and NumPy; only for runs that compare.
    from pytest_ptm.baselines import StoredRun

    values = raw["values"]
    replaced = bool(values.get("baseline_update"))
    stored = StoredRun(Path(str(values["baseline"])), replaced=replaced)
    if not is_worker(config):
        _ = stored.run
    return stored


def compared(config: pytest.Config) -> Compared | None:
    """The verdicts so far against those of the baseline; None where there is none."""
    log, session = config.stash[log_key], config.stash[session_key]
    if "baseline" not in config.stash[raw_key]["values"]:
        return None
    from pytest_ptm.baselines import StoredRun

    stored = session.baseline
    if log.compared is None and isinstance(stored, StoredRun):
        log.compared = stored.compare(log.rows)
    return log.compared


def _baseline_problems(config: pytest.Config) -> list[tuple[str, str]]:
    """Damage to the baseline; verdicts it says nothing of, where one is required."""
    raw = config.stash[raw_key]
    if raw["values"].get("baseline_update"):
        return []
    try:
        found = compared(config)
    except DataError as error:
        return [(error.code or "PTM113", error.message)]
    if found is None or not found.unmatched or not raw["require"]:
        return []
    return [
        (
            "PTM113",
            f"{counted(len(found.unmatched), 'verdict')} with no entry in the baseline "
            f"that fits: {'; '.join(found.unmatched[:5])}. Write it anew with "
            "--ptm-baseline-update",
        )
    ]


def _update_baseline(config: pytest.Config) -> None:
    """Write this run as the baseline where asked to, if it is fit to be one."""
    log, raw = config.stash[log_key], config.stash[raw_key]
    if not raw["values"].get("baseline_update"):
        return
    # A red verdict is a figure like any other; a test without one would leave a gap.
    silent = [
        nodeid
        for nodeid, test in sorted(log.tests.items())
        if test.uses_model
        and test.outcome in {"failed", "crashed"}
        and nodeid not in log.judged
    ]
    why = ""
    if log.problems:
        why = f"of {listed([code for code, _ in log.problems])}"
    elif silent:
        why = f"no verdict came of {listed(silent, most=5)}"
    elif not log.rows:
        why = "the run reached no verdict"
    if why:
        text = f"the baseline was not written, because {why}; it is as it was"
        log.problems.append(("PTM113", text))
        return
    try:
        # What was there is what the summary compares with.
        compared(config)
        path = Path(str(raw["values"]["baseline"]))
        write_whole(path, _document_text(config, complete=True))
        log.baseline_written = True
    except (ReportError, DataError) as error:
        log.problems.append((error.code or "PTM105", error.message))


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


def _changed_models(log: RunLog) -> list[str]:
    """Models whose files were edited, or that were loaded with several contents."""
    several = [
        f"{name} was loaded as sha256 "
        + " and as ".join(digest[:12] for digest in sorted(digests))
        for name, digests in sorted(log.contents.items())
        if len(digests) > 1
    ]
    return sorted(log.changed) + several


def write_document(config: pytest.Config, *, complete: bool) -> None:
    """Write the run document where one was asked for; a failure becomes a problem."""
    log = config.stash[log_key]
    path = json_path(config)
    log.written = True
    if path is None:
        return
    try:
        write_whole(path, _document_text(config, complete=complete))
    except ReportError as error:
        log.problems.append(("PTM105", error.message))


def _document_text(config: pytest.Config, *, complete: bool) -> str:
    document = clean_data(_document(config, complete=complete))
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def json_path(config: pytest.Config) -> Path | None:
    """Where the run document goes, absolute; None if nobody asked for one."""
    path = config.stash[raw_key]["values"].get("json_path")
    return None if path is None else config.invocation_params.dir / str(path)


def _nothing_judged(log: RunLog, raw: Raw) -> bool:
    if not raw["require"] or log.asked:
        return False
    # CI alone switches require on; a run there that has nothing to do with models, and
    # was given none by hand, stays as it is.
    took_a_model = any(test.uses_model for test in log.tests.values())
    return raw["require_asked"] or took_a_model or bool(raw["models"])


def _document(config: pytest.Config, *, complete: bool) -> dict[str, object]:
    # pydantic costs 40 ms; only a run that writes a document pays it.
    from pytest_ptm.reports.document import (
        CostRow,
        ProblemRow,
        Row,
        RunDocument,
        TestRow,
    )

    log = config.stash[log_key]
    settings = config.stash[session_key].settings
    rows = tuple(Row.model_validate(row) for row in log.rows)
    document = RunDocument(
        run_id=uuid.uuid4().hex,
        started=datetime.fromtimestamp(log.started, UTC).isoformat(),
        seconds=time.time() - log.started,
        complete=complete,
        partial=settings.limit is not None,
        versions=_versions(),
        settings={
            **settings.model_dump(mode="json", exclude={"models", "named", "against"}),
            "against": settings.against.text if settings.against else None,
        },
        models=tuple(dict.fromkeys(row.model for row in rows)),
        verdicts=rows,
        tests=tuple(
            TestRow(
                nodeid=nodeid,
                outcome=test.outcome,
                seconds=test.seconds,
                uses_model=test.uses_model,
                worker=test.worker,
            )
            for nodeid, test in sorted(log.tests.items())
        ),
        cost=CostRow.model_validate(total_cost(log)),
        problems=tuple(ProblemRow(code=code, message=m) for code, m in log.problems),
    )
    return document.model_dump(mode="json")


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in ("pytest-ptm", *_NAMED):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


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
