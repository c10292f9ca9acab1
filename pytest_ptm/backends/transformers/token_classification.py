# pyright: basic
# torch's modules are only partly typed.
"""A token-classification head: a tag for each word, by its first token."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.bound import BoundCheckpoint
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.each_token import each_token, require_each
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.word_rows import WordRows, encode_words
from pytest_ptm.tasks.protocol import Columns, Encoded
from pytest_ptm.tasks.token_classification import TASK, Tagging

AUTO_CLASS = "AutoModelForTokenClassification"
# Of pictures beside words.
OTHERS = ("ViltForTokenClassification",)


@dataclass(frozen=True, slots=True)
class TokenClassifier(BoundCheckpoint[Checkpoint]):
    """A Predictor over a checkpoint's logits of each token."""

    class_names: tuple[str, ...]

    task = TASK.name

    @property
    def settings(self) -> tuple[str, ...]:
        """What a signature says of how words and tokens go together."""
        return ("tag:first token of a word",)

    def encode(self, inputs: Columns) -> Encoded[WordRows]:
        """The words tokenised, in windows where they are too many for one row.

        Raises:
            RowRefused: a word has no token of its own.
        """
        return encode_words(self.checkpoint, inputs)

    def forward(self, batch: WordRows) -> Tagging:
        """The tags of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        places = batch.tokens.at(self.checkpoint.padding, batch.firsts())
        with asking(self.checkpoint, batch.tokens) as inputs:
            logits = _of_tokens(self.checkpoint, inputs)
            own = logits[torch.from_numpy(places).to(logits.device)]
            best, tags = own.max(dim=1)
            undecided = (own == best[:, None]).sum(dim=1) > 1
            probabilities = (best - own.logsumexp(dim=1)).exp()
        return Tagging(
            counts=batch.first.counts,
            predicted=tags.int().cpu().numpy(),
            probabilities=probabilities.cpu().numpy(),
            undecided=undecided.cpu().numpy(),
            class_names=self.class_names,
        )


def bind(checkpoint: Checkpoint) -> TokenClassifier:
    """The checkpoint as a model of tags."""
    return TokenClassifier(
        settled(checkpoint, each_token(_of_tokens)), checkpoint.identity.class_names
    )


def _of_tokens(checkpoint: Checkpoint, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """Logits float32[rows, longest, tags].

    Raises:
        BatchFailed: the model gives other than one row of them for each token.
    """
    return require_each(checkpoint.model(**inputs).logits.float(), inputs)
