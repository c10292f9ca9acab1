"""How long an answer is."""

from __future__ import annotations

import re
from typing import Literal, get_args

from pytest_ptm.checks.arguments import require_one_of
from pytest_ptm.checks.check import Check, Written
from pytest_ptm.ground.composed import composed
from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.tasks.texts.pieces import words_of

Unit = Literal["words", "characters", "tokens", "sentences"]

# Chinese and Japanese ones end without a space behind their mark.
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?…؟।])[\"'”’»)\]]*\s+|(?<=[。！？])|\n\s*\n")


def length(*, of: Unit, least: int | None = None, most: int | None = None) -> Check:
    """The answer has at least, and at most, so many words or other units.

    "words" are set apart by spaces and marks; of Chinese or Japanese count
    "characters", which are code points but spaces around the answer, composed (NFC).
    "tokens" are the model's, the one that ended the answer among them. "sentences" end
    with a mark and a space (after an abbreviation too), or with an empty line.

    >>> length(of="words", least=1, most=3)("one two three four")
    'length(words, least=1, most=3): has 4 words'

    Raises:
        ArgumentError: neither end is given, or ``least=0`` alone; one is no whole
            number from 0 on, the least is more than the most, or the unit is none of
            these.
    """
    require_one_of("length", "of", of, get_args(Unit))
    if least is not None:
        least = require_whole("length: least", least, least=0)
    if most is not None:
        most = require_whole("length: most", most, least=0)
    if least is None and most is None:
        raise ArgumentError("length: give least=, most= or both")
    if not least and most is None:
        raise ArgumentError("length: least=0 holds of any answer; give more, or most=")
    if least is not None and most is not None and least > most:
        raise ArgumentError(f"length: least={least} is more than most={most}")

    def lacks(answer: Written) -> str | None:
        n = _count(answer, of)
        short, long = least is not None and n < least, most is not None and n > most
        return f"has {counted(n, of.removesuffix('s'))}" if short or long else None

    bounds = [
        f"{k}={v}" for k, v in (("least", least), ("most", most)) if v is not None
    ]
    return Check(f"length({', '.join([of, *bounds])})", lacks)


def _count(answer: Written, of: Unit) -> int:
    if of == "words":
        return len(words_of(answer.text))
    if of == "characters":
        return len(composed(answer.text.strip()))
    if of == "sentences":
        found = _BETWEEN_SENTENCES.split(answer.text)
        return sum(bool(words_of(each)) for each in found)
    if answer.tokens is None:
        raise ArgumentError(
            "length: a text alone does not say how many tokens it has; ask a model, or "
            "give Written(text, tokens=…)"
        )
    return answer.tokens
