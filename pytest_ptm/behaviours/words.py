"""How likely words are where a text has its mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.doubts import doubts
from pytest_ptm.behaviours.rowwise import AllHeard, Asking
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.display import listed, quoted
from pytest_ptm.ground.errors import DataError
from pytest_ptm.results import Cost
from pytest_ptm.tasks.fill_mask import (
    MASK,
    MaskedLanguageModel,
    MaskedTokens,
    TokenIds,
    masked_model,
    require_masks,
    wanted_tokens,
)
from pytest_ptm.tasks.protocol import Rows

Tokens = tuple[TokenIds, ...]
"""The tokens of each word of a text."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """The words asked about in each row, and the tokens of each at the mask."""

    words: tuple[tuple[str, ...], ...]
    tokens: tuple[Tokens, ...]

    @property
    def lengths(self) -> list[int]:
        """How many tokens a word has anywhere, the fewest first."""
        return sorted({len(ids) for row in self.tokens for ids in row})

    def having(self, length: int) -> list[int]:
        """The rows with a word of so many tokens."""
        return [
            row
            for row, tokens in enumerate(self.tokens)
            if any(len(ids) == length for ids in tokens)
        ]

    def take(self, rows: Rows) -> Spelled:
        """These rows, in this order."""
        chosen: list[int] = rows.tolist()
        return Spelled(
            tuple(self.words[row] for row in chosen),
            tuple(self.tokens[row] for row in chosen),
        )


@dataclass(frozen=True, slots=True)
class WordScores:
    """How likely each row's words are at its mask, one array a row.

    ``ranks`` are places in the vocabulary (1 is the likeliest, the last place of those
    that are equal, of which there are ``ties`` others); they are of one-token words
    only. ``top`` are the answers to the rows with one mask, where all rows have one, in
    tokens of the ``vocabulary``.
    ``truncated`` marks rows whose end the model did not see, bool[n].
    """

    spelled: Spelled
    log_probabilities: tuple[NDArray[np.float64], ...]
    ranks: tuple[NDArray[np.int32], ...]
    ties: tuple[NDArray[np.int32], ...]
    truncated: NDArray[np.bool_]
    top: MaskedTokens | None = None
    vocabulary: Sequence[str] = ()
    cost: Cost = field(default_factory=Cost)
    notes: tuple[str, ...] = ()

    @classmethod
    def unknown(cls, spelled: Spelled) -> WordScores:
        """Nothing is heard of these words yet."""
        words = spelled.words
        return cls(
            spelled=spelled,
            log_probabilities=tuple(np.zeros(len(row)) for row in words),
            ranks=tuple(np.zeros(len(row), dtype=np.int32) for row in words),
            ties=tuple(np.zeros(len(row), dtype=np.int32) for row in words),
            truncated=np.zeros(len(words), dtype=np.bool_),
        )

    def fill(self, length: int, rows: Sequence[int], answers: MaskedTokens) -> None:
        """The words of so many tokens of these rows, from the answers about them.

        All tokens of a word are masked at once, and its probability is their product.
        """
        first = 0
        for row in rows:
            tokens = self.spelled.tokens[row]
            mine = [i for i, ids in enumerate(tokens) if len(ids) == length]
            last = first + length * len(mine)
            each = answers.log_probabilities[first:last].reshape(length, len(mine))
            self.log_probabilities[row][mine] = each.sum(axis=0, dtype=np.float64)
            if length == 1:
                self.ranks[row][mine] = answers.ranks[first:last]
                self.ties[row][mine] = answers.ties[first:last]
            first = last


def word_askings(
    asked: Question[MaskedTokens], spelled: Spelled
) -> tuple[Asking[MaskedTokens], ...]:
    """Each row about its words of one token, of two, …: a word has a mask a token.

    A row with words of several lengths is asked several times.
    """
    return tuple(_asking(asked, spelled, length) for length in spelled.lengths)


def word_scores(
    asked: Question[MaskedTokens],
    spelled: Spelled,
    heard: AllHeard[MaskedTokens],
    units: Rows,
) -> WordScores:
    """How likely the words of these rows are, by what ``word_askings`` heard of them.

    ``asked`` and ``spelled`` are of all rows.
    """
    lengths, spelled = spelled.lengths, spelled.take(units)
    examples = asked.part(units).examples
    vocabulary = masked_model(asked.predictor).vocabulary
    found = replace(WordScores.unknown(spelled), vocabulary=vocabulary)
    for length, said in zip(lengths, heard, strict=True):
        if said.answers is None:
            continue
        # What is heard of some units stands in their order.
        rows = spelled.having(length)
        found.fill(length, rows, said.answers.predictions)
        found.truncated[rows] |= said.answers.truncated
        on_all = length == 1 and len(rows) == len(units)
        found = replace(
            found,
            top=said.answers.predictions if on_all else found.top,
            cost=found.cost + said.answers.cost,
            notes=tuple(doubts(examples, said.answers)),
        )
    return found


def require_all_masks(examples: Examples, said: MaskedTokens) -> None:
    """Nothing, where the model saw every mask of every row.

    Raises:
        DataError: PTM212, a mask was cut off with the end of its text.
    """
    masks = [text.count(MASK) for text in examples.inputs["text"]]
    require_masks(examples, said, masks)


def spell(
    asked: Question[MaskedTokens], words: Sequence[Sequence[str]], *, whole: bool
) -> Spelled:
    """The tokens of each row's words at its mask; of several only where ``whole``.

    Raises:
        DataError: PTM213, a word has no tokens of its own there, is unknown to the
            tokenizer, or is several tokens and not ``whole``.
    """
    model = masked_model(asked.predictor)
    examples = asked.examples
    parts = [text.split(MASK) for text in examples.inputs["text"]]
    spots = [
        (row, before, word, after)
        for row, (before, after) in enumerate(parts)
        for word in words[row]
    ]
    # All words of all texts at once: a tokenizer is fast on columns.
    found = model.pieces(
        [before for _, before, _, _ in spots],
        [word for _, _, word, _ in spots],
        [after for _, _, _, after in spots],
    )
    tokens: list[list[TokenIds]] = [[] for _ in words]
    for (row, _, word, _), ids in zip(spots, found, strict=True):
        if ids is None:
            raise _without_tokens(word, examples, row)
        _refuse_word(model, word, ids, whole=whole)
        tokens[row].append(ids)
    return Spelled(tuple(map(tuple, words)), tuple(map(tuple, tokens)))


def _asking(
    asked: Question[MaskedTokens], spelled: Spelled, length: int
) -> Asking[MaskedTokens]:
    """The rows with words of so many tokens, with as many masks, asked about these."""
    rows = spelled.having(length)
    part = asked.examples.take(rows)
    wanted: list[list[list[int]]] = []
    for row in rows:
        mine = [ids for ids in spelled.tokens[row] if len(ids) == length]
        wanted.append([[ids[at] for ids in mine] for at in range(length)])
    texts = [text.replace(MASK, MASK * length) for text in part.inputs["text"]]
    with_masks = replace(
        part, inputs={"text": tuple(texts)}, numbers={"wanted": wanted_tokens(wanted)}
    )
    places = np.array(rows, dtype=np.intp)
    return Asking(asked.predictor, with_masks, places, require_all_masks)


def _without_tokens(word: str, examples: Examples, row: int) -> DataError:
    text = examples.inputs["text"][row]
    return DataError(
        f"{word!r} has no tokens of its own at the mask of {examples.ids[row]}, "
        f"{quoted(text)}: filled in, the tokenizer joins it with what stands beside "
        "it, or splits the text before it otherwise than before the mask. Put the "
        "mask where a word can stand by itself; if this is so after every space, "
        "save the tokenizer with a mask that takes it along: "
        "AddedToken(mask, lstrip=True)",
        code="PTM213",
    )


def _refuse_word(
    model: MaskedLanguageModel, word: str, ids: TokenIds, *, whole: bool
) -> None:
    if not ids:
        raise DataError(
            f"the tokenizer does not know {word!r}, so no model of it can say it",
            code="PTM213",
        )
    if len(ids) > 1 and not whole:
        pieces = listed([model.vocabulary[token] for token in ids])
        raise DataError(
            f"{word!r} is {len(ids)} tokens here ({pieces}), and one mask holds one. "
            "Take a word of one token, or rank whole words against each other with "
            "candidates=[…] of assert_masked_prediction",
            code="PTM213",
        )
