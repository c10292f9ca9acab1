# pyright: basic
# torch's modules are only partly typed.
"""A language model that scores the tokens of a text, in whatever way it sees them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.backends.transformers.lm_head import VocabularyHead
from pytest_ptm.backends.transformers.scored_rows import (
    Around,
    ScoredRows,
    encode_scored,
)
from pytest_ptm.backends.transformers.scored_tokens import Scores, scored_tokens
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.backends.transformers.vocabulary import Vocabulary
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.protocol import Columns, Encoded
from pytest_ptm.tasks.token_scores.settings import AS_USUAL, Scoring


@dataclass(frozen=True, slots=True)
class TextScorer(BoundCheckpoint[Checkpoint]):
    """A Predictor over a checkpoint's probabilities of tokens, with settings."""

    head: VocabularyHead
    vocabulary: Vocabulary
    how: Scoring = field(default=AS_USUAL, kw_only=True)

    not_its_own: ClassVar[Mapping[str, str]]
    """Settings that it has not, and why: words in which ``{model}`` is its name."""

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        if not self.how.given:
            return self.checkpoint.fingerprint
        return digest_of(self.checkpoint.fingerprint, *self.settings)

    @property
    @abstractmethod
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how texts are scored."""

    def predicted(
        self,
        inputs: dict[str, torch.Tensor],
        rows: TokenRows,
        at: NDArray[np.bool_],
        targets: NDArray[np.int32],
    ) -> Scores:
        """How likely each target is at its place; ``at`` marks them among all."""
        places = torch.from_numpy(rows.at(self.checkpoint.padding, at))
        return scored_tokens(self.head, inputs, places.to(self.card.device), targets)


@dataclass(frozen=True, slots=True)
class WindowedScorer(TextScorer):
    """One that reads a text in windows of what it sees at once.

    ``around`` are the tokens around every text, seen and not scored.
    """

    around: Around

    @abstractmethod
    def begun(self, how: Scoring) -> Around:
        """What stands around texts with these settings.

        Raises:
            ArgumentError: it has not what they ask for.
        """

    @property
    def names_around(self) -> str:
        """The tokens around a text, in words."""
        ids = [*self.around.front, *self.around.behind]
        return "".join(self.vocabulary.tokenizer.convert_ids_to_tokens(ids)) or "none"

    @property
    def windows(self) -> str:
        """How a longer text is read, in words."""
        return "whole" if self.size is None else f"{self.size}/{self.stride}"

    @property
    def skips_first(self) -> bool:
        """Whether the first token of a text without a context is not scored."""
        return not (self.around.front or self.around.behind or self.how.chat)

    @property
    def size(self) -> int | None:
        """Tokens that are seen at once; None where there is no limit."""
        return self.how.window or self.checkpoint.identity.max_length

    @property
    def stride(self) -> int:
        """By how many tokens the window of a longer text moves on."""
        return self.how.stride or max(1, (self.size or 2) // 2)

    def scoring(self, how: Scoring) -> Self:
        """The same model with these settings.

        Raises:
            ArgumentError: it has no such setting, or cannot see so much at once.
        """
        refuse_others(how, self.not_its_own, model=self.card.name)
        most = self.checkpoint.identity.max_length
        if how.window is not None and most is not None and how.window > most:
            raise ArgumentError(
                f"window={how.window}: {self.card.name} sees {most:,} tokens at once; "
                "give that or less"
            )
        found = replace(self, how=how, around=self.begun(how))
        _refuse_leaps(found)
        return found

    def encode(self, inputs: Columns) -> Encoded[ScoredRows]:
        """The texts tokenised, in as many windows as each needs.

        Raises:
            RowRefused: a text has no token that anything predicts, or a context is too
                long.
        """
        encoded = encode_scored(
            self.checkpoint.tokenizer,
            inputs,
            prefix=self.around.front,
            suffix=self.around.behind,
            size=self.size,
            stride=self.stride,
            empty_id=self.checkpoint.empty_id,
            chat=bool(self.how.chat),
        )
        groups = self.checkpoint.padding.groups(encoded.lengths)
        return replace(encoded, groups=groups)


def refuse_others(how: Scoring, others: Mapping[str, str], *, model: str) -> None:
    """Refuse settings that a model has not; ``others`` says why of each.

    Raises:
        ArgumentError: the first of them, and what to do.
    """
    for name, why in others.items():
        if name in how.given:
            said = why.format(model=model)
            raise ArgumentError(f"{name}={how.given[name]!r}: {said}")


def _refuse_leaps(scorer: WindowedScorer) -> None:
    """Refuse windows that move on by more than they hold: some tokens would see none.

    Raises:
        ArgumentError: what the model sees at once, and by how much they move on.
    """
    size, stride, special = scorer.size, scorer.stride, len(scorer.around.behind)
    if size is None or stride < size - special:
        return
    if special:
        raise ArgumentError(
            f"window={size}, stride={stride}: {special} special tokens of "
            f"{scorer.card.name} stand in every window, which moves on by fewer tokens "
            "than are left"
        )
    raise ArgumentError(
        f"stride={stride}: {scorer.card.name} sees {size:,} tokens at once, and a "
        "window moves on by fewer than that"
    )
