# pyright: basic
# torch's modules are only partly typed.
"""A model without a head: the vectors of a text's tokens, made one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

import numpy as np
import torch

from pytest_ptm.backends.transformers import sentence_folder
from pytest_ptm.backends.transformers.abilities import WITH_ENCODERS
from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.dense_layer import Dense, load_layers
from pytest_ptm.backends.transformers.fingerprint import digest_of
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.backends.transformers.towers import TextTower, has_towers, of_texts
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks.embedding import TASK, Embeddings
from pytest_ptm.tasks.protocol import Columns, Encoded, texts_of
from pytest_ptm.tasks.vectors.settings import Embedding, Pooling

AUTO_CLASS = "AutoModel"
OTHERS = (
    # They see, and read nothing: image_embedding.py.
    "ConvNextModel",
    "ConvNextV2Model",
    "DINOv3ViTModel",
    "DeiTModel",
    "Dinov2Model",
    "Dinov2WithRegistersModel",
    "RegNetModel",
    "ResNetModel",
    "SwinModel",
    "Swinv2Model",
    "ViTMSNModel",
    "ViTModel",
)
UNUSED = ("pooler.",)
"""Weights that no answer depends on: a head of one layer, trained with another task."""

_PLAIN = Embedding("mean", normalise=False)
"""Where nothing says how the vectors of tokens become one."""


@dataclass(frozen=True, slots=True)
class TextEncoder(BoundCheckpoint[Checkpoint]):
    """A Predictor over the vectors of a checkpoint.

    ``plain`` is the checkpoint as it was loaded: other settings may be padded
    otherwise. ``made``: how a vector is made of a text; ``trained``: what its folder
    says of how it was trained to be asked; ``layers``: what vectors go through.
    """

    plain: Checkpoint
    made: Embedding
    trained: sentence_folder.SentenceFolder | None
    layers: tuple[Dense, ...] = field(default=(), compare=False)

    task = TASK.name

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return digest_of(self.checkpoint.fingerprint, *self.settings)

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how a vector is made."""
        lower = self.trained is not None and self.trained.lowercase
        longest = self.checkpoint.identity.max_length
        return (
            f"pooling:{self.made.pooling}",
            f"normalise:{'yes' if self.made.normalise else 'no'}",
            f"max-tokens:{longest}",
            *(["strip:yes"] if self.trained is not None else []),
            *(["lowercase:yes"] if lower else []),
            *(f"dense:{len(each.weight)}" for each in self.layers),
        )

    def embedding(self, how: Embedding) -> Self:
        """The same model with these settings; what is None stays as it is."""
        how = how.over(self.made)
        found = settled(self.plain, partial(pooled, how=how, layers=self.layers))
        return replace(self, checkpoint=found, made=how)

    def encode(self, inputs: Columns) -> Encoded[TokenRows]:
        """The texts tokenised, with special tokens, truncated to what it was trained
        to see.

        Without the spaces around them where sentence-transformers wrote the folder,
        as it asks them: to many tokenizers a space is a part of a word.
        """
        texts = texts_of(inputs, "text")
        if self.trained is not None:
            texts = [text.strip() for text in texts]
            if self.trained.lowercase:
                texts = [text.lower() for text in texts]
        return self.checkpoint.encode({"text": texts})

    def forward(self, batch: TokenRows) -> Embeddings:
        """The vectors of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        return Embeddings(self.vectors(batch))

    def vectors(self, batch: TokenRows) -> np.ndarray:
        """The same as an array, float32[rows, size]."""
        found = pooled(self.checkpoint, batch, how=self.made, layers=self.layers)
        return found.cpu().numpy()


def pooled(
    checkpoint: Checkpoint,
    batch: TokenRows,
    *,
    how: Embedding,
    layers: Sequence[Dense] = (),
) -> torch.Tensor:
    """A vector for each row, float32[rows, size].

    Raises:
        BatchFailed, OutOfMemory, ModelError: as asking raises them.
    """
    with asking(checkpoint, batch) as inputs:
        tokens = checkpoint.model(**inputs).last_hidden_state.float()
        own = batch.at(checkpoint.padding, np.ones(len(batch.tokens()), dtype=np.bool_))
        found = _POOLED[how.pooling or "mean"](
            tokens, torch.from_numpy(own).to(tokens.device)
        )
        for layer in layers:
            found = layer(found)
        return torch.nn.functional.normalize(found) if how.normalise else found


def _mean(tokens: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    weights = own[:, :, None].to(tokens.dtype)
    return (tokens * weights).sum(dim=1) / weights.sum(dim=1)


def _max(tokens: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    return tokens.masked_fill(~own[:, :, None], -torch.inf).amax(dim=1)


def _first(tokens: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """Of its own tokens: padding may stand on the left."""
    rows = torch.arange(len(tokens), device=tokens.device)
    return tokens[rows, own.int().argmax(dim=1)]


def _last(tokens: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    return _first(tokens.flip(1), own.flip(1))


_POOLED: dict[Pooling, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "mean": _mean,
    "cls": _first,
    "last": _last,
    "max": _max,
}


def bind(checkpoint: Checkpoint) -> TextEncoder | TextTower:
    """The checkpoint as a sentence encoder, or as the tower for texts that it has.

    Raises:
        ModelError: PTM312, it is none, or makes its vectors in a way not known here.
    """
    if has_towers(checkpoint.model):
        return of_texts(checkpoint)
    _refuse_decoder(checkpoint)
    folder = checkpoint.folder
    trained = None if folder is None else sentence_folder.read(folder)
    plain = _noted(_shortened(checkpoint, trained), trained)
    how = _PLAIN if trained is None else trained.made
    folders = () if trained is None else trained.layers
    size = plain.model.config.hidden_size if folders else 0
    layers = tuple(load_layers(folders, size, plain.card.device))
    found = settled(plain, partial(pooled, how=how, layers=layers))
    return TextEncoder(found, plain, how, trained, layers)


def _refuse_decoder(checkpoint: Checkpoint) -> None:
    config = checkpoint.model.config
    if not config.is_encoder_decoder:
        return
    advice = (
        f"load it as {type(checkpoint.model).__name__.replace('Model', 'EncoderModel')}"
        if config.model_type in WITH_ENCODERS
        else f"only of {', '.join(WITH_ENCODERS)} is the encoder a model by itself"
    )
    raise ModelError(
        f"{checkpoint.card.reference} has an encoder and a decoder, which gives no one "
        f"vector of a text; {advice}",
        code="PTM312",
    )


def _shortened(
    checkpoint: Checkpoint, trained: sentence_folder.SentenceFolder | None
) -> Checkpoint:
    """The checkpoint that sees as much of a text as it was trained to."""
    if trained is None or trained.max_length is None:
        return checkpoint
    identity = checkpoint.identity
    own = identity.max_length
    longest = trained.max_length if own is None else min(own, trained.max_length)
    return replace(checkpoint, identity=replace(identity, max_length=longest))


def _noted(
    checkpoint: Checkpoint, trained: sentence_folder.SentenceFolder | None
) -> Checkpoint:
    """With what a reader of a report must know of how its vectors are made."""
    if trained is None:
        note = (
            "nothing beside the checkpoint says how tokens become a vector: their "
            "mean is taken unless pooling= says otherwise"
        )
    elif trained.prompts:
        note = (
            f"the checkpoint has prompts ({listed(trained.prompts)}), and none is put "
            "before a text; write them into the texts"
        )
    else:
        return checkpoint
    card = checkpoint.card
    return replace(checkpoint, card=replace(card, notes=(*card.notes, note)))
