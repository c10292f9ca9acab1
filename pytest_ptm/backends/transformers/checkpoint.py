# pyright: basic
# transformers' models are only partly typed.
"""A loaded checkpoint: weights, tokenizer or image processor, and what they are."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_ptm.backends.transformers.identity import Identity
from pytest_ptm.backends.transformers.image_identity import ImageIdentity
from pytest_ptm.backends.transformers.module_state import ModuleState
from pytest_ptm.backends.transformers.padding import Loaded, Padding
from pytest_ptm.backends.transformers.snapshot import Snapshot
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Columns, Encoded

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class InHands:
    """A model in somebody's hands, who may train it on: then it is another one.

    ``number``: each has its own, for hooks and what else one may hang onto a model are
    no weights; two of them never answer for each other.
    """

    snapshot: Snapshot
    number: int = field(default_factory=_numbers.__next__)

    def told_from(self, fingerprint: str, card: ModelCard) -> str:
        """The fingerprint of this one alone.

        Raises:
            ModelError: PTM304, it is another model by now.
        """
        other = self.snapshot.difference()
        if other is not None:
            raise ModelError(
                f"{card.name} has other {other} than when {card.reference} "
                "was called; call it again after a change",
                code="PTM304",
            )
        return f"{fingerprint}-{self.number}"


@dataclass(frozen=True, slots=True)
class LoadedCheckpoint:
    """A loaded model beside who it is, ready to be bound to a task.

    ``folder``: where it lies; None where it was in memory already, and then ``own`` is
    what tells it from any other one there.
    """

    identity: Identity | ImageIdentity
    model: Loaded
    card: ModelCard
    state: ModuleState
    folder: Path | None
    own: InHands | None = field(default=None, kw_only=True)

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input.

        Raises:
            ModelError: PTM304, a model in somebody's hands is another one by now.
        """
        plain = self.identity.fingerprint
        return plain if self.own is None else self.own.told_from(plain, self.card)


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


def completed(loaded: LoadedCheckpoint) -> LoadedCheckpoint:
    """The same, with what texts or images need."""
    identity, held = loaded.identity, (loaded.model, loaded.card, loaded.state)
    if isinstance(identity, ImageIdentity):
        return ImageCheckpoint(identity, *held, loaded.folder, own=loaded.own)
    padding = identity.padding
    return Checkpoint(identity, *held, loaded.folder, padding, own=loaded.own)
