"""What stands behind a model: load it, bind it to a task."""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from pytest_ptm.backends.protocol import Backend
from pytest_ptm.spec import ModelSpec, Scheme, parse

BACKENDS = {
    "": "pytest_ptm.backends.transformers.backend",
    "python": "pytest_ptm.backends.callable",
}
"""Ours, by scheme; a reference without one is a checkpoint."""

GROUP = "pytest_ptm.backends"
"""The entry points by which a package brings another: ``scheme = "package.module"``."""

_COMING = ("endpoint", "keras", "onnx")
_NEEDED = ("SCHEME", "locate", "check", "load")


def parse_spec(text: str, *, base: Path | None = None) -> ModelSpec:
    """The spec a line of text means, as the backend of its scheme declares.

    A relative folder starts at ``base``, the working directory unless given.

    Raises:
        SettingsError: the text is no spec, with what to type instead.
    """
    return parse(text, _declared, base=base)


def find_backend(scheme: str) -> Backend:
    """The backend of a scheme: only what it declares is imported, not its library.

    Raises:
        ValueError: there is none, or its package does not bring what a backend has.
    """
    module = BACKENDS.get(scheme)
    if module is not None:
        return cast("Backend", importlib.import_module(module))
    # Read for a scheme that is none of ours only: it means looking into every package.
    brought = entry_points(group=GROUP)
    found = {point.value: point for point in brought.select(name=scheme)}
    if not found:
        raise ValueError(_unknown(scheme, set(brought.names)))
    if len(found) > 1:
        raise ValueError(
            f"two packages bring the scheme {scheme!r} ({', '.join(sorted(found))}); "
            "uninstall one"
        )
    return _brought(*found.values())


def _declared(scheme: str) -> Scheme:
    return find_backend(scheme).SCHEME


def _unknown(scheme: str, brought: set[str]) -> str:
    if scheme in _COMING:
        return (
            f"the {scheme}: backend is not there yet; "
            "use a folder, a Hugging Face id or python:module:factory"
        )
    names = sorted({*BACKENDS, *brought} - {""})
    known = ", ".join(f"{name}:" for name in names)
    said = f"the scheme {scheme!r} is unknown; known: {known}"
    if scheme in ("http", "https", "hf"):
        return f"{said}. A model of the Hugging Face hub is its id alone, owner/name"
    return said


def _brought(point: EntryPoint) -> Backend:
    """What the package of an entry point brings, checked for what a backend has."""
    whose = f"the scheme {point.name!r} is {point.value} of an installed package"
    try:
        backend: object = point.load()
    except Exception as error:
        # Whatever it is, the package is at fault, and the spec that names it.
        raise ValueError(
            f"{whose}, which cannot be imported ({type(error).__name__}: {error})"
        ) from error
    missing = [name for name in _NEEDED if not hasattr(backend, name)]
    if missing:
        raise ValueError(
            f"{whose}, which has no {', '.join(missing)}; "
            f"a backend has {', '.join(_NEEDED)}"
        )
    found = cast("Backend", backend)
    if found.SCHEME.name != point.name:
        raise ValueError(f"{whose}, which declares the scheme {found.SCHEME.name!r}")
    return found
