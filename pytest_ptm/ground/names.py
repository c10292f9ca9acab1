"""Names as people give them: one text, where several are no name."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import ArgumentError


def require_name(argument: str, given: object, *, such_as: str) -> str:
    """The name that an argument is.

    >>> require_name("group", "dialect", such_as="dialect")
    'dialect'

    Raises:
        ArgumentError: it is no text, such as a list of names.
    """
    if isinstance(given, str):
        return given
    raise ArgumentError(
        f"{argument}={clip(repr(given), 60)}: expected one name, such as {such_as!r}, "
        f"got {type(given).__name__}"
    )


def named_in_order(argument: str, given: str | Sequence[str]) -> tuple[str, ...]:
    """The names that an argument lists; one by itself is a list of one.

    >>> named_in_order("choices", "one"), named_in_order("choices", ["one", "two"])
    (('one',), ('one', 'two'))

    Raises:
        ArgumentError: they are a set, which has another order in each process.
    """
    if isinstance(given, set | frozenset):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(f"{argument}= is a set, which has no order; write a list")
    return (given,) if isinstance(given, str) else tuple(given)
