"""Token ids as columns: encode once, cut batches out, pad at the last moment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.long_texts import beginnings
from pytest_ptm.backends.transformers.padding import Padding
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, texts_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# Bounds the Python lists of ids that the tokenizer hands over at once.
_TOKENISED_AT_ONCE = 4_096


@dataclass(frozen=True)
class TokenRows:
    """Rows of token ids, back to back in one array.

    ``type_ids`` (segment ids of BERT's kind) is None where the model takes none.
    """

    ids: NDArray[np.int32]
    type_ids: NDArray[np.int8] | None
    lengths: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where the ids of each row begin."""
        return Ragged(self.ids, self.lengths).starts

    def take(self, rows: Rows) -> Self:
        """These rows, in this order, and no token of the others."""
        places = Ragged(self.ids, self.lengths).places(rows)
        types = None if self.type_ids is None else self.type_ids[places]
        return type(self)(self.ids[places], types, self.lengths[rows])

    def tokens(self) -> NDArray[np.int32]:
        """The ids of all rows, one after the other."""
        return self.ids[self._places(self._real())]

    def padded(
        self, padding: Padding, pad_id: int | None = None
    ) -> dict[str, NDArray[np.int64]]:
        """A model's inputs, int64[rows, longest].

        ``pad_id`` is another id than the usual one. ``attention_mask`` is there only if
        some row is shorter than the longest: models take a faster path without one.
        """
        real = self._real()
        places = self._places(real)
        # A row's tokens are in order in ``real`` on whichever side they stand.
        if padding.side == "left":
            real = real[:, ::-1]
        fill = padding.pad_id if pad_id is None else pad_id
        inputs = {"input_ids": np.full(real.shape, fill, dtype=np.int64)}
        inputs["input_ids"][real] = self.ids[places]
        if self.type_ids is not None:
            types = np.full(real.shape, padding.type_id, dtype=np.int64)
            types[real] = self.type_ids[places]
            inputs["token_type_ids"] = types
        if padding.masked and not real.all():
            inputs["attention_mask"] = real.astype(np.int64)
        return inputs

    def at(self, padding: Padding, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Where some of the tokens stand in the padded batch, bool[rows, longest].

        ``wanted`` bool says it of all tokens, those of the first row first.
        """
        real = self._real()
        found = np.zeros(real.shape, dtype=np.bool_)
        if padding.side == "left":
            real = real[:, ::-1]
        found[real] = wanted[self._places(self._real())]
        return found

    def _real(self) -> NDArray[np.bool_]:
        """Where tokens stand in the rows, bool[rows, longest], padded on the right."""
        return np.arange(int(self.lengths.max())) < self.lengths[:, None]

    def _places(self, real: NDArray[np.bool_]) -> NDArray[np.int64]:
        columns = np.arange(real.shape[1], dtype=np.int64)
        return (self.starts[:, None] + columns)[real]


def rows_of(rows: Sequence[Sequence[int]], *, type_ids: bool) -> TokenRows:
    """Rows of these ids, all of the first segment."""
    ids = [np.array(row, dtype=np.int32) for row in rows]
    lengths = np.array([len(row) for row in rows], dtype=np.int32)
    types = [np.zeros(len(row), dtype=np.int8) for row in rows] if type_ids else None
    return _rows(ids, types, [lengths])


def encode(
    tokenizer: PreTrainedTokenizerBase,
    inputs: Columns,
    *,
    max_length: int | None,
    empty_id: int,
    type_ids: bool,
    padding: Padding,
) -> Encoded[TokenRows]:
    """The rows of one or two columns of text, with special tokens, truncated if longer.

    A pair loses tokens from its longer text first. A row without any token is the one
    token ``empty_id``.
    """
    texts = list(texts_of(inputs, "text"))
    pairs = list(texts_of(inputs, "text_pair")) if "text_pair" in inputs else None
    ids: list[NDArray[np.int32]] = []
    types: list[NDArray[np.int8]] = []
    lengths: list[NDArray[np.int32]] = []
    truncated: list[NDArray[np.bool_]] = []
    for start in range(0, len(texts), _TOKENISED_AT_ONCE):
        chunk = slice(start, start + _TOKENISED_AT_ONCE)
        rows = _tokenised(
            tokenizer,
            texts[chunk],
            None if pairs is None else pairs[chunk],
            max_length,
            with_types=type_ids,
        ).without_gaps(empty_id)
        lengths.append(np.array([len(row) for row in rows.ids], dtype=np.int32))
        ids.append(np.fromiter(chain.from_iterable(rows.ids), dtype=np.int32))
        if type_ids:
            types.append(np.fromiter(chain.from_iterable(rows.type_ids), dtype=np.int8))
        truncated.append(np.array(rows.truncated, dtype=np.bool_))
    payload = _rows(ids, types if type_ids else None, lengths)
    return Encoded(
        lengths=payload.lengths,
        keys=keys_of(payload),
        truncated=np.concatenate(truncated),
        payload=payload,
        groups=padding.groups(payload.lengths),
        coverage=coverage_of(
            tokenizer, payload, pair=pairs is not None, empty_id=empty_id
        ),
    )


@dataclass(frozen=True, slots=True)
class _Tokenised:
    ids: list[list[int]]
    type_ids: list[list[int]]
    truncated: list[bool]

    def without_gaps(self, empty_id: int) -> Self:
        """Every row with a token: no model can be asked about nothing at all.

        GPT-2 and its kin put no special token around a text, so an empty one has none.
        """
        ids = [row or [empty_id] for row in self.ids]
        return replace(self, ids=ids, type_ids=[row or [0] for row in self.type_ids])


def _tokenised(
    tokenizer: PreTrainedTokenizerBase,
    texts: list[str],
    pairs: list[str] | None,
    max_length: int | None,
    *,
    with_types: bool,
) -> _Tokenised:
    if pairs is None:
        # Of a pair, which text loses tokens depends on how long both are in full.
        texts = beginnings(tokenizer, texts, max_length)
    whole = tokenizer(
        texts, pairs, truncation=False, return_attention_mask=False, verbose=False
    )
    ids: list[list[int]] = list(whole["input_ids"])
    type_ids: list[list[int]] = list(whole["token_type_ids"]) if with_types else []
    if max_length is None:
        return _Tokenised(ids, type_ids, [False] * len(ids))
    # First in full, then only the long ones again: the tokenizer itself does not say
    # which rows it cut.
    long = [row for row, tokens in enumerate(ids) if len(tokens) > max_length]
    if long:
        cut = tokenizer(
            [texts[row] for row in long],
            None if pairs is None else [pairs[row] for row in long],
            truncation="longest_first",
            max_length=max_length,
            return_attention_mask=False,
        )
        for place, row in enumerate(long):
            ids[row] = cut["input_ids"][place]
            if with_types:
                type_ids[row] = cut["token_type_ids"][place]
    marked = set(long)
    return _Tokenised(ids, type_ids, [row in marked for row in range(len(ids))])


def _rows(
    ids: Sequence[NDArray[np.int32]],
    types: Sequence[NDArray[np.int8]] | None,
    lengths: Sequence[NDArray[np.int32]],
) -> TokenRows:
    return TokenRows(
        ids=np.concatenate(ids),
        type_ids=None if types is None else np.concatenate(types),
        lengths=np.concatenate(lengths),
    )


def coverage_of(
    tokenizer: PreTrainedTokenizerBase, rows: TokenRows, *, pair: bool, empty_id: int
) -> NDArray[np.int32] | None:
    """Tokens of each row's own text, and how many of them are the unknown token.

    None where the tokenizer has no unknown token.
    """
    unknown = unknown_id(tokenizer, empty_id)
    if unknown is None:
        return None
    special = tokenizer.num_special_tokens_to_add(pair=pair)
    own = np.maximum(rows.lengths - special, 0)
    found = np.add.reduceat(rows.ids == unknown, rows.starts, dtype=np.int32)
    return np.stack([own, found], axis=1)


def unknown_id(tokenizer: PreTrainedTokenizerBase, empty_id: int) -> int | None:
    """The id of tokens that the tokenizer does not know; None where it has none.

    Nor where it means something else by it too, as GPT-2 does, whose end of a text is
    also its unknown token.
    """
    unknown: Any = tokenizer.unk_token_id
    others = (
        empty_id,
        tokenizer.bos_token_id,
        tokenizer.eos_token_id,
        tokenizer.cls_token_id,
        tokenizer.sep_token_id,
        tokenizer.pad_token_id,
    )
    return None if unknown in others else unknown


def keys_of(rows: TokenRows, beside: Sequence[bytes] = ()) -> list[bytes]:
    """A digest of each row's ids and segment ids, and of what is asked beside them."""
    ids = memoryview(rows.ids.tobytes())
    types = None if rows.type_ids is None else memoryview(rows.type_ids.tobytes())
    width = rows.ids.itemsize
    keys: list[bytes] = []
    for start, length in zip(rows.starts.tolist(), rows.lengths.tolist(), strict=True):
        digest = hashlib.blake2b(
            ids[start * width : (start + length) * width], digest_size=16
        )
        if types is not None:
            digest.update(types[start : start + length])
        keys.append(digest.digest())
    if not beside:
        return keys
    return [
        hashlib.blake2b(key + asked, digest_size=16).digest()
        for key, asked in zip(keys, beside, strict=True)
    ]
