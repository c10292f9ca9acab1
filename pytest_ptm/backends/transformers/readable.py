"""Files of a checkpoint that are what they should be: JSON objects, no pointers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.ground.files import LFS_POINTER
from pytest_ptm.ground.plain_data import oddity

Json = Mapping[str, Any]


def read_json(folder: Path, name: str) -> Json:
    """The JSON object in a file.

    Raises:
        ModelError: PTM305, there is none; PTM306, it is a git-lfs pointer.
    """
    path = folder / name
    if not path.is_file():
        found = sorted(child.name for child in folder.iterdir())
        raise ModelError(
            f"{folder} is no checkpoint: it has no {name} "
            f"(found {listed(found) or 'nothing'}). "
            "Save one with model.save_pretrained() and tokenizer.save_pretrained()",
            code="PTM305",
        )
    raw = path.read_bytes()
    if raw.startswith(LFS_POINTER):
        raise _pointer(path)
    try:
        content: object = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not valid JSON: {error}", code="PTM305") from error
    odd = oddity(content)
    if odd is not None:
        raise ModelError(
            f"{path} is no file of a checkpoint: {odd}. Save it again with "
            "save_pretrained()",
            code="PTM305",
        )
    if not isinstance(content, dict):
        raise ModelError(f"{path} is not a JSON object", code="PTM305")
    return cast("Json", content)


def refuse_pointers(paths: Iterable[Path]) -> None:
    """Refuse what git-lfs left in the place of a file (PTM306)."""
    for path in paths:
        with path.open("rb") as file:
            if file.read(len(LFS_POINTER)) == LFS_POINTER:
                raise _pointer(path)


def _pointer(path: Path) -> ModelError:
    return ModelError(
        f"{path} is a git-lfs pointer of {path.stat().st_size} bytes, not the file "
        f"itself; run: git -C {path.parent} lfs pull",
        code="PTM306",
    )
