"""A checkpoint bound to a task: what every predictor says of itself."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar

from pytest_ptm.backends.transformers.checkpoint import LoadedCheckpoint
from pytest_ptm.backends.transformers.module_state import LeftAlone
from pytest_ptm.backends.transformers.weights import counted_once
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.powers import Weights

K = TypeVar("K", bound=LoadedCheckpoint)


@dataclass(frozen=True, slots=True)
class BoundCheckpoint(Generic[K]):
    """All of a Predictor but its task, its rows and its answers.

    ``K``: whether it reads texts or is shown images.
    """

    checkpoint: K

    @property
    def card(self) -> ModelCard:
        """What a report says of the model."""
        return self.checkpoint.card

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return self.checkpoint.fingerprint

    def weighed(self) -> Weights | None:
        """Its parameters; None of a quantised one, which are packed into others."""
        return counted_once(self.checkpoint.model)

    @contextlib.contextmanager
    def unguarded(self) -> Generator[Self]:
        """The same, whose forwards leave in the model what they change until the end.

        To put that back after every forward takes as long as a small model's own.
        """
        held = self.checkpoint
        with held.state.kept():
            yield replace(self, checkpoint=replace(held, state=LeftAlone(held.model)))
