"""Predictors over something that takes images as they are, as Pillow holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.pictures import Pictures, fingerprint, look_at
from pytest_ptm.datasets.pixels import PictureRefused, pillow
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import ArgumentError, RowRefused
from pytest_ptm.models.texts import AnswersTexts, ClassifiesTexts
from pytest_ptm.tasks.image_classification import TASK as CLASSES
from pytest_ptm.tasks.protocol import Columns, Encoded, Rows, images_of

if TYPE_CHECKING:
    from PIL.Image import Image

Reads = Literal["texts", "images"]
"""What a function is handed a list of."""

_LENGTH = 14 * 14
"""Of a batch's budget: as many tokens as patches of 16 x 16 in 224 x 224 pixels."""


@dataclass(frozen=True, slots=True)
class PlainImages:
    """Images that are decoded as they are handed over, a batch at a time."""

    pictures: Pictures

    def take(self, rows: Rows) -> Self:
        """These rows, in this order."""
        return type(self)(self.pictures[rows])

    def decoded(self) -> list[Image]:
        """The images, RGB and upright."""
        return [pillow().fromarray(look_at(each).pixels) for each in self.pictures]


@dataclass(frozen=True)
class AnswersImages(AnswersTexts):
    """One that is asked about images, not texts."""

    def encode(self, inputs: Columns) -> Encoded[PlainImages]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The images as they are, known by their pixels.

        Raises:
            RowRefused: PTM218, one does not decode.
        """
        pictures = images_of(inputs, "image")
        n = len(pictures)
        return Encoded(
            lengths=np.full(n, _LENGTH, dtype=np.int32),
            keys=[_key(row, pictures) for row in range(n)],
            truncated=np.zeros(n, dtype=np.bool_),
            payload=PlainImages(pictures),
        )

    def asked(self, batch: PlainImages) -> NDArray[Any]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """What is said of one batch; an error of its own is found row by row."""
        return self.heard(batch.decoded())


@dataclass(frozen=True)
class ClassifiesImages(AnswersImages, ClassifiesTexts):  # pyright: ignore[reportIncompatibleMethodOverride]
    """One that gives classes of images."""

    task = CLASSES.name


def reads_images(reads: object, *, of: str) -> bool:
    """Whether a function takes images.

    Raises:
        ArgumentError: it takes neither these nor texts.
    """
    if reads not in ("texts", "images"):
        raise ArgumentError(f"{of}: reads={reads!r}: expected 'texts' or 'images'")
    return reads == "images"


def _key(row: int, pictures: Pictures) -> bytes:
    picture = pictures[row]
    try:
        return fingerprint(picture)
    except PictureRefused as refused:
        why = f"{clip(picture.name, 80)}: {refused.message}"
        raise RowRefused(row, why, code="PTM218") from None
