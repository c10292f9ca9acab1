"""Run documents read back: whole, of a known schema, brought up to date."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from pytest_ptm.ground.display import clip, visible
from pytest_ptm.ground.errors import DataError
from pytest_ptm.ground.plain_data import oddity
from pytest_ptm.runs.document import (
    SCHEMA_NAME,
    SCHEMA_VERSION,
    RunDocument,
)
from pytest_ptm.runs.rows import without_model

LARGEST = 512 * 1024 * 1024
"""Bytes. No run writes so much; a file that is larger is something else."""

Fields = dict[str, Any]


def read_run(path: Path) -> RunDocument:
    """The run document of a file, whatever version wrote it.

    Raises:
        DataError: PTM215, the file is missing, no run document, damaged, or written by
            a newer version.
    """
    try:
        if path.exists() and not path.is_file():
            raise _unreadable(path, "no file")
        if path.stat().st_size > LARGEST:
            raise _unreadable(path, f"larger than {LARGEST // 2**20} MiB")
        data = json.loads(path.read_text(encoding="utf-8"))
    except DataError:
        raise  # is a ValueError too, and says it all
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, f"no JSON: {error}") from None
    odd = oddity(data)
    if odd is not None:
        raise _unreadable(path, odd)
    if not isinstance(data, dict):
        raise _unreadable(path, "no JSON object")
    return run_of(cast("Fields", data), path)


def run_of(data: Fields, path: Path) -> RunDocument:
    """The run document that the JSON of a file holds.

    Raises:
        DataError: PTM215, as `read_run`.
    """
    if data.get("schema_name") != SCHEMA_NAME:
        raise _unreadable(
            path,
            f"schema_name is {clip(repr(data.get('schema_name')), 40)}, not "
            f"{SCHEMA_NAME!r}; write one with --ptm-json",
        )
    version = data.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _unreadable(path, f"schema_version is {clip(repr(version), 40)}")
    if version > SCHEMA_VERSION:
        raise _unreadable(
            path,
            f"schema_version is {version}, and this pytest-ptm reads up to "
            f"{SCHEMA_VERSION}; update it: pip install -U pytest-ptm",
        )
    try:
        for step in range(version, SCHEMA_VERSION):
            data = _UPGRADES[step](data)
        return RunDocument.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise _unreadable(path, f"{place}: {first['msg']}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, f"no version {version}: {error!r}") from None


def _from_1(data: Fields) -> Fields:
    """Version 2 knows where a verdict stands, what it can show, and every example."""
    nothing = dict.fromkeys(("error", "drop", "strictest", "p_cleared", "p_missed"))
    places: dict[str, int] = {}
    rows: list[Fields] = []
    for row in data["verdicts"]:
        nodeid = row["nodeid"]
        places[nodeid] = places.get(nodeid, -1) + 1
        new = {
            "test": without_model(nodeid, row["model"]["name"]),
            "place": places[nodeid],
            "on_inconclusive": "fail",
            "power": nothing,
            "data": "",
            **dict.fromkeys(
                ("at", "capability", "judged", "more", "stopped", "outcomes")
            ),
        }
        rows.append({**new, **row})
    return {**data, "schema_version": 2, "verdicts": rows}


_UPGRADES: dict[int, Callable[[Fields], Fields]] = {1: _from_1}
"""From each older version to the next."""


def _unreadable(path: Path, why: str) -> DataError:
    return DataError(
        f"{visible(str(path))} cannot be read as a run document: {visible(why)}",
        code="PTM215",
    )
