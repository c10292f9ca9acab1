# pyright: basic
# torch's modules are only partly typed.
"""How alike a sentence encoder finds two texts, each asked once wherever it stands."""

from __future__ import annotations

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
from pytest_ptm.tasks.over import OverAnother
from pytest_ptm.tasks.protocol import Columns, Encoded, texts_of
from pytest_ptm.tasks.similarity import TASK, Similarities
from pytest_ptm.tasks.vectors.settings import Embedding

__all__ = ["AUTO_CLASS", "OTHERS", "UNUSED", "PairEncoder", "bind"]


@dataclass(frozen=True, slots=True)
class PairEncoder(OverAnother):
    """A Predictor over the cosine of two vectors."""

    asked: TextEncoder | TextTower

    @property
    def task(self) -> str:
        """What its answers are: how alike two texts are."""
        return TASK.name

    @property
    def checkpoint(self) -> Checkpoint:
        """What is asked."""
        return self.asked.checkpoint

    @property
    def fingerprint(self) -> str:
        """The encoder's own: of its vectors nothing is decided."""
        return self.asked.fingerprint

    @property
    def decided(self) -> tuple[object, ...]:
        """Nothing: a cosine is a cosine."""
        return ()

    @property
    def said(self) -> tuple[str, ...]:
        """Nothing but how the vectors are made."""
        return ()

    def embedding(self, how: Embedding) -> Self:
        """The same model with these settings; what is None stays as it is.

        Raises:
            ArgumentError: its vectors are made in one way only.
        """
        if isinstance(self.asked, TextTower):
            raise ArgumentError(
                f"{self.card.name} is compared with images by the vectors it was "
                "trained to give, of length 1; there is no other way to make them"
            )
        return replace(self, asked=self.asked.embedding(how))

    def encode(self, inputs: Columns) -> Encoded[TokenRows]:
        """Each pair as two rows, one after the other."""
        pairs = zip(
            texts_of(inputs, "text"), texts_of(inputs, "text_pair"), strict=True
        )
        encoded = self.asked.encode({"text": [text for pair in pairs for text in pair]})
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
        return Similarities.of_texts(self.asked.vectors(batch))


def bind(checkpoint: Checkpoint) -> PairEncoder:
    """The checkpoint as one that compares texts.

    Raises:
        ModelError: PTM312, it is no sentence encoder.
    """
    return PairEncoder(embedding.bind(checkpoint))
