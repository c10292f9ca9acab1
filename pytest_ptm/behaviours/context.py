"""Texts with their context masked too: what a model says where nothing hints at it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.rowwise import Asking
from pytest_ptm.behaviours.words import Spelled, require_all_masks
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.fill_mask import (
    MASK,
    MaskedLanguageModel,
    MaskedTokens,
    masked_model,
    wanted_tokens,
)

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


def masked_context(
    asked: Question[MaskedTokens], spelled: Spelled, contexts: Sequence[str | None]
) -> Asking[MaskedTokens]:
    """Each text asked about its words, of one token each, with its context masked.

    A context of None is all words of the text.

    Raises:
        ArgumentError: a context does not stand in its text.
    """
    texts = asked.examples.inputs["text"]
    hidden = _hidden(masked_model(asked.predictor), texts, contexts)
    wanted: list[list[list[int]]] = []
    for (before, _), tokens in zip(hidden, spelled.tokens, strict=True):
        # Only the mask that the text had itself is asked about.
        empty: list[list[int]] = [[] for _ in range(before.count(MASK))]
        wanted.append([*empty, [token for (token,) in tokens]])
    masked = tuple(MASK.join(halves) for halves in hidden)
    examples = replace(
        asked.examples,
        inputs={"text": masked},
        numbers={"wanted": wanted_tokens(wanted)},
    )
    every = np.arange(len(texts), dtype=np.intp)
    return Asking(asked.predictor, examples, every, require_all_masks)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A word of a text, by its places, in the part before the mask or after it."""

    row: int
    half: int
    start: int
    end: int


def _hidden(
    model: MaskedLanguageModel, texts: Sequence[str], contexts: Sequence[str | None]
) -> list[tuple[str, str]]:
    """What stands before and after each mask, its words masked.

    Each by as many masks as it has tokens where it stands.
    """
    halves = [tuple(text.split(MASK)) for text in texts]
    spots = [
        _Spot(row, half, *found.span())
        for row, what in enumerate(contexts)
        for half, found in _words(halves[row], what, texts[row])
    ]
    around = [_around(halves[spot.row], spot) for spot in spots]
    columns = [list(column) for column in zip(*around, strict=True)] or [[], [], []]
    counts = [max(1, len(ids or ())) for ids in model.pieces(*columns)]
    parts = [list(pair) for pair in halves]
    # From the end, so that places before it stay where they are.
    for spot, count in zip(reversed(spots), reversed(counts), strict=True):
        text = parts[spot.row][spot.half]
        masked = text[: spot.start] + MASK * count + text[spot.end :]
        parts[spot.row][spot.half] = masked
    return [(before, after) for before, after in parts]


def _words(
    halves: Sequence[str], what: str | None, text: str
) -> list[tuple[int, re.Match[str]]]:
    """The words to mask: every one, or those that are ``what``; and in which half."""
    word = _WORD if what is None else re.compile(rf"(?<!\w){re.escape(what)}(?!\w)")
    found = [
        (half, match)
        for half, part in enumerate(halves)
        for match in word.finditer(part)
    ]
    if what is not None and not found:
        raise ArgumentError(f"context={what!r} does not stand in {text!r}")
    return found


def _around(halves: Sequence[str], spot: _Spot) -> tuple[str, str, str]:
    """What stands before a word, the word, and what stands after it."""
    text = halves[spot.half]
    before, after = text[: spot.start], text[spot.end :]
    if spot.half:
        before = f"{halves[0]}{MASK}{before}"
    else:
        after = f"{after}{MASK}{halves[1]}"
    return before, text[spot.start : spot.end], after
