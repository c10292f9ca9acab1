"""How far an answer in words is another one: exact match and F1 as SQuAD has them.

Rajpurkar et al., EMNLP 2016, section 6.1; of questions without an answer Rajpurkar, Jia
and Liang, ACL 2018. Lewis et al., "MLQA", ACL 2020, on languages without spaces.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from pytest_ptm.ground.composed import composed

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")

Parts = Callable[[str], Sequence[str]]
"""What of two answers is counted: their words, or their characters."""


@lru_cache(maxsize=65_536)
def normalised(text: str) -> str:
    """The answer in lower case, without ASCII punctuation and English articles.

    Its words stand apart by single spaces. Letters with accents are the same whether
    composed or not (NFC), as Unicode has it; the script of SQuAD tells them apart.

    >>> normalised("The  U.S. dollar, an")
    'us dollar'
    """
    plain = composed(text).lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLE.sub(" ", plain).split())


def words(text: str) -> list[str]:
    """The words of a normalised answer."""
    return normalised(text).split()


def characters(text: str) -> list[str]:
    """The characters of an answer, in lower case, but punctuation and spaces.

    Punctuation is that of any script; an article is as any other word.

    >>> "".join(characters("「東京」、 Tokyo."))
    '東京tokyo'
    """
    plain = composed(text).lower()
    return [each for each in plain if not _is_between(each)]


def exact(said: str, gold: Sequence[str]) -> bool:
    """Whether the answer is one of the right ones, once normalised."""
    return normalised(said) in {normalised(each) for each in rightful(gold)}


def f1(said: str, gold: Sequence[str], parts: Parts = words) -> float:
    """The F1 with the right answer that it is nearest to, in [0, 1].

    That of two is the harmonic mean of the shares of either's parts that the other has;
    where one has none, whether the other has none too. A right answer without a part is
    none: to words one of articles alone, to characters one of punctuation alone.
    """
    own = parts(said)
    right = [found for each in gold if (found := parts(each))]
    return max(_f1(own, each) for each in right or [[]])


def rightful(gold: Sequence[str]) -> Sequence[str]:
    """The right answers that have a word; the empty one where there is none.

    An answer of articles and punctuation alone is none, as in version 2.0.
    """
    return [each for each in gold if normalised(each)] or [""]


def _f1(said: Sequence[str], gold: Sequence[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    common = (Counter(said) & Counter(gold)).total()
    # Of 2 a hit over all: the harmonic mean, by one division.
    return 2 * common / (len(said) + len(gold))


def _is_between(character: str) -> bool:
    return (
        character.isspace()
        or character in string.punctuation
        or unicodedata.category(character).startswith("P")
    )
