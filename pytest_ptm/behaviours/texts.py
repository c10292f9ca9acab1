"""Texts as a user hands them over: one, several, or a source of examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TypeGuard, cast

from pytest_ptm.behaviours.asking import rows_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.load import FORMATS, Source, load_examples
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.tasks.fill_mask import MASK

Texts = str | Sequence[str] | Source
"""One text, several, or what ``load_examples`` takes."""

_IMAGES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}

Load = Callable[[Source], Examples]


def texts_of(texts: Texts, *, load: Load = rows_of) -> Examples:
    """The texts as examples; a plain text is one row, not the name of a file.

    ``load`` is for what has to be loaded, as files and rows with labels have.

    Raises:
        ArgumentError: the texts are paths of images.
        DataError: what ``load_examples`` refuses.
    """
    if isinstance(texts, str):
        if MASK not in texts and PurePath(texts).suffix.lower() in FORMATS:
            return load(texts)
        _refuse_images([texts])
        return load_examples([{"text": texts}], label=None)
    if _all_texts(texts):
        _refuse_images(texts)
        return load_examples([{"text": text} for text in texts], label=None)
    return texts if isinstance(texts, Examples) else load(cast("Source", texts))


def without_labels(source: Source) -> Examples:
    """The texts of a source that has no labels, or none that count."""
    return load_examples(source, label=None)


def _refuse_images(texts: Sequence[str]) -> None:
    """Refuse paths of images, which would be read as texts.

    Raises:
        ArgumentError: each is one.
    """
    if texts and all(PurePath(text).suffix.lower() in _IMAGES for text in texts):
        raise ArgumentError(
            f"{clip(texts[0], 80)!r} is taken as a text, and names an image: load "
            'images with load_images([{"image": path}], label=None)'
        )


def _all_texts(texts: object) -> TypeGuard[Sequence[str]]:
    if not isinstance(texts, (list, tuple)):
        return False
    return all(isinstance(text, str) for text in cast("Sequence[object]", texts))
