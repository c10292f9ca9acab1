"""A run where its merge is decided: annotations, a step summary, Markdown for comments.

Annotations and summary are GitHub's own and need no option: the runner says by
environment variables that it is there. On workers nothing of this happens.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pytest_ptm.ground.display import visible
from pytest_ptm.ground.errors import ReportError
from pytest_ptm.ground.files import write_whole
from pytest_ptm.runs.log import RunLog
from pytest_ptm.shell.configuration import log_key, raw_key, runs_no_test, session_key

_SUMMARY_LIMIT = 1024 * 1024
"""Bytes of one step's summary; GitHub shows nothing of a larger one."""
_SMALLEST = 2_000
_OTHERS = re.compile("github.*annotat|annotat.*github", re.IGNORECASE)


def markdown_path(config: pytest.Config) -> Path | None:
    """Where the Markdown goes, absolute; None if nobody asked for it."""
    path = config.stash[raw_key]["values"].get("markdown_path")
    return None if path is None else config.invocation_params.dir / str(path)


def write_markdown(config: pytest.Config) -> None:
    """Write the Markdown where it was asked for; a failure becomes a problem."""
    path = markdown_path(config)
    if path is None:
        return
    try:
        write_whole(path, _markdown(config))
    except ReportError as error:
        config.stash[log_key].problems.append(("PTM105", error.message))


def conclude(config: pytest.Config) -> None:
    """Annotate the run and append to the step summary, where GitHub Actions runs it."""
    log = config.stash[log_key]
    if runs_no_test(config) or not (log.asked or log.errors or log.problems):
        return
    lines: list[str] = []
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        lines += _append_summary(config, Path(summary))
    if os.environ.get("GITHUB_ACTIONS") == "true" and not _annotated_by_others(config):
        lines += _annotations(config, log)
    if lines:
        _print(config, lines)


def _markdown(config: pytest.Config, limit: int | None = None) -> str:
    # Only for a run that wants it.
    from pytest_ptm.reports.markdown import COMMENT_LIMIT, render

    settings, log = config.stash[session_key].settings, config.stash[log_key]
    return render(
        log,
        partial=settings.limit is not None,
        changes=() if log.compared is None else log.compared.flips,
        limit=COMMENT_LIMIT if limit is None else limit,
    )


def _append_summary(config: pytest.Config, path: Path) -> list[str]:
    """Append to the summary of the step; what to say where that cannot be done."""
    try:
        taken = path.stat().st_size if path.exists() else 0
        room = _SUMMARY_LIMIT - taken - len("\n\n")
        if room < _SMALLEST:
            return ["ptm: the step summary is full; nothing was added to it"]
        with path.open("a", encoding="utf-8") as file:
            file.write(("\n\n" if taken else "") + _markdown(config, room))
    except OSError as error:
        reason = visible(str(error.strerror or error))
        return [f"ptm: the step summary could not be written: {reason}"]
    return []


def _annotated_by_others(config: pytest.Config) -> bool:
    """Whether another plugin annotates failures: two remarks on a line are noise."""
    manager = config.pluginmanager
    named = [name for name, plugin in manager.list_name_plugin() if plugin is not None]
    return any(_OTHERS.search(name) for name in named)


def _annotations(config: pytest.Config, log: RunLog) -> list[str]:
    # Only for a run on GitHub Actions.
    from pytest_ptm.reports.annotations import commands, remarks

    roots = [config.rootpath]
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if workspace:
        roots.insert(0, Path(workspace))
    return commands(remarks(log, relative=_relative_to(roots, config.rootpath)))


def _relative_to(roots: Sequence[Path], base: Path) -> Callable[[str], str | None]:
    """Gives a file's path inside the first root that holds it; None outside of all."""
    both = [*roots, *(Path(os.path.realpath(root)) for root in roots)]

    def relative(file: str) -> str | None:
        path = base / file
        for shown in (path, Path(os.path.realpath(path))):
            for root in both:
                if shown.is_relative_to(root):
                    return shown.relative_to(root).as_posix()
        return None

    return relative


def _print(config: pytest.Config, lines: Sequence[str]) -> None:
    """Print lines that each begin a line, whatever was printed before."""
    reporter: pytest.TerminalReporter | None
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    # Whoever left a line unfinished must not have a command stand at its end.
    for line in ("", *lines):
        if reporter is not None:
            reporter.line(line)
        else:
            sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
