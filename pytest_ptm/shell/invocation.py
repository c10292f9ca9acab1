"""What pytest made of the command line before it knew our options.

pytest looks for its ini file before it loads plugins. An option it does not know yet
leaves its value behind as if that were a test path: of ``--ptm-model /models/x`` the
folder is taken into the search, and where it lies outside the project the project's ini
file is silently not found. ``--ptm-model=/models/x`` is read rightly.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from pytest_ptm.ground.errors import SettingsError
from pytest_ptm.shell.options import OPTIONS

_TAKE_A_VALUE = {
    option.flag for option in OPTIONS if option.kind not in {"flag", "mode"}
}
_INI_FILES = (
    *("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"),
    *("pyproject.toml", "tox.ini", "setup.cfg", "setup.py"),
)


FORKED = (
    "pytest-forked ends every test together with a process of its own: each would load "
    "its model anew, nobody would notice that the files of one change meanwhile, and "
    'reports may not arrive at all ("EXITED with status 3" under pytest 9.2). To '
    "survive a test that crashes, use pytest-xdist: "
)


def check(config: pytest.Config) -> None:
    """Refuse a command line that this run cannot be trusted under.

    Raises:
        SettingsError: an option's value was taken for a test path, so that pytest
            looked for its ini file in the wrong place; or --forked.
    """
    if config.getoption("forked", default=False):
        raise SettingsError(f"{FORKED}-n 1 in place of --forked")
    here = config.invocation_params.dir
    for option, value in misread(config.invocation_params.args, here):
        looked_for_in = Path(os.path.commonpath([_right(config), value]))
        if _matters(config, _right(config), looked_for_in):
            raise SettingsError(
                f"write {option}={value} with '='. pytest looks for its ini file "
                f"before it knows {option}; it took {value} for a test path and "
                f"searched {looked_for_in} instead of {_right(config)}"
            )


def misread(
    arguments: Sequence[str | os.PathLike[str]], here: Path
) -> Iterable[tuple[str, Path]]:
    """Options of ours whose value stands apart and is an existing path."""
    words = [os.fspath(argument) for argument in arguments]
    for option, value in pairwise(words):
        path = here / value
        if option in _TAKE_A_VALUE and path.exists():
            yield option, path.resolve()


def _right(config: pytest.Config) -> Path:
    """Where the search should begin: what all test paths have in common."""
    here = config.invocation_params.dir
    given = [here / argument.partition("::")[0] for argument in config.args]
    paths = [path.resolve() for path in given if path.exists()] or [here]
    common = Path(os.path.commonpath(paths))
    return common if common.is_dir() else common.parent


def _matters(config: pytest.Config, right: Path, looked_for_in: Path) -> bool:
    if right == looked_for_in:
        return False
    passed_over = [right, *right.parents]
    passed_over = passed_over[: passed_over.index(looked_for_in)]
    if any((folder / name).is_file() for folder in passed_over for name in _INI_FILES):
        return True
    # Found at or above both places: the same file either way.
    return config.inipath is None
