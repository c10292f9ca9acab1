"""Texts as a user hands them over: one, several, or a source of examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TypeGuard, cast

from pytest_ptm.behaviours.asking import rows_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.load import FORMATS, Source, load_examples
from pytest_ptm.tasks.fill_mask import MASK

Texts = str | Sequence[str] | Source
"""One text, several, or what ``load_examples`` takes."""


def texts_of(texts: Texts, *, labelled: bool = True) -> Examples:
    """The texts as examples; a plain text is one row, not the name of a file.

    ``labelled``: whether what has to be loaded has labels.

    Raises:
        DataError: what ``load_examples`` refuses.
    """
    if isinstance(texts, str):
        if MASK not in texts and PurePath(texts).suffix.lower() in FORMATS:
            return _loaded(texts, labelled=labelled)
        return load_examples([{"text": texts}], label=None)
    if _all_texts(texts):
        return load_examples([{"text": text} for text in texts], label=None)
    return _loaded(cast("Source", texts), labelled=labelled)


def _loaded(source: Source, *, labelled: bool) -> Examples:
    if labelled or isinstance(source, Examples):
        return rows_of(source)
    return load_examples(source, label=None)


def _all_texts(texts: object) -> TypeGuard[Sequence[str]]:
    if not isinstance(texts, (list, tuple)):
        return False
    return all(isinstance(text, str) for text in cast("Sequence[object]", texts))
