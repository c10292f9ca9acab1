# pyright: basic
# torch's modules are only partly typed.
"""How alike a sentence encoder finds two texts, each asked once wherever it stands."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from pytest_ptm.backends.transformers import embedding
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.embedding import (
    AUTO_CLASS,
    OTHERS,
    UNUSED,
    TextEncoder,
)
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.backends.transformers.towers import TextTower
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.powers import Weights
from pytest_ptm.tasks.protocol import Columns, Encoded, texts_of
from pytest_ptm.tasks.similarity import TASK, Similarities
from pytest_ptm.tasks.vectors.settings import Embedding

__all__ = ["AUTO_CLASS", "OTHERS", "UNUSED", "PairEncoder", "bind"]


@dataclass(frozen=True, slots=True)
class PairEncoder:
    """A Predictor over the cosine of two vectors."""

    encoder: TextEncoder | TextTower

    task = TASK.name

    @property
    def checkpoint(self) -> Checkpoint:
        """What is asked."""
        return self.encoder.checkpoint

    @property
    def card(self) -> ModelCard:
        """What a report says of the model."""
        return self.encoder.card

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return self.encoder.fingerprint

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how a vector is made."""
        return self.encoder.settings

    def embedding(self, how: Embedding) -> Self:
        """The same model with these settings; what is None stays as it is.

        Raises:
            ArgumentError: its vectors are made in one way only.
        """
        if isinstance(self.encoder, TextTower):
            raise ArgumentError(
                f"{self.card.name} is compared with images by the vectors it was "
                "trained to give, of length 1; there is no other way to make them"
            )
        return replace(self, encoder=self.encoder.embedding(how))

    def weighed(self) -> Weights | None:
        """Those of the encoder."""
        return self.encoder.weighed()

    @contextlib.contextmanager
    def unguarded(self) -> Generator[Self]:
        """The same over the encoder as its users run it."""
        with self.encoder.unguarded() as encoder:
            yield replace(self, encoder=encoder)

    def encode(self, inputs: Columns) -> Encoded[TokenRows]:
        """Each pair as two rows, one after the other."""
        pairs = zip(
            texts_of(inputs, "text"), texts_of(inputs, "text_pair"), strict=True
        )
        encoded = self.encoder.encode(
            {"text": [text for pair in pairs for text in pair]}
        )
        cut = encoded.truncated
        return replace(
            encoded,
            truncated=cut[::2] | cut[1::2],
            parts=np.full(len(cut) // 2, 2, dtype=np.int32),
        )

    def forward(self, batch: TokenRows) -> Similarities:
        """The vectors of one batch, of which pairs are made.

        Raises:
            BatchFailed, OutOfMemory, ModelError: as of a sentence encoder.
        """
        return Similarities.of_texts(self.encoder.vectors(batch))


def bind(checkpoint: Checkpoint) -> PairEncoder:
    """The checkpoint as one that compares texts.

    Raises:
        ModelError: PTM312, it is no sentence encoder.
    """
    return PairEncoder(embedding.bind(checkpoint))
