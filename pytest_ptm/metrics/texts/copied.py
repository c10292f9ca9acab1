"""How much shorter than its source a text is, and how much of it is copied from there.

Grusky et al., "Newsroom: A dataset of 1.3 million summaries with diverse extractive
strategies", NAACL 2018; n-grams as See et al., "Get to the point", ACL 2017. Of one
text the figures are theirs; of several each is one ratio of sums over all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.metrics.spelling import MetricSetting
from pytest_ptm.metrics.texts.referred import Referred
from pytest_ptm.statistics.resampled_sums import FigureOfSums, PickedRatio, ratio_of
from pytest_ptm.tasks.texts.pieces import pieces_of

Floats = NDArray[np.float64]

KNOWN = {"n": MetricSetting(usual=4, least=1, most=100)}


def compression(asked: Referred) -> Estimate:
    """The words of the sources over those of their texts, from 0 on.

    Raises:
        DataError: PTM207, no text has a word.
    """

    def lengths(source: Sequence[str], text: Sequence[str]) -> tuple[int, int]:
        return len(source), len(text)

    stats = _of_each(asked, lengths)
    if not stats[:, 1].any():
        raise asked.undefined("no text has a word")
    # A text without a word makes the figure larger: no row is left out.
    found = FigureOfSums(stats, ratio_of)
    return found.value, found


def coverage(asked: Referred) -> Estimate:
    """The share of the words of the texts that stand in fragments of their sources.

    Raises:
        DataError: PTM207, no text has a word.
    """

    def copied(source: Sequence[str], text: Sequence[str]) -> tuple[int, int]:
        return sum(fragments(tuple(source), tuple(text))), len(text)

    return _picked(_of_each(asked, copied), asked, share=True)


def density(asked: Referred) -> Estimate:
    """The mean length of the fragment that a word of the texts stands in, from 0 on.

    Raises:
        DataError: PTM207, no text has a word.
    """

    def copied(source: Sequence[str], text: Sequence[str]) -> tuple[int, int]:
        sizes = fragments(tuple(source), tuple(text))
        return sum(size * size for size in sizes), len(text)

    return _picked(_of_each(asked, copied), asked, share=False)


def copied_ngrams(asked: Referred) -> Estimate:
    """The share of the n-grams of the texts that stand in their sources.

    Raises:
        DataError: PTM207, no text has n words.
    """
    n = int(asked.settings["n"])

    def copied(source: Sequence[str], text: Sequence[str]) -> tuple[int, int]:
        there, own = set(_ngrams(source, n)), _ngrams(text, n)
        return sum(each in there for each in own), len(own)

    return _picked(_of_each(asked, copied), asked, share=True, least_words=n)


@lru_cache(maxsize=4096)
def fragments(source: tuple[str, ...], text: tuple[str, ...]) -> tuple[int, ...]:
    """The lengths of what a text copies, each the longest that begins where it does.

    Words that the source has not are passed over.

    >>> fragments(("a", "a", "b", "c"), ("a", "b", "x", "c"))
    (2, 1)
    """
    places: dict[str, list[int]] = {}
    for place, word in enumerate(source):
        places.setdefault(word, []).append(place)
    found: list[int] = []
    at = 0
    while at < len(text):
        size = max(
            (_alike(source, start, text, at) for start in places.get(text[at], ())),
            default=0,
        )
        if size:
            found.append(size)
        at += max(size, 1)
    return tuple(found)


def _alike(source: Sequence[str], start: int, text: Sequence[str], at: int) -> int:
    """How many words are the same from both places on."""
    most = min(len(source) - start, len(text) - at)
    size = 0
    while size < most and source[start + size] == text[at + size]:
        size += 1
    return size


def _ngrams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]


def _of_each(
    asked: Referred, count: Callable[[Sequence[str], Sequence[str]], tuple[int, int]]
) -> Floats:
    """What each text adds to both sums, float64[n, 2]."""
    pairs = zip(asked.sources, asked.said.written, strict=True)
    found = [count(pieces_of(source), pieces_of(text)) for source, text in pairs]
    return np.array(found, dtype=np.float64)


def _picked(
    stats: Floats, asked: Referred, *, share: bool, least_words: int = 1
) -> Estimate:
    """The ratio of both sums."""
    hits, there = stats.T
    if not there.any():
        raise asked.undefined(
            "no text has a word"
            if least_words == 1
            else f"no text has {least_words} words"
        )
    most = 1.0 if share else np.inf
    found = PickedRatio(hits, there, share=share, least=0.0, most=most)
    return found.value, found
