"""What a backend is: two functions between a spec and a Predictor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pytest_ptm.spec import ModelSpec
from pytest_ptm.tasks.protocol import Payload, Predictions, Predictor

AnyPredictor = Predictor[Payload, Predictions]


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """Which model, for which task, onto which device."""

    spec: ModelSpec
    folder: Path | None
    task: str
    device: str
    dtype: str
    trust_remote_code: bool = False
    allow_pickle: bool = False


class Backend(Protocol):
    """A module with these two functions is a backend."""

    def locate(
        self, spec: ModelSpec, *, offline: bool, allow_pickle: bool = False
    ) -> Path | None:
        """The folder with the model's files; None where there are none to check."""
        ...

    def load(self, request: LoadRequest) -> AnyPredictor:
        """The model, bound to the task."""
        ...
