"""The list of known failures in a run: read before it begins, judged at its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pytest_ptm.ground.errors import ReportError
from pytest_ptm.ground.files import write_whole
from pytest_ptm.known import file as known_file
from pytest_ptm.known.compare import Findings, Seen, compare
from pytest_ptm.known.file import KnownFailures
from pytest_ptm.known.updates import extended, opened, reduced
from pytest_ptm.known.words import (
    HeldTo,
    beyond_caps,
    change,
    new_failures,
    summary,
    taken_out_for_all,
    what_is_wrong,
)
from pytest_ptm.runs.document import CaseRow
from pytest_ptm.shell import accepting, extent
from pytest_ptm.shell.configuration import log_key, raw_key, runs_no_test, session_key

if TYPE_CHECKING:
    from pytest_ptm.shell.configuration import Raw


class _Read(NamedTuple):
    """The file as it was before the run; ``text`` is None where there is none."""

    text: str | None
    known: KnownFailures


read_key = pytest.StashKey[_Read]()
lines_key = pytest.StashKey[list[str]]()


def begin(config: pytest.Config) -> None:
    """Read the list; let workers know its ids, for they have the data.

    Raises:
        SettingsError: PTM111, the file is missing or broken.
    """
    raw = config.stash[raw_key]
    path = _path(raw)
    if _mode(raw) == "accept" and not path.exists() and not path.is_symlink():
        config.stash[read_key] = _Read(None, KnownFailures())
        return
    text = known_file.read_text(path)
    known = known_file.parse(text, path=path)
    config.stash[read_key] = _Read(text, known)
    ids: dict[str, set[str]] = {}
    for test in known.tests:
        ids.setdefault(test.id, set()).update(test.failing)
    raw["known_ids"] = {test: sorted(found) for test, found in ids.items()}


def judge(session: pytest.Session) -> list[tuple[str, str]]:
    """What the lists say against the run, by code; updates the file where asked to."""
    config = session.config
    raw, log = config.stash[raw_key], config.stash[log_key]
    config.stash[lines_key] = []
    if not log.asked:
        if _mode(raw) is not None:
            config.stash[lines_key] = [_not_updated(raw, "no model was asked")]
        return []
    _, known = config.stash[read_key]
    if _mode(raw) == "accept":
        known = opened(known, log.rows)
    found = compare(known, _seen(config))
    held_to = _held_to(config)
    config.stash[lines_key] += summary(known, found, held_to)
    problems: list[tuple[str, str]] = []
    updated = None
    try:
        if _mode(raw) is not None:
            updated = _update(config, known, found)
    except ReportError as error:
        problems.append(("PTM105", error.message))
        config.stash[lines_key].append(_not_updated(raw, "it could not be written"))
    if found.new and (updated is None or _mode(raw) != "accept"):
        why_not = _why_not(config, found)
        problems += new_failures(found, accepting.way_out(config, found, why_not))
    problems += what_is_wrong(found, held_to, is_updated=updated is not None)
    return problems + beyond_caps(updated or known, found)


def lines(config: pytest.Config) -> list[str]:
    """What the summary says of the list; also why it was not updated."""
    raw = config.stash[raw_key]
    if lines_key in config.stash:
        return config.stash[lines_key]
    if _mode(raw) is None or runs_no_test(config):
        return []
    return [_not_updated(raw, "the run did not reach its end")]


def _path(raw: Raw) -> Path:
    return Path(raw["known_path"] or "")


def _mode(raw: Raw) -> str | None:
    mode = raw["values"].get("known_failures_update")
    return None if mode is None else str(mode)


def _held_to(config: pytest.Config) -> HeldTo:
    raw, log = config.stash[raw_key], config.stash[log_key]
    return HeldTo(
        path=_path(raw),
        updates=bool(_mode(raw)),
        required=raw["require"],
        carried=log.capabilities,
    )


def _seen(config: pytest.Config) -> Seen:
    log, settings = config.stash[log_key], config.stash[session_key].settings
    answered = {row.model.name for row in log.rows}
    is_whole = not extent.files_left_out(config)
    tests = [test.id for test in config.stash[read_key].known.tests]
    return Seen(
        rows=log.rows,
        tests={nodeid: test.outcome for nodeid, test in log.tests.items()},
        models={model.name for model in settings.models} | answered,
        named={model.name for model in settings.named} | answered,
        left_out=log.deselected,
        gone=log.gone,
        cases={
            at: [CaseRow.model_validate(case) for case in cases]
            for at, cases in log.unlisted.items()
        },
        covers=lambda test: is_whole and extent.is_under(config, test),
        capabilities=None if extent.is_part(config, tests) else log.capabilities,
    )


def _update(
    config: pytest.Config, known: KnownFailures, found: Findings
) -> KnownFailures | None:
    """The list as it was written; None where it was left alone, saying why.

    Raises:
        ReportError: PTM105, it could not be written.
    """
    raw, told = config.stash[raw_key], config.stash[lines_key]
    why = _why_not(config, found)
    if why:
        told.append(_not_updated(raw, why))
        return None
    updated = reduced(known, found)
    if _mode(raw) == "accept":
        updated = extended(updated, found)
    path = _path(raw)
    before = config.stash[read_key]
    if updated == before.known and before.text is not None:
        told.append(f"known failures: nothing to update in {path}")
        return updated
    if before.text is None and not updated.tests:
        told.append(
            _not_updated(
                raw,
                "no example fails in a test that carries a capability; mark one with "
                '@pytest.mark.ptm(capability="…"), or list its id',
            )
        )
        return None
    write_whole(path, known_file.written(updated))
    told.append(
        f"known failures: wrote {path}: "
        f"{change(before.known, updated)} (before the next commit, look at its diff)"
    )
    told += taken_out_for_all(
        found, {row.model.name for row in config.stash[log_key].rows}
    )
    return updated


def _why_not(config: pytest.Config, found: Findings) -> str:
    """Why the run says too little, or nothing sure, to update the list by it."""
    log, settings = config.stash[log_key], config.stash[session_key].settings
    crashed = [name for name, test in log.tests.items() if test.outcome == "crashed"]
    if settings.limit is not None:
        return "--ptm-limit left examples out"
    if crashed or log.lost or log.internal_errors:
        return "tests were lost; see above"
    if selected := extent.selected(config):
        return selected
    listed_tests = {test.id for test in config.stash[read_key].known.tests}
    if any(
        row.stopped is not None
        and (row.test in listed_tests or row.capability is not None)
        for row in log.rows
    ):
        return "asking ended early in a listed test; add --ptm-early-stop=off"
    if found.wrong:
        return "the list is wrong (PTM111)"
    return _changed_meanwhile(config)


def _changed_meanwhile(config: pytest.Config) -> str:
    """Whether somebody wrote to the file while the tests ran."""
    path, read = _path(config.stash[raw_key]), config.stash[read_key]
    try:
        now = path.read_text(encoding="utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError):
        now = ""
    return "" if now == read.text else "the file changed during the run"


def _not_updated(raw: Raw, why: str) -> str:
    return f"known failures: {_path(raw)} was NOT updated: {why}"
