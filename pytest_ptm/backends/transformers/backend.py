"""Checkpoints of Hugging Face's kind: what their specs may say, and who loads them.

Read with every spec, so torch and transformers, which take seconds to import, come only
when one of these functions is called.
"""

from __future__ import annotations

from pathlib import Path

from pytest_ptm.backends.protocol import AnyPredictor, LoadRequest
from pytest_ptm.spec import ModelSpec, Scheme, SpecOption

SCHEME = Scheme(
    "",
    options=(
        SpecOption(
            "sha256",
            "the content that the checkpoint must have, as the run document shows it",
            kind="sha256",
        ),
    ),
    files=True,
)


def locate(
    spec: ModelSpec, *, offline: bool, allow_pickle: bool = False
) -> Path | None:
    """The folder with the checkpoint's files, fetched if it is a hub id."""
    from pytest_ptm.backends.transformers import hub

    return hub.locate(spec, offline=offline, allow_pickle=allow_pickle)


def check(spec: ModelSpec, folder: Path | None, *, allow_pickle: bool = False) -> None:
    """Refuse a checkpoint that is not whole, not safe or not the one asked for."""
    from pytest_ptm.backends.transformers import preflight

    if folder is not None:
        preflight.check(spec, folder, allow_pickle=allow_pickle)


def load(request: LoadRequest) -> AnyPredictor:
    """The checkpoint, bound to its task."""
    from pytest_ptm.backends.transformers import checkpoint_loading

    return checkpoint_loading.load(request)


def can(spec: ModelSpec, folder: Path | None) -> frozenset[str] | None:
    """The tasks of the checkpoint's head, by its config.json."""
    from pytest_ptm.backends.transformers import abilities

    return None if folder is None else abilities.abilities(folder)


def loaded_for(task: str) -> str:
    """The Auto class that loads the model for the task."""
    from pytest_ptm.backends.transformers import abilities

    return abilities.auto_class(task) or task


def of_object(
    model: object, tokenizer: object, *, name: str | None, task: str | None
) -> AnyPredictor:
    """A model that is loaded already, bound to a task of its head."""
    from pytest_ptm.backends.transformers import objects

    return objects.bound(model, tokenizer, name=name, task=task)


def of_pipeline(pipeline: object, *, name: str | None) -> AnyPredictor:
    """The model of a pipeline, bound to the task of its head."""
    from pytest_ptm.backends.transformers import pipelines

    return pipelines.bound(pipeline, name=name)
