"""Texts with a mask, or to be masked, and a model that fills masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TypeGuard, cast

import numpy as np

from pytest_ptm.behaviours.asking import Question, question, rows_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.load import FORMATS, Source, load_examples
from pytest_ptm.engine.ask import Answers
from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.tasks.fill_mask import (
    MASK,
    AnyMaskedModel,
    MaskedLanguageModel,
    MaskedTokens,
)

Texts = str | Sequence[str] | Source
"""One text, several, or what ``load_examples`` takes."""


def texts_of(texts: Texts) -> Examples:
    """The texts as examples; a plain text is one row, not the name of a file.

    Raises:
        DataError: what ``load_examples`` refuses.
    """
    if isinstance(texts, str):
        if MASK not in texts and PurePath(texts).suffix.lower() in FORMATS:
            return rows_of(texts)
        return load_examples([{"text": texts}], label=None)
    if _all_texts(texts):
        return load_examples([{"text": text} for text in texts], label=None)
    return rows_of(cast("Source", texts))


def cloze(model: AnyMaskedModel, texts: Texts) -> Question[MaskedTokens]:
    """A masked model and texts with one mask each; nothing is asked yet.

    The model's own spelling of the mask is read as ``[MASK]`` too.

    Raises:
        DataError: PTM201, there are no texts; PTM211, one has no mask, or several.
        ModelError: the model cannot be loaded, or has no mask.
    """
    asked = masked_question(model, texts)
    own = masked_model(asked).mask
    examples = _spelled(asked.examples, own)
    for identity, text in zip(examples.ids, examples.inputs["text"], strict=True):
        found = text.count(MASK)
        if found != 1:
            many = "no mask" if not found else f"{found} masks"
            raise DataError(
                f"{examples.source}: {identity} has {many}, and exactly one is "
                f"asked about: {quoted(text)}. Write {MASK} where the word belongs",
                code="PTM211",
            )
    # What a change touches is counted over all examples there are, read alike.
    return replace(asked, examples=examples, whole=_spelled(asked.whole, own))


def _spelled(examples: Examples, own: str) -> Examples:
    """The examples with ``[MASK]`` where the model's own mask stands."""
    column = tuple(text.replace(own, MASK) for text in examples.inputs["text"])
    return replace(examples, inputs={"text": column})


def masked_question(model: AnyMaskedModel, texts: Texts) -> Question[MaskedTokens]:
    """A masked model and texts, with masks or without.

    Raises:
        DataError: PTM201, there are no texts.
        ModelError: the model cannot be loaded, or has no mask.
    """
    rows = texts_of(texts)
    if not len(rows):
        raise DataError(f"{rows.source} has 0 examples", code="PTM201")
    return question(model, rows, answers=MaskedTokens)


def masked_model(asked: Question[MaskedTokens]) -> MaskedLanguageModel:
    """The bound model as one that also says its mask and its tokens.

    Raises:
        ArgumentError: it does not say them.
    """
    predictor = asked.predictor
    if not isinstance(predictor, MaskedLanguageModel):
        raise ArgumentError(
            f"model {predictor.card.name} answers {predictor.task} without saying its "
            "mask, vocabulary, pieces and maskable places"
        )
    return predictor


def require_masks(
    examples: Examples, answers: Answers[MaskedTokens], masks: int | Sequence[int] = 1
) -> None:
    """Nothing, where the model saw that many masks in every row, or in each.

    Raises:
        DataError: PTM212, a mask was cut off with the end of its text.
    """
    lost = np.flatnonzero(answers.predictions.masks != np.array(masks))
    if len(lost):
        raise DataError(
            f"{examples.source}: the mask of {examples.ids[int(lost[0])]} lies beyond "
            f"what the model can see ({len(lost):,} such texts); shorten the text "
            "before the mask",
            code="PTM212",
        )


def _all_texts(texts: object) -> TypeGuard[Sequence[str]]:
    if not isinstance(texts, (list, tuple)):
        return False
    return all(isinstance(text, str) for text in cast("Sequence[object]", texts))
