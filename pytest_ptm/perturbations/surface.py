"""Changes of how a text looks and not of what it says: case, marks, spaces."""

from __future__ import annotations

import random
import re
from typing import Literal

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import is_one_of
from pytest_ptm.perturbations.marks import APOSTROPHES, ends_in_a_mark, without_marks
from pytest_ptm.perturbations.protocol import Perturbation
from pytest_ptm.perturbations.short_forms import contracted, expanded
from pytest_ptm.perturbations.stops import stop_of

_SPACES = re.compile(r"\s+")
# A word goes on over an apostrophe, and over accents that stand by themselves.
_LETTER = r"[^\W_]"
_ACCENT = (
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
)
_WORD = re.compile(rf"{_LETTER}(?:{_ACCENT}*[{APOSTROPHES}]?{_LETTER})*")

_ENDS = frozenset({"n't", "'s", "'re", "'ve", "'ll", "'d", "'m", "'t"})


def casing(to: Literal["upper", "lower", "title", "swap"]) -> Perturbation:
    """Every letter in another case; in a title the first one of a word is large.

    Raises:
        ArgumentError: ``to`` is none of the four.
    """
    ways = {
        "upper": str.upper,
        "lower": str.lower,
        "title": _title,
        "swap": str.swapcase,
    }
    if not is_one_of(to, ways):
        raise ArgumentError(f"casing({to!r}): expected one of {', '.join(ways)}")
    way = ways[to]
    return Perturbation(
        f"casing({to})", lambda text, rng: _if_changed(text, way(text)), seeded=False
    )


def punctuation(how: Literal["strip", "add"]) -> Perturbation:
    """Without punctuation, or with a full stop where no stop or pause ends the text.

    Punctuation is what Unicode calls so, in any script; ``$`` and emoji are not. A mark
    of a word or a number ("it's", "3.5", "-5") is spelling and stays, an emoticon is a
    word. The stop is that of the text's script; one without stops gets none.

    Raises:
        ArgumentError: ``how`` is neither.
    """
    if not is_one_of(how, ("strip", "add")):
        raise ArgumentError(f"punctuation({how!r}): expected 'strip' or 'add'")

    def change(text: str, rng: random.Random) -> str | None:
        if how == "strip":
            return _if_changed(text, without_marks(text))
        bare = text.rstrip()
        stop = stop_of(bare)
        return None if not bare or not stop or ends_in_a_mark(bare) else bare + stop

    return Perturbation(f"punctuation({how})", change, seeded=False)


def contractions(how: Literal["expand", "contract"]) -> Perturbation:
    """Short forms ("don't") written out ("do not"), or the other way; English.

    Where a clause ends ("what it is.") there is no short form of a verb, and what can
    be read in two ways ("he's told the truth") stays as it is.

    Raises:
        ArgumentError: ``how`` is neither.
    """
    if not is_one_of(how, ("expand", "contract")):
        raise ArgumentError(f"contractions({how!r}): expected 'expand' or 'contract'")
    way = expanded if how == "expand" else contracted

    def change(text: str, rng: random.Random) -> str | None:
        return _if_changed(text, way(text))

    return Perturbation(f"contractions({how})", change, seeded=False)


def whitespace() -> Perturbation:
    """Spaces doubled or turned into tabs and line breaks, and some around the text."""

    def change(text: str, rng: random.Random) -> str | None:
        inside = _SPACES.sub(lambda _: rng.choice(("  ", "\t", "\n", " ")), text)
        return _if_changed(text, f" {inside} ")

    return Perturbation("whitespace", change)


def _title(text: str) -> str:
    # str.title() begins a word behind every apostrophe: Don'T.
    return _WORD.sub(_begun, text)


def _begun(word: re.Match[str]) -> str:
    found = word.group()
    # The end of a word that a corpus takes apart: ca n't, the film 's.
    behind = word.string[word.start() - 1 : word.start()]
    end = f"'{found}" if behind and behind in APOSTROPHES else found
    is_end = end.lower().replace("\u2019", "'") in _ENDS
    return found.lower() if is_end else found.capitalize()


def _if_changed(before: str, after: str) -> str | None:
    return None if after == before else after
