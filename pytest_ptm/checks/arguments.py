"""What makers of checks take, refused where it is none of that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pytest_ptm.ground.errors import ArgumentError


def require_texts(check: str, texts: Sequence[Any]) -> None:
    """Nothing, where these are texts, none of them empty.

    Raises:
        ArgumentError: one is not.
    """
    for text in texts:
        if not isinstance(text, str):
            raise ArgumentError(f"{check}: expected texts, got {text!r:.60}")
        if not text.strip():
            raise ArgumentError(f"{check}: {text!r} is blank, as any answer may be")


def require_some(check: str, texts: Sequence[object]) -> None:
    """Nothing, where there is one.

    Raises:
        ArgumentError: there is none.
    """
    if not texts:
        raise ArgumentError(f'{check}() checks nothing; give a text, {check}("…")')


def require_number(
    check: str,
    name: str,
    value: Any,  # noqa: ANN401 - whatever stands in a test
    *,
    most: float = math.inf,
) -> None:
    """Nothing, where this is a finite number from 0 to ``most``.

    Raises:
        ArgumentError: it is not.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 <= value <= most:
        upto = "" if most == math.inf else f" to {most:g}"
        raise ArgumentError(
            f"{check}: {name}={value!r}: expected a number from 0{upto}"
        )


def require_flag(check: str, name: str, value: object) -> None:
    """Nothing, where this is True or False: a text such as "no" would count as True.

    Raises:
        ArgumentError: it is neither.
    """
    if not isinstance(value, bool):
        raise ArgumentError(f"{check}: {name}={value!r:.60}: expected True or False")


def require_one_of(check: str, name: str, value: object, known: Sequence[str]) -> None:
    """Nothing, where this is one of those.

    Raises:
        ArgumentError: it is not.
    """
    if value not in known:
        raise ArgumentError(f"{check}: {name}={value!r}: expected one of {known}")
