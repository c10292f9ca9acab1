"""From what was typed, exported and written down to Settings.

Command line beats environment beats ini. Reading stays free of pydantic, so that a run
that uses nothing of pytest-ptm pays for nothing.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_ptm.runs.log import RunLog
from pytest_ptm.session import Session
from pytest_ptm.shell.options import BY_FIELD, OPTIONS, Option, Value

if TYPE_CHECKING:
    from typing import TypedDict

    from pytest_ptm.ground.errors import SettingsError

    class Raw(TypedDict):
        """Settings as read, not yet checked; plain values that travel to xdist workers.

        ``models`` were typed or come from the environment, ``ini_models`` from the ini
        file; each is a spec and the folder that a relative path starts at. ``typed`` is
        what to type to get the same settings again. ``against_from`` is the folder that
        a relative path of ``--ptm-against`` starts at; ``baseline`` is absolute
        already. ``known_path`` is the list of known failures, None where there is none;
        ``known_ids`` what it lists, by test. ``left_over`` names what limits the run
        and was not typed for it, by where it was found; None where nothing does.
        """

        models: list[tuple[str, str]]
        ini_models: list[tuple[str, str]]
        values: dict[str, Value]
        typed: list[str]
        require: bool
        require_asked: bool
        against_from: str
        known_path: str | None
        known_ids: dict[str, list[str]]
        left_over: str | None


session_key = pytest.StashKey[Session]()
log_key = pytest.StashKey[RunLog]()
raw_key = pytest.StashKey["Raw"]()
KNOWN_FAILURES = "ptm-known-failures.toml"
# What a person who runs one test again has no use for.
_NOT_AGAIN = {
    "json_path",
    "markdown_path",
    "require",
    "known_failures_update",
    "baseline_update",
}
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def read_raw(config: pytest.Config, environ: Mapping[str, str]) -> Raw:
    """What was set, from wherever it counts.

    Raises:
        SettingsError: a value that cannot be read as what the option wants.
    """
    values: dict[str, Value] = {}
    typed: list[str] = []
    against_from = ""
    for option in OPTIONS:
        if option.kind == "models":
            continue
        given, from_ini = _given(config, environ, option)
        if given is None:
            continue
        values[option.field] = given
        if not from_ini and option.field not in _NOT_AGAIN:
            typed += _typed_again(option, given)
        if option.field == "against":
            against_from = str(_folder(config, from_ini=from_ini))
        if option.field == "baseline":
            values["baseline"] = str(_folder(config, from_ini=from_ini) / str(given))
    _refuse_from_ini(config, environ)
    _refuse_one_file_for_both(config, values)
    asked = values.pop("require", None)
    ci = environ.get("CI", "").lower() not in _FALSE
    return {
        "models": _models(config, environ),
        "ini_models": _ini_models(config),
        "values": values,
        "typed": typed,
        "require": ci if asked is None else bool(asked),
        "require_asked": bool(asked),
        "against_from": against_from,
        "known_path": _known_path(config, environ),
        "known_ids": {},
        "left_over": _left_over(config, environ, values),
    }


def _typed_again(option: Option, given: Value) -> list[str]:
    """What to type to set an option to this; nothing where a flag is off."""
    if option.kind == "flag":
        return [option.flag] if given else []
    from pytest_ptm.ground.shell_words import shell_option

    return [shell_option(option.flag, str(given))]


def is_used(raw: Raw) -> bool:
    """Whether anything of pytest-ptm is set, so that checking it is worth its time."""
    return bool(
        raw["models"] or raw["ini_models"] or raw["values"] or raw["known_path"]
    )


def runs_no_test(config: pytest.Config) -> bool:
    """Whether pytest was asked only to list tests, or to set them up, and to run none.

    Then nothing is judged or written. What a fixture asserts fails all the same.
    """
    # Absent where their plugins are switched off; --setup-plan implies the second.
    return any(
        config.getoption(name, default=False) for name in ("collectonly", "setuponly")
    )


def _given(
    config: pytest.Config, environ: Mapping[str, str], option: Option
) -> tuple[Value | None, bool]:
    """The value that counts, and whether it comes from the ini file."""
    typed = config.getoption(f"ptm_{option.field}")
    if typed is not None:
        return _read(option, typed, option.flag), False
    exported = _exported(environ, option)
    if exported is not None:
        return exported, False
    if option.ini:
        try:
            value = config.getini(option.ini_name)
        except (TypeError, ValueError) as error:
            raise _wrong(f"{option.ini_name} in the ini file: {error}") from None
        if value is not None:
            return _read(option, value, option.ini_name), True
    return None, False


def _exported(environ: Mapping[str, str], option: Option) -> Value | None:
    """What the environment says; a variable that is empty says nothing."""
    text = environ.get(option.env_name, "")
    return _read(option, text, option.env_name) if text.strip() else None


def _read(option: Option, value: object, source: str) -> Value:
    if option.kind == "flag" and not isinstance(value, bool):
        word = str(value).strip().lower()
        if word not in _TRUE | _FALSE:
            raise _wrong(f"{source} {value!r}: expected true or false")
        return word in _TRUE
    if option.kind == "number":
        try:
            return int(str(value))
        except ValueError:
            raise _wrong(f"{source} {value!r}: expected a whole number") from None
    if option.kind == "decimal":
        try:
            return float(str(value))
        except ValueError:
            raise _wrong(f"{source} {value!r}: expected a number") from None
    return value if isinstance(value, bool) else str(value)


def _models(config: pytest.Config, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    option = BY_FIELD["models"]
    here = str(config.invocation_params.dir)
    typed: list[str] | None = config.getoption("ptm_models")
    if typed is not None:
        return [(text, here) for text in typed]
    text = environ.get(option.env_name, "")
    if not text.strip():
        return []
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise _wrong(f"{option.env_name}: {error}") from None
    return [(text, here) for text in words]


def _ini_models(config: pytest.Config) -> list[tuple[str, str]]:
    lines: list[str] | None = config.getini(BY_FIELD["models"].ini_name)
    # A relative path in an ini file starts where the file is.
    base = _folder(config, from_ini=True)
    return [(line, str(base)) for line in lines or [] if line]


def _folder(config: pytest.Config, *, from_ini: bool) -> Path:
    """Where a relative path starts that was typed, or written in the ini file."""
    if not from_ini:
        return config.invocation_params.dir
    return config.inipath.parent if config.inipath else config.rootpath


def _refuse_one_file_for_both(
    config: pytest.Config, values: Mapping[str, Value]
) -> None:
    """Refuse to take away, as an older run's report, what is to be compared with."""
    if not {"baseline", "json_path"} <= values.keys():
        return
    report = config.invocation_params.dir / str(values["json_path"])
    if report.resolve() == Path(str(values["baseline"])).resolve():
        raise _wrong(
            f"--ptm-json and --ptm-baseline are both {report}: write the run document "
            "to another file; --ptm-baseline-update stores the run"
        )


def _known_path(config: pytest.Config, environ: Mapping[str, str]) -> str | None:
    """The list of known failures: the one named, or the usual one if it is there.

    Also one that is still to be begun, where that is asked for.
    """
    given, from_ini = _given(config, environ, BY_FIELD["known_failures"])
    beside = _folder(config, from_ini=True)
    if given is not None:
        return str((beside if from_ini else config.invocation_params.dir) / str(given))
    path = str(beside / KNOWN_FAILURES)
    update, _ = _given(config, environ, BY_FIELD["known_failures_update"])
    # A link that leads nowhere is a list that cannot be read, not one that is absent.
    return path if update is not None or os.path.lexists(path) else None


def _refuse_from_ini(config: pytest.Config, environ: Mapping[str, str]) -> None:
    """Refuse what only a person may decide where addopts or a conftest set it.

    Neither the ini file's addopts nor PYTEST_ADDOPTS is typed for the run; a variable
    of the option's own decides by what it says, not by being there.
    """
    for option in OPTIONS:
        given = config.getoption(f"ptm_{option.field}")
        if not given or option.ini or _is_typed(config, option):
            continue
        if _read(option, given, option.flag) != _exported(environ, option):
            raise _wrong(
                f"{option.flag} counts only when a person types it or sets "
                f"{option.env_name}; take it out of addopts"
            )


def _is_typed(config: pytest.Config, option: Option) -> bool:
    """Whether an option stands on the command line itself."""
    words = [str(argument) for argument in config.invocation_params.args]
    options = takewhile(lambda word: word != "--", words)
    return any(word.partition("=")[0] == option.flag for word in options)


def _left_over(
    config: pytest.Config, environ: Mapping[str, str], values: Mapping[str, Value]
) -> str | None:
    """Where a limit comes from that was not typed for this run; None if it was."""
    option = BY_FIELD["limit"]
    if option.field not in values or _is_typed(config, option):
        return None
    if config.getoption(f"ptm_{option.field}") is not None:
        return f"{option.flag}={values[option.field]} in addopts"
    if _exported(environ, option) is not None:
        return f"{option.env_name}={values[option.field]} in the environment"
    return f"{option.ini_name} = {values[option.field]} in the ini file"


def _wrong(message: str) -> SettingsError:
    # A run that uses nothing of pytest-ptm has nothing wrong, and pays for no errors.
    from pytest_ptm.ground.errors import SettingsError
    from pytest_ptm.ground.redaction import read_environment_again

    read_environment_again()
    return SettingsError(message)
