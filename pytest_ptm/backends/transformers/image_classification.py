# pyright: basic
# torch's modules are only partly typed.
"""An image-classification head: ViT, ConvNeXt, ResNet and their kin."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import torch

from pytest_ptm.backends.transformers.checkpoint import ImageCheckpoint
from pytest_ptm.backends.transformers.image_bound import BoundToImages
from pytest_ptm.backends.transformers.image_rows import ImageRows, asking
from pytest_ptm.backends.transformers.outputs import meaning
from pytest_ptm.backends.transformers.padding import Loaded
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks.image_classification import TASK, Classification

AUTO_CLASS = "AutoModelForImageClassification"
HEADS = (
    "ForImageClassification",
    "ForImageClassificationWithTeacher",
    "ForImageClassificationLearned",
    "ForImageClassificationFourier",
    "ForImageClassificationConvProcessing",
)
OTHERS = (
    # It answers a question about a policy that is written into its prompt.
    "ShieldGemma2ForImageClassification",
)
OUTPUTS = "classes"
READS = "images"


@dataclass(frozen=True, slots=True)
class ImageClassifier(BoundToImages):
    """A Predictor over a checkpoint's logits."""

    class_names: tuple[str, ...]
    multi_label: bool

    task = TASK.name

    def forward(self, batch: ImageRows) -> Classification:
        """The logits of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        with asking(self.checkpoint, batch) as inputs:
            logits = _logits(self.checkpoint.model(**inputs)).float()
        return Classification(logits.cpu().numpy(), self.class_names, self.multi_label)


def _logits(found: Loaded) -> torch.Tensor:
    # PP-LCNet's classifier gives them under the name of what others have before them.
    return found.logits if "logits" in found else found.last_hidden_state


def bind(checkpoint: ImageCheckpoint) -> ImageClassifier:
    """The checkpoint as an image classifier.

    Raises:
        ModelError: PTM312, its head gives numbers, not classes.
    """
    config, names = checkpoint.identity.config, checkpoint.identity.class_names
    if meaning(len(names), config.problem_type) != OUTPUTS:
        raise ModelError(
            f"{checkpoint.card.reference} has "
            f"{len(names)} output(s) and problem_type {config.problem_type!r}, and "
            "image-classification needs two classes or more (or problem_type "
            "'multi_label_classification' in config.json)",
            code="PTM312",
        )
    return ImageClassifier(
        checkpoint=checkpoint,
        class_names=names,
        multi_label=config.problem_type == "multi_label_classification",
        taken=tuple(inspect.signature(checkpoint.model.forward).parameters),
    )
