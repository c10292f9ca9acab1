# pyright: basic
# torch's modules are only partly typed.
"""One batch on its way into a checkpoint, whatever the task."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

import torch

from pytest_ptm.backends.out_of_memory import translated
from pytest_ptm.backends.transformers.checkpoint import Checkpoint, LoadedCheckpoint
from pytest_ptm.backends.transformers.padding import text_config
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.backends.transformers.watch import refuse_training
from pytest_ptm.ground.errors import BatchFailed, PtmError


@contextlib.contextmanager
def asking(
    checkpoint: Checkpoint, batch: TokenRows
) -> Generator[dict[str, torch.Tensor]]:
    """The model's inputs on its device; inside, nothing is recorded for training.

    What the forward changes in the model is put back at the end.

    Raises:
        BatchFailed: the model raised an error of its own.
        OutOfMemory: the batch is too large for the device.
        ModelError: PTM304, somebody left the model in training mode; PTM404.
    """
    card, padding = checkpoint.card, checkpoint.padding
    with running(checkpoint):
        pad_id = padding.pad_id
        # A single row has nothing to pad, and is asked with the config as it is.
        if padding.told and len(batch) > 1:
            pad_id = padding.absent_from(batch.tokens())
            text_config(checkpoint.model).pad_token_id = pad_id
        yield {
            name: torch.from_numpy(column).to(card.device)
            for name, column in batch.padded(padding, pad_id).items()
        }


@contextlib.contextmanager
def running(checkpoint: LoadedCheckpoint) -> Generator[None]:
    """Inside, the model may be called: nothing is recorded for training, nothing stays.

    Raises:
        BatchFailed: the model raised an error of its own.
        OutOfMemory: what it was asked is too large for the device.
        ModelError: PTM304, somebody left the model in training mode; PTM404.
    """
    card = checkpoint.card
    refuse_training(checkpoint.model, name=card.name)
    with (
        _failing(),
        translated(card.name),
        checkpoint.state.kept(),
        _drawing_alike(torch.device(card.device)),
        torch.inference_mode(),
    ):
        yield


@contextlib.contextmanager
def _failing() -> Generator[None]:
    try:
        yield
    # Neither a time limit, which is an OSError, nor a warning made an error is the
    # model's own.
    except (PtmError, OSError, Warning):
        raise
    except Exception as error:
        raise BatchFailed(f"{type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _drawing_alike(device: torch.device) -> Generator[None]:
    """Whatever a forward draws, it draws the same each time, and nobody else's numbers.

    Models that hash their tokens (Reformer) draw also when they are not trained.
    """
    accelerated = device.type == "cuda"
    with torch.random.fork_rng(devices=[device] if accelerated else []):
        torch.default_generator.manual_seed(0)
        if accelerated:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(0)
        yield
