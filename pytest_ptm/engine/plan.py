"""Which rows go through the model together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.tasks.protocol import Rows

CPU_BATCH_TOKENS = 1_024
ACCELERATOR_BATCH_TOKENS = 16_384


def default_budget(device: str) -> int:
    """Tokens in one batch, padding included, where --ptm-batch-tokens is not given.

    Fixed for CPUs, so that batches are the same on every machine. 1,024 was the
    fastest of 256 … 16,384 for a 6-layer encoder on two cores (benchmarks/RESULTS.md).
    """
    return CPU_BATCH_TOKENS if device == "cpu" else ACCELERATOR_BATCH_TOKENS


def plan(
    lengths: NDArray[np.int32],
    *,
    batch_tokens: int,
    groups: NDArray[np.int32] | None = None,
) -> list[Rows]:
    """Batches of row numbers: every row once, the longest first, within the budget.

    A batch costs its rows times its longest row. A row longer than the budget is a
    batch of its own. Rows of different ``groups`` never share one.
    """
    if groups is None:
        groups = np.zeros_like(lengths)
    # Longest first: the first batch shows at once whether the device is large enough,
    # and neighbours in length hardly pad each other. Stable, so that a plan depends on
    # nothing but lengths and groups.
    order = np.lexsort((groups, -lengths.astype(np.int64)))
    last = np.flatnonzero(np.diff(groups[order])) + 1
    batches: list[Rows] = []
    for group in np.split(order, last):
        start = 0
        while start < len(group):
            longest = max(1, int(lengths[group[start]]))
            stop = start + max(1, batch_tokens // longest)
            batches.append(group[start:stop])
            start = stop
    return batches


def windows(n: int, *, size: int, seed: int) -> Iterator[Rows]:
    """All of n rows once, in windows of a seeded shuffle.

    The rows read so far are a random sample without replacement, whatever order the
    file is in; a caller that stops has not asked about the rest.
    """
    order = np.random.default_rng(seed).permutation(n).astype(np.intp)
    for start in range(0, n, size):
        yield order[start : start + size]
