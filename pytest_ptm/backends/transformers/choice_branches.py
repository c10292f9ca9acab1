# pyright: basic
# torch's functions are only partly typed.
"""Choices as branches of one row: each sees its context and itself, none another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.choice_rows import ChoiceRows
from pytest_ptm.backends.transformers.padding import Loaded, Padding
from pytest_ptm.backends.transformers.tokens import TokenRows

LONGEST = 2_000
"""Tokens of a row with branches at most: its mask is as large as their square."""

_NARROW = ("window", "chunk", "local")


@dataclass(frozen=True, slots=True)
class Branches:
    """A row for each question: its context, and behind it its choices.

    Of each token ``branch`` int64[t] is 0 in a context and another number in each
    choice, ``place`` int64[t] where it stands in the text of its choice, ``saying``
    bool[t] whether it predicts one that is scored.
    """

    tokens: TokenRows
    branch: NDArray[np.int64]
    place: NDArray[np.int64]
    saying: NDArray[np.bool_]

    @classmethod
    def of(cls, batch: ChoiceRows) -> Self:
        """The rows of these questions, in their order."""
        own, owners = batch.behind.tokens, batch.owners
        before, after = batch.shared.lengths, own.lengths
        questions = np.arange(len(batch.counts))
        of = np.concatenate([questions.repeat(before), owners.repeat(after)])
        # Stable: every context, which comes first, stays before its choices.
        order = np.argsort(of, kind="stable")
        choices = np.arange(1, len(after) + 1).repeat(after)
        starts = before[owners].repeat(after)
        known = np.zeros(len(batch.shared.ids), dtype=np.int64)
        ids = np.concatenate([batch.shared.ids, own.ids])[order]
        lengths = np.bincount(of, minlength=len(questions)).astype(np.int32)
        return cls(
            TokenRows(ids, None, lengths),
            np.concatenate([known, choices])[order],
            np.concatenate([_within(before), starts + _within(after)])[order],
            np.concatenate([known.astype(np.bool_), batch.behind.saying])[order],
        )

    def seen(self, padding: Padding) -> NDArray[np.bool_]:
        """Which tokens of its row each one sees, bool[rows, longest, longest].

        A pad sees pads too, for a token that sees none has no answer at all.
        """
        branch = self._grid(padding, self.branch, -1)
        earlier = np.tri(branch.shape[1], dtype=np.bool_)
        keys, asking = branch[:, None, :], branch[:, :, None]
        return earlier & ((keys == 0) | (keys == asking))

    def inputs(
        self, padding: Padding, dtype: torch.dtype, device: str
    ) -> dict[str, torch.Tensor]:
        """What a model is given beside the ids: what sees what, and what stands where.

        ``padding`` is on the right.
        """
        mask = torch.from_numpy(~self.seen(padding))[:, None].to(device)
        hidden = torch.zeros(mask.shape, dtype=dtype, device=device)
        places = torch.from_numpy(self._grid(padding, self.place, 0))
        return {
            "attention_mask": hidden.masked_fill_(mask, torch.finfo(dtype).min),
            "position_ids": places.to(device),
        }

    def _grid(
        self, padding: Padding, column: NDArray[np.int64], fill: int
    ) -> NDArray[np.int64]:
        real = self.tokens.at(padding, np.ones(len(column), dtype=np.bool_))
        grid = np.full(real.shape, fill, dtype=np.int64)
        grid[real] = column
        return grid


@dataclass(slots=True)
class Tried:
    """How long a row with branches may be, as far as is known.

    Rows of up to ``length`` tokens had the answers of choices in full. What a model
    makes of distance, a window say, shows at the length that is asked and no sooner.
    """

    length: int = 0
    failed: bool = False


def sees_all(config: Loaded) -> bool:
    """Whether a config names no window that is narrower than a row may be long.

    The mask of branches is told to every layer, and takes the place of such a window.
    In half precision what that changes may look like rounding.
    """
    return not any(
        isinstance(value, int) and 0 < value < LONGEST
        for name, value in vars(config).items()
        # In "max_window_layers" layers are counted.
        if "layers" not in name and any(word in name for word in _NARROW)
    )


def _within(lengths: NDArray[np.int32]) -> NDArray[np.int64]:
    """0, 1, 2 … of each row, one row after the other."""
    starts = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - starts.repeat(lengths)
