"""In which script an answer is written."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

from pytest_ptm.checks.arguments import require_number, require_some
from pytest_ptm.checks.check import Check, Written
from pytest_ptm.checks.naming import called
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import is_one_of, unknown

SCRIPTS = (
    "Arabic",
    "Armenian",
    "Bengali",
    "Bopomofo",
    "Cherokee",
    "Cyrillic",
    "Devanagari",
    "Ethiopic",
    "Georgian",
    "Greek",
    "Gujarati",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hebrew",
    "Hiragana",
    "Kannada",
    "Katakana",
    "Khmer",
    "Lao",
    "Latin",
    "Malayalam",
    "Mongolian",
    "Myanmar",
    "Oriya",
    "Sinhala",
    "Syriac",
    "Tamil",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
)
"""Scripts by their names in Unicode."""

LANGUAGES = {
    "Chinese": ("Han",),
    "Japanese": ("Han", "Hiragana", "Katakana"),
    "Korean": ("Hangul", "Han"),
}
"""Languages that several scripts write, or one of several's scripts."""

_PROPER = {
    "Japanese": frozenset({"Hiragana", "Katakana"}),
    "Korean": frozenset({"Hangul"}),
}
# The first word of a character's name, where it is not the script's own.
_NAMED = {
    "CJK": "Han",
    "HENTAIGANA": "Hiragana",
    "IDEOGRAPHIC": "Han",
    "KATAKANA-HIRAGANA": "Katakana",
}


def written_in(*names: str, at_least: float = 0.9) -> Check:
    """This share of the answer's letters is of these scripts.

    Letters are what Unicode calls so: no digits, marks, emoji. The script tells Russian
    from English, not English from German.

    Args:
        names: scripts of Unicode ("Latin", "Cyrillic", "Arabic", "Han", …), or
            "Chinese" (Han), "Japanese" (Han and kana, some of it kana), "Korean"
            (Hangul and Han, some of it Hangul).
        at_least: the share, above 0 and up to 1; of an answer without a letter it does
            not hold.

    >>> written_in("Chinese")("东京是日本的首都。") is None
    True
    >>> written_in("Cyrillic")("Привет, world")
    'written_in("Cyrillic"): 54% of 11 letters; the others are Latin'

    Raises:
        ArgumentError: there is no such script, or ``at_least`` is no such share.
    """
    require_some("written_in", names)
    for name in names:
        if not is_one_of(name, (*SCRIPTS, *LANGUAGES)):
            raise ArgumentError(unknown("script", name, (*SCRIPTS, *LANGUAGES)))
    require_number("written_in", "at_least", at_least, most=1.0)
    if not at_least:
        raise ArgumentError("written_in: at_least=0 holds of any answer")
    wanted = {script for name in names for script in LANGUAGES.get(name, (name,))}
    proper = {_PROPER[name] for name in names if name in _PROPER}

    def lacks(answer: Written) -> str | None:
        found = scripts_of(answer.text)
        total = found.total()
        if not total:
            return "has no letter"
        own = sum(times for script, times in found.items() if script in wanted)
        if own / total < at_least:
            others = [each for each, _ in found.most_common() if each not in wanted]
            return (
                f"{int(100 * own / total)}% of {total:,} letters; the others are "
                f"{', '.join(others[:3])}"
            )
        if len(names) == 1 and any(not each & found.keys() for each in proper):
            return f"none of its letters is {' or '.join(sorted(*proper))}"
        return None

    share = None if at_least == 0.9 else at_least
    return Check(called("written_in", *names, at_least=share), lacks)


def scripts_of(text: str) -> Counter[str]:
    """How many letters of each script a text has.

    >>> scripts_of("Tokyo 東京タワー")["Katakana"]
    3
    """
    # Wide and half-wide letters are named otherwise.
    plain = unicodedata.normalize("NFKC", text)
    found = (_script(each) for each in plain if each.isalpha())
    return Counter(each for each in found if each)


@lru_cache(maxsize=65_536)
def _script(letter: str) -> str:
    first = unicodedata.name(letter, "").partition(" ")[0]
    script = _NAMED.get(first, first.capitalize())
    return script if script in SCRIPTS else "another script"
