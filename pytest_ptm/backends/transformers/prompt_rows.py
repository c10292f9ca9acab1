# pyright: basic
# transformers' tokenizers are only partly typed.
"""Prompts as tokens: what stands before the answer, with the number of the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.tokens import (
    TokenRows,
    coverage_of,
    keys_of,
    rows_of,
)
from pytest_ptm.ground.errors import ArgumentError, RowRefused
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, numbers_of
from pytest_ptm.tasks.texts.settings import Cut

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Tokenised = Callable[[Sequence[str]], list[list[int]]]


@dataclass(frozen=True, slots=True)
class PromptRows:
    """Encoded prompts; ``samples`` int64[n] is the number of each row's answer."""

    tokens: TokenRows
    samples: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.samples)

    def take(self, rows: Rows) -> Self:
        """These rows, in this order, and nothing of the others."""
        return type(self)(self.tokens.take(rows), self.samples[rows])

    def draws(self, seed: int, n: int) -> NDArray[np.float64]:
        """What each token of each row is drawn by, float64[rows, n] in [0, 1).

        By the seed, the number of the answer and the prompt, and by no other row.
        """
        keys = keys_of(self.tokens)
        entropy = [
            [seed, int(sample), *np.frombuffer(key, dtype=np.uint32).tolist()]
            for key, sample in zip(keys, self.samples, strict=True)
        ]
        return np.array([np.random.default_rng(each).random(n) for each in entropy])


@dataclass(frozen=True, slots=True)
class Room:
    """How many tokens a prompt may have, and what becomes of one with more.

    ``most`` is None where there is no limit; ``new`` tokens are kept free for the
    answer, so that the model sees ``most`` and ``new`` at once.
    """

    most: int | None
    new: int
    truncate: Cut | None
    front: int = 0
    """Tokens at the beginning that are kept whatever is cut off: no text's own."""
    behind: int = 0
    """The same at the end."""

    def cut(self, row: int, ids: list[int]) -> tuple[list[int], bool]:
        """The tokens that stay, and whether some do not.

        Raises:
            RowRefused: there are too many, and nothing says which are to go.
        """
        if self.most is None or len(ids) <= self.most:
            return ids, False
        over = len(ids) - self.most
        if self.truncate is None:
            free = f", with {self.new:,} kept free for the answer" if self.new else ""
            raise RowRefused(
                row,
                f"the prompt has {len(ids):,} tokens, and the model sees "
                f"{self.most + self.new:,} at once{free}: {over:,} too many. Shorten "
                'it, or say generating(model, truncate="left"), which drops its first '
                f"{over:,} tokens, or lower max_new_tokens=",
            )
        if self.truncate == "left":
            return [*ids[: self.front], *ids[self.front + over :]], True
        end = len(ids) - self.behind
        return [*ids[: end - over], *ids[end:]], True


def encode_prompts(
    tokenizer: PreTrainedTokenizerBase,
    inputs: Columns,
    prompts: Sequence[str],
    tokenised: Tokenised,
    *,
    room: Room,
    empty_id: int,
) -> Encoded[PromptRows]:
    """The prompts of rows as tokens, each with the number of its answer.

    Raises:
        ArgumentError: the model sees no more tokens than the answer may have.
        RowRefused: a prompt is too long.
    """
    if room.most is not None and room.most < max(1, room.front + room.behind):
        raise ArgumentError(
            f"max_new_tokens={room.new}: the model sees {room.most + room.new:,} "
            "tokens at once, and no room is left for a prompt; give fewer"
        )
    rows: list[list[int]] = []
    truncated: list[bool] = []
    for row, ids in enumerate(tokenised(prompts)):
        kept, cut = room.cut(row, ids or [empty_id])
        rows.append(kept)
        truncated.append(cut)
    samples = np.zeros(len(rows), dtype=np.int64)
    if "sample" in inputs:
        samples = numbers_of(inputs, "sample").values.astype(np.int64)
    tokens = rows_of(rows, type_ids=False)
    return Encoded(
        lengths=tokens.lengths,
        keys=keys_of(tokens, beside=[number.tobytes() for number in samples]),
        truncated=np.array(truncated, dtype=np.bool_),
        payload=PromptRows(tokens, samples),
        coverage=coverage_of(tokenizer, tokens, pair=False, empty_id=empty_id),
    )
