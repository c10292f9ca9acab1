"""A masked model as a classifier: the words at the mask of its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed, quoted
from pytest_ptm.ground.errors import ArgumentError, BatchFailed, RowRefused
from pytest_ptm.models.prompts.classifier import PromptedClassifier
from pytest_ptm.models.prompts.label_words import LabelWords
from pytest_ptm.models.prompts.template import Row, Template
from pytest_ptm.tasks.fill_mask import (
    MASK,
    MaskedTokens,
    TokenIds,
    masked_model,
    wanted_tokens,
)
from pytest_ptm.tasks.protocol import Columns, Encoded, Payload, Predictor
from pytest_ptm.tasks.text_classification import Classification


@dataclass(frozen=True, slots=True)
class MaskedClassifier(PromptedClassifier):
    """Each class has what its words have of the probability at the mask.

    ``tokens`` are those words by id, each a single token.
    """

    tokens: TokenIds

    def refuse(self, rows: Sequence[Row]) -> None:
        """Refuse texts that have a mask: which of two is the word's is not to be told.

        Raises:
            RowRefused: the first of them.
        """
        masks = (MASK, masked_model(self.asked).mask)
        for place, row in enumerate(rows):
            for text in row:
                if any(mask in text for mask in masks):
                    raise RowRefused(
                        place,
                        "the text has a mask itself, beside the one that the template "
                        f"puts there: {quoted(text)}. Write the word, or leave the "
                        "example out",
                    )

    def encoded(self, rows: Sequence[Row]) -> Encoded[Payload] | None:
        """The prompts tokenised; None where one is too long."""
        found = self.at_once(self._questions(rows), by="prompted")
        return None if found.truncated.any() else found

    def fits(self, rows: Sequence[Row]) -> NDArray[np.bool_]:
        """Which prompts the model sees in full, bool[n]."""
        return ~self.at_once(self._questions(rows), by="prompted").truncated

    def forward(self, batch: Payload) -> Classification:
        """The classes of one batch: the probabilities of their words at the mask.

        Raises:
            BatchFailed: the model raised an error of its own, or sees another mask.
            OutOfMemory: the batch is too large for the device.
        """
        said: MaskedTokens = self.asked.forward(batch)
        if (said.masks != 1).any() or (said.wanted != len(self.tokens)).any():
            raise BatchFailed("the tokenizer makes a mask of something in the text")
        logs = said.log_probabilities.reshape(len(said), len(self.tokens))
        found = self.words.logits(logs.astype(np.float64))
        return Classification(found, self.class_names)

    def _questions(self, rows: Sequence[Row]) -> Columns:
        around = [self.template.around(row) for row in rows]
        texts = [f"{before}{MASK}{after}" for before, after in around]
        wanted = wanted_tokens([[self.tokens]] * len(rows))
        return {"text": texts, "wanted": wanted}


def through_a_mask(
    asked: Predictor[Any, Any], template: Template, words: LabelWords
) -> MaskedClassifier:
    """The masked model as a classifier.

    Raises:
        ArgumentError: the template has a mask of its own, or a word is not one token
            where the template has its place.
    """
    template.require_word()
    own = masked_model(asked).mask
    written = [mask for mask in (MASK, own) if mask in template.letters]
    if written:
        raise ArgumentError(
            f"template={quoted(template.written)} has {written[0]}, a mask beside the "
            "one of the word; write {mask} where the word belongs, and nothing else"
        )
    tokens = _tokens(asked, template, words)
    words.refuse_alike(tokens, what=f"token of {asked.card.name}")
    return MaskedClassifier(asked, template, words, tokens)


def _tokens(
    asked: Predictor[Any, Any], template: Template, words: LabelWords
) -> TokenIds:
    """The token that each word is in the template, not by itself."""
    model, count = masked_model(asked), len(words.each)
    before, after = template.tried
    found = model.pieces([before] * count, words.each, [after] * count)
    for (_, said), pieces in zip(words.named(), found, strict=True):
        if pieces is None:
            raise ArgumentError(
                f"{said} has no token of its own where the template has {{mask}} "
                f"({quoted(template.written)}); put spaces or signs around {{mask}}, "
                "as there would be around the word"
            )
        if not pieces:
            raise ArgumentError(
                f"{said} is unknown to the tokenizer of {asked.card.name}; take "
                "another word"
            )
        if len(pieces) > 1:
            shown = listed([model.vocabulary[each] for each in pieces])
            raise ArgumentError(
                f"{said} is {len(pieces)} tokens of {asked.card.name} there, {shown}, "
                "and a mask holds one; take a word that is one token, or ask a causal "
                "model"
            )
    return tuple(pieces[0] for pieces in found if pieces)
