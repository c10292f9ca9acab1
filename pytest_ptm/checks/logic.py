"""Whether a combination of checks can fail at all, whatever the answers are."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import product
from typing import Protocol

_MOST = 12
"""Parts that stand in both signs: two to this power are tried at most."""


class Combination(Protocol):
    """A part, or a combination of them."""

    @property
    def kind(self) -> str:
        """How it combines, "all", "any" or "not"; "one" is a part."""
        ...

    @property
    def of(self) -> Sequence[Combination]:
        """What it combines."""
        ...

    @property
    def known_by(self) -> Hashable:
        """What a part that says the same of every answer has in common with it."""
        ...


def settled(check: Combination) -> bool | None:
    """True where it holds of any answer, False where of none; None where that varies.

    By its form alone, as of ``a | ~a``. Parts that stand there in one sign only are put
    where they help least, so that the others alone are tried.
    """
    signs: dict[Hashable, set[bool]] = {}
    for part, sign in _signs(check, sign=True):
        signs.setdefault(part, set()).add(sign)
    both = [part for part, found in signs.items() if len(found) == 2]
    if not 0 < len(both) <= _MOST:
        return None
    alone = {part: True in found for part, found in signs.items()}
    against = {part: not sign for part, sign in alone.items()}
    tried = [dict(zip(both, each, strict=True)) for each in _values(len(both))]
    if all(_holds(check, against | each) for each in tried):
        return True
    return None if any(_holds(check, alone | each) for each in tried) else False


def _values(n: int) -> Iterator[tuple[bool, ...]]:
    return product((False, True), repeat=n)


def _signs(check: Combination, *, sign: bool) -> Iterator[tuple[Hashable, bool]]:
    if check.kind == "one":
        yield check.known_by, sign
    for each in check.of:
        yield from _signs(each, sign=sign if check.kind != "not" else not sign)


def _holds(check: Combination, given: Mapping[Hashable, bool]) -> bool:
    if check.kind == "one":
        return given[check.known_by]
    each = (_holds(one, given) for one in check.of)
    if check.kind == "not":
        return not next(each)
    return all(each) if check.kind == "all" else any(each)
