"""What pytest made of the command line before it knew our options.

pytest looks for its ini file before it loads plugins. An option it does not know yet
leaves its value behind as if that were a test path: of ``--ptm-model /models/x`` the
folder is taken into the search, and where it lies outside the project the project's ini
file is silently not found. ``--ptm-model=/models/x`` is read rightly. Where there is no
ini file to miss, only the folder that ids are relative to is wrong, and is set right.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from pytest_ptm.ground.errors import SettingsError
from pytest_ptm.ground.shell_words import shell_option
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
    if config.option.inifilename:
        return  # -c: nothing was searched for
    for option, value, path in misread(_words(config), config.invocation_params.dir):
        right = _right(config, config.args)
        looked_for_in = Path(os.path.commonpath([right, path]))
        if _misses_an_ini(config, right, looked_for_in) or _ids_change(config, right):
            raise SettingsError(
                f"write {shell_option(option, value)} with '='. pytest looks for "
                f"its ini file before it knows {option}; it took {path} for a test "
                f"path and searched {looked_for_in} instead of {right}"
            )


def set_right(config: pytest.Config, parser: pytest.Parser) -> None:
    """Have ids relative to where they would be, where no ini file is missed.

    Before the first conftest: pytest has read our options by now, and nothing yet
    depends on its rootdir. It offers no way to say it, so where it does not keep it as
    it does today nothing is set, and `check` refuses the run.
    """
    given: list[str] = config.known_args_namespace.file_or_dir
    right = _right(config, given)
    if (
        not any(misread(_words(config), _here(config)))
        or config.inipath is not None
        or config.known_args_namespace.rootdir
        or any(_has_ini(folder) for folder in (right, *right.parents))
        or not hasattr(config, "_rootpath")
    ):
        return
    root = _root(config, right)
    given_by_hand = any(word.startswith("--confcutdir") for word in _words(config))
    if not given_by_hand and (
        config.known_args_namespace.confcutdir == str(config.rootpath)
    ):
        config.known_args_namespace.confcutdir = str(root)
    setattr(config, "_rootpath", root)  # noqa: B010  # private, and not typed
    parser.extra_info["rootdir"] = str(root)


def misread(words: Sequence[str], here: Path) -> Iterable[tuple[str, str, Path]]:
    """Options of ours whose value stands apart, and the path that pytest sees in it.

    As in a test's id that is what stands before ``::``.
    """
    for option, value in pairwise(words):
        path = here / value.partition("::")[0]
        if option in _TAKE_A_VALUE and path.exists():
            yield option, value, path.resolve()


def _words(config: pytest.Config) -> list[str]:
    """What pytest read before it had found its ini file."""
    added = shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    typed = [os.fspath(word) for word in config.invocation_params.args]
    return [each for word in (*added, *typed) for each in _expanded(word)]


def _expanded(word: str) -> Sequence[str]:
    """What pytest makes of ``@file``: a word for each of its lines."""
    if not word.startswith("@"):
        return [word]
    try:
        lines = Path(word[1:]).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        return [word]  # pytest itself says what is wrong with it
    return [each for line in lines for each in _expanded(line)]


def _here(config: pytest.Config) -> Path:
    return config.invocation_params.dir


def _right(config: pytest.Config, given: Sequence[str]) -> Path:
    """Where the search should begin: what all test paths have in common."""
    here = _here(config)
    paths = [here / argument.partition("::")[0] for argument in given]
    there = [path.resolve() for path in paths if path.exists()] or [here]
    common = Path(os.path.commonpath(there))
    return common if common.is_dir() else common.parent


def _root(config: pytest.Config, right: Path) -> Path:
    """What pytest takes ids to be relative to, where there is no ini file at all."""
    common = Path(os.path.commonpath([_here(config), right]))
    return right if common == Path(common.anchor) else common


def _misses_an_ini(config: pytest.Config, right: Path, looked_for_in: Path) -> bool:
    if right == looked_for_in:
        return False
    passed_over = [right, *right.parents]
    passed_over = passed_over[: passed_over.index(looked_for_in)]
    return any(_has_ini(folder) for folder in passed_over)


def _has_ini(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _INI_FILES)


def _ids_change(config: pytest.Config, right: Path) -> bool:
    """Whether ids are relative to another folder than they would be with a '='."""
    if config.inipath is not None:
        # Found at or above both places it is the same file either way; else it lies
        # beside the model.
        return config.inipath.parent not in (right, *right.parents)
    return config.rootpath != _root(config, right) and not config.option.rootdir
