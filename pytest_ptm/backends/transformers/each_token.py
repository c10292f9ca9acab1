# pyright: basic
# torch's modules are only partly typed.
"""What a head says of each token, as it is found out how rows may be padded."""

from __future__ import annotations

from collections.abc import Callable

import torch

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.neutral import Answer
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.ground.errors import BatchFailed

OfTokens = Callable[[Checkpoint, dict[str, torch.Tensor]], torch.Tensor]
"""Logits float32[rows, longest, of a token] of a model's inputs."""


def each_token(of_tokens: OfTokens) -> Answer:
    """The logits of each row's own tokens, float32[tokens, of a token]."""

    def answer(checkpoint: Checkpoint, batch: TokenRows) -> list[torch.Tensor]:
        real = batch.at(checkpoint.padding, torch.ones(len(batch.ids)).bool().numpy())
        with asking(checkpoint, batch) as inputs:
            logits = of_tokens(checkpoint, inputs)
            own = torch.from_numpy(real).to(logits.device)
            return [rows[kept] for rows, kept in zip(logits, own, strict=True)]

    return answer


def require_each(logits: torch.Tensor, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """The logits, if there are some for each token.

    Raises:
        BatchFailed: there are not.
    """
    if logits.shape[:2] != inputs["input_ids"].shape:
        raise BatchFailed(
            f"logits of shape {list(logits.shape)} for ids of shape "
            f"{list(inputs['input_ids'].shape)}: expected some for each token"
        )
    return logits
