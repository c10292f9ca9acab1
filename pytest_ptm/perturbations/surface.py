"""Changes of how a text looks and not of what it says: case, marks, spaces."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Literal

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.perturbations.protocol import Perturbation

_MARKS = ".,;:!?…\"'()[]-"
_ENDS = (".", "!", "?", "…")
_SPACES = re.compile(r"\s+")
_EXPANDED = {
    "aren't": "are not",
    "can't": "cannot",
    "couldn't": "could not",
    "didn't": "did not",
    "doesn't": "does not",
    "don't": "do not",
    "hadn't": "had not",
    "hasn't": "has not",
    "haven't": "have not",
    "he'll": "he will",
    "i'm": "i am",
    "i've": "i have",
    "isn't": "is not",
    "it's": "it is",
    "shouldn't": "should not",
    "they're": "they are",
    "they've": "they have",
    "wasn't": "was not",
    "we're": "we are",
    "we've": "we have",
    "weren't": "were not",
    "won't": "will not",
    "wouldn't": "would not",
    "you're": "you are",
    "you've": "you have",
}


def casing(to: Literal["upper", "lower", "title", "swap"]) -> Perturbation:
    """Every letter in another case.

    Raises:
        ArgumentError: ``to`` is none of the four.
    """
    ways = {
        "upper": str.upper,
        "lower": str.lower,
        "title": str.title,
        "swap": str.swapcase,
    }
    if to not in ways:
        raise ArgumentError(f"casing({to!r}): expected one of {', '.join(ways)}")
    way = ways[to]
    return Perturbation(
        f"casing({to})", lambda text, rng: _if_changed(text, way(text)), seeded=False
    )


def punctuation(how: Literal["strip", "add"]) -> Perturbation:
    """Without punctuation, or with a full stop where none ends the text.

    Raises:
        ArgumentError: ``how`` is neither.
    """
    if how not in {"strip", "add"}:
        raise ArgumentError(f"punctuation({how!r}): expected 'strip' or 'add'")
    # An apostrophe or hyphen inside a word is spelling, not punctuation.
    marks = re.compile(rf"(?<!\w)[{re.escape(_MARKS)}]+|[{re.escape(_MARKS)}]+(?!\w)")

    def change(text: str, rng: random.Random) -> str | None:
        if how == "strip":
            return _if_changed(text, _SPACES.sub(" ", marks.sub("", text)).strip())
        bare = text.rstrip()
        return None if not bare or bare.endswith(_ENDS) else f"{bare}."

    return Perturbation(f"punctuation({how})", change, seeded=False)


def contractions(how: Literal["expand", "contract"]) -> Perturbation:
    """Short forms ("don't") written out ("do not"), or the other way; English.

    Raises:
        ArgumentError: ``how`` is neither.
    """
    if how not in {"expand", "contract"}:
        raise ArgumentError(f"contractions({how!r}): expected 'expand' or 'contract'")
    table: Mapping[str, str] = _EXPANDED
    if how == "contract":
        table = {long: short for short, long in _EXPANDED.items()}
    longest_first = sorted(table, key=len, reverse=True)
    words = re.compile(
        rf"\b({'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE
    )

    def replaced(match: re.Match[str]) -> str:
        word = match.group()
        new = table[word.lower()]
        return new[0].upper() + new[1:] if word[0].isupper() else new

    def change(text: str, rng: random.Random) -> str | None:
        plain = text.replace("\u2019", "'")
        changed = words.sub(replaced, plain)
        return None if changed == plain else changed

    return Perturbation(f"contractions({how})", change, seeded=False)


def whitespace() -> Perturbation:
    """Spaces doubled or turned into tabs and line breaks, and some around the text."""

    def change(text: str, rng: random.Random) -> str | None:
        inside = _SPACES.sub(lambda _: rng.choice(("  ", "\t", "\n", " ")), text)
        return _if_changed(text, f" {inside} ")

    return Perturbation("whitespace", change)


def _if_changed(before: str, after: str) -> str | None:
    return None if after == before else after
