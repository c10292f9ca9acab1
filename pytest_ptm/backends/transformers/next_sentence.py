# pyright: basic
# torch's modules are only partly typed.
"""A next-sentence head, by itself or beside the masked-LM head it was trained with."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.sequence_head import SequenceHead, logits
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.tasks.next_sentence import CLASSES, TASK, Classification

AUTO_CLASS = "AutoModelForNextSentencePrediction"
HEADS = (
    "ForNextSentencePrediction",
    # Both heads of one pretraining; BigBird's is in no Auto class, and ALBERT's tells
    # the order of sentences, which is another question.
    "BertForPreTraining",
    "ErnieForPreTraining",
    "FNetForPreTraining",
)
OTHERS = (
    # A masked-LM head only, and one that tells whether a text is of an image.
    "RoCBertForPreTraining",
    "VisualBertForPreTraining",
)


@dataclass(frozen=True, slots=True)
class NextSentenceModel(SequenceHead):
    """A Predictor over a checkpoint's two logits for a pair of texts."""

    task = TASK.name
    class_names = CLASSES
    multi_label = False

    def forward(self, batch: TokenRows) -> Classification:
        """The logits of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        return Classification(logits(self.checkpoint, batch).cpu().numpy(), CLASSES)


def bind(checkpoint: Checkpoint) -> NextSentenceModel:
    """The checkpoint as a judge of which text follows which."""
    return NextSentenceModel(settled(checkpoint, logits))
