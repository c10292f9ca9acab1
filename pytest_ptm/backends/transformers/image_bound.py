# pyright: basic
# transformers' image processors are only partly typed.
"""A checkpoint that images are shown to, bound to a task: its rows, not its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import ImageCheckpoint
from pytest_ptm.backends.transformers.image_rows import (
    ROWS_AT_ONCE,
    ImageRows,
    encode,
    patch_of,
)
from pytest_ptm.tasks.protocol import Columns, Encoded


@dataclass(frozen=True, slots=True)
class BoundToImages(BoundCheckpoint[ImageCheckpoint]):
    """All of a Predictor of images but its task and its answers.

    ``taken``: the inputs that its model has, by name.
    """

    taken: tuple[str, ...]

    rows_at_once: ClassVar[int] = ROWS_AT_ONCE

    def encode(self, inputs: Columns) -> Encoded[ImageRows]:
        """The images decoded, and scaled as the checkpoint's image processor does.

        Raises:
            RowRefused: an image cannot be used.
        """
        processor, config = self.checkpoint.processor, self.checkpoint.identity.config
        return encode(processor, inputs, taken=self.taken, patch=patch_of(config))
