# pyright: basic
# torch's modules are only partly typed.
"""A sequence-classification head, asked in padded batches."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pytest_ptm.backends.transformers.asking import asking
from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.results import ModelCard
from pytest_ptm.tasks.protocol import Columns, Encoded
from pytest_ptm.tasks.text_classification import TASK, Classification

AUTO_CLASS = "AutoModelForSequenceClassification"


@dataclass(frozen=True, slots=True)
class TextClassifier:
    """A Predictor over a checkpoint's logits."""

    checkpoint: Checkpoint
    class_names: tuple[str, ...]
    multi_label: bool

    task = TASK.name

    @property
    def card(self) -> ModelCard:
        """What a report says of the model."""
        return self.checkpoint.card

    @property
    def fingerprint(self) -> str:
        """Everything an answer depends on but the input."""
        return self.checkpoint.fingerprint

    def encode(self, inputs: Columns) -> Encoded[TokenRows]:
        """The rows tokenised, with special tokens, truncated to what the model sees."""
        return self.checkpoint.encode(inputs)

    def forward(self, batch: TokenRows) -> Classification:
        """The logits of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        logits = _logits(self.checkpoint, batch).cpu().numpy()
        return Classification(logits, self.class_names, self.multi_label)


def bind(checkpoint: Checkpoint) -> TextClassifier:
    """The checkpoint as a text classifier.

    Raises:
        ModelError: PTM312, its head gives numbers, not classes: that is regression.
    """
    config, names = checkpoint.identity.config, checkpoint.identity.class_names
    multi_label = config.problem_type == "multi_label_classification"
    if config.problem_type == "regression" or (len(names) < 2 and not multi_label):
        found = (
            "one output, which is regression"
            if len(names) < 2
            else "problem_type 'regression' in config.json"
        )
        raise ModelError(
            f"{checkpoint.card.reference} has {found}, and "
            "text-classification needs two classes or more (or problem_type "
            "'multi_label_classification' in config.json)",
            code="PTM312",
        )
    return TextClassifier(
        checkpoint=settled(checkpoint, _logits),
        class_names=names,
        multi_label=multi_label,
    )


def _logits(checkpoint: Checkpoint, batch: TokenRows) -> torch.Tensor:
    """The logits of one batch, float32[rows, classes]."""
    with asking(checkpoint, batch) as inputs:
        return checkpoint.model(**inputs).logits.float()
