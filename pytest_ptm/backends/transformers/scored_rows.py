"""Texts whose tokens are scored, as windows of what the model can see at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.tokens import (
    TokenRows,
    keys_of,
    rows_of,
    unknown_id,
)
from pytest_ptm.ground.errors import RowRefused
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, texts_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

NO_TOKEN = "the text has no token to be scored; leave it out, or write one"


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """Encoded rows; of each the tokens from ``first`` on are scored, int32[n]."""

    tokens: TokenRows
    first: NDArray[np.int32]

    def take(self, rows: Rows) -> Self:
        """These rows, in this order, and nothing of the others."""
        return type(self)(self.tokens.take(rows), self.first[rows])

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Which of all tokens are scored, those of the first row first."""
        return self._places() >= np.repeat(self.first, self.tokens.lengths)

    @property
    def saying(self) -> NDArray[np.bool_]:
        """Which of all tokens stand before one that is scored, and so predict it."""
        places = self._places()
        lengths = np.repeat(self.tokens.lengths, self.tokens.lengths)
        before = np.repeat(self.first, self.tokens.lengths) - 1
        return (places >= before) & (places < lengths - 1)

    def _places(self) -> NDArray[np.int64]:
        """Where each token stands in its row."""
        lengths, starts = self.tokens.lengths, self.tokens.starts
        return np.arange(int(lengths.sum())) - np.repeat(starts, lengths)


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens ``start`` to ``stop`` of a text, of which those from ``first`` on count.

    ``first`` is counted from ``start``.
    """

    start: int
    stop: int
    first: int


def windows(n: int, first: int, *, size: int | None, stride: int) -> Iterator[Window]:
    """The windows over n tokens, each of which from ``first`` on counts once.

    As transformers' documentation has it ("Perplexity of fixed-length models"): a
    window moves on by ``stride``, and only tokens that no earlier one has count, each
    seeing at least ``size - stride`` tokens before it.

    >>> [(one.start, one.stop, one.first) for one in windows(7, 1, size=4, stride=2)]
    [(0, 4, 1), (2, 6, 2), (4, 7, 2)]
    """
    stop = n if size is None else min(size, n)
    yield Window(0, stop, first)
    start = 0
    while size is not None and stop < n:
        start += stride
        seen, stop = stop, min(start + size, n)
        yield Window(start, stop, seen - start)


def encode_scored(
    tokenizer: PreTrainedTokenizerBase,
    inputs: Columns,
    *,
    prefix: Sequence[int],
    size: int | None,
    stride: int,
    empty_id: int,
) -> Encoded[ScoredRows]:
    """The rows of texts to be scored, each after ``prefix`` and its context, if any.

    Raises:
        RowRefused: a text has no token that anything predicts; a context and its text
            are longer than the model sees.
    """
    rows: list[list[int]] = []
    first: list[int] = []
    parts: list[int] = []
    own: list[int] = []
    for row, (before, ids) in enumerate(tokenised_after(tokenizer, inputs)):
        whole = [*prefix, *before, *ids]
        start = max(1, len(whole) - len(ids))
        _refuse(row, len(whole) - start, len(ids))
        if before:
            refuse_long(row, len(whole), size)
        found = list(windows(len(whole), start, size=size, stride=stride))
        rows += [whole[one.start : one.stop] for one in found]
        first += [one.first for one in found]
        own += [one.stop - one.start - one.first for one in found]
        parts.append(len(found))
    tokens = rows_of(rows, type_ids=False)
    payload = ScoredRows(tokens, np.array(first, dtype=np.int32))
    beside = [value.tobytes() for value in payload.first]
    counts = np.array(parts, dtype=np.int32)
    return Encoded(
        lengths=tokens.lengths,
        keys=keys_of(tokens, beside=beside),
        truncated=np.zeros(len(parts), dtype=np.bool_),
        payload=payload,
        coverage=_coverage(payload, unknown_id(tokenizer, empty_id)),
        parts=None if (counts == 1).all() else counts,
    )


def tokenised_after(
    tokenizer: PreTrainedTokenizerBase, inputs: Columns
) -> Iterator[tuple[list[int], list[int]]]:
    """The ids of each context, where there are any, and of the text behind it.

    Both are tokenised together and parted where the context by itself ends; spaces at
    its end belong to the text, as in Gao et al.'s evaluation harness.
    """
    texts = texts_of(inputs, "text")
    contexts = texts_of(inputs, "context") if "context" in inputs else [""] * len(texts)
    pairs = [parted(*pair) for pair in zip(contexts, texts, strict=True)]
    whole = plain_ids(tokenizer, [before + text for before, text in pairs])
    if "context" not in inputs:
        yield from (([], ids) for ids in whole)
        return
    starts = [len(ids) for ids in plain_ids(tokenizer, [before for before, _ in pairs])]
    for ids, start in zip(whole, starts, strict=True):
        yield ids[:start], ids[start:]


def parted(context: str, text: str) -> tuple[str, str]:
    """Context and text, with the spaces between them at the beginning of the text."""
    before = context.rstrip()
    return before, context[len(before) :] + text


def plain_ids(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]
) -> list[list[int]]:
    """The ids of each text, with no special tokens around it and nothing cut off."""
    found = tokenizer(
        list(texts),
        add_special_tokens=False,
        truncation=False,
        return_attention_mask=False,
        verbose=False,
    )
    return list(found["input_ids"])


def _refuse(row: int, scored: int, own: int) -> None:
    if scored > 0:
        return
    if not own:
        raise RowRefused(row, NO_TOKEN)
    raise RowRefused(
        row,
        "the text is one token, and nothing stands before it that could predict it; "
        "give it a context, or score it after a token that begins a text (bos=True)",
    )


def refuse_long(row: int, tokens: int, size: int | None) -> None:
    """Refuse a context that is too long together with its text.

    Raises:
        RowRefused: by how much.
    """
    if size is None or tokens <= size:
        return
    raise RowRefused(
        row,
        f"context and text have {tokens:,} tokens, and the model sees {size:,} at once:"
        f" the first {tokens - size:,} tokens of the context would be cut off; shorten "
        "it",
    )


def _coverage(rows: ScoredRows, unknown: int | None) -> NDArray[np.int32] | None:
    """Scored tokens of each row, and how many of them the tokenizer does not know."""
    if unknown is None:
        return None
    scored, starts = rows.scored, rows.tokens.starts
    is_unknown = scored & (rows.tokens.ids == unknown)
    columns = (scored, is_unknown)
    return np.stack(
        [np.add.reduceat(each, starts, dtype=np.int32) for each in columns], axis=1
    )
