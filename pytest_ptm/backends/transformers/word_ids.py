# pyright: basic
# transformers' tokenizers are only partly typed.
"""Which word each token is of, as the tokenizer that cut it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pytest_ptm.backends.transformers.checkpoint import Loaded


def word_ids(
    tokenizer: Loaded, texts: Sequence[str], lengths: NDArray[np.int32]
) -> Iterable[Sequence[int | None]]:
    """The word that each token of each row belongs to; each its own where unknown."""
    if not tokenizer.is_fast:
        return (range(int(length)) for length in lengths)
    # Truncation only cuts at the end here, so the places of what is left are the same.
    whole = tokenizer(list(texts), truncation=False, verbose=False)
    return (whole.word_ids(row) for row in range(len(texts)))
