# pyright: basic
# transformers' models are only partly typed.
"""A loaded checkpoint: weights, tokenizer or image processor, and what they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pytest_ptm.backends.transformers.identity import Identity
from pytest_ptm.backends.transformers.image_identity import ImageIdentity
from pytest_ptm.backends.transformers.module_state import ModuleState
from pytest_ptm.backends.transformers.padding import Loaded, Padding
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Columns, Encoded


@dataclass(frozen=True, slots=True)
class LoadedCheckpoint:
    """A loaded model beside who it is, ready to be bound to a task.

    ``folder``: where it lies; None where it was in memory already.
    """

    identity: Identity | ImageIdentity
    model: Loaded
    card: ModelCard
    state: ModuleState
    folder: Path | None

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return self.identity.fingerprint


@dataclass(frozen=True, slots=True)
class Checkpoint(LoadedCheckpoint):
    """One that reads texts.

    ``padding``: how rows are padded, as it was found not to change answers.
    """

    identity: Identity
    padding: Padding

    @property
    def tokenizer(self) -> Loaded:
        """The identity's own."""
        return self.identity.tokenizer

    @property
    def empty_id(self) -> int:
        """The token that stands for a text without tokens."""
        return self.identity.empty_id

    def encode(self, inputs: Columns) -> Encoded[TokenRows]:
        """The rows tokenised, and which of them may share a batch of this model."""
        encoded = self.identity.encode(inputs)
        return replace(encoded, groups=self.padding.groups(encoded.lengths))


@dataclass(frozen=True, slots=True)
class ImageCheckpoint(LoadedCheckpoint):
    """One that images are shown to."""

    identity: ImageIdentity

    @property
    def processor(self) -> Loaded:
        """The identity's own."""
        return self.identity.processor
