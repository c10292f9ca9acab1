"""Texts as copies of themselves, in each of which one token is masked and scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.scored_rows import NO_TOKEN, parted, plain_ids
from pytest_ptm.backends.transformers.tokens import TokenRows, unknown_id
from pytest_ptm.backends.transformers.word_ids import word_ids
from pytest_ptm.ground.errors import RowRefused
from pytest_ptm.tasks.fill_mask import MASK
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, texts_of
from pytest_ptm.tasks.token_scores.settings import Masking

if TYPE_CHECKING:
    from pytest_ptm.backends.transformers.checkpoint import Checkpoint, Loaded


@dataclass(frozen=True, slots=True)
class MaskedCopies:
    """Encoded texts, and a copy of one of them for each token that is scored.

    Copy i is of the text ``of[i]``; the token at ``at[i]`` of its row is scored, and
    those from it on are masked that stand before ``until[i]``. The copies themselves
    are made batch by batch: together they are as many times larger as a text is long.
    """

    texts: TokenRows
    of: Rows
    at: NDArray[np.int32]
    until: NDArray[np.int32]

    def take(self, rows: Rows) -> Self:
        """These copies, in this order, and no text of the others."""
        kept, of = np.unique(self.of[rows], return_inverse=True)
        texts = self.texts.take(kept)
        return type(self)(texts, of, self.at[rows], self.until[rows])

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Tokens in each copy, int32[m]."""
        return self.texts.lengths[self.of]

    @property
    def targets(self) -> NDArray[np.int32]:
        """The token that is scored of each copy, int32[m]."""
        return self.texts.ids[self.texts.starts[self.of] + self.at]

    def masked(self, mask_id: int) -> tuple[TokenRows, NDArray[np.bool_]]:
        """The copies as rows, and which of all their tokens are scored."""
        rows = self.texts.take(self.of)
        first = rows.starts + self.at
        ids = rows.ids.copy()
        ids[_runs(first, self.until - self.at)] = mask_id
        scored = np.zeros(len(ids), dtype=np.bool_)
        scored[first] = True
        return replace(rows, ids=ids), scored


def encode_copies(
    checkpoint: Checkpoint, inputs: Columns, masking: Masking
) -> Encoded[MaskedCopies]:
    """The copies of each text, and of each its own tokens in their order.

    Of a word of several tokens ``within_word_l2r`` hides those behind the scored one
    too (Kauf and Ivanova 2023, "A better way to do masked language model scoring",
    ACL), because they would give it away.

    Raises:
        RowRefused: a text has no token to be scored, has a mask, or is longer than the
            model sees.
    """
    contexts, texts = _parts(inputs)
    tokenizer = checkpoint.tokenizer
    whole = [before + text for before, text in zip(contexts, texts, strict=True)]
    encoded = checkpoint.encode({"text": whole})
    rows = encoded.payload
    scored = _scored(checkpoint, rows, contexts)
    counts = np.add.reduceat(scored, rows.starts, dtype=np.int32)
    _refuse(checkpoint, whole, encoded, counts)
    places = np.flatnonzero(scored)
    of = np.repeat(np.arange(len(rows), dtype=np.intp), counts)
    until = places + 1
    if masking == "within_word_l2r":
        until = _ends_of_words(tokenizer, whole, rows)[places]
    starts = rows.starts[of]
    at = (places - starts).astype(np.int32)
    copies = MaskedCopies(rows, of, at, (until - starts).astype(np.int32))
    lengths = copies.lengths
    return Encoded(
        lengths=lengths,
        keys=_keys(encoded.keys, copies),
        truncated=encoded.truncated,
        payload=copies,
        coverage=_coverage(checkpoint, copies),
        groups=checkpoint.padding.groups(lengths),
        parts=counts,
    )


def _parts(inputs: Columns) -> tuple[Sequence[str], Sequence[str]]:
    texts = texts_of(inputs, "text")
    if "context" not in inputs:
        return [""] * len(texts), texts
    given = zip(texts_of(inputs, "context"), texts, strict=True)
    pairs = [parted(before, text) for before, text in given]
    return [before for before, _ in pairs], [text for _, text in pairs]


def _scored(
    checkpoint: Checkpoint, rows: TokenRows, contexts: Sequence[str]
) -> NDArray[np.bool_]:
    """Which of all tokens are scored: no special ones, and none of a context."""
    scored = ~np.isin(rows.ids, _special(checkpoint))
    if not any(contexts):
        return scored
    own = [
        int((~np.isin(ids, _special(checkpoint))).sum())
        for ids in plain_ids(checkpoint.tokenizer, contexts)
    ]
    seen = np.cumsum(scored)
    before = seen[rows.starts] - scored[rows.starts]
    return scored & (seen > np.repeat(before + own, rows.lengths))


def _special(checkpoint: Checkpoint) -> list[int]:
    """Tokens that are no part of a text; one that the tokenizer does not know is."""
    unknown = unknown_id(checkpoint.tokenizer, checkpoint.empty_id)
    return [each for each in checkpoint.tokenizer.all_special_ids if each != unknown]


def _refuse(
    checkpoint: Checkpoint,
    texts: Sequence[str],
    encoded: Encoded[TokenRows],
    counts: NDArray[np.int32],
) -> None:
    tokenizer, rows = checkpoint.tokenizer, encoded.payload
    masks = np.logical_or.reduceat(rows.ids == tokenizer.mask_token_id, rows.starts)
    for row, text in enumerate(texts):
        if masks[row] or MASK in text:
            raise RowRefused(
                row,
                "the text has a mask, and every token is masked in turn; write the "
                f"word, or ask what belongs there: {MASK} in every text, and "
                "assert_masked_prediction",
            )
        if encoded.truncated[row]:
            tokens = len(tokenizer(text, verbose=False)["input_ids"])
            size = int(rows.lengths[row])
            raise RowRefused(
                row,
                f"the text has {tokens:,} tokens with special ones, and the model sees "
                f"{size:,} at once: {tokens - size:,} too many; score its sentences "
                "one by one",
            )
        if not counts[row]:
            raise RowRefused(row, NO_TOKEN)


def _ends_of_words(
    tokenizer: Loaded, texts: Sequence[str], rows: TokenRows
) -> NDArray[np.int64]:
    """Where the word of each token ends, counted over all tokens."""
    words: list[int] = []
    for row in word_ids(tokenizer, texts, rows.lengths):
        # What is of no word is by itself: no two of these numbers are equal.
        words += [
            -place - 1 if word is None else word for place, word in enumerate(row)
        ]
    each = np.array(words)
    last = np.append(each[1:] != each[:-1], True)
    last[rows.starts + rows.lengths - 1] = True
    ends = np.flatnonzero(last) + 1
    return ends[np.searchsorted(ends, np.arange(len(each)), side="right")]


def _keys(texts: Sequence[bytes], copies: MaskedCopies) -> list[bytes]:
    """The key of each text, and what of it is masked."""
    masked = np.stack([copies.at, copies.until], axis=1).astype(np.int32).tobytes()
    return [
        texts[text] + masked[8 * copy : 8 * copy + 8]
        for copy, text in enumerate(copies.of.tolist())
    ]


def _coverage(checkpoint: Checkpoint, copies: MaskedCopies) -> NDArray[np.int32] | None:
    """One token a copy, and whether the tokenizer does not know it."""
    unknown = unknown_id(checkpoint.tokenizer, checkpoint.empty_id)
    if unknown is None:
        return None
    targets = copies.targets
    columns = [np.ones_like(targets), targets == unknown]
    return np.stack(columns, axis=1).astype(np.int32)


def _runs(first: NDArray[np.int64], counts: NDArray[np.int32]) -> NDArray[np.int64]:
    """So many places from each of these on."""
    ends = np.cumsum(counts, dtype=np.int64)
    within = np.arange(int(ends[-1])) - np.repeat(ends - counts, counts)
    return np.repeat(first, counts) + within
