# pyright: basic
# torch's modules are only partly typed.
"""A permuted language model: each token scored by those before it in an order."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.lm_head import VocabularyHead
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.permuted import in_order, refuse_others
from pytest_ptm.backends.transformers.scored_rows import Around, ScoredRows
from pytest_ptm.backends.transformers.text_scorer import WindowedScorer
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.backends.transformers.vocabulary import Vocabulary
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.permuted_scoring import TASK
from pytest_ptm.tasks.protocol import Columns, Encoded
from pytest_ptm.tasks.token_scores.answers import TokenScores
from pytest_ptm.tasks.token_scores.settings import Order, Scoring

AUTO_CLASS = "AutoModelForCausalLM"
HEADS = ("XLNetLMHeadModel",)


_NOT_ITS_OWN = {
    "masking": (
        "{model} is a permuted model, in which tokens are hidden by the order; leave "
        "it out, or say order="
    ),
    "normalise": "{model} scores whole texts, and it is of choices; leave it out",
    "chat": "{model} is a permuted model, which is asked no chats; leave it out",
}


@dataclass(frozen=True, slots=True)
class PermutedScorer(WindowedScorer):
    """A Predictor over a checkpoint's probabilities of tokens in an order.

    The tokenizer's own tokens around a text are seen by all of its tokens.
    """

    task = TASK.name
    not_its_own = _NOT_ITS_OWN

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how texts are scored."""
        return (
            f"order:{self.order}",
            f"special:{self.names_around}",
            f"window:{self.windows}",
        )

    @property
    def order(self) -> Order:
        """In which order tokens are said: from the left, or by a seed."""
        return "left_to_right" if self.how.order is None else self.how.order

    def begun(self, how: Scoring) -> Around:
        """What stands around texts with these settings.

        Raises:
            ArgumentError: its tokenizer puts nothing there.
        """
        around = Around() if how.bos is False else Around.of(self.checkpoint.tokenizer)
        if how.bos and not (around.front or around.behind):
            raise ArgumentError(
                f"bos=True: the tokenizer of {self.card.name} puts no token beside a "
                "text that its first one could be told by; leave it out"
            )
        return around

    def encode(self, inputs: Columns) -> Encoded[ScoredRows]:
        """The texts tokenised, in as many windows as each needs.

        Raises:
            RowRefused: a text has no token that anything predicts, or a context is too
                long.
        """
        encoded = WindowedScorer.encode(self, inputs)
        rows = encoded.payload
        payload = replace(rows, tokens=self._with_types(rows.tokens))
        return replace(encoded, payload=payload)

    def forward(self, batch: ScoredRows) -> TokenScores:
        """How likely the tokens of one batch are, in one pass for all of a text.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        rows, targets = batch.tokens, batch.tokens.ids[batch.scored]
        with asking(self.checkpoint, rows) as inputs:
            ranks = _placed(self.checkpoint, rows, ranks_of(batch, self.order))
            seen = in_order(self.checkpoint.model, inputs, ranks)
            found = self.predicted(seen, rows, batch.scored, targets)
        return TokenScores(batch.counts, targets, *found)

    def _with_types(self, rows: TokenRows) -> TokenRows:
        """The segments, where the model takes them: the tokenizer's own of what it puts
        behind a text, which XLNet's <cls> has one of its own of.
        """
        if not self.checkpoint.identity.takes_type_ids:
            return rows
        types = np.zeros(len(rows.ids), dtype=np.int8)
        ends = rows.starts + rows.lengths
        for place, kind in enumerate(reversed(self.around.types), 1):
            types[ends - place] = kind
        return replace(rows, type_ids=types)


def bind(checkpoint: Checkpoint) -> PermutedScorer:
    """The checkpoint as a permuted language model.

    Raises:
        ModelError: PTM321, it is none.
    """
    refuse_others(checkpoint)
    token = checkpoint.empty_id
    head = VocabularyHead.of(checkpoint, [[token] * 5, [token] * 5])

    def ends(checkpoint: Checkpoint, batch: TokenRows) -> torch.Tensor:
        """What is said at the second token of each row, and at the last."""
        first = np.minimum(1, batch.lengths - 1).astype(np.int32)
        ranks = ranks_of(ScoredRows(batch, first), "left_to_right")
        every = np.ones(len(batch.ids), dtype=np.bool_)
        with asking(checkpoint, batch) as inputs:
            seen = in_order(checkpoint.model, inputs, _placed(checkpoint, batch, ranks))
            at = torch.from_numpy(batch.at(checkpoint.padding, every))
            found = head.scores(
                seen, at.to(checkpoint.card.device), at_once=len(batch.ids)
            )
            scores = torch.cat([scores for _, scores in found])
        last = batch.starts + batch.lengths - 1
        return torch.cat([scores[batch.starts + first], scores[last]], dim=1)

    checkpoint = settled(checkpoint, ends)
    tokenizer = checkpoint.tokenizer
    return PermutedScorer(checkpoint, head, Vocabulary(tokenizer), Around.of(tokenizer))


def ranks_of(rows: ScoredRows, order: Order) -> NDArray[np.int64]:
    """When each token is said, those of the first row first: 1 and on, 0 if given."""
    ranks = np.zeros(len(rows.tokens.ids), dtype=np.int64)
    ranks[rows.scored] = [
        rank for count in rows.counts.tolist() for rank in _order(count, order)
    ]
    return ranks


def _order(count: int, order: Order) -> list[int]:
    """When each of so many tokens is said, from 1 on.

    Drawn from the seed and their number: two texts of equal length have one order.
    """
    ranks = list(range(1, count + 1))
    if order == "left_to_right":
        return ranks
    digest = hashlib.blake2b(f"{order}\0order\0{count}".encode(), digest_size=8)
    rng = random.Random(int.from_bytes(digest.digest(), "little"))
    return rng.sample(ranks, count)


def _placed(
    checkpoint: Checkpoint, rows: TokenRows, ranks: NDArray[np.int64]
) -> torch.Tensor:
    """The ranks where their tokens stand in the padded batch, int64[rows, longest]."""
    real = rows.at(checkpoint.padding, np.ones(len(rows.ids), dtype=np.bool_))
    # Behind all others, so that no token sees what pads.
    placed = np.full(real.shape, real.shape[1] + 1, dtype=np.int64)
    placed[real] = ranks
    return torch.from_numpy(placed).to(checkpoint.card.device)
