# pyright: basic
# torch's modules are only partly typed.
"""A permuted language model at a blank: it sees all other tokens, on both sides."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pytest_ptm.backends.transformers.checkpoint import Checkpoint, Loaded
from pytest_ptm.backends.transformers.fill_mask import (
    TransformersMaskedModel,
    filling,
)
from pytest_ptm.backends.transformers.masked_head import Inputs
from pytest_ptm.backends.transformers.permuted import in_order, refuse_others
from pytest_ptm.tasks.permuted_cloze import TASK

AUTO_CLASS = "AutoModelForCausalLM"
HEADS = ("XLNetLMHeadModel",)


def _around_blanks(model: Loaded, inputs: Inputs, at_masks: torch.Tensor) -> Inputs:
    """The inputs, in which nobody sees a blank, and blanks see all else."""
    return in_order(model, inputs, at_masks.long())


@dataclass(frozen=True, slots=True)
class PermutedCloze(TransformersMaskedModel):
    """A Predictor over a checkpoint's vocabulary scores at blanks."""

    task = TASK.name

    seen = staticmethod(_around_blanks)


def bind(checkpoint: Checkpoint) -> PermutedCloze:
    """The checkpoint as a model that fills blanks.

    Raises:
        ModelError: PTM320, its tokenizer has no mask token; PTM321, it is no permuted
            language model.
    """
    refuse_others(checkpoint)
    return filling(PermutedCloze, checkpoint)
