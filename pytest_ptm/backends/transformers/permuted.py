# pyright: basic
# torch's modules are only partly typed.
"""Models whose tokens see each other in an order that is asked for: XLNet's kind."""

from __future__ import annotations

import torch

from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.padding import Loaded, takes
from pytest_ptm.ground.errors import ModelError


def in_order(
    model: Loaded, inputs: dict[str, torch.Tensor], ranks: torch.Tensor
) -> dict[str, torch.Tensor]:
    """The inputs, with what each token sees; those of a rank above 0 are predicted.

    ``ranks`` int64[rows, tokens]: a token of rank 0 is given, and seen by all. Any
    other is seen by those of a higher rank, and the model is not told it where it is
    predicted: there it has only its position (two-stream attention of Yang et al. 2019,
    "XLNet", NeurIPS).
    """
    real = inputs.get("attention_mask")
    if real is not None:
        ranks = ranks.masked_fill(real == 0, ranks.shape[1] + 1)
    given = ranks == 0
    unseen = ranks[:, None, :] >= ranks[:, :, None]
    unseen &= ~(given[:, :, None] & given[:, None, :])
    predicted = torch.diag_embed(~given)
    dtype = model.dtype
    return {
        **inputs,
        "perm_mask": unseen.to(dtype),
        # Each place its own target, so that answers stand where their tokens do.
        "target_mapping": predicted.to(dtype),
    }


def refuse_others(checkpoint: Checkpoint) -> None:
    """Refuse a model that cannot be told who sees whom.

    Raises:
        ModelError: PTM321.
    """
    model = checkpoint.model
    if not all(
        takes(model, name, by_name=True) for name in ("perm_mask", "target_mapping")
    ):
        raise ModelError(
            f"{checkpoint.card.reference}: a {type(model).__name__} takes no order of "
            "its tokens, so it is no permuted language model, such as XLNet is; ask it "
            "for what its head was trained for",
            code="PTM321",
        )
    if getattr(model.config, "attn_type", "bi") != "bi":
        raise ModelError(
            f"{checkpoint.card.reference}: attn_type {model.config.attn_type!r} in "
            "config.json hides what stands behind a token in any order; a permuted "
            "language model has 'bi'",
            code="PTM321",
        )
