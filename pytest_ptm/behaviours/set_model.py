"""A model whose questions are put in another way, wherever a model can stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.prediction import Predicts
from pytest_ptm.tasks import known_tasks
from pytest_ptm.tasks.asked_how import AskedHow, Setting
from pytest_ptm.tasks.given import refuse_raw
from pytest_ptm.tasks.protocol import CanDo, Model, Payload, Predictor


@dataclass(frozen=True, slots=True)
class OverModel(Predicts):
    """A handle over another one, whose name it has in reports."""

    model: Model

    @property
    def name(self) -> str:
        """The model's own."""
        return self.model.name


@dataclass(frozen=True, slots=True)
class SetModel(OverModel):
    """A handle whose model has a setting as soon as it is bound.

    What ``scored``, ``embedded``, ``answering``, ``merged`` and ``tagging`` give.
    """

    setting: Setting

    @property
    def task(self) -> str | None:
        """The model's own, where it was declared for one.

        Or the only one of its tasks that has the setting: who sets how a model writes
        means what it writes, also where it can be asked something else about a text.
        """
        own = self.model.task
        if own is not None or not isinstance(self.model, CanDo):
            return own
        suits = self._suited(self.model.can() or frozenset())
        return next(iter(suits)) if len(suits) == 1 else None

    def can(self) -> frozenset[str] | None:
        """What the model can do that has the setting; None where only loading tells.

        Of one that can do nothing of the kind all it can: asked for it, the setting
        says what is wrong.
        """
        can = self.model.can() if isinstance(self.model, CanDo) else None
        return None if can is None else self._suited(can) or can

    def predictor(self, task: str) -> Predictor[Payload, Any]:
        """The model bound to the task, with the setting.

        Raises:
            ArgumentError: the model, bound so, cannot have it.
            ModelError: it cannot be loaded or has no trained head for the task.
        """
        return self.setting.put_on(self.model.predictor(task))

    def _suited(self, can: frozenset[str]) -> frozenset[str]:
        """Those of the tasks that have the setting."""
        suits = self.setting.suits
        return can & {name for name, task in known_tasks().items() if suits(task)}


def asked_so(model: AnyModel[Any], how: AskedHow) -> AnyModel[Any]:
    """The model, asked in this way; what it leaves as it is stays as it was.

    Raises:
        ArgumentError: it is no model, or one that is bound and cannot be asked so.
    """
    if isinstance(model, SetModel) and isinstance(model.setting, type(how)):
        return SetModel(model.model, how.over(model.setting))
    if isinstance(model, Model):
        return SetModel(model, how)
    refuse_raw(model)
    return how.put_on(model)
