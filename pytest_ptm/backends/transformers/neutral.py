# pyright: basic
# torch's modules are only partly typed.
"""Whether a text's answer stays the same beside a longer one, tried before anything
else is asked.

Padding is meant to be masked out. Some models have no mask (FNet), or one that not all
of their layers heed (ConvBERT); some must be padded on the left (XLNet), some on the
right. What the architecture promises is not asked for here, only what it does.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import torch

from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.padding import Padding, choices
from pytest_ptm.backends.transformers.rounding import same
from pytest_ptm.backends.transformers.tokens import TokenRows, rows_of
from pytest_ptm.ground.display import visible
from pytest_ptm.ground.errors import BatchFailed

Answer: TypeAlias = Callable[
    [Checkpoint, TokenRows], Sequence[torch.Tensor] | torch.Tensor
]
"""The answers of a checkpoint to a batch, one a row, whatever the task."""

_LONG = 64
# A model that pools its tokens by twos or fours (Funnel) may change the answer only to
# texts whose last pool is not full: lengths one after the other have every remainder.
_LENGTHS_TRIED = 4
_APART = "texts of different lengths are asked apart"
_SHORT_TEXT = "the old man said"
_LONG_TEXT = 3 * (
    "the old man said that he would come again when all of the others had gone home "
    "because there was so much more to do in this place than in any other one "
)
# A prime, so that its multiples go through a vocabulary of any size in leaps.
_STRIDE = 7_919


def settled(
    checkpoint: Checkpoint,
    answer: Answer,
    *,
    asked_at: int | None = None,
    pair: bool = False,
) -> Checkpoint:
    """The checkpoint with the first way to pad that leaves its answers alone.

    Where there is none, only rows of equal length will share a batch, or none at all;
    the card says so. ``asked_at`` is a token that every row has to have; ``pair``: it
    is asked about pairs of texts alone.

    Raises:
        OutOfMemory: not even some short rows fit on the device.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        padding, note = _settle(
            _Alone(checkpoint, answer),
            checkpoint,
            *_probes(checkpoint, asked_at, pair=pair),
        )
    card = checkpoint.card
    if note is not None:
        card = replace(card, notes=(*card.notes, note))
    return replace(checkpoint, padding=padding, card=card)


def _settle(
    alone: _Alone,
    checkpoint: Checkpoint,
    short: list[list[int]],
    long: list[int],
    other: list[int],
) -> tuple[Padding, str | None]:
    first = checkpoint.padding
    equal = replace(first, sharing="equal lengths")
    if any(alone.to(row) is None for row in (*short, long)):
        return equal, f"{_APART}: whether padding changes answers could not be tried"
    for padding in choices(first, checkpoint.tokenizer):
        if _is_neutral(padding, alone, short, long):
            return padding, _stand_in(checkpoint, padding)
    if alone.stay_the_same(equal, [long, other]):
        return equal, f"{_APART}: a longer one beside it changes the answer to a text"
    return replace(first, sharing="none"), (
        "every text is asked by itself: others beside it change its answer"
    )


def _stand_in(checkpoint: Checkpoint, padding: Padding) -> str | None:
    if checkpoint.identity.pads_itself:
        return None
    token = visible(checkpoint.tokenizer.convert_ids_to_tokens(padding.pad_id))
    return f"the tokenizer has no padding token; {token} pads, and is masked out"


def _is_neutral(
    padding: Padding, alone: _Alone, short: list[list[int]], long: list[int]
) -> bool:
    if not alone.stay_the_same(padding, [*short, long]):
        return False
    if not alone.stay_the_same(padding, [long, *short]):
        return False
    if padding.side == "right" or padding.told:
        return True
    # A head that looks for the last token that does not pad finds none in a text of
    # such tokens only, and takes the first place: on this side a pad.
    blank = [padding.pad_id] * len(short[0])
    return alone.to(blank) is None or alone.stay_the_same(padding, [blank, long])


class _Alone:
    """Rows asked one by one, against the same rows asked together."""

    def __init__(self, checkpoint: Checkpoint, answer: Answer) -> None:
        self._checkpoint, self._answer = checkpoint, answer
        self._dtype = checkpoint.model.dtype
        self._known: dict[tuple[int, ...], torch.Tensor | None] = {}

    def to(self, row: Sequence[int]) -> torch.Tensor | None:
        """The answer to one row; None where the model fails on it."""
        key = tuple(row)
        if key not in self._known:
            found = self._asked(self._checkpoint.padding, [row])
            self._known[key] = None if found is None else found[0]
        return self._known[key]

    def stay_the_same(self, padding: Padding, rows: list[list[int]]) -> bool:
        """Whether these rows, padded so, have the answers they have alone."""
        together = self._asked(padding, rows)
        if together is None:
            return False
        for row, found in zip(rows, together, strict=True):
            expected = self.to(row)
            if expected is None or not same(found, expected, self._dtype):
                return False
        return True

    def _asked(
        self, padding: Padding, rows: Sequence[Sequence[int]]
    ) -> Sequence[torch.Tensor] | torch.Tensor | None:
        checkpoint = replace(self._checkpoint, padding=padding)
        try:
            return self._answer(
                checkpoint, rows_of(rows, type_ids=checkpoint.identity.takes_type_ids)
            )
        except BatchFailed:
            return None


def _probes(
    checkpoint: Checkpoint, asked_at: int | None, *, pair: bool
) -> tuple[list[list[int]], list[int], list[int]]:
    """Short rows, each a token longer than the last, a long one, another as long.

    Each is what the tokenizer makes of a text, its words replaced by others from all
    over the vocabulary: a text in English may be nothing but unknown ones.
    """
    limits = [_LONG, checkpoint.identity.max_length, checkpoint.padding.borders.lowest]
    longest = min(limit for limit in limits if limit is not None)
    tokenizer = checkpoint.tokenizer
    short, long = (
        list(
            tokenizer(
                *((_SHORT_TEXT, text) if pair else (text,)),
                truncation="longest_first",
                max_length=longest,
                return_attention_mask=False,
            )["input_ids"]
        )
        for text in (_SHORT_TEXT, _LONG_TEXT)
    )
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    # Texts of nothing but unknown tokens would hardly differ.
    kept = frozenset(special - {tokenizer.unk_token_id})
    words = _words(checkpoint.padding.size, kept)
    short, long, other = (
        [token if token in kept else next(words, token) for token in row]
        for row in (short, long, long)
    )
    middle = next(
        (at for at in range(len(short) // 2, len(short)) if short[at] not in kept),
        len(short) // 2,
    )
    shorts = [
        short[:middle] + more * [short[middle]] + short[middle:]
        for more in range(min(_LENGTHS_TRIED, longest - len(short) + 1))
    ]
    if asked_at is not None:
        for row in (*shorts, long, other):
            row[len(row) // 2] = asked_at
    return shorts, long, other


def _words(size: int, kept: frozenset[int]) -> Iterator[int]:
    """Ids from all over a vocabulary, none of ``kept``."""
    return (token for i in range(size) if (token := i * _STRIDE % size) not in kept)
