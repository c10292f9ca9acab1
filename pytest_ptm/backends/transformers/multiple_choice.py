# pyright: basic
# torch's modules are only partly typed.
"""A causal language model that chooses."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.backends.transformers import causal_scoring
from pytest_ptm.backends.transformers.causal_scoring import (
    AUTO_CLASS,
    HEADS,
    OTHERS,
    CausalScorer,
)
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.choice_asking import ChoiceAsker, scored_counts
from pytest_ptm.backends.transformers.choice_rows import ChoiceRows, encode_choices
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.backends.transformers.text_scorer import refuse_others
from pytest_ptm.backends.transformers.vocabulary import Vocabulary
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.multiple_choice import TASK, ChoiceScores
from pytest_ptm.tasks.powers import Weights
from pytest_ptm.tasks.protocol import Columns, Encoded
from pytest_ptm.tasks.token_scores.settings import Normalise, Scoring

__all__ = ["AUTO_CLASS", "HEADS", "OTHERS", "TransformersChooser", "bind"]

_WHOLE = "a context and its choices are not read in windows; leave it out"
_NOT_ITS_OWN = {"window": _WHOLE, "stride": _WHOLE}


@dataclass(frozen=True, slots=True)
class TransformersChooser:
    """A Predictor over how likely each choice is after its context."""

    asker: ChoiceAsker
    normalise: Normalise = "none"

    task = TASK.name

    @property
    def scorer(self) -> CausalScorer:
        """What the tokens of choices are scored by."""
        return self.asker.scorer

    @property
    def checkpoint(self) -> Checkpoint:
        """What is asked."""
        return self.scorer.checkpoint

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokens by id."""
        return self.scorer.vocabulary

    @property
    def card(self) -> ModelCard:
        """What a report says of the model."""
        return self.scorer.card

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return digest_of(self.scorer.fingerprint, *self.settings)

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how choices are scored."""
        bos, _, *said = self.scorer.settings
        return bos, f"normalise:{self.normalise}", *said

    @property
    def how(self) -> Scoring:
        """The settings that it has."""
        return replace(self.scorer.how, normalise=self.normalise)

    def scoring(self, how: Scoring) -> Self:
        """The same model with these settings.

        Raises:
            ArgumentError: it has no such setting.
        """
        refuse_others(how, _NOT_ITS_OWN, model=self.card.name)
        scorer = self.scorer.scoring(replace(how, normalise=None))
        asker = replace(self.asker, scorer=scorer)
        return replace(self, asker=asker, normalise=how.normalise or "none")

    def weighed(self) -> Weights | None:
        """Those of the model that scores."""
        return self.scorer.weighed()

    @contextlib.contextmanager
    def unguarded(self) -> Generator[Self]:
        """The same over the scorer as its users run it."""
        with self.scorer.unguarded() as scorer:
            yield replace(self, asker=replace(self.asker, scorer=scorer))

    def encode(self, inputs: Columns) -> Encoded[ChoiceRows]:
        """The contexts and their choices tokenised.

        Raises:
            RowRefused: a context is too long together with a choice.
        """
        encoded = self._encoded(inputs, size=self.scorer.size)
        if self.asker.branching:
            return encoded
        # Contexts of one length need no padding, so that nothing stands between them
        # and their choices.
        return replace(encoded, groups=encoded.payload.shared.lengths)

    def fits(self, inputs: Columns) -> NDArray[np.bool_]:
        """Which contexts the model sees in full with each of their choices, bool[n]."""
        encoded = self._encoded(inputs, size=None)
        size = self.scorer.size
        most = int(encoded.lengths.max(initial=0)) if size is None else size
        return encoded.payload.longest <= most

    def continued(self, inputs: Columns) -> list[tuple[int, int]]:
        """Pairs of choices of one question: all tokens of the one begin the other."""
        return self._encoded(inputs, size=None).payload.continued

    def _encoded(self, inputs: Columns, *, size: int | None) -> Encoded[ChoiceRows]:
        return encode_choices(
            self.checkpoint.tokenizer,
            inputs,
            prefix=self.scorer.prefix,
            size=size,
            normalise=self.normalise,
            chat=bool(self.scorer.how.chat),
        )

    def forward(self, batch: ChoiceRows) -> ChoiceScores:
        """How likely the choices of one batch are.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        scores = self.asker.scores(batch).astype(np.float64)
        starts = np.concatenate([[0], np.cumsum(scored_counts(batch.behind))[:-1]])
        totals = np.add.reduceat(scores, starts)[batch.first_alike]
        return ChoiceScores(batch.counts, totals / batch.sizes)


def bind(checkpoint: Checkpoint) -> TransformersChooser:
    """The checkpoint as a model that chooses.

    Raises:
        ModelError: PTM321, it sees what comes after a token.
    """
    return TransformersChooser(ChoiceAsker.of(causal_scoring.bind(checkpoint)))
