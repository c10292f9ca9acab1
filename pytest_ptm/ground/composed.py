"""Texts that Unicode takes for the same, in one spelling."""

from __future__ import annotations

import unicodedata


def composed(text: str) -> str:
    """The text with its letters and their accents composed (NFC).

    >>> composed("cafe\u0301") == "caf\u00e9"
    True
    """
    return unicodedata.normalize("NFC", text)
