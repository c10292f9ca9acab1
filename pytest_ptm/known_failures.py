"""The list of known failures in a run: found, held against the verdicts, written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_ptm.configuration import Raw
from pytest_ptm.display import counted, visible
from pytest_ptm.errors import SettingsError
from pytest_ptm.options import BY_FIELD
from pytest_ptm.reports.files import write_whole
from pytest_ptm.reports.run_log import RunLog

if TYPE_CHECKING:
    from pytest_ptm.reports.known_failures import Held, KnownFailures

DEFAULT = "ptm-known-failures.toml"
_UPDATE = "--ptm-known-failures-update"

known_key = pytest.StashKey["KnownFailures"]()
lines_key = pytest.StashKey[list[str]]()
"""What the summary says of the list."""


def begin(config: pytest.Config, raw: Raw) -> None:
    """Read the list, where there is one.

    Raises:
        SettingsError: it cannot be read, or one was named that does not exist.
    """
    path, named = path_of(config, raw)
    if not path.is_file():
        if named and _update(raw) != "accept":
            raise SettingsError(
                f"known failures {visible(str(path))}: no such file; begin one with "
                f"{_UPDATE}=accept"
            )
        if _update(raw) is None:
            return
    # pydantic: only a run with a list pays for it.
    from pytest_ptm.reports.known_failures import KnownFailures, read_known

    empty = KnownFailures(version=1)
    config.stash[known_key] = read_known(path) if path.is_file() else empty


def judge(config: pytest.Config, raw: Raw, log: RunLog) -> list[tuple[str, str]]:
    """What the list makes of the run: codes and messages; written anew if so asked.

    Raises:
        ReportError: PTM105, it could not be written.
    """
    if known_key not in config.stash:
        return []
    from pytest_ptm.reports import known_failures

    known: KnownFailures = config.stash[known_key]
    lines: list[str] = []
    config.stash[lines_key] = lines
    path, _ = path_of(config, raw)
    update = _update(raw)
    if update is not None:
        why = _not_to_be_updated(raw, log)
        if why:
            lines.append(f"known failures not updated: {why}")
        else:
            accept = update == "accept"
            known = known_failures.updated(known, log.rows, accept=accept)
            write_whole(path, known_failures.rendered(known))
            lines.append(f"known failures written to {visible(str(path))}")
    held = known_failures.hold(known, log.rows)
    number = sum(len(each.known.failing) for each in held)
    lines.append(
        f"known failures: {counted(number, 'example')} of "
        f"{counted(len(held), 'verdict')} in {visible(path.name)}"
    )
    found = [problem for each in held for problem in _new(each)]
    found += [
        problem
        for each in held
        if each.wrong
        for problem in _wrong(each, config, raw, log)
    ]
    found += [
        ("PTM112", f"too many failing examples: {sentence}. Fix some, or raise the cap")
        for sentence in known_failures.over_the_cap(known, log.rows)
    ]
    for each in held:
        if each.over:
            lines.append(
                f"  {counted(len(each.over), 'example')} of {visible(each.known.id)} "
                f"fail no more: {known_failures.few(each.over)}; take them out with "
                f"{_UPDATE}"
            )
    return found


def path_of(config: pytest.Config, raw: Raw) -> tuple[Path, bool]:
    """Where the list is, and whether somebody named it.

    A relative path typed or in the environment starts at the working directory, one in
    the ini file where that file is.
    """
    name = raw["values"].get("known_failures")
    if name is None:
        return config.rootpath / DEFAULT, False
    option = BY_FIELD["known_failures"]
    in_ini = config.getini(option.ini_name)
    from_ini = in_ini is not None and str(in_ini) == name and config.inipath
    base = config.inipath.parent if from_ini and config.inipath else None
    return (base or config.invocation_params.dir) / str(name), True


def _update(raw: Raw) -> str | None:
    value = raw["values"].get("known_failures_update")
    return None if value is None else str(value)


def _not_to_be_updated(raw: Raw, log: RunLog) -> str:
    if raw["values"].get("limit") is not None:
        return "--ptm-limit left examples out"
    if log.lost or log.internal_errors:
        return "the run lost tests"
    if any(test.outcome == "crashed" for test in log.tests.values()):
        return "a worker crashed"
    return ""


def _new(held: Held) -> list[tuple[str, str]]:
    if not held.new:
        return []
    from pytest_ptm.reports.known_failures import few

    return [
        (
            "PTM110",
            f"{visible(held.known.id)}: {counted(len(held.new), 'example')} that "
            f"{'is' if len(held.new) == 1 else 'are'} not known to fail: "
            f"{few(held.new)}. Fix the model, or list them with {_UPDATE}=accept",
        )
    ]


def _wrong(
    held: Held, config: pytest.Config, raw: Raw, log: RunLog
) -> list[tuple[str, str]]:
    """An entry that is about nothing: an error where results are required."""
    name = held.known.id.partition("[")[0]
    collected = [nodeid.partition("[")[0] for nodeid in log.collected]
    there = name in collected
    path = name.partition("::")[0]
    whole = any(other.startswith(f"{path}::") for other in collected)
    if not there and (not whole or _is_selection(config)):
        # Left out on purpose.
        return []
    message = (
        f"{visible(held.known.id)} is listed in the known failures, and "
        f"{held.wrong if there else 'there is no such test any more'}. "
        "Take it out of the list, or mend the test"
    )
    if raw["require"] or held.wrong != "reached no verdict":
        return [("PTM111", message)]
    config.stash[lines_key].append(f"  {message}")
    return []


def _is_selection(config: pytest.Config) -> bool:
    chosen = ("keyword", "markexpr", "deselect", "lf", "stepwise")
    return any(config.getoption(name, None) for name in chosen) or any(
        "::" in argument for argument in config.args
    )
