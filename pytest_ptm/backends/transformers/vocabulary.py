# pyright: basic
# transformers' tokenizers are only partly typed.
"""The tokens of a checkpoint in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from pytest_ptm.backends.transformers.padding import Loaded


@dataclass(frozen=True)
class Vocabulary(Sequence[str]):
    """The tokens of a tokenizer by id, read when somebody looks."""

    tokenizer: Loaded

    def __len__(self) -> int:
        return len(self.tokenizer)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        token = self.tokenizer.convert_ids_to_tokens(index)
        # Ids beyond the tokenizer: embeddings that were padded to a round number.
        if token is None:
            return f"<id {index}>"
        if token.startswith("##"):
            return token
        return self.tokenizer.decode([index]).strip() or token
