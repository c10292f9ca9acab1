# pyright: basic
# transformers' tokenizers are only partly typed.
"""Questions with their contexts as a model sees them, in windows of long contexts.

As in the scripts for BERT on SQuAD (Devlin et al., "BERT", 2019): every window has the
whole question and a part of the context, and moves on by a fixed number of tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.checkpoint import Checkpoint, Loaded
from pytest_ptm.backends.transformers.tokens import TokenRows, coverage_of, keys_of
from pytest_ptm.datasets.ragged import Ragged, Rows
from pytest_ptm.ground.errors import RowRefused
from pytest_ptm.tasks.answer_spans.answers import trimmed
from pytest_ptm.tasks.protocol import Columns, Encoded, texts_of

_TOKENISED_AT_ONCE = 1_024


@dataclass(frozen=True, slots=True)
class QuestionRows:
    """Encoded windows, and where their tokens of the context stand in it.

    ``first`` int32[n] is the first such token of each row, and ``spans`` int32[., 2]
    the characters of them: the first, and the one behind the last; both 0 of one that
    no answer can begin or end with. ``null`` int32[n] is the token whose scores are
    those of there being no answer, ``contexts`` the texts.
    """

    tokens: TokenRows
    first: NDArray[np.int32]
    spans: Ragged
    null: NDArray[np.int32]
    contexts: tuple[str, ...]

    def take(self, rows: Rows) -> Self:
        """These rows, in this order, and nothing of the others."""
        own: list[int] = rows.tolist()
        return type(self)(
            self.tokens.take(rows),
            self.first[rows],
            self.spans[rows],
            self.null[rows],
            tuple(self.contexts[row] for row in own),
        )


@dataclass(frozen=True, slots=True)
class _Whole:
    """A question and its context in tokens, from ``begin`` to ``stop`` the context's.

    ``spans`` int32[stop - begin, 2].
    """

    ids: list[int]
    types: list[int]
    begin: int
    stop: int
    spans: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Window:
    ids: list[int]
    types: list[int]
    first: int
    spans: NDArray[np.int32]


def encode_questions(
    checkpoint: Checkpoint, inputs: Columns, *, size: int | None, stride: int | None
) -> Encoded[QuestionRows]:
    """The questions tokenised, each in as many windows as its context asks for.

    ``size``: tokens of a window; None: as many as there are. ``stride``: by how many
    one moves on; None: 128, or half of what it holds of the context.

    Raises:
        RowRefused: a context has no token that an answer could be, or the question
            leaves no room for any.
    """
    questions, contexts = texts_of(inputs, "question"), texts_of(inputs, "context")
    windows: list[_Window] = []
    parts: list[int] = []
    owners: list[int] = []
    for row, whole in enumerate(_wholes(checkpoint.tokenizer, questions, contexts)):
        found = [*_windows(row, whole, size, stride)]
        windows += found
        parts.append(len(found))
        owners += [row] * len(found)
    return _encoded(checkpoint, windows, parts, [contexts[row] for row in owners])


def _encoded(
    checkpoint: Checkpoint,
    windows: Sequence[_Window],
    parts: Sequence[int],
    contexts: Sequence[str],
) -> Encoded[QuestionRows]:
    lengths = np.array([len(each.ids) for each in windows], dtype=np.int32)
    tokens = TokenRows(
        ids=np.array([i for each in windows for i in each.ids], dtype=np.int32),
        type_ids=(
            np.array([t for each in windows for t in each.types], dtype=np.int8)
            if checkpoint.identity.takes_type_ids
            else None
        ),
        lengths=lengths,
    )
    counts = np.array([len(each.spans) for each in windows], dtype=np.int32)
    spans = Ragged(np.concatenate([each.spans for each in windows]), counts)
    first = np.array([each.first for each in windows], dtype=np.int32)
    null = _null_places(checkpoint.tokenizer, [each.ids for each in windows])
    beside = [
        # The answer is a part of the text itself: of two that are one to the model, as
        # in another case, each has its own.
        at.to_bytes(4, "little") + places + text.encode()
        for at, places, text in zip(first.tolist(), spans.keys(), contexts, strict=True)
    ]
    return Encoded(
        lengths=lengths,
        keys=keys_of(tokens, beside=beside),
        truncated=np.zeros(len(parts), dtype=np.bool_),
        payload=QuestionRows(tokens, first, spans, null, tuple(contexts)),
        coverage=coverage_of(
            checkpoint.tokenizer, tokens, pair=True, empty_id=checkpoint.empty_id
        ),
        groups=checkpoint.padding.groups(lengths),
        parts=np.array(parts, dtype=np.int32),
    )


def _wholes(
    tokenizer: Loaded, questions: Sequence[str], contexts: Sequence[str]
) -> Iterator[_Whole]:
    """Each question with its context, in the order that the tokenizer's side asks for.

    What pads on the left ends with the question, as in transformers' own script.
    """
    last = tokenizer.padding_side != "left"
    for start in range(0, len(questions), _TOKENISED_AT_ONCE):
        pair = [
            column[start : start + _TOKENISED_AT_ONCE]
            for column in (questions, contexts)
        ]
        texts = pair[1]
        both = tokenizer(
            *(pair if last else pair[::-1]),
            truncation=False,
            return_attention_mask=False,
            return_token_type_ids=True,
            return_offsets_mapping=True,
            verbose=False,
        )
        for row, text in enumerate(texts):
            yield _placed(
                text,
                both["input_ids"][row],
                both["token_type_ids"][row],
                both["offset_mapping"][row],
                both.sequence_ids(row),
                int(last),
            )


def _placed(
    text: str,
    ids: list[int],
    types: list[int],
    offsets: list[tuple[int, int]],
    owners: list[int | None],
    own: int,
) -> _Whole:
    begin = owners.index(own) if own in owners else len(ids)
    stop = begin
    while stop < len(ids) and owners[stop] == own:
        stop += 1
    spans = [trimmed(text, *place) for place in offsets[begin:stop]]
    return _Whole(
        ids, types, begin, stop, np.array(spans, dtype=np.int32).reshape(-1, 2)
    )


def _windows(
    row: int, whole: _Whole, size: int | None, stride: int | None
) -> Iterator[_Window]:
    """The parts of one context that have a token an answer can begin with.

    Raises:
        RowRefused: there is no such part, or no room for it.
    """
    count = whole.stop - whole.begin
    around = len(whole.ids) - count
    room = count if size is None else size - around
    if not whole.spans.any():
        raise RowRefused(row, "its context has no token that could be an answer")
    if room < 1:
        raise RowRefused(
            row,
            f"its question takes {around:,} tokens with the special ones, and {size:,} "
            "are seen at once: no room is left for the context; shorten it, or have "
            "more seen: answering(model, window=…)",
        )
    step = max(1, min(128, room // 2)) if stride is None else min(stride, room)
    starts = range(0, max(count - room, 0) + step, step)
    for start in starts:
        stop = min(start + room, count)
        spans = whole.spans[start:stop]
        if spans.any():
            begin = whole.begin
            kept = slice(begin + start, begin + stop)
            yield _Window(
                [*whole.ids[:begin], *whole.ids[kept], *whole.ids[whole.stop :]],
                [*whole.types[:begin], *whole.types[kept], *whole.types[whole.stop :]],
                begin,
                spans,
            )


def _null_places(tokenizer: Loaded, rows: Sequence[list[int]]) -> NDArray[np.int32]:
    """Where the token stands that there being no answer is scored at.

    That which begins a text for a classifier, else for a language model, else the
    first one, as in transformers' own script.
    """
    sought = [
        token
        for token in (tokenizer.cls_token_id, tokenizer.bos_token_id)
        if token is not None
    ]
    found = [
        next((ids.index(token) for token in sought if token in ids), 0) for ids in rows
    ]
    return np.array(found, dtype=np.int32)
