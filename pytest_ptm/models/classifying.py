"""A handle whose model is made a classifier, whatever it was trained to be."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_ptm.behaviours.set_model import OverModel
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.protocol import Predictor
from pytest_ptm.tasks.task import Task


@dataclass(frozen=True, slots=True)
class ClassifyingModel(OverModel, ABC):
    """What ``prompted``, ``zero_shot`` and ``zero_shot_images`` give of a handle.

    It answers one task, and is asked nothing else.
    """

    answers: ClassVar[Task]
    asked_by: ClassVar[str]
    """How it is asked and what it answers, as a message says it."""

    @property
    def task(self) -> str:
        """What its answers are: classes."""
        return self.answers.name

    def can(self) -> frozenset[str]:
        """The same: made so, it is asked nothing else."""
        return frozenset({self.answers.name})

    def predictor(self, task: str) -> Predictor[Any, Any]:
        """The model, bound to what it can do itself, as a classifier.

        Raises:
            ArgumentError: it is asked for another task, or cannot be asked so.
            ModelError: it cannot be loaded, or has no head that can.
        """
        if task != self.answers.name:
            raise ArgumentError(
                f"model {self.name} is {self.asked_by}, not {task}; hand over the "
                "model itself"
            )
        return self.bound()

    @abstractmethod
    def bound(self) -> Predictor[Any, Any]:
        """The model as a classifier.

        Raises:
            ArgumentError: it cannot be asked so.
            ModelError: it cannot be loaded, or has no head that can.
        """
