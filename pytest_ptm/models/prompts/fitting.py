"""Texts that are too long for their prompt, cut so that all of the template is seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import RowRefused
from pytest_ptm.models.prompts.template import Row

Fits = Callable[[Sequence[Row]], NDArray[np.bool_]]
"""Which of these questions the model sees in full."""

_FIRST_TRY = 64
"""Words that fit into most windows: a megabyte is not tokenised to find out."""

# Half a word has other tokens than all of it, and often more. What is written without
# spaces is cut too.
_WORD = re.compile(r"\s*(?:\w{1,16}|[^\w\s])")


def shortened(rows: Sequence[Row], fits: Fits) -> tuple[list[Row], NDArray[np.bool_]]:
    """The questions, and which of them lost the end of a text to fit; bool[n].

    Each keeps as many words as still fit.

    Raises:
        RowRefused: the template alone is longer than what the model sees.
    """
    cut = ~fits(rows)
    long = np.flatnonzero(cut)
    texts: list[tuple[_Words, ...]] = [
        tuple(map(_Words.of, rows[row])) for row in long.tolist()
    ]

    def fit(which: NDArray[np.intp], sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
        each: list[int] = which.tolist()
        given = zip(each, sizes.tolist(), strict=True)
        try:
            return fits([_beginning(texts[at], size) for at, size in given])
        except RowRefused as error:
            row = int(long[which[error.row]])
            raise RowRefused(row, error.message) from None

    found = list(rows)
    for at, size in enumerate(_largest(texts, long, fit).tolist()):
        found[int(long[at])] = _beginning(texts[at], size)
    return found, cut


def _largest(
    texts: Sequence[tuple[_Words, ...]],
    long: NDArray[np.intp],
    fit: Callable[[NDArray[np.intp], NDArray[np.int64]], NDArray[np.bool_]],
) -> NDArray[np.int64]:
    """Of each question the number of words that it can keep, int64[n]."""
    every = np.arange(len(texts))
    least = np.zeros(len(texts), dtype=np.int64)
    most = np.array([sum(map(len, row)) for row in texts], dtype=np.int64) + 1
    if not (bare := fit(every, least)).all():
        raise RowRefused(
            int(long[np.flatnonzero(~bare)[0]]),
            "the template is longer than what the model sees at once, without any "
            "text in it; shorten it",
        )
    # So many fit as ``least`` says, and ``most`` are too many.
    while len(open_ := np.flatnonzero(most - least > 1)):
        low, high = least[open_], most[open_]
        middle = np.minimum((low + high) // 2, np.maximum(_FIRST_TRY, 2 * low))
        good = fit(open_, middle)
        least[open_] = np.where(good, middle, low)
        most[open_] = np.where(good, high, middle)
    return least


@dataclass(frozen=True, slots=True)
class _Words:
    """A text, and where each of its words ends."""

    text: str
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(text, tuple(found.end() for found in _WORD.finditer(text)))

    def __len__(self) -> int:
        return len(self.ends)

    def first(self, count: int) -> str:
        """So many of its words."""
        return self.text[: self.ends[count - 1]] if count else ""


def _beginning(texts: tuple[_Words, ...], size: int) -> Row:
    """So many words of a question; of two texts the longer one loses its end.

    >>> _beginning((_Words.of("a b c d"), _Words.of("x y")), 5)
    ('a b c', 'x y')
    """
    if len(texts) == 1:
        return (texts[0].first(size),)
    first, second = texts
    half = size // 2
    own = min(len(first), max(half, size - len(second)))
    return first.first(own), second.first(size - own)
