"""A tokenizer and its reverse that put back what stood between the words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pytest_ptm.perturbations.marks import closes, opens

Split = Callable[[str], Sequence[str]]
Join = Callable[[list[str]], str]


class Token(str):
    """A word of a text that knows which one it is, and forgets it when changed."""

    __slots__ = ("at_index",)
    at_index: int

    @classmethod
    def at(cls, index: int, word: str) -> Token:
        """The word at this place among the words."""
        token = cls(word)
        token.at_index = index
        return token


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are changed as one: where they stand, and how they are then called."""

    pattern: re.Pattern[str]
    called: str


@dataclass(frozen=True, slots=True)
class _Source:
    """A text taken apart: ``around[i]`` stands before ``words[i]``, the last at the
    end; ``spellings[i]`` is what the text has for it.
    """

    words: list[str]
    spellings: list[str]
    around: list[str]


class Spacing:
    """A tokenizer (``split``) whose reverse (``join``) spaces words as the text did.

    What ``join`` is given is what an augmenter made of the words of ``split``: a word
    that is still a Token is one it left alone. Characters of private use, such as the
    one that stands for a mask, are shown to no augmenter.
    """

    def __init__(
        self, split: Split, join: Join, *, phrases: Sequence[Phrase] = ()
    ) -> None:
        self._split = split
        self._join = join
        self._phrases = phrases
        self._source: _Source | None = None

    def split(self, text: str) -> list[str]:
        """The words of the text."""
        self._source = _apart(text, self._split(text), self._phrases)
        if self._source is None:
            # Words that are not in the text: whoever made them joins them again.
            return list(self._split(text))
        return [Token.at(index, word) for index, word in enumerate(self._source.words)]

    def join(self, words: list[str]) -> str:
        """The text that ``split`` was last given, with these words in it."""
        source = self._source
        if source is None:
            return self._join(words)
        if len(words) == len(source.words):
            return _one_by_one(source, words)
        return "".join(self._parts(source, words))

    def _parts(self, source: _Source, words: list[str]) -> Iterator[str]:
        """Stretches that changed, between words that were left alone."""
        kept = _in_order(words)
        # Before the first word and after the last, as if one stood there.
        places = [(-1, -1), *kept, (len(words), len(source.words))]
        for (place, index), (next_place, next_index) in pairwise(places):
            if place >= 0:
                yield source.spellings[index]
            new = words[place + 1 : next_place]
            yield self._stretch(source, new, index + 1, next_index)

    def _stretch(self, source: _Source, new: list[str], first: int, last: int) -> str:
        """What now stands where the words from ``first`` up to ``last`` stood, with
        what is around them.
        """
        around = source.around[first : last + 1]
        if not new:
            left = source.spellings[first - 1] if first else ""
            right = source.spellings[last] if last < len(source.words) else ""
            return _gap(around, left, right)
        if len(around) == 1:
            return f"{around[0]}{self._join(new)} "
        parts = _shared_out(new, source.words[first:last])
        if parts is not None:
            joined = [self._join(part) for part in parts]
            return (
                "".join(
                    part for pair in zip(around, joined, strict=False) for part in pair
                )
                + (around[-1])
            )
        inner = "".join(gap for gap in around[1:-1] if gap.strip())
        return f"{around[0]}{inner}{self._join(new)}{around[-1]}"


def _apart(
    text: str, found: Sequence[str], phrases: Sequence[Phrase]
) -> _Source | None:
    """The text taken apart; None if the words are not in it in this order."""
    spans: list[tuple[int, int, str]] = []
    place = 0
    for word in found:
        start = text.find(word, place)
        if start < 0 or not word:
            return None
        place = start + len(word)
        if not any(unicodedata.category(character) == "Co" for character in word):
            spans.append((start, place, word))
    for phrase in phrases:
        for match in phrase.pattern.finditer(text):
            spans = _merged(spans, match.start(), match.end(), phrase.called)
    ends = [0, *(end for _, end, _ in spans)]
    starts = [*(start for start, _, _ in spans), len(text)]
    return _Source(
        words=[word for _, _, word in spans],
        spellings=[text[start:end] for start, end, _ in spans],
        around=[text[end:start] for end, start in zip(ends, starts, strict=True)],
    )


def _merged(
    spans: list[tuple[int, int, str]], start: int, end: int, called: str
) -> list[tuple[int, int, str]]:
    """The spans with one in place of those between start and end, where words begin
    and end there.
    """
    before = [span for span in spans if span[1] <= start]
    after = [span for span in spans if span[0] >= end]
    inside = spans[len(before) : len(spans) - len(after)]
    if not inside or inside[0][0] != start or inside[-1][1] != end:
        return spans
    return [*before, (start, end, called), *after]


def _one_by_one(source: _Source, words: list[str]) -> str:
    """Each word in the place of the one that stood there."""
    shown = (
        # A word that moved is still spelt as the text had it.
        source.spellings[word.at_index] if isinstance(word, Token) else word
        for word in words
    )
    return (
        "".join(f"{gap}{word}" for gap, word in zip(source.around, shown, strict=False))
        + source.around[-1]
    )


def _in_order(words: list[str]) -> list[tuple[int, int]]:
    """Place and index of the words left alone, as far as they are in order."""
    kept: list[tuple[int, int]] = []
    for place, word in enumerate(words):
        if isinstance(word, Token) and (not kept or word.at_index > kept[-1][1]):
            kept.append((place, word.at_index))
    return kept


def _gap(around: Sequence[str], left: str, right: str) -> str:
    """What stays between two words when all between them go: one of the spaces."""
    said = "".join(gap for gap in around if gap.strip())
    if said:
        return said
    if not left or not right:
        return ""
    closed = right[0] == "%" or closes(right[0]) or opens(left[-1])
    return (min if closed else max)(around, key=len)


def _shared_out(new: list[str], old: Sequence[str]) -> list[list[str]] | None:
    """The new words for each old one that they are the pieces of; None if they are
    not.
    """
    parts: list[list[str]] = []
    rest = list(new)
    for word in old:
        piece: list[str] = []
        while rest and len("".join(piece)) < len(word):
            piece.append(rest.pop(0))
        if "".join(piece) != word:
            return None
        parts.append(piece)
    return None if rest else parts
