# pyright: basic
# torch's modules are only partly typed.
"""One batch on its way into a checkpoint, whatever the task."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

import torch

from pytest_ptm.backends.out_of_memory import translated
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.backends.transformers.watch import refuse_training


@contextlib.contextmanager
def asking(
    checkpoint: Checkpoint, batch: TokenRows
) -> Generator[dict[str, torch.Tensor]]:
    """The model's inputs on its device; inside, nothing is recorded for training.

    Raises:
        OutOfMemory: the batch is too large for the device.
        ModelError: PTM304, somebody left the model in training mode.
    """
    card = checkpoint.card
    refuse_training(checkpoint.model, name=card.name)
    padded = batch.padded(checkpoint.pad_id)
    with translated(card.name), torch.inference_mode():
        yield {
            name: torch.from_numpy(column).to(card.device)
            for name, column in padded.items()
        }
