# pyright: basic
# torch's modules are only partly typed.
"""A loaded checkpoint, watched: neither a test nor anybody else may change it."""

from __future__ import annotations

import weakref
from pathlib import Path

import torch

from pytest_ptm.backends.transformers import files
from pytest_ptm.backends.transformers.fingerprint import content_digest
from pytest_ptm.backends.transformers.snapshot import Snapshot
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.session import current_session


class Watch:
    """Whether a model, and the files it came from, are as they were when loaded."""

    def __init__(
        self,
        model: torch.nn.Module,
        *,
        name: str,
        folder: Path,
        files_before: files.State,
    ) -> None:
        # Weakly: a model that the pool sends away must be free to go.
        self._model = weakref.ref(model)
        self._snapshot = Snapshot(model)
        self._name, self._folder, self._files = name, folder, files_before
        self._digest: str | None = None

    def loaded(self, digest: str) -> None:
        """Note what the files held.

        Raises:
            ModelError: PTM107, they changed while they were read.
        """
        self._digest = digest
        if files.state(self._folder) != self._files:
            raise ModelError(
                f"{self._folder} changed while it was being loaded "
                f"({self._changed_files()}); run again once nobody writes to it",
                code="PTM107",
            )

    def left_by(self, nodeid: str) -> ModelError | None:
        """What a test that has ended did to the model; told once."""
        model = self._model()
        if model is None or self._snapshot.stayed():
            return None
        if _trains(model):
            found = "in training mode, so dropout would make every later answer random"
            remedy = "call model.eval() before the test ends"
        elif other := self._snapshot.difference():
            found = f"with other {other}, so later answers would be another model's"
            remedy = "change a copy: copy.deepcopy(model)"
        else:
            return None
        # The pool loads it anew; whoever still holds this one is not asked about again.
        self._model = lambda: None
        return ModelError(
            f"{nodeid} left {self._name} {found}; {remedy}", code="PTM304"
        )

    def changed(self) -> str | None:
        """What is other by now, files or weights; None if the model is the same.

        A folder that is gone is no change: nobody can take it for another model.
        """
        shown = f"{self._name} = {self._folder}"
        if self._model() is not None and self._snapshot.other_numbers():
            return f"{shown} (its weights in memory, written to through .data)"
        try:
            if not self._folder.is_dir() or files.state(self._folder) == self._files:
                return None
            if content_digest(self._folder) == self._digest:
                return None
            return f"{shown} ({self._changed_files()})"
        except OSError as error:
            return f"{shown} (it cannot be read any more: {error.strerror})"

    def _changed_files(self) -> str:
        found = files.state(self._folder)
        names = {name for name, *_ in {*found} ^ {*self._files}}
        return listed(sorted(names), most=5)


def refuse_training(model: torch.nn.Module, *, name: str) -> None:
    """Refuse a model that somebody left in training mode.

    Raises:
        ModelError: PTM304.
    """
    if not _trains(model):
        return
    test = current_session().test
    when = f" when {test.nodeid} asks it" if test else ""
    raise ModelError(
        f"{name} is in training mode{when}, so dropout would make its answers random; "
        "call model.eval() after training it",
        code="PTM304",
    )


def _trains(model: torch.nn.Module) -> bool:
    # Each part has a switch of its own, and dropout is a part.
    return any(part.training for part in model.modules())
