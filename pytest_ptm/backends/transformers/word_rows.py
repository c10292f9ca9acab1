# pyright: basic
# transformers' tokenizers are only partly typed.
"""Words as a model sees them, and which token stands for each.

The words are joined by single spaces and cut as that text is; the first token of a word
stands for it (Devlin et al., "BERT", 2019, section 5.3). What does not fit into one row
is asked in windows that overlap, and each word where it stands farthest from their
edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Self

import numpy as np

from pytest_ptm.backends.transformers.checkpoint import Checkpoint, Loaded
from pytest_ptm.backends.transformers.tokens import TokenRows, coverage_of, keys_of
from pytest_ptm.datasets.ragged import Ragged, Rows
from pytest_ptm.ground.errors import RowRefused
from pytest_ptm.tasks.protocol import Columns, Encoded, lists_of

_TOKENISED_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True)
class WordRows:
    """Encoded rows, and at which of its tokens each word that it answers for begins."""

    tokens: TokenRows
    first: Ragged

    def take(self, rows: Rows) -> Self:
        """These rows, in this order, and nothing of the others."""
        return type(self)(self.tokens.take(rows), self.first[rows])

    def firsts(self) -> np.ndarray:
        """Of all tokens, those of the first row first, which ones stand for a word."""
        rows = np.repeat(np.arange(len(self.first)), self.first.counts)
        found = np.zeros(int(self.tokens.lengths.sum()), dtype=np.bool_)
        found[self.tokens.starts[rows] + self.first.values] = True
        return found


@dataclass(frozen=True, slots=True)
class _Cut:
    """One row of words in tokens: what stands around them, and where each begins."""

    before: list[int]
    pieces: list[int]
    after: list[int]
    types: list[int]
    first: list[int | None]
    """Of each word the number of its first piece; None of one without any."""


@dataclass(frozen=True, slots=True)
class _Window:
    ids: list[int]
    types: list[int]
    first: list[int]


def encode_words(checkpoint: Checkpoint, inputs: Columns) -> Encoded[WordRows]:
    """The words tokenised, in as many rows as the model's length asks for.

    Raises:
        RowRefused: a word has no token of its own, or two have the same one.
    """
    rows = lists_of(inputs, "words")
    windows: list[_Window] = []
    parts: list[int] = []
    for row, cut in enumerate(_cuts(checkpoint.tokenizer, rows)):
        _refuse_unseen(row, rows[row], cut)
        found = [*_windows(cut, checkpoint.identity.max_length)]
        windows += found
        parts.append(len(found))
    lengths = np.array([len(each.ids) for each in windows], dtype=np.int32)
    typed = checkpoint.identity.takes_type_ids
    tokens = TokenRows(
        ids=np.array([i for each in windows for i in each.ids], dtype=np.int32),
        type_ids=(
            np.array([t for each in windows for t in each.types], dtype=np.int8)
            if typed
            else None
        ),
        lengths=lengths,
    )
    first = Ragged.of([each.first for each in windows])
    return Encoded(
        lengths=lengths,
        keys=keys_of(tokens, beside=first.keys()),
        truncated=np.zeros(len(rows), dtype=np.bool_),
        payload=WordRows(tokens, first),
        coverage=coverage_of(
            checkpoint.tokenizer, tokens, pair=False, empty_id=checkpoint.empty_id
        ),
        groups=checkpoint.padding.groups(lengths),
        parts=np.array(parts, dtype=np.int32),
    )


def _cuts(tokenizer: Loaded, rows: Sequence[tuple[str, ...]]) -> Iterator[_Cut]:
    if not tokenizer.is_fast:
        yield from (_cut_by_word(tokenizer, words) for words in rows)
        return
    for start in range(0, len(rows), _TOKENISED_AT_ONCE):
        part = rows[start : start + _TOKENISED_AT_ONCE]
        found = _cut_as_text(tokenizer, part)
        lacking = [row for row, cut in enumerate(found) if None in cut.first]
        # What the tokenizer drops (a joiner, a control character) is a word that it
        # does not know.
        if lacking and tokenizer.unk_token is not None:
            known = [
                tuple(
                    tokenizer.unk_token if place is None else word
                    for word, place in zip(part[row], found[row].first, strict=True)
                )
                for row in lacking
            ]
            again = _cut_as_text(tokenizer, known)
            for row, cut in zip(lacking, again, strict=True):
                found[row] = cut
        yield from found


def _cut_as_text(tokenizer: Loaded, rows: Sequence[tuple[str, ...]]) -> list[_Cut]:
    """The tokens of words joined by spaces, each told by where it stands."""
    whole = tokenizer(
        [" ".join(words) for words in rows],
        truncation=False,
        return_attention_mask=False,
        return_token_type_ids=True,
        return_offsets_mapping=True,
        verbose=False,
    )
    columns = zip(
        rows,
        whole["input_ids"],
        whole["token_type_ids"],
        whole["offset_mapping"],
        strict=True,
    )
    return [_placed(*each) for each in columns]


def _placed(
    words: tuple[str, ...],
    ids: list[int],
    types: list[int],
    offsets: list[tuple[int, int]],
) -> _Cut:
    own = [place for place, (start, end) in enumerate(offsets) if end > start]
    begin, stop = (own[0], own[-1] + 1) if own else (len(ids), len(ids))
    ends = [*accumulate((len(word) + 1 for word in words), initial=0)]
    first: list[int | None] = [None] * len(words)
    word = 0
    for place in own:
        start, end = offsets[place]
        # Where the space before a word is part of its token, the token begins there;
        # one that holds several words stands for each of them.
        while word < len(words) and ends[word + 1] - 1 <= start:
            word += 1
        at = word
        while at < len(words) and ends[at] < end:
            if first[at] is None:
                first[at] = place - begin
            at += 1
    return _Cut(ids[:begin], ids[begin:stop], ids[stop:], types, first)


def _cut_by_word(tokenizer: Loaded, words: tuple[str, ...]) -> _Cut:
    """The tokens of each word by itself: such a tokenizer tells no places."""
    pieces: list[str] = []
    first: list[int | None] = []
    for number, word in enumerate(words):
        alone = tokenizer.tokenize(word)
        spaced = tokenizer.tokenize(f" {word}") if number else alone
        # Where a space is a token, it stands before the word and not for it.
        ends_alike = spaced[len(spaced) - len(alone) :] == alone
        before = len(spaced) - len(alone) if ends_alike else 0
        if not spaced and tokenizer.unk_token is not None:
            spaced = [tokenizer.unk_token]
        first.append(len(pieces) + before if len(spaced) > before else None)
        pieces += spaced
    ids = tokenizer.convert_tokens_to_ids(pieces)
    whole = tokenizer.build_inputs_with_special_tokens(ids)
    around = tokenizer.build_inputs_with_special_tokens([])
    begin = next(
        at for at in range(len(around) + 1) if whole[at : at + len(ids)] == ids
    )
    types = tokenizer.create_token_type_ids_from_sequences(ids)
    return _Cut(whole[:begin], ids, whole[begin + len(ids) :], types, first)


def _refuse_unseen(row: int, words: tuple[str, ...], cut: _Cut) -> None:
    for number, place in enumerate(cut.first):
        if place is None:
            raise RowRefused(
                row,
                f"word {number + 1}, {words[number]!r:.60}, has no token of this "
                "model; leave it out, or write it so that the tokenizer sees it",
            )
        if number and place == cut.first[number - 1]:
            raise RowRefused(
                row,
                f"words {number} and {number + 1}, {words[number - 1]!r:.40} and "
                f"{words[number]!r:.40}, are one token of this model, which can have "
                "one tag only",
            )


def _windows(cut: _Cut, longest: int | None) -> Iterator[_Window]:
    """The row, or parts of it that the model can see; every word in one of them."""
    first = [place for place in cut.first if place is not None]
    begin, count = len(cut.before), len(cut.pieces)
    around = begin + len(cut.after)
    if longest is None or around + count <= longest:
        ids = [*cut.before, *cut.pieces, *cut.after]
        yield _Window(ids, cut.types, [begin + place for place in first])
        return
    size = max(1, longest - around)
    step = max(1, size // 2)
    starts = [*range(0, count - size, step), count - size]
    # A word belongs to the window in which the nearer edge is farther away: the seam of
    # two lies in the middle of what they share.
    middles = [(one + size + other) // 2 for one, other in pairwise(starts)]
    seams = [0, *middles, count]
    for start, (low, high) in zip(starts, pairwise(seams), strict=True):
        stop = start + size
        types = cut.types[:begin] + cut.types[begin + start : begin + stop]
        yield _Window(
            [*cut.before, *cut.pieces[start:stop], *cut.after],
            types + cut.types[begin + count :],
            [begin + place - start for place in first if low <= place < high],
        )
