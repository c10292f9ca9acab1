"""Choices behind one context: what they share, once, and what each has by itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.scored_rows import (
    ScoredRows,
    refuse_long,
    tokenised_after,
)
from pytest_ptm.backends.transformers.tokens import TokenRows, keys_of, rows_of
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.errors import RowRefused
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, lists_of, texts_of
from pytest_ptm.tasks.token_scores.settings import Normalise

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class ChoiceRows:
    """Questions: the tokens that all choices of one begin with, and those behind them.

    ``shared`` has a row for each question, ``behind`` one for each choice, of which the
    tokens from ``behind.first`` on are scored; ``counts`` int32[n] says how many
    choices a question has, and ``sizes`` int32[m] what each score is divided by.
    """

    shared: TokenRows
    behind: ScoredRows
    counts: NDArray[np.int32]
    sizes: NDArray[np.int32]

    def take(self, rows: Rows) -> Self:
        """These questions, in this order, and nothing of the others."""
        every = np.arange(len(self.sizes), dtype=np.int32)
        chosen = Ragged(every, self.counts)[rows].values.astype(np.intp)
        return type(self)(
            self.shared.take(rows),
            self.behind.take(chosen),
            self.counts[rows],
            self.sizes[chosen],
        )

    @cached_property
    def owners(self) -> NDArray[np.intp]:
        """The question that each choice is of."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @cached_property
    def first_alike(self) -> NDArray[np.intp]:
        """Of each choice the first of its question that is the same tokens, intp[m].

        Such choices are level, and rounding would part them: it differs with where in
        a batch a row is asked.
        """
        own = self.behind.tokens
        spans = zip(own.starts.tolist(), own.lengths.tolist(), strict=True)
        ids = [own.ids[start : start + length].tobytes() for start, length in spans]
        given = zip(self.owners.tolist(), ids, self.behind.first.tolist(), strict=True)
        first: dict[tuple[int, bytes, int], int] = {}
        places = [first.setdefault(key, place) for place, key in enumerate(given)]
        return np.array(places, dtype=np.intp)

    @property
    def continued(self) -> list[tuple[int, int]]:
        """Pairs of choices of one question: all tokens of the one begin the other."""
        own = self.behind.tokens
        ids = np.split(own.ids, own.starts[1:])
        ends = np.cumsum(self.counts).tolist()
        return [
            (one, other)
            for start, end in zip([0, *ends], ends, strict=False)
            for one, other in permutations(range(start, end), 2)
            if self.behind.first[one] == self.behind.first[other]
            and len(ids[one]) < len(ids[other])
            and (ids[one] == ids[other][: len(ids[one])]).all()
        ]

    @property
    def longest(self) -> NDArray[np.int32]:
        """Tokens of each context with its longest choice, int32[n]."""
        starts = np.cumsum(self.counts) - self.counts
        own = np.maximum.reduceat(self.behind.tokens.lengths, starts)
        return (self.shared.lengths + own).astype(np.int32)

    @property
    def tokens(self) -> NDArray[np.int32]:
        """Tokens of each context with all of its choices, int32[n]."""
        starts = np.cumsum(self.counts) - self.counts
        own = np.add.reduceat(self.behind.tokens.lengths, starts)
        return (self.shared.lengths + own).astype(np.int32)

    @property
    def in_full(self) -> ScoredRows:
        """Every choice after all that stands before it."""
        before, own = self.shared, self.behind.tokens
        starts, ends = own.starts, own.starts + own.lengths
        rows = [
            np.concatenate(
                [
                    before.ids[before.starts[question] :][: before.lengths[question]],
                    own.ids[start:end],
                ]
            ).tolist()
            for question, start, end in zip(self.owners, starts, ends, strict=True)
        ]
        first = self.behind.first + before.lengths[self.owners]
        return ScoredRows(rows_of(rows, type_ids=False), first.astype(np.int32))


def encode_choices(
    tokenizer: PreTrainedTokenizerBase,
    inputs: Columns,
    *,
    prefix: Sequence[int],
    size: int | None,
    normalise: Normalise,
    chat: bool = False,
) -> Encoded[ChoiceRows]:
    """The rows of contexts with their choices; a space stands between, where one can.

    Raises:
        RowRefused: a context is too long together with a choice, or nothing stands
            before a choice of one token.
    """
    contexts, choices = texts_of(inputs, "text"), lists_of(inputs, "choices")
    counts = np.array([len(row) for row in choices], dtype=np.int32)
    flat = [text for row in choices for text in row]
    before = [
        text for text, count in zip(contexts, counts, strict=True) for _ in range(count)
    ]
    joined = flat
    if not chat:
        joined = [_apart(one, other) for one, other in zip(before, flat, strict=True)]
    columns = {"context": before, "text": joined}
    found = list(tokenised_after(tokenizer, columns, chat=chat))
    shared: list[list[int]] = []
    behind: list[list[int]] = []
    first: list[int] = []
    start = 0
    for row, count in enumerate(counts.tolist()):
        own = found[start : start + count]
        whole = [[*prefix, *context, *ids] for context, ids in own]
        begins = [
            max(1, len(one) - len(ids))
            for one, (_, ids) in zip(whole, own, strict=True)
        ]
        _refuse_unscored(row, whole, begins)
        refuse_long(row, max(map(len, whole)), size)
        # What predicts the first scored token of a choice is asked with the choice.
        most = min(begins) - 1
        common = _common([one[:most] for one in whole])
        shared.append(whole[0][:common])
        behind += [one[common:] for one in whole]
        first += [begin - common for begin in begins]
        start += count
    own_rows = rows_of(behind, type_ids=False)
    scored = ScoredRows(own_rows, np.array(first, dtype=np.int32))
    sizes = sizes_of(scored, flat, normalise)
    payload = ChoiceRows(rows_of(shared, type_ids=False), scored, counts, sizes)
    return Encoded(
        lengths=payload.tokens,
        keys=keys_of_choices(payload),
        truncated=np.zeros(len(counts), dtype=np.bool_),
        payload=payload,
    )


def _common(rows: Sequence[Sequence[int]]) -> int:
    """With how many tokens all rows begin alike."""
    places = enumerate(zip(*rows, strict=False))
    apart = (place for place, tokens in places if len(set(tokens)) > 1)
    return next(apart, min(map(len, rows)))


def _apart(context: str, choice: str) -> str:
    """The choice with a space before it, where words stand apart and none is there."""
    if not context or not choice or context[-1].isspace() or choice[0].isspace():
        return choice
    wide = {unicodedata.east_asian_width(each) for each in (context[-1], choice[0])}
    return choice if wide & {"W", "F"} else f" {choice}"


def _refuse_unscored(
    row: int, whole: Sequence[Sequence[int]], begins: Sequence[int]
) -> None:
    for place, (ids, begin) in enumerate(zip(whole, begins, strict=True), 1):
        if len(ids) <= begin or begin < 1:
            raise RowRefused(
                row,
                f"choice {place} has no token that anything predicts; give it a "
                "context, or score it after a token that begins a text (bos=True)",
            )


def sizes_of(
    rows: ScoredRows, texts: Sequence[str], normalise: Normalise
) -> NDArray[np.int32]:
    """What the score of each choice is divided by, int32[m]."""
    if normalise == "token":
        return (rows.tokens.lengths - rows.first).astype(np.int32)
    if normalise == "byte":
        return np.array([len(text.encode()) for text in texts], dtype=np.int32)
    return np.ones(len(texts), dtype=np.int32)


def keys_of_choices(rows: ChoiceRows) -> list[bytes]:
    """A digest of each question: what is shared, and each choice with its size."""
    columns = (rows.behind.first, rows.sizes, rows.behind.tokens.lengths)
    beside = [row.tobytes() for row in np.stack(columns, axis=1).astype(np.int32)]
    own = keys_of(rows.behind.tokens, beside=beside)
    ends = np.cumsum(rows.counts).tolist()
    joined = [
        b"".join(own[start:end]) for start, end in zip([0, *ends], ends, strict=False)
    ]
    return keys_of(rows.shared, beside=joined)
