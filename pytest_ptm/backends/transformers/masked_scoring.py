# pyright: basic
# torch's modules are only partly typed.
"""A masked language model: each token scored where it is masked in turn."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.masked_copies import MaskedCopies, encode_copies
from pytest_ptm.backends.transformers.masked_head import (
    AUTO_CLASS,
    HEADS,
    OTHERS,
    masked_head,
)
from pytest_ptm.backends.transformers.text_scorer import TextScorer, refuse_others
from pytest_ptm.backends.transformers.vocabulary import Vocabulary
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.masked_scoring import TASK, PseudoTokenScores
from pytest_ptm.tasks.protocol import Columns, Encoded
from pytest_ptm.tasks.token_scores.settings import Masking, Scoring

__all__ = ["AUTO_CLASS", "HEADS", "OTHERS", "MaskedScorer", "bind"]

_SEES = (
    "{model} is a masked model, which sees a whole text on both sides of each token; "
    "leave it out"
)
_NOT_ITS_OWN = {each.name: _SEES for each in fields(Scoring) if each.name != "masking"}


@dataclass(frozen=True, slots=True)
class MaskedScorer(TextScorer):
    """A Predictor over a checkpoint's probabilities of the token behind a mask."""

    task = TASK.name
    not_its_own = _NOT_ITS_OWN

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how texts are scored."""
        return (f"masking:{self.masking}",)

    @property
    def masking(self) -> Masking:
        """Which tokens are masked together with the scored one."""
        return self.how.masking or "original"

    def scoring(self, how: Scoring) -> Self:
        """The same model with these settings.

        Raises:
            ArgumentError: it has no such setting, or its tokenizer knows no words.
        """
        refuse_others(how, self.not_its_own, model=self.card.name)
        if how.masking == "within_word_l2r" and not self.checkpoint.tokenizer.is_fast:
            raise ArgumentError(
                f"masking={how.masking!r}: the tokenizer of {self.card.name} does not "
                'say which tokens are of one word; use "original", or a fast tokenizer'
            )
        return replace(self, how=how)

    def encode(self, inputs: Columns) -> Encoded[MaskedCopies]:
        """The texts tokenised, in a copy for each of their tokens.

        Raises:
            RowRefused: a text has no token to be scored, has a mask, or is too long.
        """
        return encode_copies(self.checkpoint, inputs, self.masking)

    def forward(self, batch: MaskedCopies) -> PseudoTokenScores:
        """How likely the token of each copy is where it is masked.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        rows, scored = batch.masked(self.checkpoint.tokenizer.mask_token_id)
        targets = batch.targets
        with asking(self.checkpoint, rows) as inputs:
            found = self.predicted(inputs, rows, scored, targets)
        return PseudoTokenScores(np.ones(len(targets), dtype=np.int32), targets, *found)


def bind(checkpoint: Checkpoint) -> MaskedScorer:
    """The checkpoint as a masked language model whose texts are scored.

    Raises:
        ModelError: PTM320, its tokenizer has no mask token.
    """
    vocabulary = Vocabulary(checkpoint.tokenizer)
    return MaskedScorer(*masked_head(checkpoint, task=TASK.name), vocabulary)
