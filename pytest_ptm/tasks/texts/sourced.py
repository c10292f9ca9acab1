"""References, if there are any, that know the text which they were written for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self


class Sourced(tuple[str, ...]):
    """The references of one row, and the ``source`` that they were written for."""

    source: str

    def __new__(cls, texts: Iterable[str], source: str) -> Self:
        """These references of this text."""
        made = super().__new__(cls, texts)
        made.source = source
        return made

    def __getnewargs__(self) -> tuple[tuple[str, ...], str]:
        return tuple(self), self.source
