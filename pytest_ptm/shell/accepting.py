"""What to type so that new failures are accepted, from where this run leaves one.

A run of a part of the tests, or of a sample, cannot update the list: to be told to run
the same again would lead in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_ptm.ground.display import visible
from pytest_ptm.known.compare import Findings
from pytest_ptm.known.words import UPDATE
from pytest_ptm.shell.checked_settings import command, from_here
from pytest_ptm.shell.configuration import log_key, raw_key, session_key

_ACCEPT = f"{UPDATE}=accept"
# What leaves tests out, by pytest's name of the option: how it may be typed, and what
# to type where it was not typed and cannot just be left out.
_SELECTORS: Mapping[str, tuple[tuple[str, ...], str | None]] = {
    "keyword": (("-k",), '-k ""'),
    "markexpr": (("-m",), '-m ""'),
    "stepwise": (("--sw", "--stepwise"), None),
    "ignore": (("--ignore",), None),
    "ignore_glob": (("--ignore-glob",), None),
    "lf": (("--lf", "--last-failed"), None),
    "deselect": (("--deselect",), None),
    "pyargs": (("--pyargs",), None),
}


def way_out(config: pytest.Config, found: Findings, why_not: str) -> str:
    """How to accept what is new; ``why_not`` says why this run could not have."""
    if not why_not:
        return f"run the same with {_ACCEPT}"
    log, raw = config.stash[log_key], config.stash[raw_key]
    settings = config.stash[session_key].settings
    first, more = _in_the_way(config)
    if raw["left_over"] is not None:
        first.append(f"take out {raw['left_over']}")
    if (
        log.lost
        or log.internal_errors
        or "crashed" in {test.outcome for test in log.tests.values()}
    ):
        first.append("mend what lost tests")
    if found.wrong:
        first.append("mend what PTM111 says")
    files = {new.test.id.partition("::")[0] for new in found.new}
    here = Path(config.invocation_params.dir)
    stopping = ["--ptm-early-stop=off"] if settings.early_stop != "off" else []
    dropped = ("--ptm-limit=", "--ptm-early-stop=")
    typed = command(
        [from_here(file, rootpath=config.rootpath, cwd=here) for file in sorted(files)],
        settings.models[: len(raw["models"])],
        [
            *(word for word in raw["typed"] if not word.startswith(dropped)),
            *stopping,
            *more,
            _ACCEPT,
        ],
    )
    before = f"first {' and '.join(first)}; then " if first else ""
    return f"{before}run (in this run {why_not})\n    {visible(typed)}"


def _in_the_way(config: pytest.Config) -> tuple[list[str], list[str]]:
    """What leaves tests out though nobody typed it: what to do, what to type."""
    words = [str(word) for word in config.invocation_params.args]
    first: list[str] = []
    more: list[str] = []
    set_ = [name for name in _SELECTORS if getattr(config.option, name, None)]
    for name in set_:
        flags, off = _SELECTORS[name]
        if any(word.startswith(flags) for word in words):
            continue
        if off is not None:
            more.append(off)
        else:
            first.append(f"take {flags[0]} out of addopts")
    if config.stash[log_key].deselected and not set_:
        first.append("stop what deselects tests, such as a conftest")
    return first, more
