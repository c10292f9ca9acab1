# pyright: basic
# torch's modules are only partly typed.
"""A sequence-classification head: what its predictors share, whatever they answer."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Columns, Encoded


@dataclass(frozen=True, slots=True)
class SequenceHead:
    """All of a Predictor over such a head but its task and its answers."""

    checkpoint: Checkpoint

    @property
    def card(self) -> ModelCard:
        """What a report says of the model."""
        return self.checkpoint.card

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return self.checkpoint.fingerprint

    def encode(self, inputs: Columns) -> Encoded[TokenRows]:
        """The rows tokenised, with special tokens, truncated to what the model sees."""
        return self.checkpoint.encode(inputs)


def logits(checkpoint: Checkpoint, batch: TokenRows) -> torch.Tensor:
    """The logits of one batch, float32[rows, outputs].

    Raises:
        BatchFailed: the model raised an error of its own.
        OutOfMemory: the batch is too large for the device.
        ModelError: PTM304, somebody left the model in training mode.
    """
    with asking(checkpoint, batch) as inputs:
        return checkpoint.model(**inputs).logits.float()
