"""A causal model or an encoder-decoder as a classifier: which word it would write."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError, RowRefused
from pytest_ptm.models.prompts.classifier import PromptedClassifier
from pytest_ptm.models.prompts.label_words import LabelWords
from pytest_ptm.models.prompts.template import Row, Template
from pytest_ptm.tasks.choices.answers import ChoiceScores, Measures, Spells
from pytest_ptm.tasks.protocol import Columns, Encoded, Payload, Predictor
from pytest_ptm.tasks.text2text_choice import TASK as TEXT2TEXT_CHOICE
from pytest_ptm.tasks.text_classification import Classification
from pytest_ptm.tasks.token_scores.settings import Scorer


@dataclass(frozen=True, slots=True)
class ChoosingClassifier(PromptedClassifier):
    """Each class has what its words have of the probability of what is written next.

    A word may be several tokens.
    """

    def refuse(self, rows: Sequence[Row]) -> None:
        """Nothing: every text can stand before a word."""

    def encoded(self, rows: Sequence[Row]) -> Encoded[Payload] | None:
        """The prompts tokenised; None where one is too long."""
        try:
            return self.at_once(self._questions(rows), by="prompted")
        except RowRefused:
            # Why it was says only the model; whether for its length can be asked.
            if self.fits(rows).all():
                raise
            return None

    def fits(self, rows: Sequence[Row]) -> NDArray[np.bool_]:
        """Which prompts the model sees in full, bool[n]."""
        if not isinstance(self.asked, Measures):
            return np.ones(len(rows), dtype=np.bool_)
        return self.asked.fits(self._questions(rows))

    def forward(self, batch: Payload) -> Classification:
        """The classes of one batch: how likely their words are to come next.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
        """
        said: ChoiceScores = self.asked.forward(batch)
        logs = said.scores.reshape(len(said), len(self.words.each))
        return Classification(self.words.logits(logs), self.class_names)

    def _questions(self, rows: Sequence[Row]) -> Columns:
        contexts = [self.template.around(row)[0] for row in rows]
        return {"text": contexts, "choices": [self.words.each] * len(rows)}


def through_choices(
    asked: Predictor[Any, Any], template: Template, words: LabelWords
) -> ChoosingClassifier:
    """The model that chooses as a classifier.

    Raises:
        ArgumentError: the template goes on behind the word, or nothing parts the word
            from what stands before it; of an encoder-decoder, it has a place for the
            word; two words are the same tokens, or one begins with all tokens of
            another class's, by which it can never be likelier.
    """
    if asked.task == TEXT2TEXT_CHOICE.name:
        _refuse_word(asked, template)
    else:
        _refuse_behind(asked, template)
        _refuse_joined(template)
    before, _ = template.tried
    alone = [(word,) for word in words.each]
    # A template that is too long is refused with the first text.
    with contextlib.suppress(RowRefused):
        found = asked.encode({"text": [before] * len(alone), "choices": alone})
        # Rows have one key if and only if the model would be asked the same.
        words.refuse_alike(found.keys, what=f"to {asked.card.name}")
        _refuse_continued(asked, before, words)
    return ChoosingClassifier(asked, template, words)


def _refuse_word(asked: Predictor[Any, Any], template: Template) -> None:
    """Refuse a place for the word in what an encoder reads: its decoder writes it."""
    if template.has_word:
        raise ArgumentError(
            f"template={quoted(template.written)} has {{mask}}, and {asked.card.name} "
            "reads all of the template before it writes the word; leave {mask} out"
        )


def _refuse_behind(asked: Predictor[Any, Any], template: Template) -> None:
    """Refuse a template that goes on behind the word."""
    template.require_word()
    if template.after:
        raise ArgumentError(
            f"template={quoted(template.written)} goes on behind {{mask}}, and "
            f"{asked.card.name} is a causal model, which sees what stands before a "
            "word and nothing else; end the template with {mask}"
        )


def _refuse_continued(
    asked: Predictor[Any, Any], before: str, words: LabelWords
) -> None:
    """Refuse a word that goes on from one of another class, unless scores are divided.

    The probability of "sleep" has in it that of "sleep well".
    """
    if not isinstance(asked, Spells) or not isinstance(asked, Scorer):
        return
    if asked.how.normalise != "none":
        return
    named = list(words.named())
    for one, other in asked.continued({"text": [before], "choices": [words.each]}):
        if words.owners[one] != words.owners[other]:
            begins = named[one][1].removeprefix("words=: ")
            raise ArgumentError(
                f"{named[other][1]} begins with {begins}, so that {asked.card.name} "
                "never finds it likelier; take the mean of a token, "
                'prompted(scored(model, normalise="token"), …), or another word'
            )


def _refuse_joined(template: Template) -> None:
    """Refuse a word right behind a letter or sign: it is scored with a space there."""
    last = template.before[-1].letters[-1:] if template.before else " "
    if last.isspace() or unicodedata.east_asian_width(last) in {"W", "F"}:
        return
    raise ArgumentError(
        f"template={quoted(template.written)} has {quoted(last)} right before "
        "{mask}, and a word that comes next is scored with a space between; write that "
        "space"
    )
