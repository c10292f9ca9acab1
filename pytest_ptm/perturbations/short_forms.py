"""English short forms and what they are short for, each where it may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pytest_ptm.perturbations.marks import APOSTROPHES

_NOT = {
    "aren't": "are not",
    "can't": "cannot",
    "couldn't": "could not",
    "didn't": "did not",
    "doesn't": "does not",
    "don't": "do not",
    "hadn't": "had not",
    "hasn't": "has not",
    "haven't": "have not",
    "isn't": "is not",
    "shouldn't": "should not",
    "wasn't": "was not",
    "weren't": "were not",
    "won't": "will not",
    "wouldn't": "would not",
}
_VERBS = {
    "he'll": "he will",
    "i'm": "i am",
    "i've": "i have",
    "it's": "it is",
    "they're": "they are",
    "they've": "they have",
    "we're": "we are",
    "we've": "we have",
    "you're": "you are",
    "you've": "you have",
}
_EXPANDED = _NOT | _VERBS
_CONTRACTED = {long: short for short, long in _EXPANDED.items()}

_APOSTROPHE = f"[{APOSTROPHES}]"
# Not half of a word: couldn't've, can't-miss.
_BEGINS = rf"(?<!\w)(?<!\w[-{APOSTROPHES}])"
_ENDS = rf"(?![-{APOSTROPHES}]?\w)"
# "What it is." and "who they are and why" have no short form: the verb is stressed
# where its clause ends. A word has to follow, or what stands in for a mask, and none
# that begins another clause ("you have to" is no "you've to" either).
_GOES_ON = (
    r"(?=\s+[\w\ue000-\uf8ff])"
    r"(?!\s+(?ai:and|or|but|nor|because|if|when|while|though|although|than|then"
    r"|is|are|was|were|to)\b)"
)

# "It's been", "it's never got old": short for "it has".
_HAS = re.compile(
    r"\s+(?:(?:not|never|ever|always|already|also|just|only|\w+ly)\s+)?"
    r"(?:been|got|had)\b",
    re.IGNORECASE,
)


def expanded(text: str) -> str:
    """The text with every short form written out."""
    return _EXPAND.sub(_written_out, text)


def contracted(text: str) -> str:
    """The text with a short form wherever one may stand."""
    # Set as the others of the text are, so that nothing but the form changes.
    is_set = "\u2019" in text and "'" not in text

    def said(found: re.Match[str]) -> str:
        short = _said(found, _CONTRACTED)
        return short.replace("'", "\u2019") if is_set else short

    return _CONTRACT.sub(said, text)


def _written_out(found: re.Match[str]) -> str:
    long = _said(found, _EXPANDED)
    if long.lower() == "it is" and _HAS.match(found.string, found.end()):
        return f"{long[:3]}{'HAS' if long.isupper() else 'has'}"
    return long


def _said(found: re.Match[str], table: Mapping[str, str]) -> str:
    """The other form, in the case of the one that was found."""
    word = found.group()
    new = table[word.lower().replace("\u2019", "'")]
    if word.isupper():
        return new.upper()
    return new[0].upper() + new[1:] if word[0].isupper() else new


def _any_of(forms: Iterable[str]) -> str:
    longest_first = sorted(forms, key=len, reverse=True)
    each = "|".join(re.escape(form) for form in longest_first)
    # In ASCII: without regard to case, a Turkish ı is an i.
    return f"(?ai:{each.replace(chr(39), _APOSTROPHE)})"


_EXPAND = re.compile(f"{_BEGINS}{_any_of(_EXPANDED)}{_ENDS}")
_CONTRACT = re.compile(
    f"{_BEGINS}(?:{_any_of(_NOT.values())}|{_any_of(_VERBS.values())}{_GOES_ON}){_ENDS}"
)
