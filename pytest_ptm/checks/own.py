"""Checks that users bring: a function of the text, or several checks in a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

import numpy as np

from pytest_ptm.checks.check import Check, Written, all_of
from pytest_ptm.ground.content import content_digest_of
from pytest_ptm.ground.digests import digest
from pytest_ptm.ground.errors import ArgumentError

Holds = Callable[[str], bool]
"""A function of an answer's text that says whether it will do."""

Expected: TypeAlias = "Check | Holds | Sequence[Expected]"
"""A check, a function that says whether a text will do, or several: all of them."""


def satisfies(function: Holds, *, fingerprint: str | None = None) -> Check:
    """The function says True of the text.

    It is known by its code and all that it depends on, as ``from_function`` knows one.

    Args:
        function: takes the text of an answer, gives True or False.
        fingerprint: what its answers depend on, where that cannot be read: a text that
            changes whenever they may.

    >>> satisfies(str.isupper)("LOUD") is None
    True

    Raises:
        ArgumentError: it is no function, or what it depends on cannot be read; as it is
            asked, it gives something else than True or False.
    """
    name = str(getattr(function, "__name__", type(function).__name__))
    if not callable(function) or isinstance(function, type):
        raise ArgumentError(
            f"satisfies: expected a function of a text, got {function!r:.80}"
        )
    if fingerprint is None:
        content = content_digest_of(function, of=f"satisfies({name})")
    elif isinstance(fingerprint, str) and fingerprint:  # pyright: ignore[reportUnnecessaryIsInstance]
        content = f"said: {fingerprint}"
    else:
        raise ArgumentError(
            f"satisfies({name}): fingerprint={fingerprint!r} is no text"
        )

    def lacks(answer: Written) -> str | None:
        said: Any = function(answer.text)
        if not isinstance(said, (bool, np.bool_)):
            raise ArgumentError(
                f"{name}: expected True or False, got {said!r:.60} for "
                f"{answer.said}; has it a return?"
            )
        return None if said else "gives False"

    return Check(f"{name}#{digest(content)}", lacks)


def check_of(expect: Expected) -> Check:
    """What ``expect=`` means as one check, with the models that it asks.

    Raises:
        ArgumentError: it is none, or can never fail.
        ModelError: a model that it asks cannot be loaded.
    """
    given: Any = expect
    if isinstance(given, Check):
        return given.bound()
    if isinstance(given, (list, tuple)):
        several = cast("Sequence[Expected]", given)
        if not several:
            raise ArgumentError("expect=[] checks nothing; give a check")
        return all_of(tuple(check_of(each) for each in several))
    if str(getattr(given, "__module__", "")).startswith("pytest_ptm.checks."):
        raise ArgumentError(
            f"expect={given.__name__}: that makes a check; call it, {given.__name__}(…)"
        )
    if callable(given) and not isinstance(given, type):
        return satisfies(cast("Holds", given))
    raise ArgumentError(
        f"expect={given!r:.60}: expected a check of pytest_ptm.checks, a function of "
        f"the text that gives True or False, or a list of them{_meant(given)}"
    )


def _meant(given: object) -> str:
    if isinstance(given, str):
        return f'; say exact_match("{given:.40}"), or contains(…)'
    if isinstance(given, re.Pattern):
        return "; say matches(…)"
    if isinstance(given, (dict, type)):
        return "; a schema is checked by valid_json(schema)"
    return ""
