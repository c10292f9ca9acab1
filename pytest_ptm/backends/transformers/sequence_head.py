# pyright: basic
# torch's modules are only partly typed.
"""A sequence-classification head: what its predictors share, whatever they answer."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.tasks.protocol import Columns, Encoded


@dataclass(frozen=True, slots=True)
class SequenceHead(BoundCheckpoint[Checkpoint]):
    """All of a Predictor over such a head but its task and its answers."""

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
