"""What JSON and TOML may hold, so that nothing breaks on it later.

A parser takes more than what comes after it: a file may be nested deeper than Python's
recursion goes (since 3.12 the parser's own goes further), and TOML's hexadecimal
numbers may have more digits than Python is willing to write out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

DEEPEST = 100
"""No config, tokenizer, list or run document comes near it."""


def oddity(value: object, *, largest: int | None = None) -> str | None:
    """What keeps parsed data from being worked on, in words; None where nothing does.

    ``largest``: whole numbers beyond it, of either sign, count as odd too.
    """
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            return f"it is nested deeper than {DEEPEST} levels"
        held = [inner for container in level for inner in _inside(container)]
        if largest is not None and any(_is_beyond(inner, largest) for inner in held):
            return f"a whole number lies beyond {largest}"
        # A vocabulary has a million leaves, and they hold nothing.
        level = [inner for inner in held if type(inner) in {dict, list}]
    return None


def _is_beyond(value: object, largest: int) -> bool:
    return isinstance(value, int) and abs(value) > largest


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()
