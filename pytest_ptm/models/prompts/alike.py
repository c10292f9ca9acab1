"""Texts that are one to whoever reads them."""

from __future__ import annotations

from collections.abc import Iterable


def first_alike(texts: Iterable[str], keys: Iterable[object]) -> tuple[str, str] | None:
    """The first two of these texts that have one key; None where each has its own.

    >>> first_alike(["a bank", "a match", "A bank"], [1, 2, 1])
    ('a bank', 'A bank')
    """
    first: dict[object, str] = {}
    for text, key in zip(texts, keys, strict=True):
        if key in first:
            return first[key], text
        first[key] = text
    return None
