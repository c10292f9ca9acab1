"""A name that is meant to be a model of the run, or a folder here, and is neither."""

from __future__ import annotations

import difflib
from pathlib import Path

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.settings import Settings
from pytest_ptm.spec import ModelSpec


def refuse_mistyped(spec: ModelSpec, settings: Settings) -> None:
    """Refuse a word that is nearly the name of a model or a folder.

    Before a hub is thought of: there it would be asked for, and not found, or worse. A
    revision says that the hub is meant.

    Raises:
        ModelError: PTM301, with what is there.
    """
    if _is_of_the_hub(spec, settings):
        return
    names, folders = _names(settings), _folders(spec.reference)
    near = difflib.get_close_matches(spec.reference, [*names, *folders], n=1)
    if near:
        meant = near[0] if near[0] in names else f"./{near[0]}"
        raise ModelError(
            f"no model of the run is called {spec.reference!r}; did you mean "
            f"{meant!r}? {around(spec, settings)}. For one of the hub type "
            f"{spec.reference}@main",
            code="PTM301",
        )


def around(spec: ModelSpec, settings: Settings) -> str:
    """What the run and the folder have that could have been meant."""
    names, folders = _names(settings), _folders(spec.reference)
    of_run = f"The run has {listed(names)}" if names else "The run has no models"
    return of_run + (f"; folders here: {listed(folders)}" if folders else "")


def is_of_the_run(spec: ModelSpec, settings: Settings) -> bool:
    """Whether the run itself names this model: then it is what was meant."""
    return spec in (*settings.models, *settings.named, settings.against)


def _is_of_the_hub(spec: ModelSpec, settings: Settings) -> bool:
    return (
        spec.folder is not None
        or "/" in spec.reference
        or spec.revision is not None
        or is_of_the_run(spec, settings)
    )


def _names(settings: Settings) -> list[str]:
    return [model.name for model in settings.named]


def _folders(reference: str) -> list[str]:
    """Folders beside what the reference would be, that hold files of a model."""
    place = Path(reference).parent
    if not place.is_dir():
        return []
    return sorted(
        path.parent.relative_to(place).as_posix()
        for path in place.glob("*/config.json")
    )
