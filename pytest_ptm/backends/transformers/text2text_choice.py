# pyright: basic
# torch's modules are only partly typed.
"""An encoder-decoder that chooses: how likely it is to write each of some texts.

A choice is scored with all tokens that the tokenizer makes of a text to be written, its
end included, as the model was trained: none is likelier for being the beginning of
another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.modeling_outputs import BaseModelOutput

from pytest_ptm.backends.transformers import text2text_generation
from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import Checkpoint, Loaded
from pytest_ptm.backends.transformers.choice_rows import (
    ChoiceRows,
    keys_of_choices,
    sizes_of,
)
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.backends.transformers.languages import codes_of
from pytest_ptm.backends.transformers.lm_head import SCORES_AT_ONCE
from pytest_ptm.backends.transformers.padding import embedding_rows
from pytest_ptm.backends.transformers.rounding import same
from pytest_ptm.backends.transformers.scored_rows import ScoredRows, refuse_long
from pytest_ptm.backends.transformers.text2text_generation import (
    AUTO_CLASS,
    HEADS,
    OTHERS,
)
from pytest_ptm.backends.transformers.text_scorer import refuse_others
from pytest_ptm.backends.transformers.tokens import coverage_of, rows_of
from pytest_ptm.ground.errors import ArgumentError, BatchFailed, ModelError
from pytest_ptm.tasks.protocol import Columns, Encoded, lists_of, texts_of
from pytest_ptm.tasks.text2text_choice import TASK, ChoiceScores
from pytest_ptm.tasks.token_scores.settings import Normalise, Scoring

__all__ = ["AUTO_CLASS", "HEADS", "OTHERS", "ChoosesText", "bind"]

_WHAT_IS_WRITTEN = "{model} is an encoder-decoder, which writes a choice; leave it out"
_NOT_ITS_OWN: dict[str, str] = dict.fromkeys(
    ("bos", "window", "stride", "masking", "order", "chat"), _WHAT_IS_WRITTEN
)
_UNKNOWN_SIZE = 1 << 16


@dataclass(frozen=True, slots=True)
class ChoosesText(BoundCheckpoint[Checkpoint]):
    """A Predictor over how likely an encoder-decoder is to write each choice.

    ``together``: whether rows that the decoder is asked beside each other leave each
    other's answers alone.
    """

    normalise: Normalise = "none"
    together: bool = True

    task = TASK.name

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return digest_of(self.checkpoint.fingerprint, *self.settings)

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how choices are scored."""
        return (f"normalise:{self.normalise}",)

    @property
    def how(self) -> Scoring:
        """The settings that it has."""
        return Scoring(normalise=self.normalise)

    def scoring(self, how: Scoring) -> Self:
        """The same model with these settings.

        Raises:
            ArgumentError: it has no such setting.
        """
        refuse_others(how, _NOT_ITS_OWN, model=self.card.name)
        return replace(self, normalise=how.normalise or "none")

    def encode(self, inputs: Columns) -> Encoded[ChoiceRows]:
        """What is read, and each choice as it is written.

        Raises:
            RowRefused: a text is longer than the encoder sees.
        """
        read = self._read(inputs)
        for row, ids in enumerate(read):
            refuse_long(row, len(ids), self.checkpoint.identity.max_length)
        choices = lists_of(inputs, "choices")
        flat = [text for row in choices for text in row]
        tokens = rows_of(read, type_ids=False)
        targets = rows_of(self._written(flat), type_ids=False)
        behind = ScoredRows(targets, np.zeros(len(flat), dtype=np.int32))
        counts = np.array([len(row) for row in choices], dtype=np.int32)
        sizes = sizes_of(behind, flat, self.normalise)
        payload = ChoiceRows(tokens, behind, counts, sizes)
        return Encoded(
            lengths=payload.tokens,
            keys=keys_of_choices(payload),
            truncated=np.zeros(len(counts), dtype=np.bool_),
            payload=payload,
            coverage=coverage_of(
                self.checkpoint.tokenizer,
                tokens,
                pair=False,
                empty_id=self.checkpoint.empty_id,
            ),
            groups=self.checkpoint.padding.groups(tokens.lengths),
        )

    def fits(self, inputs: Columns) -> NDArray[np.bool_]:
        """Which texts the encoder sees in full, bool[n]."""
        most = self.checkpoint.identity.max_length
        fits = [most is None or len(ids) <= most for ids in self._read(inputs)]
        return np.array(fits, dtype=np.bool_)

    def forward(self, batch: ChoiceRows) -> ChoiceScores:
        """How likely the choices of one batch are to be written.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        totals = self.totals(batch)[batch.first_alike]
        return ChoiceScores(batch.counts, totals / batch.sizes)

    def totals(self, batch: ChoiceRows) -> NDArray[np.float64]:
        """The log-probability of all tokens of each choice, float64[m]."""
        own, model = batch.behind.tokens, self.checkpoint.model
        targets = [ids.tolist() for ids in np.split(own.ids, own.starts[1:])]
        size = embedding_rows(model) or _UNKNOWN_SIZE
        at_once = max(1, SCORES_AT_ONCE // (size * int(own.lengths.max())))
        if not self.together:
            at_once = 1
        found: list[NDArray[np.float64]] = []
        with asking(self.checkpoint, batch.shared) as inputs:
            mask = inputs.get("attention_mask")
            read = model.get_encoder()(**inputs)[0]
            for start in range(0, len(targets), at_once):
                owners = torch.from_numpy(batch.owners[start : start + at_once])
                owners = owners.to(read.device)
                some = targets[start : start + at_once]
                given = _padded([_before(model, ids) for ids in some])
                said = model(
                    encoder_outputs=BaseModelOutput(last_hidden_state=read[owners]),
                    attention_mask=None if mask is None else mask[owners],
                    decoder_input_ids=given.to(read.device),
                    use_cache=False,
                ).logits
                found.append(_sums(said, some))
        return np.concatenate(found)

    def _read(self, inputs: Columns) -> list[list[int]]:
        found = self.checkpoint.tokenizer(
            list(texts_of(inputs, "text")),
            truncation=False,
            return_attention_mask=False,
            verbose=False,
        )["input_ids"]
        return [list(ids) or [self.checkpoint.empty_id] for ids in found]

    def _written(self, texts: Sequence[str]) -> list[list[int]]:
        found = self.checkpoint.tokenizer(
            text_target=list(texts), truncation=False, verbose=False
        )["input_ids"]
        return [list(ids) or [self.checkpoint.empty_id] for ids in found]


def bind(checkpoint: Checkpoint) -> ChoosesText:
    """The checkpoint as a model that chooses what it would write.

    Raises:
        ArgumentError: it writes in several languages.
        ModelError: PTM302, nothing says what its decoder begins with.
    """
    if codes_of(checkpoint.tokenizer):
        raise ArgumentError(
            f"{checkpoint.card.name} is told the languages that it reads and writes, "
            "which choices have no setting for; ask it for what it writes"
        )
    settled = text2text_generation.bind(checkpoint).checkpoint
    _before(settled.model, [0])
    found = ChoosesText(settled)
    return replace(found, together=_together(found))


def _before(model: Loaded, ids: Sequence[int]) -> list[int]:
    """What the decoder is given for it to say these tokens, as in its training."""
    own = getattr(model, "prepare_decoder_input_ids_from_labels", None)
    try:
        if own is not None:
            labels = torch.tensor([list(ids)], device=model.device)
            return own(labels=labels)[0].tolist()
        first = model.config.decoder_start_token_id
    except (AttributeError, ValueError):
        first = None
    if first is None:
        raise ModelError(
            "config.json has no decoder_start_token_id, the token that the decoder "
            "begins with; write it there, as the model was trained",
            code="PTM302",
        )
    return [first, *ids[:-1]]


def _padded(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """Rows of one length; what stands behind a token the decoder does not see."""
    most = max(map(len, rows))
    return torch.tensor([[*row, *[row[-1]] * (most - len(row))] for row in rows])


def _sums(
    logits: torch.Tensor, targets: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """The log-probability of each row's tokens together, float64[rows]."""
    found: list[float] = []
    for row, ids in zip(logits, targets, strict=True):
        logs = row[: len(ids)].double().log_softmax(dim=-1)
        column = torch.tensor(ids, device=logs.device)[:, None]
        found.append(float(logs.gather(1, column).sum()))
    return np.array(found, dtype=np.float64)


def _together(model: ChoosesText) -> bool:
    """Whether choices beside each other are scored as alone: it is tried."""
    choices = ("the old man", "he said that he would come again", "no")
    text = "the old man said"
    batch = model.encode({"text": [text] * 2, "choices": [choices, choices[1:]]})
    try:
        beside = model.totals(batch.payload)
        alone = replace(model, together=False).totals(batch.payload)
    except BatchFailed:
        return False
    both = torch.from_numpy(beside), torch.from_numpy(alone)
    return same(*both, model.checkpoint.model.dtype)
