"""English short forms and what they are short for, each where it may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pytest_ptm.perturbations.clauses import (
    is_asked,
    is_or_has,
    is_own_subject,
    negation_joins_its_verb,
    stands_before_its_subject,
    verb_joins_its_subject,
    words_before,
    words_behind,
)
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
    "he's": "he is",
    "i'll": "i will",
    "i'm": "i am",
    "i've": "i have",
    "it'll": "it will",
    "it's": "it is",
    "she'll": "she will",
    "she's": "she is",
    "they'll": "they will",
    "they're": "they are",
    "they've": "they have",
    "we'll": "we will",
    "we're": "we are",
    "we've": "we have",
    "you'll": "you will",
    "you're": "you are",
    "you've": "you have",
}
_EXPANDED = _NOT | _VERBS
_CONTRACTED = {long: short for short, long in _EXPANDED.items()}

_APOSTROPHE = f"[{APOSTROPHES}]"
# Not half of a word: couldn't've, can't-miss.
_BEGINS = rf"(?<!\w)(?<!\w[-{APOSTROPHES}])"
_ENDS = rf"(?![-{APOSTROPHES}]?\w)"
_NEXT_WORD = re.compile(r"\s+\w+")


def expanded(text: str) -> str:
    """The text with every short form written out."""
    parts: list[str] = []
    done = 0
    for found in _EXPAND.finditer(text):
        written = _written_out(found)
        if written is not None:
            new, end = written
            parts += [text[done : found.start()], new]
            done = end
    return "".join([*parts, text[done:]])


def contracted(text: str) -> str:
    """The text with a short form wherever one may stand."""
    # Set as the others of the text are, so that nothing but the form changes.
    is_set = "\u2019" in text and "'" not in text

    def said(found: re.Match[str]) -> str:
        if not _may_be_short(found):
            return found.group()
        short = _said(found, _CONTRACTED)
        return short.replace("'", "\u2019") if is_set else short

    return _CONTRACT.sub(said, text)


def _may_be_short(found: re.Match[str]) -> bool:
    text, long = found.string, found.group()
    if _is_stressed(found):
        return False
    before = words_before(text, found.start())
    behind = words_behind(text, found.end())
    first, _, second = long.lower().partition(" ")
    if long.lower() in _NEGATED:
        return negation_joins_its_verb(first, before, behind)
    return verb_joins_its_subject(first, second, before, behind)


def _is_stressed(found: re.Match[str]) -> bool:
    """Whether capitals stress a word of it, as in "I do NOT" or "it IS good"."""
    first, _, second = found.group().partition(" ")
    if len(second) < 2 or not second.isupper():
        return False
    if not first.isupper():
        return True
    behind = _NEXT_WORD.match(found.string, found.end())
    return len(first) == 1 and behind is not None and not behind.group().isupper()


def _written_out(found: re.Match[str]) -> tuple[str, int] | None:
    """What is written for it, and where that ends; None where it has to stay."""
    text = found.string
    long = _said(found, _EXPANDED)
    before = words_before(text, found.start())
    behind = words_behind(text, found.end())
    if long.lower() in _NEGATED:
        return _negation_written_out(found, long, before, behind)
    if long.lower().endswith(" is"):
        verb = is_or_has(before, behind)
        if verb is None:
            return None
        long = f"{long[:-2]}{verb.upper() if long.isupper() else verb}"
    return long, found.end()


def _negation_written_out(
    found: re.Match[str], long: str, before: list[str], behind: list[str]
) -> tuple[str, int] | None:
    """In a question "not" goes behind the subject, where that is a pronoun; what else
    the subject is, no word tells, and the short form stays.
    """
    text = found.string
    asked = is_asked(text, found.end())
    if not stands_before_its_subject(long.lower(), before, behind, asked=asked):
        # "Don't you dare."
        is_told = not before and is_own_subject(behind)
        return None if is_told else (long, found.end())
    subject = _NEXT_WORD.match(text, found.end())
    if subject is None or not is_own_subject(behind):
        # "Can't complain." has left its subject out.
        return None if behind and (asked or before) else (long, found.end())
    verb = long[:3] if long.lower() == "cannot" else long[: -len(" not")]
    return f"{verb}{subject.group()} {long[-3:]}", subject.end()


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


_NEGATED = frozenset(_NOT.values())
_EXPAND = re.compile(f"{_BEGINS}{_any_of(_EXPANDED)}{_ENDS}")
_CONTRACT = re.compile(f"{_BEGINS}{_any_of(_CONTRACTED)}{_ENDS}")
