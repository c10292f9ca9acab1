# pyright: basic
# torch's functions are only partly typed.
"""Log-probabilities of tokens, from the scores of the whole vocabulary beside them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.lm_head import SCORES_AT_ONCE, VocabularyHead
from pytest_ptm.backends.transformers.padding import text_config

Scores: TypeAlias = tuple[NDArray[np.float32], NDArray[np.bool_]]
"""Log-probabilities in nats, and whether no other token is likelier."""
_RUN = 256
"""Numbers that are added in float32."""

_CACHED, _ROWS = 1 << 21, 64
"""Scores that exist at one time on a CPU, 8 MiB, which its caches about hold; but rows
enough that the head's weights are not read more often than they are used."""


def scored_tokens(
    head: VocabularyHead,
    inputs: dict[str, torch.Tensor],
    places: torch.Tensor,
    targets: NDArray[np.int32],
) -> Scores:
    """The log-probability of each target, float32[m], and whether it is the likeliest.

    ``places`` bool[rows, tokens] says where they are predicted, one a target, row by
    row. The vocabulary's scores exist there only, and only some at a time.
    """
    size = int(text_config(head.model).vocab_size)
    wanted = torch.from_numpy(targets.astype(np.int64)).to(places.device)
    logs = [np.zeros(0, dtype=np.float32)]
    likeliest = [np.zeros(0, dtype=np.bool_)]
    at_once = _at_once(size, places.device)
    for start, scores in head.scores(inputs, places, at_once=at_once):
        column = wanted[start : start + len(scores), None]
        own = scores.gather(1, column)
        # Without it, so that one pass says what is the likeliest of the others. All in
        # place: the system takes longer to find as much memory again than the
        # exponentials themselves take.
        others = scores.scatter_(1, column, -torch.inf).amax(dim=1, keepdim=True)
        # Where another is as likely, none is the likeliest.
        likeliest.append((own > others)[:, 0].cpu().numpy())
        top = torch.maximum(own, others)
        apart = (own - top).double()[:, 0]
        rest = _sums(scores.sub_(top).exp_()) + apart.exp()
        logs.append((apart - rest.log()).float().cpu().numpy())
    return np.concatenate(logs), np.concatenate(likeliest)


def _at_once(size: int, device: torch.device) -> int:
    most = max(1, SCORES_AT_ONCE // size)
    return min(most, max(_ROWS, _CACHED // size)) if device.type == "cpu" else most


def _sums(numbers: torch.Tensor) -> torch.Tensor:
    """The sum of each row, float64: 100,000 in float32 lose what two texts differ by.

    In float32 by so many at a time that its rounding, 1e-8, is below that of an answer,
    and these in float64: five times faster than every number by itself.
    """
    whole = numbers.shape[1] - numbers.shape[1] % _RUN
    runs = numbers[:, :whole].unflatten(1, (whole // _RUN, _RUN)).sum(dim=2)
    rest = numbers[:, whole:].sum(dim=1, dtype=torch.float64)
    return runs.sum(dim=1, dtype=torch.float64) + rest
