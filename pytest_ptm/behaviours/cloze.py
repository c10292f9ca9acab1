"""Texts with a mask, and what a masked model makes of words there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TypeGuard, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, question, rows_of
from pytest_ptm.behaviours.doubts import doubts
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.load import FORMATS, Source, load_examples
from pytest_ptm.engine.ask import Answers, ask
from pytest_ptm.ground.display import listed, quoted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.results import Cost
from pytest_ptm.tasks.fill_mask import (
    MASK,
    AnyMaskedModel,
    MaskedLanguageModel,
    MaskedTokens,
    TokenIds,
    wanted_text,
)

T = TypeVar("T")
Texts = str | Sequence[str] | Source
"""One text, several, or what ``load_examples`` takes."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """The words asked about in each row, and the tokens of each at the mask."""

    words: tuple[tuple[str, ...], ...]
    tokens: tuple[tuple[TokenIds, ...], ...]


@dataclass(frozen=True, slots=True)
class WordScores:
    """How likely each row's words are at its mask, one array a row.

    ``ranks`` are places in the vocabulary (1 is the likeliest, the last place of those
    that are equal, of which there are ``ties`` others); they are of one-token words
    only. ``top`` are the answers to the rows with one mask, where there are any.
    """

    words: tuple[tuple[str, ...], ...]
    log_probabilities: tuple[NDArray[np.float64], ...]
    ranks: tuple[NDArray[np.int32], ...]
    ties: tuple[NDArray[np.int32], ...]
    top: MaskedTokens | None
    truncated: int
    cost: Cost
    notes: tuple[str, ...]


def texts_of(texts: Texts) -> Examples:
    """The texts as examples; a plain text is one row, not the name of a file.

    Raises:
        DataError: what ``load_examples`` refuses.
    """
    if isinstance(texts, str):
        if MASK not in texts and PurePath(texts).suffix.lower() in FORMATS:
            return rows_of(texts)
        return load_examples([{"text": texts}], label=None)
    if _all_texts(texts):
        return load_examples([{"text": text} for text in texts], label=None)
    return rows_of(cast("Source", texts))


def entries_of(given: Sequence[T], texts: Examples, asked: Examples) -> Sequence[T]:
    """The entries of the texts that are asked, where there is one for each text.

    ``--ptm-limit`` and early stopping ask some of the texts only. Entries that are not
    as many as the texts come back as they are, to be refused.
    """
    if len(given) != len(texts) or len(asked) == len(texts):
        return given
    entry = dict(zip(texts.ids, given, strict=True))
    return [entry[identity] for identity in asked.ids]


def cloze(model: AnyMaskedModel, texts: Texts) -> Question[MaskedTokens]:
    """A masked model and texts with one mask each; nothing is asked yet.

    The model's own spelling of the mask is read as ``[MASK]`` too.

    Raises:
        DataError: PTM201, there are no texts; PTM211, one has no mask, or several.
        ModelError: the model cannot be loaded, or has no mask.
    """
    asked = masked_question(model, texts)
    own = masked_model(asked).mask
    column = tuple(text.replace(own, MASK) for text in asked.examples.inputs["text"])
    for identity, text in zip(asked.examples.ids, column, strict=True):
        found = text.count(MASK)
        if found != 1:
            many = "no mask" if not found else f"{found} masks"
            raise DataError(
                f"{asked.examples.source}: {identity} has {many}, and exactly one is "
                f"asked about: {quoted(text)}. Write {MASK} where the word belongs",
                code="PTM211",
            )
    return replace(asked, examples=replace(asked.examples, inputs={"text": column}))


def masked_question(model: AnyMaskedModel, texts: Texts) -> Question[MaskedTokens]:
    """A masked model and texts, with masks or without.

    Raises:
        DataError: PTM201, there are no texts.
        ModelError: the model cannot be loaded, or has no mask.
    """
    rows = texts_of(texts)
    if not len(rows):
        raise DataError(f"{rows.source} has 0 examples", code="PTM201")
    return question(model, rows, answers=MaskedTokens)


def masked_model(asked: Question[MaskedTokens]) -> MaskedLanguageModel:
    """The bound model as one that also says its mask and its tokens.

    Raises:
        ArgumentError: it does not say them.
    """
    predictor = asked.predictor
    if not isinstance(predictor, MaskedLanguageModel):
        raise ArgumentError(
            f"model {predictor.card.name} answers {predictor.task} without saying its "
            "mask, vocabulary, pieces and maskable places"
        )
    return predictor


def require_masks(
    examples: Examples, answers: Answers[MaskedTokens], masks: int | Sequence[int] = 1
) -> None:
    """Nothing, where the model saw that many masks in every row, or in each.

    Raises:
        DataError: PTM212, a mask was cut off with the end of its text.
    """
    lost = np.flatnonzero(answers.predictions.masks != np.array(masks))
    if len(lost):
        raise DataError(
            f"{examples.source}: the mask of {examples.ids[int(lost[0])]} lies beyond "
            f"what the model can see ({len(lost):,} such texts); shorten the text "
            "before the mask",
            code="PTM212",
        )


def score_words(asked: Question[MaskedTokens], spelled: Spelled) -> WordScores:
    """How likely the words of each row are at its mask.

    A word of several tokens gets as many masks, and its probability is the product of
    its tokens' (all of them masked at once).

    Raises:
        DataError: PTM212, a mask was cut off.
    """
    words, tokens_of = spelled.words, spelled.tokens
    logs = [np.zeros(len(row)) for row in words]
    ranks = [np.zeros(len(row), dtype=np.int32) for row in words]
    ties = [np.zeros(len(row), dtype=np.int32) for row in words]
    top: MaskedTokens | None = None
    # A row with words of several lengths is asked several times.
    truncated, cost = np.zeros(len(words), dtype=np.bool_), Cost()
    notes: list[str] = []
    for masks in sorted({len(ids) for row in tokens_of for ids in row}):
        rows = [
            row
            for row, tokens in enumerate(tokens_of)
            if any(len(ids) == masks for ids in tokens)
        ]
        answers = _ask_with(asked, rows, tokens_of, masks)
        found = answers.predictions
        notes = doubts(asked.examples, answers)
        truncated[rows] |= answers.truncated
        cost += answers.cost
        if masks == 1:
            top = found if len(rows) == len(words) else None
        first = 0
        for row in rows:
            mine = [i for i, ids in enumerate(tokens_of[row]) if len(ids) == masks]
            last = first + masks * len(mine)
            each = found.log_probabilities[first:last].reshape(masks, len(mine))
            logs[row][mine] = each.sum(axis=0, dtype=np.float64)
            if masks == 1:
                ranks[row][mine] = found.ranks[first:last]
                ties[row][mine] = found.ties[first:last]
            first = last
    return WordScores(
        words=words,
        log_probabilities=tuple(logs),
        ranks=tuple(ranks),
        ties=tuple(ties),
        top=top,
        truncated=int(truncated.sum()),
        cost=cost,
        notes=tuple(notes),
    )


def spell(
    asked: Question[MaskedTokens], words: Sequence[Sequence[str]], *, whole: bool
) -> Spelled:
    """The tokens of each row's words at its mask; of several only where ``whole``.

    Raises:
        DataError: PTM213, a word has no tokens of its own there, is unknown to the
            tokenizer, or is several tokens and not ``whole``.
    """
    model = masked_model(asked)
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


def _ask_with(
    asked: Question[MaskedTokens],
    rows: Sequence[int],
    spelled: Sequence[Sequence[TokenIds]],
    masks: int,
) -> Answers[MaskedTokens]:
    """The rows with so many masks, asked about their words of so many tokens."""
    part = asked.examples.take(rows)
    wanted: list[str] = []
    for row in rows:
        mine = [ids for ids in spelled[row] if len(ids) == masks]
        wanted.append(wanted_text([[ids[at] for ids in mine] for at in range(masks)]))
    texts = [text.replace(MASK, MASK * masks) for text in part.inputs["text"]]
    cut = replace(part, inputs={"text": tuple(texts), "wanted": tuple(wanted)})
    answers = ask(asked.predictor, cut)
    require_masks(part, answers, masks)
    return answers


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


def _all_texts(texts: object) -> TypeGuard[Sequence[str]]:
    if not isinstance(texts, (list, tuple)):
        return False
    return all(isinstance(text, str) for text in cast("Sequence[object]", texts))
