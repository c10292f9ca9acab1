"""A model by name: light, and loaded when it is first asked."""

from __future__ import annotations

import os
from dataclasses import dataclass

from pytest_ptm.backends import parse_spec
from pytest_ptm.backends.protocol import AnyPredictor
from pytest_ptm.behaviours.prediction import Predicts
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.pool import Pool
from pytest_ptm.session import current_session
from pytest_ptm.spec import ModelSpec
from pytest_ptm.tasks import find_task


@dataclass(frozen=True, slots=True)
class ModelHandle(Predicts):
    """What ``ptm_model``, ``ptm_load`` and ``load_model`` give.

    It holds no weights: a pool of the process loads them on the first question.
    """

    spec: ModelSpec
    by_default: bool = False
    """Taken because it is the run's only model, not because the test named it."""

    @property
    def name(self) -> str:
        """The name that reports and node ids show."""
        return self.spec.name

    @property
    def task(self) -> str | None:
        """The task that the running test's marker or the spec declares."""
        test = current_session().test
        return (test.task if test else None) or self.spec.task

    def predictor(self, task: str) -> AnyPredictor:
        """The model bound to the task; loads it on first use.

        Raises:
            ModelError: it cannot be loaded or has no trained head for the task.
        """
        return self._pool().predictor(self.spec, task)

    def can(self) -> frozenset[str] | None:
        """The tasks that the model can be asked, known before weights are loaded.

        None where only loading tells.

        Raises:
            ModelError: it is not to be found; of an object of one's own, whatever keeps
                it from being made, for it is made to be asked for its task.
        """
        return self._pool().can(self.spec)

    def _pool(self) -> Pool:
        session = current_session()
        wanted = session.test.models if session.test else None
        if self.by_default and wanted is not None and wanted != (self.name,):
            raise ArgumentError(
                f"the test's marker names the model {wanted[0]!r}, and ptm_model was "
                f"reached without parametrization and is {self.name!r}; take ptm_model "
                "as an argument of the test, or ptm_load(NAME)"
            )
        return session.part(Pool)

    def __repr__(self) -> str:
        return f"<model {self.name} = {self.spec.reference}>"


def load_model(spec: str | os.PathLike[str] | ModelSpec) -> ModelHandle:
    """A model by spec, for a notebook, a script, or a second model in a test.

    ``[name=]reference[@revision][?task=…]``; weights are loaded on the first question.

    Raises:
        SettingsError: the spec is wrong.
    """
    parsed = spec if isinstance(spec, ModelSpec) else parse_spec(os.fspath(spec))
    if parsed.task is not None:
        find_task(parsed.task)
    return ModelHandle(parsed)
