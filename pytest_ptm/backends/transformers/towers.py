# pyright: basic
# torch's modules are only partly typed.
"""A model of a tower for texts and a tower for images, whose vectors can be compared:
CLIP, SigLIP and their kin.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import Checkpoint, ImageCheckpoint
from pytest_ptm.backends.transformers.image_bound import BoundToImages
from pytest_ptm.backends.transformers.image_rows import ImageRows
from pytest_ptm.backends.transformers.image_rows import asking as asking_images
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.backends.transformers.tokens import TokenRows, keys_of, rows_of
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks import image_embedding
from pytest_ptm.tasks.embedding import TASK, Embeddings
from pytest_ptm.tasks.protocol import Columns, Encoded, texts_of

_FULL_LENGTH = ("siglip", "siglip2")
"""Whose texts were padded to one length in training, and without a mask."""


def has_towers(model: Loaded) -> bool:
    """Whether it gives vectors of texts and of images apart."""
    both = ("get_text_features", "get_image_features")
    return all(callable(getattr(model, name, None)) for name in both)


@dataclass(frozen=True, slots=True)
class TextTower(BoundCheckpoint[Checkpoint]):
    """A Predictor over the vectors of texts, each of length 1, as they are compared.

    ``full``: tokens that every text is padded to; None where only batches are padded.
    """

    full: int | None

    task = TASK.name

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how a vector is made."""
        longest = self.checkpoint.identity.max_length
        return ("projected", "normalise:yes", f"max-tokens:{longest}")

    def encode(self, inputs: Columns) -> Encoded[TokenRows]:
        """The texts tokenised, with special tokens, truncated to what it can see."""
        texts = {"text": texts_of(inputs, "text")}
        encoded = self.checkpoint.encode(texts)
        if self.full is None:
            return encoded
        rows = _filled(
            encoded.payload,
            self.full,
            self.checkpoint.padding.pad_id,
            left=self.checkpoint.tokenizer.padding_side == "left",
        )
        return replace(
            encoded,
            lengths=rows.lengths,
            keys=keys_of(rows),
            payload=rows,
            groups=None,
        )

    def forward(self, batch: TokenRows) -> Embeddings:
        """The vectors of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        return Embeddings(self.vectors(batch))

    def vectors(self, batch: TokenRows) -> NDArray[np.float32]:
        """The same as an array, float32[rows, size]."""
        return _of_texts(self.checkpoint, batch).cpu().numpy()


@dataclass(frozen=True, slots=True)
class ImageTower(BoundToImages):
    """A Predictor over the vectors of images, each of length 1, as they are compared.

    ``logit_scale`` and ``logit_bias``: what makes a logit of a cosine with a text.
    """

    logit_scale: float
    logit_bias: float

    task = image_embedding.TASK.name

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how a vector is made."""
        return ("projected", "normalise:yes")

    def forward(self, batch: ImageRows) -> Embeddings:
        """The vectors of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        with asking_images(self.checkpoint, batch) as inputs:
            found = _features(self.checkpoint.model.get_image_features(**inputs))
        return Embeddings(found.cpu().numpy())


def of_texts(checkpoint: Checkpoint) -> TextTower:
    """The tower for texts."""
    model = checkpoint.model
    if model.config.model_type not in _FULL_LENGTH:
        return TextTower(settled(checkpoint, _of_texts), None)
    full = int(model.config.text_config.max_position_embeddings)
    return TextTower(checkpoint, full)


def of_images(checkpoint: ImageCheckpoint) -> ImageTower:
    """The tower for images.

    Raises:
        ModelError: PTM312, it has none whose vectors are compared with those of texts.
    """
    model = checkpoint.model
    if not has_towers(model):
        raise ModelError(
            f"{checkpoint.card.reference} is a {type(model).__name__}, which has no "
            "vectors of images and of texts that can be compared, as CLIP has; nor is "
            "it known how an image becomes one vector of it, as of DINOv2's",
            code="PTM312",
        )
    taken = tuple(inspect.signature(model.get_image_features).parameters)
    return ImageTower(checkpoint, taken, *_logits_by(model))


def _logits_by(model: Loaded) -> tuple[float, float]:
    """What a cosine is multiplied by, and what is added to it."""
    bias = getattr(model, "logit_bias", None)
    scale = getattr(model, "logit_scale", None)
    if scale is not None:
        scale = float(scale.detach().float().exp())
    else:  # ALIGN divides by a temperature
        scale = 1 / float(model.temperature.detach().float())
    return scale, 0.0 if bias is None else float(bias.detach().float())


def _of_texts(checkpoint: Checkpoint, batch: TokenRows) -> torch.Tensor:
    """The vectors of one batch of texts, float32[rows, size], of length 1."""
    with asking(checkpoint, batch) as inputs:
        return _features(checkpoint.model.get_text_features(**inputs))


def _features(found: Loaded) -> torch.Tensor:
    """Of what the method gives: a tensor, in newer versions an output that holds it."""
    vectors = found if isinstance(found, torch.Tensor) else found.pooler_output
    return torch.nn.functional.normalize(vectors.float())


def _filled(rows: TokenRows, length: int, pad_id: int, *, left: bool) -> TokenRows:
    """The rows with padding that is a part of them, where their tokenizer puts it."""
    held = Ragged(rows.ids, rows.lengths)
    each = [held[row].tolist() for row in range(len(rows))]
    missing = [[pad_id] * (length - len(ids)) for ids in each]
    pairs = zip(each, missing, strict=True)
    full = [pad + ids if left else ids + pad for ids, pad in pairs]
    return rows_of(full, type_ids=rows.type_ids is not None)
