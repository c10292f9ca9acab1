"""The files that a run writes: refused before it begins where they could do harm."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from pytest_ptm.ground.errors import DataError, ReportError
from pytest_ptm.ground.files import check_place, check_report, remove_stale
from pytest_ptm.shell import continuous_integration, interruption
from pytest_ptm.shell.configuration import raw_key, runs_no_test
from pytest_ptm.shell.run_document import json_path


def check(config: pytest.Config) -> None:
    """Refuse what the run could not write, or would write over, before it begins.

    Raises:
        ReportError: PTM105, something that is no report stands in the place of one, the
            folder is not there, or two files have one path.
    """
    if runs_no_test(config):
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


def take_away_older(config: pytest.Config) -> None:
    """Take away the reports of an older run; make sure that this one leaves its own.

    Raises:
        ReportError: PTM105, an old report cannot be removed.
    """
    if runs_no_test(config):
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
