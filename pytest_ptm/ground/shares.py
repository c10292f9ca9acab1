"""Percentages that were written where a share was meant."""

from __future__ import annotations


def meant_share(value: object, *, least: float = 2.0) -> str:
    """What to add to a message where a number looks like a percentage; else nothing.

    From 2 on: 1.5 is no percentage that anybody writes.

    >>> meant_share(5), meant_share(1.5)
    ('; did you mean 0.05?', '')
    """
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return ""
    return f"; did you mean {value / 100:g}?" if least <= value <= 100 else ""
