"""Numbers and names: whether a text keeps those of its source, and has no others.

What is looked for is written in digits, or begins with a capital within a sentence. It
stands in the other text where that has the same digits, whatever parts them (``1,000``,
``1.000``), or the same word in any case.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.metrics.texts.referred import Referred
from pytest_ptm.statistics.resampled_sums import PickedRatio
from pytest_ptm.statistics.row_ratio import RowRatio

Floats = NDArray[np.float64]
Finds = Callable[[str], frozenset[str]]

_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*")
_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")
_ENDS = frozenset('.!?:;…"“”„«»()[]。！？\n')


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: ``of`` finds it, ``among`` all that it may stand as."""

    noun: str
    of: Finds
    among: Finds


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text by their digits alone, in those of ASCII.

    >>> sorted(numbers("1,000 of 3.5 on ٤"))
    ['1000', '35', '4']
    """
    found = _NUMBER.findall(text)
    return frozenset(
        "".join(str(int(each)) for each in number if each.isdecimal())
        for number in found
    )


def names(text: str) -> frozenset[str]:
    """Capitalised words that begin no sentence, in lower case; no word of one letter.

    >>> sorted(names("In Rome I met Ann. She left."))
    ['ann', 'rome']
    """
    found: set[str] = set()
    for word in _WORD.finditer(text):
        before = text[: word.start()].rstrip(" ")
        begins = not before or before[-1] in _ENDS
        if not begins and len(word[0]) > 1 and word[0][0].isupper():
            found.add(word[0].casefold())
    return frozenset(found)


@lru_cache(maxsize=16_384)
def words(text: str) -> frozenset[str]:
    """The words of a text in lower case, those with an apostrophe without it too.

    >>> sorted(words("Ann's"))
    ['ann', "ann's"]
    """
    found = {word.casefold() for word in _WORD.findall(text)}
    return frozenset(found | {re.split(r"['’]", word)[0] for word in found})


NUMBERS = Sought("number", numbers, numbers)
NAMES = Sought("name", names, words)


def kept(kind: Sought) -> Callable[[Referred], Estimate]:
    """The share of the numbers or names of the sources that their texts have too."""

    def figure(asked: Referred) -> Estimate:
        hits, there = found_in(asked, kind, of_source=True)
        if not there.sum():
            raise asked.undefined(f"no source has a {kind.noun}")
        found = RowRatio(hits, there, share=True, least=0.0, most=1.0)
        return found.value, found

    return figure


def known(kind: Sought) -> Callable[[Referred], Estimate]:
    """The share of the numbers or names of the texts that their sources have too."""

    def figure(asked: Referred) -> Estimate:
        hits, there = found_in(asked, kind, of_source=False)
        if not there.sum():
            raise asked.undefined(f"no text has a {kind.noun}")
        found = PickedRatio(hits, there, share=True, least=0.0, most=1.0)
        return found.value, found

    return figure


def found_in(
    asked: Referred, kind: Sought, *, of_source: bool
) -> tuple[Floats, Floats]:
    """How many of each source, or text, stand in the other, and how many there are."""
    pairs = zip(asked.sources, asked.said.written, strict=True)
    hits, there = np.zeros((2, len(asked.gold)))
    for row, (source, said) in enumerate(pairs):
        own, other = (source, said) if of_source else (said, source)
        wanted = kind.of(own)
        hits[row], there[row] = len(wanted & kind.among(other)), len(wanted)
    return hits, there
