"""Slips of the fingers: neighbours swapped, keys missed, dropped or hit twice."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from numbers import Real
from typing import Literal

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.shares import meant_share
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.perturbations.protocol import Perturbation

Kind = Literal["swap", "keyboard", "drop", "double"]
KINDS: tuple[Kind, ...] = ("swap", "keyboard", "drop", "double")

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def typos(
    *,
    rate: float | None = None,
    count: int | None = None,
    kinds: Sequence[Kind] = KINDS,
) -> Perturbation:
    """Typing errors in letters: a share of them, or so many of a text.

    ``swap`` exchanges a letter with the next one, ``keyboard`` hits a neighbour on a
    QWERTY keyboard, ``drop`` leaves the letter out, ``double`` types it twice. Only
    letters are touched; a text without any is left alone.

    Args:
        rate: chance of each letter to go wrong, above 0 and at most 1; 0.05 unless
            ``count`` is given.
        count: exactly so many letters go wrong, or all if there are fewer.
        kinds: which of the four can happen, each as likely.

    Raises:
        ArgumentError: both are given, or a value makes no sense.
    """
    if count is not None:
        count = require_whole("typos: count", count, least=1)
    _check(rate, count, kinds)
    if rate is None and count is None:
        rate = 0.05
    chosen = tuple(kinds)
    said = f"rate={rate}" if count is None else f"count={count}"
    some = "" if chosen == KINDS else f", kinds={'+'.join(chosen)}"

    def change(text: str, rng: random.Random) -> str | None:
        places = _hit(text, rng, rate) if count is None else _drawn(text, rng, count)
        return _mistyped(text, places, rng, chosen) if places else None

    return Perturbation(f"typos({said}{some})", change)


def _check(rate: float | None, count: int | None, kinds: Sequence[Kind]) -> None:
    if rate is not None and count is not None:
        raise ArgumentError("typos: give rate= or count=, not both")
    given: object = rate
    is_number = not isinstance(given, bool) and isinstance(given, Real)
    if rate is not None and not (is_number and 0 < rate <= 1):
        raise ArgumentError(
            f"typos: rate={rate!r}: expected above 0 and at most 1{meant_share(rate)}"
        )
    listed = isinstance(kinds, (list, tuple))
    if not listed or not kinds or [kind for kind in kinds if kind not in KINDS]:
        raise ArgumentError(f"typos: kinds={kinds!r}: expected a list, some of {KINDS}")


def _hit(text: str, rng: random.Random, rate: float | None) -> list[int]:
    """Letters that go wrong, each with the same chance."""
    if rate is None or rate >= 1:
        return [place for place, letter in enumerate(text) if letter.isalpha()]
    # From one hit to the next in one step: a draw for each hit, not for each letter.
    scale = math.log1p(-rate)
    places: list[int] = []
    place = int(math.log(1.0 - rng.random()) / scale)
    while place < len(text):
        if text[place].isalpha():
            places.append(place)
        place += 1 + int(math.log(1.0 - rng.random()) / scale)
    return places


def _drawn(text: str, rng: random.Random, count: int) -> list[int]:
    letters = [place for place, letter in enumerate(text) if letter.isalpha()]
    return sorted(rng.sample(letters, min(count, len(letters))))


def _mistyped(
    text: str, places: list[int], rng: random.Random, kinds: tuple[Kind, ...]
) -> str:
    letters = list(text)
    for place in places:
        kind = kinds[int(rng.random() * len(kinds))]
        letter = letters[place]
        if kind == "swap" and place + 1 < len(letters):
            letters[place], letters[place + 1] = letters[place + 1], letter
        elif kind == "keyboard":
            letters[place] = _neighbour(letter, rng)
        elif kind == "double":
            letters[place] = letter * 2
        else:
            letters[place] = ""
    return "".join(letters)


def _neighbour(letter: str, rng: random.Random) -> str:
    near = _NEIGHBOURS.get(letter.lower())
    if near is None:
        # No key of this layout: what happens then is a second stroke.
        return letter * 2
    hit = near[int(rng.random() * len(near))]
    return hit.upper() if letter.isupper() else hit


def _neighbours() -> dict[str, str]:
    found: dict[str, str] = {}
    for row, keys in enumerate(_ROWS):
        for place, key in enumerate(keys):
            beside = keys[max(0, place - 1) : place] + keys[place + 1 : place + 2]
            above = _ROWS[row - 1][place : place + 2] if row else ""
            below = ""
            if row + 1 < len(_ROWS):
                below = _ROWS[row + 1][max(0, place - 1) : place + 1]
            found[key] = beside + above + below
    return found


_NEIGHBOURS = _neighbours()
