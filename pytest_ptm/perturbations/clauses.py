"""How an English clause stands around a short form: what comes before and behind it.

No parser: words that decide it beyond doubt. Where they do not, the form stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pytest_ptm.perturbations import english
from pytest_ptm.perturbations.marks import APOSTROPHES

# What stands in for a mask is of private use, and may be any word.
_LETTER = r"[\w\ue000-\uf8ff]"
_WORD = re.compile(rf"{_LETTER}+(?:[-{APOSTROPHES}]{_LETTER}+)*")
_NEXT_WORD = re.compile(rf"\s+({_WORD.pattern})")
_MARK = re.compile(rf"[^\w\s\ue000-\uf8ff{APOSTROPHES}-]|(?<!\w)[{APOSTROPHES}]")
_END_OF_SENTENCE = re.compile(r"[.?!\n]")
_OF_TWO = frozenset(
    {"i have", "i will", "you are", "you have", "you will", "he will", "she will"}
)
_FURTHEST = 80
"""Characters looked at before a place, or a long text would take its square of time."""
_LONGEST_SENTENCE = 400


def words_before(text: str, at: int) -> list[str]:
    """The words since the last mark before a place, in small letters."""
    clause = _MARK.split(text[max(0, at - _FURTHEST) : at])[-1]
    return [_plain(word) for word in _WORD.findall(clause)]


def words_behind(text: str, at: int) -> list[str]:
    """The next words behind a place, up to a mark, in small letters."""
    found: list[str] = []
    while len(found) < 4 and (word := _NEXT_WORD.match(text, at)):
        found.append(_plain(word.group(1)))
        at = word.end()
    return found


def verb_joins_its_subject(
    subject: str, verb: str, before: Sequence[str], behind: Sequence[str]
) -> bool:
    """Whether "it is", between these words, may be "it's".

    The pronoun has to be the subject, and the verb unstressed, as it is not where
    something is left out behind it: "I know who they are", "than it is funny".
    """
    if not behind or behind[0] in english.ENDS_A_CLAUSE:
        return False
    if _is_one_of_two(f"{subject} {verb}", before):
        return False
    if subject in english.MAY_BE_OBJECTS and not _opens_a_clause(before):
        return False
    if verb == "have":
        # As a verb of its own ("I have a car") it is hardly ever joined.
        return is_participle(_behind_adverbs(behind))
    if before[-1:] and before[-1] in english.COMPARING:
        return False
    asked = any(word in english.ASKING for word in before[-3:])
    return verb == "will" or not asked or _is_activity(_behind_adverbs(behind))


def negation_joins_its_verb(
    verb: str, before: Sequence[str], behind: Sequence[str]
) -> bool:
    """Whether "do not", between these words, may be "don't"."""
    if behind and (behind[0] in english.SUBJECTS or behind[0] in {"only", "n't"}):
        return False
    is_a_noun = before[-1:] and before[-1] in english.OF_A_NOUN - {"this", "that"}
    return not (verb in {"will", "cannot"} and is_a_noun)


def stands_before_its_subject(
    verb: str, before: Sequence[str], behind: Sequence[str], *, asked: bool
) -> bool:
    """Whether a verb between these words does, as questions have it: "Don't we?",
    "why can't people", "it is, isn't it?".
    """
    if not before:
        # "Don't worry." is no question; "Isn't it good!" is one without its mark.
        return asked or verb != "do not"
    if before[-1] in english.ASKING_NO_SUBJECT:
        return True
    if not asked:
        return False
    is_begun = len(before) == 1 and before[0] in english.OPENS_A_QUESTION
    return is_begun or (len(behind) == 1 and behind[0] in english.SUBJECTS)


def is_asked(text: str, at: int) -> bool:
    """Whether the sentence around a place ends in a question mark."""
    found = _END_OF_SENTENCE.search(text, at, at + _LONGEST_SENTENCE)
    return found is not None and found.group() == "?"


def is_own_subject(behind: Sequence[str]) -> bool:
    """Whether the first of these words is a subject by itself: no "you people"."""
    if not behind or behind[0] not in english.SUBJECTS:
        return False
    return not (
        behind[0] in {"you", "we"}
        and len(behind) > 1
        and behind[1] in english.GOES_WITH_YOU
    )


def is_or_has(before: Sequence[str], behind: Sequence[str]) -> str | None:
    """What "'s" behind a pronoun is short for; None where it may be either."""
    if behind[:1] == ["own"] or (before and before[-1] in english.PREPOSITIONS):
        # It's misspelt, and means "its".
        return None
    word = _behind_adverbs(behind)
    if word in english.WITHOUT_PASSIVE:
        return "has"
    if not is_participle(word):
        return "is"
    following = list(behind[list(behind).index(word) + 1 :])
    if not following or following[0] in english.FUNCTION_WORDS:
        return None if word in {"gone", "done"} else "is"
    if following[0] in english.BEGINS_AN_OBJECT and word not in english.OF_TWO_OBJECTS:
        return "has"
    return None


def is_participle(word: str) -> bool:
    """Whether it may be one of the past, by its ending or by heart."""
    if word in english.IRREGULAR:
        return True
    return len(word) > 3 and word.endswith("ed") and word not in english.NO_PARTICIPLE


def _is_one_of_two(long: str, before: Sequence[str]) -> bool:
    """Whether another subject may stand before it: "he or she", "my wife and I"."""
    if len(before) < 2 or before[-1] not in {"and", "or"}:
        return False
    return before[-2] in english.SUBJECTS or long in _OF_TWO


def _opens_a_clause(before: Sequence[str]) -> bool:
    if not before:
        return True
    last = before[-1]
    if last in english.OPENS_A_CLAUSE or last in english.ASKING:
        return True
    if len(before) == 1 and last.endswith("ly"):
        return True
    return last in english.OPENS_A_CLAUSE_BEHIND_A_SUBJECT and (
        before[-2:-1] != [] and before[-2] in english.SUBJECTS
    )


def _behind_adverbs(words: Sequence[str]) -> str:
    """The first word that is no adverb; an empty one where there is none."""
    return next(
        (
            word
            for word in words
            if word not in english.ADVERBS and not word.endswith("ly")
        ),
        "",
    )


def _is_activity(word: str) -> bool:
    if word == "like":
        return True
    return word.endswith("ing") and word not in english.NO_ACTIVITY


def _plain(word: str) -> str:
    return word.lower().replace("\u2019", "'")
