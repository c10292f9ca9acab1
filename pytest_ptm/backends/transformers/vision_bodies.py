# pyright: basic
# torch's modules are only partly typed.
"""A model of images without a head and without texts: DINOv2, ViT, Swin, ResNet."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import ClassVar

import torch

from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import ImageCheckpoint
from pytest_ptm.backends.transformers.image_rows import (
    ROWS_AT_ONCE,
    ImageRows,
    asking,
    encode,
    patch_of,
)
from pytest_ptm.tasks.image_embedding import TASK, Embeddings
from pytest_ptm.tasks.protocol import Columns, Encoded

FIRST = (
    # The pooler over it is a layer that was trained with a head, or was never trained.
    "DeiTModel",
    "DINOv3ViTModel",
    "Dinov2Model",
    "Dinov2WithRegistersModel",
    "ViTModel",
    "ViTMSNModel",
)
"""Whose image is its first token, CLS, after the last layer's normalisation, as Caron
et al. 2021 ("Emerging Properties in Self-Supervised Vision Transformers", section 4.1)
and Oquab et al. 2023 (DINOv2) compare images."""

POOLED = (
    "CLIPVisionModel",
    "ConvNextModel",
    "ConvNextV2Model",
    "RegNetModel",
    "ResNetModel",
    "SiglipVisionModel",
    "SwinModel",
    "Swinv2Model",
)
"""Whose image is what their classifier reads: ``pooler_output``."""


@dataclass(frozen=True, slots=True)
class VisionBody(BoundCheckpoint[ImageCheckpoint]):
    """A Predictor over the vectors of images, each of length 1, as they are compared.

    ``first``: whether an image is its first token, or else its pooled output.
    """

    taken: tuple[str, ...]
    first: bool

    task = TASK.name
    rows_at_once: ClassVar[int] = ROWS_AT_ONCE

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how a vector is made."""
        return (f"pooling:{'first' if self.first else 'pooled'}", "normalise:yes")

    def encode(self, inputs: Columns) -> Encoded[ImageRows]:
        """The images decoded, and scaled as the checkpoint's image processor does."""
        processor, config = self.checkpoint.processor, self.checkpoint.model.config
        return encode(processor, inputs, taken=self.taken, patch=patch_of(config))

    def forward(self, batch: ImageRows) -> Embeddings:
        """The vectors of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        with asking(self.checkpoint, batch) as inputs:
            found = self.checkpoint.model(**inputs)
            kept = found.last_hidden_state[:, 0] if self.first else found.pooler_output
            vectors = torch.nn.functional.normalize(kept.flatten(1).float())
        return Embeddings(vectors.cpu().numpy())


def is_body(model: object) -> bool:
    """Whether it is known how an image becomes one vector of this model."""
    return type(model).__name__ in {*FIRST, *POOLED}


def of_body(checkpoint: ImageCheckpoint) -> VisionBody:
    """The model as an encoder of images."""
    model = checkpoint.model
    taken = tuple(inspect.signature(model.forward).parameters)
    return VisionBody(checkpoint, taken, type(model).__name__ in FIRST)
