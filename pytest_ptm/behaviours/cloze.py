"""Texts with a mask, or to be masked, and a model that fills masks."""

from __future__ import annotations

from pytest_ptm.behaviours.asking import Question, question, with_mark
from pytest_ptm.behaviours.choice import answering
from pytest_ptm.behaviours.texts import Texts, texts_of
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.fill_mask import AnyMaskedModel, MaskedTokens, masked_model


def cloze(model: AnyMaskedModel, texts: Texts) -> Question[MaskedTokens]:
    """A masked model and texts with one mask each; nothing is asked yet.

    The model's own spelling of the mask is read as ``[MASK]`` too.

    Raises:
        DataError: PTM201, there are no texts; PTM211, one has no mask, or several.
        ModelError: the model cannot be loaded, or has no mask.
    """
    return with_mark(masked_question(model, texts))


def masked_question(model: AnyMaskedModel, texts: Texts) -> Question[MaskedTokens]:
    """A masked model and texts, with masks or without.

    Raises:
        DataError: PTM201, there are no texts.
        ModelError: the model cannot be loaded, or has no mask.
    """
    return question(model, texts_of(texts), answering(MaskedTokens))


def refuse_every_token(asked: Question[MaskedTokens], within_top: int) -> None:
    """Refuse so many of the likeliest tokens that each one is among them.

    Raises:
        ArgumentError: the model has no more.
    """
    known = len(masked_model(asked.predictor).vocabulary)
    if within_top >= known:
        raise ArgumentError(
            f"within_top={within_top} of the {known:,} tokens that "
            f"{asked.predictor.card.name} has is always so; take fewer"
        )
