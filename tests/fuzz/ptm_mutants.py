"""Mutants of valid inputs: bytes, texts, and structures of plain data."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Mapping, Sequence

from ptm_texts import ODD

Plain = object

TOKENS = (
    *("null", "true", "false", "NaN", "Infinity", "-0", "1e999", "9" * 400, "0x1"),
    *("\\ud800", "\\u0000", '\\"', '"', "'", "{", "}", "[", "]", ",", ":", ";", "\t"),
    *("\n", "\r", "\r\n", "\x00", "\x85", "\u2028", "\ufeff", "=", "?", "&", "@", "%"),
    *("(", ")", "(a=b)", "==", "../", "/", "\\", "~", "#", "-DOCSTART-", "B-", "I-X"),
    *("[" * 3000, '{"a":' * 3000, "[MASK]", "{}", "{0}", "{text", "%s", "\U0010ffff"),
)
"""What a parser may stumble over, as text."""

VALUES: tuple[Plain, ...] = (
    *(None, True, False, 0, 1, -1, 2**63, -(2**70), 10**400, 0.5, -0.0, 1e308, 1),
    *(math.nan, math.inf, "", " ", "1", "0", "nan", "True", "\ud800", "\x00", b"x"),
    *((), [], {}, [[]], [None], {"a": None}, {"text": []}, [0, 1], ["a", 1], {1: 2}),
    *("x" * 5000, *ODD),
)
"""What may stand where something else should."""

_DEEPEST = 40


def mutant(value: Plain, draw: random.Random, others: Sequence[Plain] = ()) -> Plain:
    """The value, changed in one to six places; ``others`` lend parts of their own."""
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        try:
            value = _once(value, draw, others)
        except RecursionError:  # deep enough
            break
    return value


def _once(value: Plain, draw: random.Random, others: Sequence[Plain]) -> Plain:
    if isinstance(value, bytes):
        tokens = [token.encode("utf-8", "surrogatepass") for token in TOKENS]
        same = [other for other in others if isinstance(other, bytes)]
        return _sequence(value, draw, [*tokens, *same], lambda n: draw.randbytes(n))
    if isinstance(value, str):
        same = [other for other in others if isinstance(other, str)]
        return _sequence(
            value, draw, [*TOKENS, *ODD, *same], lambda n: _letters(n, draw)
        )
    return _in_place(json_copy(value), draw, others)


def _sequence(value, draw: random.Random, tokens, fresh: Callable):
    """Bytes or a text with a part removed, doubled, moved, replaced or put in."""
    at = draw.randint(0, len(value))
    upto = min(len(value), at + draw.choice((1, 1, 2, 8, 64)))
    part, before, after = value[at:upto], value[:at], value[upto:]
    put = (
        lambda: value[:0],
        lambda: part * 2,
        lambda: part * draw.choice((3, 40, 900)),
        lambda: fresh(draw.choice((1, 1, 4))),
        lambda: part + fresh(draw.choice((1, 1, 4))),
        lambda: part + draw.choice(tokens),
        lambda: draw.choice(tokens),
        lambda: part[::-1],
    )
    if draw.random() < 0.1:
        return before
    return before + draw.choice(put)() + after


def _letters(n: int, draw: random.Random) -> str:
    most = draw.choice((0x7F, 0xFF, 0xFFFF, 0x10FFFF))
    return "".join(chr(draw.randint(0, most)) for _ in range(n))


def json_copy(value: Plain) -> Plain:
    """A copy whose lists and mappings may be changed."""
    if isinstance(value, Mapping):
        return {key: json_copy(held) for key, held in value.items()}
    if isinstance(value, list):
        return [json_copy(held) for held in value]
    return value


def _in_place(value: Plain, draw: random.Random, others: Sequence[Plain]) -> Plain:
    places = list(_places(value))
    if not places:
        return draw.choice(VALUES)
    holder, key = draw.choice(places)
    held = holder[key]
    elsewhere, name = draw.choice(places)
    put = (
        lambda: draw.choice(VALUES),
        lambda: draw.choice(VALUES),
        lambda: elsewhere[name],
        lambda: [held],
        lambda: {"a": held},
        lambda: json.dumps(held, default=str),
        lambda: _once(held, draw, ()) if isinstance(held, str | bytes) else held,
        lambda: held * draw.choice((2, 70)) if isinstance(held, list) else str(held),
        lambda: _deep(held, draw.choice((3, 30, 400))),
    )
    how = draw.random()
    if how < 0.12:
        del holder[key]
    elif how < 0.2 and isinstance(holder, dict):
        changed = _once(str(key), draw, ())
        holder[draw.choice((changed, changed, 7, None))] = holder.pop(key)
    elif how < 0.27 and isinstance(holder, list):
        holder.insert(key, draw.choice((held, draw.choice(VALUES))))
    else:
        # A copy: a part that is put into itself would never end.
        holder[key] = json_copy(draw.choice(put)())
    return value


def _places(value: Plain, depth: int = 0):
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = range(len(value))
    else:
        return
    for key in keys:
        yield value, key
        yield from _places(value[key], depth + 1)


def _deep(value: Plain, depth: int) -> Plain:
    for _ in range(depth):
        value = [value]
    return value
