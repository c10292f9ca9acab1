"""The settings of a run, checked; only runs that use pytest-ptm come here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pytest_ptm.backends import parse_spec
from pytest_ptm.ground.errors import SettingsError
from pytest_ptm.ground.shell_words import shell_option, shell_word
from pytest_ptm.runs.rows import without_model
from pytest_ptm.settings import Settings, explained, no_name_twice
from pytest_ptm.shell.options import OPTIONS, Value
from pytest_ptm.spec import ModelSpec

if TYPE_CHECKING:
    from pytest_ptm.shell.configuration import Raw


def settings_of(raw: Raw) -> Settings:
    """The checked settings.

    Raises:
        SettingsError: a value or a spec is wrong.
    """
    given = [parse_spec(text, base=Path(base)) for text, base in raw["models"]]
    from_ini = [parse_spec(text, base=Path(base)) for text, base in raw["ini_models"]]
    against = raw["values"].get("against")
    _check_baseline(raw["values"])
    no_name_twice(tuple(given), source="--ptm-model")
    no_name_twice(tuple(from_ini), source="ptm_model in the ini file")
    taken = {model.name for model in given}
    fields = {
        **raw["values"],
        "against": None
        if against is None
        else parse_spec(str(against), base=Path(raw["against_from"])),
        "models": tuple(given or from_ini),
        "named": (*given, *(model for model in from_ini if model.name not in taken)),
        "require": raw["require"],
        "require_asked": raw["require_asked"],
    }
    try:
        return Settings.model_validate(fields)
    except ValidationError as error:
        names = {option.field: option.flag for option in OPTIONS}
        raise explained(error, names) from None


def rerun_command(
    nodeid: str, raw: Raw, settings: Settings, *, rootpath: Path, cwd: Path
) -> str:
    """What to type to run one test again with the same settings, from ``cwd``."""
    typed = settings.models[: len(raw["models"])]
    # Of a test whose id names none it is not known which of them it asks for.
    asked = [model for model in typed if without_model(nodeid, model.name) != nodeid]
    return command(
        [from_here(nodeid, rootpath=rootpath, cwd=cwd)], asked or typed, raw["typed"]
    )


def command(
    tests: Iterable[str], models: Iterable[ModelSpec], options: Iterable[str]
) -> str:
    """A command that a shell runs as it stands; ``options`` are quoted already."""
    specs = [shell_option("--ptm-model", model.text) for model in models]
    return " ".join(["pytest", *map(shell_word, tests), *specs, *options])


def from_here(nodeid: str, *, rootpath: Path, cwd: Path) -> str:
    """A test's id, or its file, as it is typed in ``cwd``."""
    path, separator, rest = nodeid.partition("::")
    shown = os.path.relpath(rootpath / path, cwd) + separator + rest
    # Else pytest takes the file for an option, or for a file of arguments.
    return f"{os.curdir}{os.sep}{shown}" if shown.startswith(("-", "@")) else shown


def _check_baseline(values: Mapping[str, Value]) -> None:
    """Refuse to write a baseline to nowhere, or one of a sample.

    Raises:
        SettingsError: what is missing, or too much.
    """
    if not values.get("baseline_update"):
        return
    if "baseline" not in values:
        raise SettingsError(
            "--ptm-baseline-update: name the file to write with --ptm-baseline=FILE"
        )
    if "limit" in values:
        raise SettingsError(
            "--ptm-baseline-update: a sample by --ptm-limit is no baseline; "
            "leave one of them out"
        )
