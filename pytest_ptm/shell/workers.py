"""pytest-xdist: who is a worker, what it is told, and what its reports may hold."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_ptm.ground import afterwards
from pytest_ptm.shell.configuration import log_key, raw_key, session_key

if TYPE_CHECKING:
    from pytest_ptm.settings import Settings
    from pytest_ptm.shell.configuration import Raw


late_key = pytest.StashKey[str]()


def is_worker(config: pytest.Config) -> bool:
    """Whether this process runs tests for a controller."""
    return hasattr(config, "workerinput")


def distributes(config: pytest.Config) -> bool:
    """Whether this process hands its tests to workers."""
    return not is_worker(config) and config.getoption("dist", "no") != "no"


def share_settings(node: object) -> None:
    """Give a worker the settings the controller read, so that all have the same."""
    worker = cast("Any", node)
    stash = worker.config.stash
    worker.workerinput["ptm_raw"] = json.dumps(stash[raw_key])
    # Only a name: where no worker has anything to say there, there is no file.
    name = f"pytest-ptm-{os.urandom(16).hex()}"
    path = stash.setdefault(late_key, str(Path(tempfile.gettempdir(), name)))
    worker.workerinput["ptm_late"] = path


def told_late(config: pytest.Config) -> list[str]:
    """What workers heard of when they had told all; they have ended by now."""
    path = Path(config.stash.get(late_key, ""))
    if not path.is_file():
        return []
    told = path.read_text("utf-8").splitlines()
    path.unlink()
    return told


def _tell_late(told: str, path: str) -> None:
    """Say on a worker what came too late for the data that it ends with."""
    afterwards.say(told)
    with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(" ".join(told.splitlines()) + "\n")


def tell_models(config: pytest.Config) -> None:
    """On a worker: let the controller know how this process found its models."""
    if is_worker(config):
        output = cast("Any", config).workeroutput
        output["ptm_models"] = json.dumps(config.stash[session_key].models_at_the_end())
        output["ptm_deselected"] = sorted(config.stash[log_key].deselected)
        session = config.stash[session_key]
        output["ptm_strays"] = [*session.strays, *session.pending]
        if session.handed_on or session.of_fixtures:
            from pytest_ptm.shell import (
                arrival,  # only for a run that used a model
            )

            arrival.conclude(config)
        path = worker_input(config).get("ptm_late")
        if path is not None:
            session.on_late = lambda told: _tell_late(told, str(path))


def sending(config: pytest.Config) -> Generator[None, object, object]:
    """Keep a report that cannot be encoded from being lost between processes."""
    data = yield
    if is_worker(config) and config.stash[session_key].handed_on:
        from pytest_ptm.shell import arrival

        arrival.announce(config, data)
    return transportable(data)


def shared_settings(config: pytest.Config) -> Raw | None:
    """The settings the controller read; None where this is no worker."""
    text = worker_input(config).get("ptm_raw")
    return None if text is None else cast("Raw", json.loads(str(text)))


def place(config: pytest.Config) -> tuple[int, int]:
    """This worker's number, from 0, and how many there are; (0, 1) without workers."""
    told = worker_input(config)
    digits = str(told.get("workerid", "")).removeprefix("gw")
    index = int(digits) if digits.isdecimal() else 0
    return index, int(str(told.get("workercount", 1)))


def check_device(config: pytest.Config, settings: Settings) -> None:
    """Refuse a device that does not exist before anything is collected.

    Only where this process will use it: the controller of workers never touches an
    accelerator, and its workers refuse for themselves.

    Raises:
        SettingsError: there is no such device.
    """
    known_to_exist = settings.device in {"auto", "cpu"}
    if known_to_exist or is_worker(config) or distributes(config):
        return
    # Costs the import of torch, which a person who names a device is about to pay.
    from pytest_ptm.devices import choose

    choose(settings.device)


def transportable(value: object) -> object:
    """The same data with every string fit for UTF-8.

    execnet cannot send a lone surrogate: without this the report of a failing test is
    lost on its way and the run is green (pytest-xdist issue 843).
    """
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        items = cast("dict[object, object]", value).items()
        return {transportable(key): transportable(held) for key, held in items}
    if isinstance(value, list):
        return [transportable(held) for held in cast("list[object]", value)]
    if isinstance(value, tuple):
        # The place of a skip is a tuple, and pytest takes nothing else.
        return tuple(transportable(held) for held in cast("tuple[object]", value))
    return value


def encodable(text: str) -> str:
    r"""The text with lone surrogates written as ``\udXXX``, fit for UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def worker_input(config: pytest.Config) -> dict[str, object]:
    """What the controller told this worker; empty where this is none."""
    return getattr(config, "workerinput", {})
