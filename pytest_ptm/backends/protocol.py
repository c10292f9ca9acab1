"""What a backend is: what it declares, and three functions from spec to Predictor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from pytest_ptm.spec import ModelSpec, Scheme

if TYPE_CHECKING:
    # NumPy comes with it, and reading a spec needs none.
    from pytest_ptm.tasks.protocol import Payload, Predictions, Predictor

AnyPredictor: TypeAlias = "Predictor[Payload, Predictions]"


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """Which model, for which task, onto which device.

    ``task`` is empty where the scheme's models say themselves what they answer.
    ``beside`` is the model bound to another task for which the same is loaded, where
    the backend says so (``SharesWeights``): its weights are to be taken.
    """

    spec: ModelSpec
    folder: Path | None
    task: str
    device: str
    dtype: str
    trust_remote_code: bool = False
    allow_pickle: bool = False
    beside: AnyPredictor | None = None


class Backend(Protocol):
    """A module with these names is a backend.

    It is imported to read a spec, before any test is collected: a library that takes
    time belongs into ``load``.
    """

    @property
    def SCHEME(self) -> Scheme:  # noqa: N802 - a constant of a module
        """What its specs may say."""
        ...

    def locate(
        self, spec: ModelSpec, *, offline: bool, allow_pickle: bool = False
    ) -> Path | None:
        """The folder with the model's files, fetched if need be; None: it has none.

        A model of files is put onto the run's device, and the card's fingerprint is of
        their content.

        Raises:
            ModelError: they are not to be found.
        """
        ...

    def check(
        self, spec: ModelSpec, folder: Path | None, *, allow_pickle: bool = False
    ) -> None:
        """Refuse what can be seen to be wrong before anything of it is loaded.

        ``allow_pickle``: a person said that weights may be a pickle.

        Raises:
            ModelError: what is wrong, and what to do about it.
        """
        ...

    def load(self, request: LoadRequest) -> AnyPredictor:
        """The model, bound to the task.

        Raises:
            ModelError: it cannot be loaded, or cannot be asked this task.
            OutOfMemory: it does not fit on the device.
        """
        ...


@runtime_checkable
class SaysWhatItCan(Protocol):
    """What a backend may have beside: of others only loading tells."""

    def can(self, spec: ModelSpec, folder: Path | None) -> frozenset[str] | None:
        """The tasks that the model's head can do, known without loading it.

        None where only loading tells. Nothing is refused here: ``check`` and ``load``
        say what is wrong.
        """
        ...


@runtime_checkable
class SharesWeights(Protocol):
    """What a backend may have beside: one model in memory, asked several tasks."""

    def loaded_for(self, task: str) -> str:
        """What is loaded for the task, by a name that tasks which share it have."""
        ...


@runtime_checkable
class TakesObjects(Protocol):
    """What the backend of a framework may have beside: models made without it."""

    def of_object(
        self, model: object, tokenizer: object, *, name: str | None, task: str | None
    ) -> AnyPredictor:
        """The model in memory, bound to the task of its head, or to this one of them.

        Raises:
            ArgumentError: it is none of the framework's, or has no such task.
            ModelError: it cannot be asked.
        """
        ...

    def of_pipeline(self, pipeline: object, *, name: str | None) -> AnyPredictor:
        """The model of the framework's own way to ask it.

        Raises:
            ArgumentError: it is none, or answers otherwise than its model.
            ModelError: the model cannot be asked.
        """
        ...
