"""A checkpoint bound to a task: what every predictor says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.results import ModelCard


@dataclass(frozen=True, slots=True)
class BoundCheckpoint:
    """All of a Predictor but its task, its rows and its answers."""

    checkpoint: Checkpoint

    @property
    def card(self) -> ModelCard:
        """What a report says of the model."""
        return self.checkpoint.card

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return self.checkpoint.fingerprint
