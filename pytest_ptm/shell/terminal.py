"""What a person reads: a header line, and a section at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_ptm.ground.display import columns, counted, listed, visible
from pytest_ptm.ground.errors import DataError
from pytest_ptm.runs import suite
from pytest_ptm.runs.log import RunLog
from pytest_ptm.shell import stored_run
from pytest_ptm.shell.configuration import (
    is_used,
    log_key,
    raw_key,
    runs_no_test,
    session_key,
)
from pytest_ptm.shell.continuous_integration import markdown_path
from pytest_ptm.shell.fixtures import NO_MODEL
from pytest_ptm.shell.run_document import json_path

if TYPE_CHECKING:
    from pytest_ptm.settings import Settings

_PASSES_SHOWN = 20


def header(config: pytest.Config) -> list[str]:
    """A line a model, and how they run; none where no model is named."""
    if not is_used(config.stash[raw_key]):
        return []
    settings = config.stash[session_key].settings
    lines = _settings_lines(settings) if settings.models else []
    if settings.against is not None:
        named = f"{settings.against.name} = {settings.against.reference}"
        lines.append(visible(f"ptm: against {named}"))
    if settings.baseline is not None:
        lines.append(visible(f"ptm: baseline {settings.baseline}"))
    if settings.limit is not None:
        lines.append(
            f"ptm: PARTIAL: at most {settings.limit:,} examples of each data set"
        )
    if settings.trust_remote_code:
        lines.append("ptm: --ptm-trust-remote-code: code of checkpoints is run")
    if settings.allow_pickle:
        lines.append("ptm: --ptm-allow-pickle: weights may be read from a pickle")
    return lines


def summary(reporter: pytest.TerminalReporter) -> None:
    """Verdicts, models, cost and the run document; nothing where nothing was asked."""
    config = reporter.config
    log = config.stash[log_key]
    path = json_path(config)
    known = _known_failures(config)
    page = markdown_path(config)
    if runs_no_test(config):  # writes none
        path = page = None
    paths = (path, page)
    _set_up_only(reporter, log)
    _forgotten(reporter, log)
    if not log.asked and not any(paths) and not log.unmatched and not known:
        return
    reporter.section("pytest-ptm", bold=True)
    if config.stash[session_key].settings.limit is not None:
        reporter.line(
            "PARTIAL: --ptm-limit left examples out of every figure", yellow=True
        )
    _verdicts(reporter, log)
    adjust = config.stash[session_key].settings.adjust
    gates = suite.gates(log.rows, together=adjust == "holm-gate")
    if gates is not None:
        reporter.line(gates)
    if adjust != "none":
        listing = suite.together if adjust == "holm-gate" else suite.adjusted
        for line in listing(log.rows):
            reporter.line(visible(line) if line[0] != " " else f"  {visible(line)}")
    _changes(reporter, log)
    for line in suite.model_lines(log.rows):
        reporter.line(f"model {visible(line)}")
    reporter.line(suite.cost_line(log))
    for line in known:
        reporter.line(visible(line), yellow=True)
    if path is not None and not any(code == "PTM105" for code, _ in log.problems):
        reporter.line(f"run document {visible(str(path))}")
    if page is not None and not any(code == "PTM105" for code, _ in log.problems):
        reporter.line(f"markdown {visible(str(page))}")


def _set_up_only(reporter: pytest.TerminalReporter, log: RunLog) -> None:
    """Say that a run without red tests tested nothing, where that was asked for."""
    if not reporter.config.getoption("setuponly", default=False):
        return
    untested = sum(test.uses_model for test in log.tests.values())
    if untested:
        number = counted(untested, "test")
        reporter.line(
            f"ptm: nothing was tested: {number} with a model only set up "
            "(--setup-only, --setup-plan)",
            yellow=True,
        )


def _forgotten(reporter: pytest.TerminalReporter, log: RunLog) -> None:
    """Say once what to type, where tests took a model and the run has none."""
    config = reporter.config
    if log.asked or config.stash[session_key].settings.models:
        return
    missing = sum(
        test.uses_model and test.outcome in {"skipped", "failed"}
        for test in log.tests.values()
    )
    if missing:
        number = counted(missing, "test")
        reporter.line(f"ptm: {number} ran on nothing: {NO_MODEL}", yellow=True)


def _known_failures(config: pytest.Config) -> list[str]:
    if config.stash[raw_key]["known_path"] is None:
        return []
    from pytest_ptm.shell import known_failures  # only for a run that has a list

    return known_failures.lines(config)


def _verdicts(reporter: pytest.TerminalReporter, log: RunLog) -> None:
    if not log.rows:
        return
    # In a run without verdicts they are not needed.
    from pytest_ptm.runs.by_model import tables
    from pytest_ptm.runs.verdict_lines import verdict_lines

    most = None if reporter.verbosity > 0 else _PASSES_SHOWN
    for line in verdict_lines(log, most_passed=most, more="-v shows all"):
        red, yellow = line.kind == "failed", line.kind in {"inconclusive", "expected"}
        reporter.line(line.text, red=red, yellow=yellow)
    for lines in tables(log, width=columns()):
        for line in lines:
            reporter.line(line)


def _changes(reporter: pytest.TerminalReporter, log: RunLog) -> None:
    """Every verdict then and now, those that changed first."""
    path = visible(str(reporter.config.stash[raw_key]["values"].get("baseline")))
    for why in log.unmatched:
        line = f"NOT COMPARED with the baseline: {visible(why)}"
        reporter.line(line, red=True)
    try:
        found = stored_run.compared(reporter.config)
    except DataError as error:
        reporter.line(f"NOT COMPARED with the baseline: {error}", red=True)
        return
    if found is None:
        return
    replaces = log.baseline_written
    for why in found.unmatched:
        if replaces:
            reporter.line(f"new in the baseline: {visible(why)}", yellow=True)
        else:
            reporter.line(f"NOT COMPARED with the baseline: {visible(why)}", red=True)
    # Only a run that compares comes here; it brings in pydantic.
    from pytest_ptm.runs.flips import has_changed, then_and_now

    changed = [each for each in found.flips if has_changed(each)]
    same = [each for each in found.flips if not has_changed(each)]
    for each in changed:
        reporter.line(then_and_now(each), yellow=True)
    for each in same if reporter.verbosity > 0 else same[:_PASSES_SHOWN]:
        reporter.line(then_and_now(each))
    if len(same) > _PASSES_SHOWN and reporter.verbosity <= 0:
        reporter.line(f"as before … {len(same) - _PASSES_SHOWN} more (-v shows all)")
    gone = " and are gone from it" if replaces else ""
    for what, tests in stored_run.without_verdict(reporter.config, found.left).items():
        text = f"{counted(len(tests), 'test')} of the baseline {what}{gone}"
        reporter.line(f"{text}: {listed(tests, most=5)}", yellow=True)
    reporter.line(f"baseline {path}{' written anew' if replaces else ''}")


def _settings_lines(settings: Settings) -> list[str]:
    """Each model, and what they are run with: one line where there is one model."""
    models = [f"ptm: {model.name} = {model.reference}" for model in settings.models]
    how = f"device {settings.device} · {settings.dtype} · seed {settings.seed}"
    lines = [f"{models[0]} · {how}"] if len(models) == 1 else [*models, f"ptm: {how}"]
    return [visible(line) for line in lines]
