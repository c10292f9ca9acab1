"""A language model that scores texts in another way than the usual one."""

from __future__ import annotations

from typing import Any

from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.set_model import asked_so
from pytest_ptm.tasks.fill_mask import MaskedTokens
from pytest_ptm.tasks.task import Task
from pytest_ptm.tasks.token_scores.answers import TokenScores
from pytest_ptm.tasks.token_scores.settings import (
    Masking,
    Normalise,
    Order,
    Scoring,
)


def scores(task: Task) -> bool:
    """Whether its answers say how likely texts are, token by token."""
    return issubclass(task.answers, TokenScores)


def declared_otherwise(task: Task) -> str:
    """What to say to those whose masked model was bound to words at a mask."""
    if issubclass(task.answers, MaskedTokens):
        return (
            '. Declare a masked model for scores of texts: task="masked-scoring" in'
            " from_pretrained or the marker, ?task=masked-scoring in its spec"
        )
    return ""


def scored(
    model: AnyModel[Any],
    *,
    bos: bool | None = None,
    window: int | None = None,
    stride: int | None = None,
    masking: Masking | None = None,
    order: Order | None = None,
    normalise: Normalise | None = None,
    chat: bool | None = None,
) -> AnyModel[Any]:
    """The model, scoring texts as said; it can be handed over wherever a model can.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        bos: whether a token that begins a text stands before it, so that its first
            token is scored too; without it where the model has one.
        window: how many tokens are seen at once; without it as many as the model can.
        stride: by how many tokens a window of a longer text moves on; without it half
            a window.
        masking: of a masked model "original" or "within_word_l2r": whether the tokens
            of a word that follow the scored one are hidden too.
        order: of a permuted model "left_to_right", or the seed of another order.
        normalise: of multiple choice, what the log-probability of each choice is
            divided by: "none", "token" (their number) or "byte" (of UTF-8).
        chat: whether a context is what a user says, in the model's chat template, and
            the text its answer.

    Raises:
        ArgumentError: a setting is none, or is not one of this model.

    Settings that a model has already stay as they are, unless they are said anew.
    """
    return asked_so(
        model, Scoring(bos, window, stride, masking, order, normalise, chat)
    )
