"""The list of known failures in a run: read before it begins, judged at its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pytest_ptm.ground.display import counted, listed, visible
from pytest_ptm.ground.errors import ReportError
from pytest_ptm.ground.files import write_whole
from pytest_ptm.ground.unknown import unknown
from pytest_ptm.known import file as known_file
from pytest_ptm.known.compare import Findings, Seen, compare
from pytest_ptm.known.file import KnownFailures, KnownTest
from pytest_ptm.known.updates import extended, opened, over_cap, reduced
from pytest_ptm.runs.log import RunLog
from pytest_ptm.shell.configuration import log_key, raw_key, session_key

if TYPE_CHECKING:
    from pytest_ptm.shell.configuration import Raw

_IDS_SHOWN = 5
_UPDATE = "--ptm-known-failures-update"


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
    config.stash[lines_key] += _summary(raw, known, found)
    problems: list[tuple[str, str]] = []
    updated = None
    try:
        if _mode(raw) is not None:
            updated = _update(config, known, found)
    except ReportError as error:
        problems.append(("PTM105", error.message))
        config.stash[lines_key].append(_not_updated(raw, "it could not be written"))
    if updated is None or _mode(raw) != "accept":
        problems += _new(found)
    problems += _wrong(raw, log, found, is_updated=updated is not None)
    return problems + _over_cap(updated or known, found)


def lines(config: pytest.Config) -> list[str]:
    """What the summary says of the list; also why it was not updated."""
    raw = config.stash[raw_key]
    if lines_key in config.stash:
        return config.stash[lines_key]
    if _mode(raw) is None or config.option.collectonly:
        return []
    return [_not_updated(raw, "the run did not reach its end")]


def _path(raw: Raw) -> Path:
    return Path(raw["known_path"] or "")


def _mode(raw: Raw) -> str | None:
    mode = raw["values"].get("known_failures_update")
    return None if mode is None else str(mode)


def _seen(config: pytest.Config) -> Seen:
    log, settings = config.stash[log_key], config.stash[session_key].settings
    answered = {row.model.name for row in log.rows}
    is_whole = not _files_left_out(config)
    return Seen(
        rows=log.rows,
        tests={nodeid: test.outcome for nodeid, test in log.tests.items()},
        models={model.name for model in settings.models} | answered,
        named={model.name for model in settings.named} | answered,
        left_out=log.deselected,
        gone=log.gone,
        covers=lambda test: is_whole and _is_under(config, test),
        capabilities=None if _is_part(config) else log.capabilities,
    )


def _is_part(config: pytest.Config) -> bool:
    """Whether tests may be elsewhere, of which this run cannot know.

    A file that was named is a part. A folder is what there is, unless ``testpaths`` or
    the list names another place.
    """
    named: list[str] = config.getini("testpaths")
    if config.args_source is config.ArgsSource.TESTPATHS:
        named = []
    places = [(config.rootpath / name).resolve() for name in named]
    starts = [(config.invocation_params.dir / path).resolve() for path in config.args]
    listed_tests = config.stash[read_key].known.tests
    return bool(
        _selected(config)
        or any(start.is_file() for start in starts)
        or any({*starts}.isdisjoint({place, *place.parents}) for place in places)
        or any(not _is_under(config, test.id) for test in listed_tests)
    )


def _selected(config: pytest.Config) -> str:
    """How the run was made a part of its tests; empty where it was not."""
    for flag, name in (("-k", "keyword"), ("-m", "markexpr"), ("--sw", "stepwise")):
        if getattr(config.option, name, None):
            return f"{flag} may have left tests out"
    number = len(config.stash[log_key].deselected)
    if number:
        return f"{counted(number, 'test')} deselected"
    return _files_left_out(config)


def _files_left_out(config: pytest.Config) -> str:
    """What kept tests from being collected, where nobody says of each that it did."""
    for flag, name in (
        ("--ignore", "ignore"),
        ("--ignore-glob", "ignore_glob"),
        ("--lf", "lf"),
        ("--pyargs", "pyargs"),
    ):
        if getattr(config.option, name, None):
            return f"{flag} may have left tests out"
    return "single tests were named" if any("::" in one for one in config.args) else ""


def _is_under(config: pytest.Config, test: str) -> bool:
    """Whether a test's file lies under a path that the run was started with."""
    file = (config.rootpath / test.partition("::")[0]).resolve()
    starts = [(config.invocation_params.dir / path).resolve() for path in config.args]
    return any(start in {file, *file.parents} for start in starts)


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
        f"{_change(before.known, updated)} (before the next commit, look at its diff)"
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
    if selected := _selected(config):
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


def _change(before: KnownFailures, after: KnownFailures) -> str:
    old, new = (
        {(test.key, name) for test in known.tests for name in test.failing}
        for known in (before, after)
    )
    return f"{len(old - new):,} taken out, {len(new - old):,} added"


def _summary(raw: Raw, known: KnownFailures, found: Findings) -> list[str]:
    """One line for what is listed, and one each for what is not as it says."""
    number = sum(len(test.failing) for test in known.tests)
    out = [
        f"known failures: {number:,} listed in {counted(len(known.tests), 'test')} "
        f"of {_path(raw)}"
    ]
    how = "" if _mode(raw) else f"; take them out with {_UPDATE}"
    out += _by_test("fixed", found.fixed, how)
    if not raw["require"]:
        out += _by_test("stale, no such example", found.gone, how)
        out += _without_verdict("stale, no such test", found.missing)
        out += _without_verdict("not judged, no such verdict", found.unjudged)
        if found.idle:
            names = listed(found.idle, most=_IDS_SHOWN)
            out.append(f"  holds nothing, no test of this capability: {names}")
    return out + _without_verdict("not judged, skipped", found.skipped)


def _by_test(what: str, tests: Sequence[KnownTest], how: str) -> list[str]:
    return [
        f"  {what}: {listed(test.failing, most=_IDS_SHOWN)} in {test.where}{how}"
        for test in tests
    ]


def _without_verdict(what: str, tests: Sequence[KnownTest]) -> list[str]:
    if not tests:
        return []
    return [f"  {what}: {listed((test.where for test in tests), most=_IDS_SHOWN)}"]


def _new(found: Findings) -> list[tuple[str, str]]:
    """PTM110: what fails and is not known to."""
    if not found.new:
        return []
    number = sum(len(new.test.failing) for new in found.new)
    fail = "example fails that is" if number == 1 else "examples fail that are"
    shown = [
        f"{new.test.id}{_place(new.test)} on {new.model}: "
        f"{listed(new.test.failing, most=_IDS_SHOWN)}"
        for new in found.new[:_IDS_SHOWN]
    ]
    left = len(found.new) - len(shown)
    more = [f"… and {counted(left, 'more list')}"] if left else []
    return [
        (
            "PTM110",
            f"{number:,} {fail} not known to: "
            + "\n  ".join([*shown, *more])
            + f"\n  Mend the model; or, to accept them, run the same with "
            f"{_UPDATE}=accept",
        )
    ]


def _place(test: KnownTest) -> str:
    return "" if test.place is None else f" place {test.place}"


def _idle(name: str, log: RunLog) -> str:
    carried = tuple(sorted(map(visible, log.capabilities))) or ("none",)
    return (
        f"{unknown('capability', name, carried)}. No test of the run carries it, so "
        f"[capabilities.{name}] holds and caps nothing; write the name as the markers "
        "do, or take it out"
    )


def _wrong(
    raw: Raw, log: RunLog, found: Findings, *, is_updated: bool
) -> list[tuple[str, str]]:
    """PTM111: what is wrong with the file, and under --ptm-require what is stale."""
    why = list(found.wrong)
    if raw["require"]:
        if not is_updated:
            why += [
                f"{test.where}: no example is called "
                f"{listed(test.failing, most=_IDS_SHOWN)}; take it out with {_UPDATE}"
                for test in found.gone
            ]
            why += [
                f"{test.where}: there is no such test any more; write its new id, or "
                f"take it out with {_UPDATE}"
                for test in found.missing
            ]
        why += [
            f"{test.where}: the test reached no such verdict, so nothing was held to "
            "its list"
            for test in found.unjudged
        ]
        why += [_idle(name, log) for name in found.idle]
    if not why:
        return []
    shown = "\n  ".join(why[:_IDS_SHOWN])
    left = len(why) - _IDS_SHOWN
    more = f"\n  … and {left:,} more" if left > 0 else ""
    return [("PTM111", f"{_path(raw).name}: {shown}{more}")]


def _over_cap(known: KnownFailures, found: Findings) -> list[tuple[str, str]]:
    """PTM112: capabilities with more known failures than they may have."""
    return [
        (
            "PTM112",
            f"capability {name!r} has {counted(number, 'known failure')}, where its "
            f"at_most allows {most}. Mend the model and take them out with {_UPDATE}, "
            "or raise at_most by hand",
        )
        for name, number, most in over_cap(known, found.capabilities)
    ]


def _not_updated(raw: Raw, why: str) -> str:
    return f"known failures: {_path(raw)} was NOT updated: {why}"
