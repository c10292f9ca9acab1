"""Whole numbers as people give them: Python's, and NumPy's that stand for them."""

from __future__ import annotations

from numbers import Integral

from pytest_ptm.ground.errors import ArgumentError


def whole(value: object) -> int | None:
    """The whole number that a value is, as Python's own; None where it is none.

    >>> whole(5), whole(True), whole(5.0)
    (5, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        return None
    return int(value)


def require_whole(
    name: str, value: object, *, least: int, most: int | None = None
) -> int:
    """The whole number that an argument is, from ``least`` to ``most``.

    Raises:
        ArgumentError: it is none, such as True or 5.0, or lies beyond them.
    """
    found = whole(value)
    if found is not None and least <= found and (most is None or found <= most):
        return found
    upto = f"{least} or more" if most is None else f"{least} .. {most}"
    raise ArgumentError(f"{name}={value!r}: expected a whole number, {upto}")
