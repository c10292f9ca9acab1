"""Texts whose tokens are scored, as windows of what the model can see at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.chat import rendered
from pytest_ptm.backends.transformers.tokens import (
    TokenRows,
    keys_of,
    rows_of,
    unknown_id,
)
from pytest_ptm.ground.errors import ArgumentError, RowRefused
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, texts_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

NO_TOKEN = "the text has no token to be scored; leave it out, or write one"


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """Encoded rows; of each the tokens from ``first`` on are scored, int32[n].

    But for the last ``behind`` of each row, which the tokenizer puts there.
    """

    tokens: TokenRows
    first: NDArray[np.int32]
    behind: int = 0

    def take(self, rows: Rows) -> Self:
        """These rows, in this order, and nothing of the others."""
        return type(self)(self.tokens.take(rows), self.first[rows], self.behind)

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Which of all tokens are scored, those of the first row first."""
        places, lengths = self._places(), self.tokens.lengths
        ends = np.repeat(lengths - self.behind, lengths)
        return (places >= np.repeat(self.first, lengths)) & (places < ends)

    @property
    def counts(self) -> NDArray[np.int32]:
        """How many tokens of each row are scored, int32[n]."""
        return (self.tokens.lengths - self.first - self.behind).astype(np.int32)

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
    chat: bool = False,
    suffix: Sequence[int] = (),
) -> Encoded[ScoredRows]:
    """The rows of texts to be scored, each after ``prefix`` and its context, if any.

    ``suffix`` stands behind every window and is seen from the first token on, so that
    this one has a score too.

    Raises:
        RowRefused: a text has no token that anything predicts; a context and its text
            are longer than the model sees.
    """
    rows: list[list[int]] = []
    first: list[int] = []
    parts: list[int] = []
    room = None if size is None else size - len(suffix)
    for row, (before, ids) in enumerate(tokenised_after(tokenizer, inputs, chat=chat)):
        whole = [*prefix, *before, *ids]
        start = max(0 if suffix else 1, len(whole) - len(ids))
        _refuse(row, len(whole) - start, len(ids))
        if before:
            refuse_long(row, len(whole) + len(suffix), size)
        found = list(windows(len(whole), start, size=room, stride=stride))
        rows += [[*whole[one.start : one.stop], *suffix] for one in found]
        first += [one.first for one in found]
        parts.append(len(found))
    tokens = rows_of(rows, type_ids=False)
    payload = ScoredRows(tokens, np.array(first, dtype=np.int32), len(suffix))
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


@dataclass(frozen=True, slots=True)
class Around:
    """The tokens that a tokenizer itself puts around a text."""

    front: tuple[int, ...] = ()
    behind: tuple[int, ...] = ()
    types: tuple[int, ...] = ()
    """The segments of those behind, where the tokenizer says them."""

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> Self:
        """Those around a word; none where it has other tokens between them."""
        encoded = tokenizer("the", return_token_type_ids=True)
        whole: list[int] = list(encoded["input_ids"])
        plain: list[int] = list(tokenizer("the", add_special_tokens=False)["input_ids"])
        types: list[int] = list(encoded["token_type_ids"])
        for start in range(len(whole) - len(plain) + 1):
            stop = start + len(plain)
            if plain and whole[start:stop] == plain:
                return cls(
                    tuple(whole[:start]), tuple(whole[stop:]), tuple(types[stop:])
                )
        return cls()


def tokenised_after(
    tokenizer: PreTrainedTokenizerBase, inputs: Columns, *, chat: bool = False
) -> Iterator[tuple[list[int], list[int]]]:
    """The ids of each context, where there are any, and of the text behind it.

    Both are tokenised together, and apart where a token would be of both; spaces at
    its end belong to the text, as in Gao et al.'s evaluation harness; with ``chat`` the
    context is what a user says, and its template's spaces are its own.

    Raises:
        ArgumentError: there is no context, and a user has to say something.
    """
    texts = texts_of(inputs, "text")
    if chat and "context" not in inputs:
        raise ArgumentError(
            "chat=True: the texts are answers, and there is no context that a user "
            "says; load the examples with context=<column>"
        )
    contexts = texts_of(inputs, "context") if "context" in inputs else [""] * len(texts)
    given = zip(contexts, texts, strict=True)
    pairs = [parted(*pair) for pair in given]
    if chat:
        pairs = list(zip(rendered(tokenizer, contexts), texts, strict=True))
    whole = plain_ids(tokenizer, [before + text for before, text in pairs])
    if "context" not in inputs:
        yield from (([], ids) for ids in whole)
        return
    before = plain_ids(tokenizer, [context for context, _ in pairs])
    for pair, ids, own in zip(pairs, whole, before, strict=True):
        if ids[: len(own)] == own and not _of_both(tokenizer, pair, own):
            yield own, ids[len(own) :]
            continue
        # A token would be of both, and what it has of the text be seen, not scored.
        (apart,) = plain_ids(tokenizer, [pair[1]])
        yield own, apart


def _of_both(
    tokenizer: PreTrainedTokenizerBase, pair: tuple[str, str], own: Sequence[int]
) -> bool:
    """Whether the last of a context's own ids goes on in the text behind it.

    Only an unknown token can without being another id. A tokenizer in Python does not
    say where its tokens end, and then it is taken to.
    """
    if not own or own[-1] != tokenizer.unk_token_id:
        return False
    if not tokenizer.is_fast:
        return True
    context, text = pair
    found = tokenizer(
        context + text,
        add_special_tokens=False,
        truncation=False,
        return_offsets_mapping=True,
        return_attention_mask=False,
        verbose=False,
    )
    _, end = found["offset_mapping"][len(own) - 1]
    return end > len(context)


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
