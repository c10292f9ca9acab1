"""In which way a model is asked: what the settings of all tasks share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, TypeVar

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.task import Task

A = TypeVar("A", bound="AskedHow")


class Setting(Protocol):
    """What becomes of a model when it is bound to a task."""

    def suits(self, task: Task) -> bool:
        """Whether models of the task may have it."""
        ...

    def put_on(self, predictor: Predictor[Payload, Any]) -> Any:  # noqa: ANN401 - of any answers
        """The bound model with it.

        Raises:
            ArgumentError: it cannot have it.
        """
        ...


@dataclass(frozen=True, slots=True)
class AskedHow(ABC):
    """A way to ask, in which everything may be left as it is: None."""

    @abstractmethod
    def suits(self, task: Task) -> bool:
        """Whether models of the task may be asked so."""

    @abstractmethod
    def taken_by(self, predictor: Predictor[Payload, Any]) -> Any:  # noqa: ANN401 - of any answers
        """The bound model, asked so; None where it has no such settings.

        Raises:
            ArgumentError: it has, but not this one.
        """

    def put_on(self, predictor: Predictor[Payload, Any]) -> Any:  # noqa: ANN401 - of any answers
        """The bound model, asked so.

        Raises:
            ArgumentError: it has no such settings, or not this one.
        """
        found = self.taken_by(predictor) if self.given else predictor
        if found is None:
            who, why = self.refused
            raise ArgumentError(
                f"{who}: {predictor.card.name} answers {predictor.task}, and has "
                f"{why}; leave them out"
            )
        return found

    def over(self, earlier: A) -> A:
        """These settings, and of earlier ones of their kind what they leave as is."""
        return replace(earlier, **self.given)

    @property
    def given(self) -> dict[str, object]:
        """What is not left as it is, by name."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def refused(self) -> tuple[str, str]:
        """Of a message to a model without such settings, what was said and is not."""
        return ", ".join(f"{name}=" for name in self.given), "no such settings"


def settle_whole(settings: object, name: str, *, least: int) -> None:
    """Hold a setting as Python's whole number, where it is given.

    Raises:
        ArgumentError: it is none, or below the least.
    """
    value: object = getattr(settings, name)
    if value is not None:
        found = require_whole(name, value, least=least)
        # Frozen for everybody else; equal settings are one, whatever made the number.
        object.__setattr__(settings, name, found)
