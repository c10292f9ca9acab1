"""A sentence encoder whose vectors are made in another way than the usual one."""

from __future__ import annotations

from typing import Any

from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.set_model import asked_so
from pytest_ptm.tasks.vectors.settings import Embedding, Pooling


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
    return asked_so(model, Embedding(pooling, normalise))
