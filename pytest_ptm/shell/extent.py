"""How much of all tests a run is of: what left some out, and what it would have run."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from pytest_ptm.ground.display import counted
from pytest_ptm.shell.configuration import log_key


def is_part(config: pytest.Config, tests: Collection[str]) -> bool:
    """Whether tests may be elsewhere, of which this run cannot know.

    A file that was named is a part. A folder is what there is, unless ``testpaths`` or
    the id of one of ``tests`` names another place.
    """
    named: list[str] = config.getini("testpaths")
    if config.args_source is config.ArgsSource.TESTPATHS:
        named = []
    places = [(config.rootpath / name).resolve() for name in named]
    starts = [(config.invocation_params.dir / path).resolve() for path in config.args]
    return bool(
        selected(config)
        or any(start.is_file() for start in starts)
        or any({*starts}.isdisjoint({place, *place.parents}) for place in places)
        or any(not is_under(config, test) for test in tests)
    )


def selected(config: pytest.Config) -> str:
    """How the run was made a part of its tests; empty where it was not."""
    for flag, name in (("-k", "keyword"), ("-m", "markexpr"), ("--sw", "stepwise")):
        if getattr(config.option, name, None):
            return f"{flag} may have left tests out"
    number = len(config.stash[log_key].deselected)
    if number:
        return f"{counted(number, 'test')} deselected"
    return files_left_out(config)


def files_left_out(config: pytest.Config) -> str:
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


def is_under(config: pytest.Config, test: str) -> bool:
    """Whether a test's file lies under a path that the run was started with."""
    file = (config.rootpath / test.partition("::")[0]).resolve()
    starts = [(config.invocation_params.dir / path).resolve() for path in config.args]
    return any(start in {file, *file.parents} for start in starts)
