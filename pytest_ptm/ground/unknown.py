"""The sentence for a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from typing import TypeGuard

from pytest_ptm.ground.display import clip

_LONGEST = 200
"""Characters of a name that are repeated to whoever typed it."""


def is_one_of(name: object, known: Collection[str]) -> TypeGuard[str]:
    """Whether it is one of these names; a list or a number is none, and no bug."""
    return isinstance(name, str) and name in known


def unknown(what: str, name: object, known: tuple[str, ...]) -> str:
    """A sentence that says a name is unknown, suggests the nearest, lists the rest.

    >>> unknown("metric", "acuracy", ("accuracy", "f1"))
    "unknown metric 'acuracy'; did you mean 'accuracy'? Known: accuracy, f1"
    """
    if not isinstance(name, str):
        what = f"{what}, which has to be a text:"
    near = nearest(name, known) if isinstance(name, str) else None
    hint = "; known:" if near is None else f"; did you mean {near!r}? Known:"
    return f"unknown {what} {clip(repr(name), _LONGEST)}{hint} {', '.join(known)}"


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that may be meant, in other letters or another case.

    >>> nearest("positive", ["NEGATIVE", "POSITIVE"])
    'POSITIVE'
    """
    if len(name) > _LONGEST:
        return None
    plain = {each.casefold(): each for each in reversed(known)}
    near = difflib.get_close_matches(name, known, n=1) or [
        plain[each] for each in difflib.get_close_matches(name.casefold(), plain, n=1)
    ]
    return near[0] if near else None
