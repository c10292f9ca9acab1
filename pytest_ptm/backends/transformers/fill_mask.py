# pyright: basic
# torch's modules are only partly typed.
"""A masked-LM head, asked at the masks only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.lm_head import SCORES_AT_ONCE, VocabularyHead
from pytest_ptm.backends.transformers.masked_head import (
    AUTO_CLASS,
    HEADS,
    OTHERS,
    as_they_are,
    masked_head,
)
from pytest_ptm.backends.transformers.padding import text_config
from pytest_ptm.backends.transformers.pieces import Pieces
from pytest_ptm.backends.transformers.tokens import TokenRows, keys_of
from pytest_ptm.backends.transformers.vocabulary import Vocabulary
from pytest_ptm.backends.transformers.word_ids import word_ids
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.tasks.fill_mask import (
    MASK,
    TASK,
    TOP_KEPT,
    MaskedTokens,
    TokenIds,
    wanted_tokens,
)
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, numbers_of, texts_of

__all__ = ["AUTO_CLASS", "HEADS", "OTHERS", "TransformersMaskedModel", "bind"]


@dataclass(frozen=True, slots=True)
class ClozeRows:
    """Encoded rows, and the tokens asked for by name at each mask of each row."""

    tokens: TokenRows
    wanted: Ragged

    def take(self, rows: Rows) -> Self:
        """These rows, in this order, and nothing of the others."""
        return type(self)(self.tokens.take(rows), self.wanted[rows])

    def at_masks(self, masks: NDArray[np.int32]) -> _Wanted:
        """What is wanted at so many masks a row; a row may have lost some."""
        rows = np.repeat(np.arange(len(masks)), self.wanted.counts)
        mask, token = self.wanted.values.T
        seen = mask < masks[rows]
        first = np.cumsum(masks, dtype=np.intp) - masks
        at = (first[rows] + mask)[seen]
        order = np.argsort(at, kind="stable")
        return _Wanted(at[order], token[seen][order])


@dataclass(frozen=True, slots=True)
class TransformersMaskedModel(BoundCheckpoint[Checkpoint]):
    """A Predictor over a checkpoint's vocabulary scores."""

    head: VocabularyHead
    vocabulary: Vocabulary

    task = TASK.name

    @property
    def mask(self) -> str:
        """The tokenizer's own mask."""
        return self.checkpoint.tokenizer.mask_token

    def pieces(
        self, before: Sequence[str], words: Sequence[str], after: Sequence[str]
    ) -> list[TokenIds | None]:
        """The tokens of each word in the filled text (`Pieces`)."""
        return Pieces(self.checkpoint.tokenizer).of(before, words, after)

    def maskable(self, texts: Sequence[str]) -> list[tuple[TokenIds, ...]]:
        """Places of the tokens that can be hidden, for each text, word by word."""
        tokenizer = self.checkpoint.tokenizer
        special = set(tokenizer.all_special_ids)
        encoded = self._encoded({"text": texts})
        words = word_ids(tokenizer, texts, encoded.lengths)
        rows = encoded.payload
        found: list[tuple[TokenIds, ...]] = []
        for start, length, word_of in zip(
            rows.starts.tolist(), rows.lengths.tolist(), words, strict=True
        ):
            places: dict[int, list[int]] = {}
            for place, token in enumerate(rows.ids[start : start + length].tolist()):
                word = word_of[place]
                if token not in special and word is not None:
                    places.setdefault(word, []).append(place)
            found.append(tuple(tuple(group) for group in places.values()))
        return found

    def encode(self, inputs: Columns) -> Encoded[ClozeRows]:
        """The rows tokenised, masks in place, truncated to what the model sees."""
        encoded = self._encoded(inputs)
        rows = encoded.payload
        if "hidden" in inputs:
            wanted = self._hide(rows, numbers_of(inputs, "hidden"))
        elif "wanted" in inputs:
            wanted = numbers_of(inputs, "wanted")
        else:
            wanted = wanted_tokens([[]] * len(encoded))
        return Encoded(
            lengths=encoded.lengths,
            keys=keys_of(rows, beside=wanted.keys()),
            truncated=encoded.truncated,
            payload=ClozeRows(rows, wanted),
            coverage=encoded.coverage,
            groups=encoded.groups,
        )

    def forward(self, batch: ClozeRows) -> MaskedTokens:
        """What belongs at the masks of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        with asking(self.checkpoint, batch.tokens) as inputs:
            at_masks = inputs["input_ids"] == self.checkpoint.tokenizer.mask_token_id
            masks = at_masks.sum(dim=1).cpu().numpy().astype(np.int32)
            wanted = batch.at_masks(masks)
            size = int(text_config(self.checkpoint.model).vocab_size)
            kept = min(TOP_KEPT, size)
            parts = [(np.zeros((0, kept)), np.zeros((0, kept)), *[np.zeros(0)] * 3)]
            parts += [
                _figures(scores, wanted.within(start, start + len(scores)), kept)
                for start, scores in self.head.scores(
                    self.seen(self.checkpoint.model, inputs, at_masks),
                    at_masks,
                    at_once=max(1, SCORES_AT_ONCE // size),
                )
            ]
        ids, tops, own, ranks, ties = (
            np.concatenate(column) for column in zip(*parts, strict=True)
        )
        return MaskedTokens(
            masks=masks,
            top_ids=ids.astype(np.int32),
            top_log_probabilities=tops.astype(np.float32),
            wanted=np.bincount(wanted.at, minlength=len(ids)).astype(np.int32),
            log_probabilities=own.astype(np.float32),
            ranks=ranks.astype(np.int32),
            ties=ties.astype(np.int32),
        )

    seen = staticmethod(as_they_are)
    """What the model is given, once it is known where the masks are."""

    def _encoded(self, inputs: Columns) -> Encoded[TokenRows]:
        mask = self.mask
        texts = [text.replace(MASK, mask) for text in texts_of(inputs, "text")]
        return self.checkpoint.encode({"text": texts})

    def _hide(self, rows: TokenRows, hidden: Ragged) -> Ragged:
        """Put masks at the places, in the rows themselves; what stood there."""
        mask_id = self.checkpoint.tokenizer.mask_token_id
        wanted: list[list[list[int]]] = []
        for row, start in enumerate(rows.starts.tolist()):
            places = np.sort(hidden[row]) + start
            wanted.append([[token] for token in rows.ids[places].tolist()])
            rows.ids[places] = mask_id
        return wanted_tokens(wanted)


def bind(checkpoint: Checkpoint) -> TransformersMaskedModel:
    """The checkpoint as a masked language model.

    Raises:
        ModelError: PTM320, its tokenizer has no mask token.
    """
    return filling(TransformersMaskedModel, checkpoint)


def filling(kind: type[M], checkpoint: Checkpoint) -> M:
    """The checkpoint as a model of this kind, which fills masks.

    Raises:
        ModelError: PTM320, its tokenizer has no mask token.
    """
    tokenizer = checkpoint.tokenizer
    checkpoint, head = masked_head(checkpoint, task=kind.task, seen=kind.seen)
    return kind(checkpoint=checkpoint, head=head, vocabulary=Vocabulary(tokenizer))


M = TypeVar("M", bound=TransformersMaskedModel)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Tokens that are asked for by name, and at which mask each; masks ascend."""

    at: NDArray[np.intp]
    tokens: NDArray[np.int32]

    def within(self, start: int, stop: int) -> Self:
        """Those at some of the masks, which are counted from the first of these."""
        first, last = np.searchsorted(self.at, [start, stop])
        return type(self)(self.at[first:last] - start, self.tokens[first:last])


def _figures(
    scores: torch.Tensor, wanted: _Wanted, kept: int
) -> tuple[np.ndarray, ...]:
    """Top ids and log-probabilities, then log-probability, rank and ties of the wanted.

    ``scores`` are float32[masks, vocabulary].
    """
    total = scores.logsumexp(dim=1, keepdim=True)
    top = scores.topk(kept, dim=1)
    own, ranks, ties = [], [], []
    at = torch.from_numpy(wanted.at)
    named = torch.from_numpy(wanted.tokens.astype(np.int64))
    for start in range(0, len(named), max(1, len(scores))):
        # In blocks as large as the scores themselves: a mask may want many tokens.
        block = slice(start, start + len(scores))
        rows = at[block].to(scores.device)
        theirs = scores[rows, named[block].to(scores.device)]
        level = (scores[rows] == theirs[:, None]).sum(dim=1)
        ranks.append((scores[rows] > theirs[:, None]).sum(dim=1) + level)
        ties.append(level - 1)
        own.append(theirs - total[rows, 0])
    return (
        top.indices.int().cpu().numpy(),
        (top.values - total).cpu().numpy(),
        *(_joined(parts) for parts in (own, ranks, ties)),
    )


def _joined(parts: list[torch.Tensor]) -> np.ndarray:
    return torch.cat(parts).cpu().numpy() if parts else np.zeros(0)
