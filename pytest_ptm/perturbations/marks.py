"""Which characters are punctuation, by Unicode's categories, and where they end one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

APOSTROPHES = "'\u2019"

# Spelling where letters or digits stand on both sides: apostrophes, hyphens, the point
# of 3.5, an address, and/or, AT&T, col·lecció, the geresh of Hebrew.
_INSIDE = frozenset(f"{APOSTROPHES}-\u2010\u2011._@&/\u00b7\u05f3\u05f4")
_INSIDE_NUMBERS = frozenset(",:")
# Unicode calls them Sentence_Terminal, which Python's tables do not have.
_STOPS = frozenset(
    ".!?\u2025\u2026\u203c\u203d\u2047\u2048\u2049"
    "\u3002\uff0e\uff61\uff01\uff1f"  # Chinese and Japanese
    "\u0964\u0965\u061f\u06d4\u0589\u1362\u1367\u17d4\u104b"  # Danda to Burmese
)
_PAUSES = frozenset(",;:\u3001\uff0c\uff1b\uff1a\u060c\u061b")
# Final quotes of one language are initial ones of another: „Gut.“
_CLOSING = {"Pe", "Pf", "Pi"}
# What counts as a word: the apostrophe of " 's" where a corpus takes words apart, also
# of "don ' t"; the minus of -5, the point of .5; emoticons.
_PART = "(?ai:s|re|ve|ll|d|m|t)"
_NOT_QUOTED = rf"(?!\w|\s?[{APOSTROPHES}])"
_BEGINS = r"(?:^|(?<=[\s.!?,]))"
_SPELT = re.compile(
    rf"(?<!\S)[{APOSTROPHES}](?:{_PART}|em|til){_NOT_QUOTED}"
    rf"|(?<=\w)\s[{APOSTROPHES}]\s{_PART}{_NOT_QUOTED}"
    r"|(?<![\w-])-(?=[.$\u20ac\u00a3]?\d)|(?<![\w.])\.(?=\d)"
    rf"|{_BEGINS}(?:>?[:;=]['o^-]?[][(){{}}DPpOo3/\\|*]+|[(\]][o^-]?[:;=]<?"
    r"|\^[_.-]+\^|-_+-|>[_.]<|\._\.)(?=$|[\s.!?,])"
)
_CHUNK = re.compile(r"\s*(?:(?:[^\w\s]|_)\s*)+")
_SPACES = re.compile(r"\s+")


def is_mark(character: str) -> bool:
    """Whether it is punctuation, in any script; ``$``, ``+`` and emoji are symbols.

    So is a backtick to Unicode, but corpora open quotations with two of them.
    """
    return character == "`" or unicodedata.category(character)[0] == "P"


def closes(character: str) -> bool:
    """Whether it stands close behind what it ends: a stop, a bracket, a quote."""
    return (
        character in _STOPS
        or character in _PAUSES
        or unicodedata.category(character) in {"Pe", "Pf"}
    )


def opens(character: str) -> bool:
    """Whether it stands close before what it begins."""
    return unicodedata.category(character) in {"Ps", "Pi"}


def without_marks(text: str) -> str:
    """The text without its marks; those inside words stay, and so do other spaces."""
    kept = {
        at
        for found in _SPELT.finditer(text)
        for at in range(found.start(), found.end())
    }
    return _CHUNK.sub(lambda chunk: _without(chunk, kept), text)


def ends_in_a_mark(text: str) -> bool:
    """Whether a stop or a pause ends the text, also behind closing quotes and such."""
    end = len(text)
    while end and _may_follow(text[end - 1]):
        end -= 1
    if not end:
        return False
    last = text[end - 1]
    return last in _STOPS or last in _PAUSES or unicodedata.category(last) == "Pd"


def _may_follow(character: str) -> bool:
    return (
        character in "\"'"
        or character.isspace()
        or unicodedata.category(character) in _CLOSING
    )


def _without(chunk: re.Match[str], kept: Set[int]) -> str:
    """What is left of marks, symbols and spaces between two words."""
    text, given = chunk.string, chunk.group()
    left = "".join(
        " "
        if is_mark(text[at]) and at not in kept and not _is_inside(text, at)
        else text[at]
        for at in range(chunk.start(), chunk.end())
    )
    if left == given:
        return given
    starts, ends = chunk.start() == 0, chunk.end() == len(text)
    if left.isspace():
        if starts or ends:
            return ""
        spaces = _SPACES.search(given)
        # Without a space, what a dash or a 。 parted would become one word.
        return spaces.group() if spaces else " "
    before = " " if left[0].isspace() and not starts else ""
    after = " " if left[-1].isspace() and not ends else ""
    return f"{before}{' '.join(left.split())}{after}"


def _is_inside(text: str, at: int) -> bool:
    if not 0 < at < len(text) - 1:
        return False
    before, mark, after = text[at - 1], text[at], text[at + 1]
    if mark in _INSIDE_NUMBERS:
        return before.isdigit() and after.isdigit()
    return mark in _INSIDE and _is_of_a_word(before) and _is_of_a_word(after)


def _is_of_a_word(character: str) -> bool:
    # What stands in for a mask is of private use, and accents may stand by themselves.
    category = unicodedata.category(character)
    return character.isalnum() or category == "Co" or category[0] == "M"
