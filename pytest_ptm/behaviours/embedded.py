"""A sentence encoder whose vectors are made in another way than the usual one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.given import refuse_raw
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.protocol import CanDo, Model, Payload, Predictions, Predictor
from pytest_ptm.tasks.vectors.settings import Embedding, Encoder, Pooling


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """A handle whose model is asked with these settings; what ``embedded`` gives."""

    model: Model
    how: Embedding

    @property
    def name(self) -> str:
        """The model's own."""
        return self.model.name

    @property
    def task(self) -> str | None:
        """The model's own, where it was declared for one."""
        return self.model.task

    def can(self) -> frozenset[str] | None:
        """What the model can do; None where only loading tells."""
        return self.model.can() if isinstance(self.model, CanDo) else None

    def predictor(self, task: str) -> Predictor[Payload, Predictions]:
        """The model bound to the task, with these settings.

        Raises:
            ArgumentError: the task has no such settings.
            ModelError: it cannot be loaded or is no sentence encoder.
        """
        return _set(self.model.predictor(task), self.how)


def embedded(
    model: AnyModel[Any],
    *,
    pooling: Pooling | None = None,
    normalise: bool | None = None,
) -> AnyModel[Any]:
    """The model, making vectors as said; it can be handed over wherever a model can.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        pooling: what becomes of the vectors of a text's tokens, special ones among
            them: their "mean" or their "max", or that of the first ("cls") or the
            "last" one. Without it what the folder of the checkpoint says, as
            sentence-transformers writes it, or else the mean.
        normalise: whether vectors have length 1; without it as the folder says, or not.

    Raises:
        ArgumentError: a setting is none, or is not one of this model.

    Settings that a model has already stay as they are, unless they are said anew.
    """
    how = Embedding(pooling, normalise)
    if isinstance(model, EmbeddedModel):
        return EmbeddedModel(model.model, how.over(model.how))
    if isinstance(model, Model):
        return EmbeddedModel(model, how)
    refuse_raw(model)
    return _set(model, how)


def _set(predictor: Predictor[Payload, Any], how: Embedding) -> Any:  # noqa: ANN401 - of any answers
    if not isinstance(predictor, Encoder):
        raise ArgumentError(
            f"embedded: {predictor.card.name} answers {predictor.task}, and has no "
            "pooling= and no normalise=; leave them out"
        )
    return predictor.embedding(how)
