# pyright: basic
# torch's modules are only partly typed.
"""A sequence-classification head whose outputs are classes."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.outputs import meaning
from pytest_ptm.backends.transformers.sequence_head import SequenceHead, logits
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks.text_classification import TASK, Classification

AUTO_CLASS = "AutoModelForSequenceClassification"
OTHERS = (
    # They hear.
    "HubertForSequenceClassification",
    "SEWDForSequenceClassification",
    "SEWForSequenceClassification",
    "UniSpeechForSequenceClassification",
    "UniSpeechSatForSequenceClassification",
    "Wav2Vec2BertForSequenceClassification",
    "Wav2Vec2ConformerForSequenceClassification",
    "Wav2Vec2ForSequenceClassification",
    "WavLMForSequenceClassification",
)
OUTPUTS = "classes"


@dataclass(frozen=True, slots=True)
class TextClassifier(SequenceHead):
    """A Predictor over a checkpoint's logits."""

    class_names: tuple[str, ...]
    multi_label: bool

    task = TASK.name

    def forward(self, batch: TokenRows) -> Classification:
        """The logits of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        found = logits(self.checkpoint, batch).cpu().numpy()
        return Classification(found, self.class_names, self.multi_label)


def bind(checkpoint: Checkpoint) -> TextClassifier:
    """The checkpoint as a text classifier.

    Raises:
        ModelError: PTM312, its head gives numbers, not classes: that is regression.
    """
    config, names = checkpoint.identity.config, checkpoint.identity.class_names
    meant = meaning(len(names), config.problem_type)
    if meant != OUTPUTS:
        found = (
            "one output, which is regression"
            if len(names) < 2 and meant != "one class"
            else f"one output and problem_type {config.problem_type!r} in config.json"
            if meant == "one class"
            else "problem_type 'regression' in config.json"
        )
        instead = (
            "; ask it for text-regression, which takes that number as the answer"
            if meant == "a number"
            else ""
        )
        raise ModelError(
            f"{checkpoint.card.reference} has {found}, and "
            "text-classification needs two classes or more (or problem_type "
            f"'multi_label_classification' in config.json){instead}",
            code="PTM312",
        )
    return TextClassifier(
        checkpoint=settled(checkpoint, logits),
        class_names=names,
        multi_label=config.problem_type == "multi_label_classification",
    )
