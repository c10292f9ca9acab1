"""The sentence for a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


def unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    """A sentence that says a name is unknown, suggests the nearest, lists the rest.

    >>> unknown("metric", "acuracy", ("accuracy", "f1"))
    "unknown metric 'acuracy'; did you mean 'accuracy'? Known: accuracy, f1"
    """
    near = nearest(name, known)
    hint = "; known:" if near is None else f"; did you mean {near!r}? Known:"
    return f"unknown {what} {name!r}{hint} {', '.join(known)}"


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that may be meant, in other letters or another case.

    >>> nearest("positive", ["NEGATIVE", "POSITIVE"])
    'POSITIVE'
    """
    plain = {each.casefold(): each for each in reversed(known)}
    near = difflib.get_close_matches(name, known, n=1) or [
        plain[each] for each in difflib.get_close_matches(name.casefold(), plain, n=1)
    ]
    return near[0] if near else None
