"""Where what is refuted begins: the end of an interval that inverts a test."""

from __future__ import annotations

from collections.abc import Callable


def edge(
    refuted: Callable[[float], bool],
    *,
    inside: float,
    outside: float,
    halvings: int,
) -> float:
    """Where the values that are refuted begin, on the way from inside to outside.

    Found by halving what lies between, and rounded to the refuted side, so that the
    interval is the wider. ``outside`` itself where not even that is refuted.

    >>> edge(lambda value: value > 0.5, inside=0.0, outside=1.0, halvings=2)
    0.75
    """
    if not refuted(outside):
        return outside
    for _ in range(halvings):
        middle = (inside + outside) / 2
        if refuted(middle):
            outside = middle
        else:
            inside = middle
    return outside
