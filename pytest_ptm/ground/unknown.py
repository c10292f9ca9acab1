"""The sentence for a name that is not known."""

from __future__ import annotations

import difflib


def unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    """A sentence that says a name is unknown, suggests the nearest, lists the rest.

    >>> unknown("metric", "acuracy", ("accuracy", "f1"))
    "unknown metric 'acuracy'; did you mean 'accuracy'? Known: accuracy, f1"
    """
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}? Known:" if near else "; known:"
    return f"unknown {what} {name!r}{hint} {', '.join(known)}"
