# pyright: basic
# huggingface_hub is only partly typed.
"""Where a checkpoint's files are: a folder here, or the cache of a hub."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from pytest_ptm.backends.transformers import files
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.ground.unknown import nearest
from pytest_ptm.spec import ModelSpec


def locate(
    spec: ModelSpec, *, offline: bool, allow_pickle: bool = False
) -> Path | None:
    """The folder with the checkpoint's files, fetched if it is a hub id.

    Pickles are fetched only where they are allowed and there are no safetensors.

    Raises:
        ModelError: PTM301, there is no such folder, nor a hub id that can be reached.
    """
    if spec.folder is not None:
        if not spec.folder.is_dir():
            raise ModelError(
                f"model {spec.reference!r} is not a folder{_instead(spec.folder)}",
                code="PTM301",
            )
        return spec.folder
    try:
        folder = _snapshot(spec, files.READ, offline=offline)
        if not allow_pickle or any(folder.glob("*.safetensors")):
            return folder
        return _snapshot(spec, (*files.READ, files.PICKLED), offline=offline)
    except (
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
        HFValidationError,
        OSError,
    ) as error:
        off = offline or _hub_is_off()
        why = "the hub is switched off" if off else _why(error)
        at = f" at revision {spec.revision!r}" if spec.revision else ""
        raise ModelError(
            f"model {spec.reference!r} is neither a local folder nor a hub id in the "
            f"cache{at} ({why}). For a folder type ./path; to fetch it, run "
            "once without --ptm-offline and HF_HUB_OFFLINE",
            code="PTM301",
        ) from None


def _why(error: Exception) -> str:
    """Why a hub gave nothing: what a network says for itself helps nobody."""
    if isinstance(error, RepositoryNotFoundError):
        return "the hub has no such model, or it is private"
    if isinstance(error, RevisionNotFoundError):
        return "the hub has no such revision"
    if isinstance(error, HFValidationError):
        return "it is no name that a hub could have"
    if isinstance(error, OSError) and error.errno is not None:
        return str(error.strerror)  # of the disk: full, or not to be written
    return "the hub could not be reached"


def _snapshot(spec: ModelSpec, patterns: Sequence[str], *, offline: bool) -> Path:
    return Path(
        snapshot_download(
            spec.reference,
            revision=spec.revision,
            allow_patterns=list(patterns),
            local_files_only=offline or _hub_is_off(),
        )
    )


def _hub_is_off() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _instead(path: Path) -> str:
    if path.is_file() and (path.parent / "config.json").is_file():
        return f", but a file of a model, which is all of its folder: {path.parent}"
    return _nearby(path)


def _nearby(folder: Path) -> str:
    parent = folder.parent
    if not parent.is_dir():
        return f" (and neither is {parent})"
    if folder.is_file():
        return f" but a file; name the folder that holds it, {str(parent)!r}"
    names = sorted(
        child.name
        for child in parent.iterdir()
        if child.is_dir() and not child.name.startswith(".")
    )
    near = nearest(folder.name, names)
    if near is not None:
        return f"; did you mean {str(parent / near)!r}?"
    return f"; {parent} has {listed(names)}" if names else f"; {parent} has no folders"
