"""How much shorter than its source a text is, and how much of it is copied from there.

Grusky et al., "Newsroom: A dataset of 1.3 million summaries with diverse extractive
strategies", NAACL 2018; n-grams as See et al., "Get to the point", ACL 2017. Of one
text the figures are theirs; of several each is one ratio of sums over all. A fragment
is the longest, as they define it: their listing, which passes over the words of a match
when it looks for the next, may find shorter ones (of "a a b" in "a a a b" 2 and 1).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.metrics.spelling import MetricSetting
from pytest_ptm.metrics.texts.referred import Referred
from pytest_ptm.statistics.resampled_sums import FigureOfSums, PickedRatio, ratio_of
from pytest_ptm.tasks.texts.pieces import pieces_of

Floats = NDArray[np.float64]
Words = tuple[str, ...]
Counts = Callable[[Words, Words, int], tuple[int, int]]
"""What one text adds to both sums, by the words of its source and its own, and n."""

KNOWN = {"n": MetricSetting(usual=4, least=1, most=100)}


def compression(asked: Referred) -> Estimate:
    """The words of the sources over those of their texts, from 0 on.

    Raises:
        DataError: PTM207, no text has a word.
    """
    stats = _of_each(asked, _lengths)
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
    return _picked(asked, _covered, share=True)


def density(asked: Referred) -> Estimate:
    """The mean length of the fragment that a word of the texts stands in, from 0 on.

    Raises:
        DataError: PTM207, no text has a word.
    """
    return _picked(asked, _squared, share=False)


def copied_ngrams(asked: Referred) -> Estimate:
    """The share of the n-grams of the texts that stand in their sources.

    Raises:
        DataError: PTM207, no text has n words.
    """
    return _picked(asked, _hit, share=True, n=int(asked.settings["n"]))


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


def _alike(source: Words, start: int, text: Words, at: int) -> int:
    """How many words are the same from both places on."""
    most = min(len(source) - start, len(text) - at)
    size = 0
    while size < most and source[start + size] == text[at + size]:
        size += 1
    return size


def _lengths(source: Words, text: Words, n: int) -> tuple[int, int]:
    return len(source), len(text)


def _covered(source: Words, text: Words, n: int) -> tuple[int, int]:
    return sum(fragments(source, text)), len(text)


def _squared(source: Words, text: Words, n: int) -> tuple[int, int]:
    return sum(size * size for size in fragments(source, text)), len(text)


def _hit(source: Words, text: Words, n: int) -> tuple[int, int]:
    there, own = set(_ngrams(source, n)), _ngrams(text, n)
    return sum(each in there for each in own), len(own)


def _ngrams(words: Words, n: int) -> list[Words]:
    return [words[at : at + n] for at in range(len(words) - n + 1)]


# One question asks for the same rows of all examples and of each group.
@lru_cache(maxsize=16_384)
def _counted(count: Counts, source: str, text: str, n: int) -> tuple[int, int]:
    return count(pieces_of(source), pieces_of(text), n)


def _of_each(asked: Referred, count: Counts, n: int = 1) -> Floats:
    """What each text adds to both sums, float64[n, 2]."""
    pairs = zip(asked.sources, asked.said.written, strict=True)
    found = [_counted(count, source, text, n) for source, text in pairs]
    return np.array(found, dtype=np.float64)


def _picked(asked: Referred, count: Counts, *, share: bool, n: int = 1) -> Estimate:
    """The ratio of both sums."""
    hits, there = _of_each(asked, count, n).T
    if not there.any():
        least = "a word" if n == 1 else f"{n} words"
        raise asked.undefined(f"no text has {least}")
    most = 1.0 if share else np.inf
    found = PickedRatio(hits, there, share=share, least=0.0, most=most)
    return found.value, found
