# pyright: basic
# torch's modules are only partly typed.
"""A sequence-classification head with one output, which is a number."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_ptm.backends.transformers.checkpoint import Checkpoint
from pytest_ptm.backends.transformers.neutral import settled
from pytest_ptm.backends.transformers.outputs import Meaning, meaning
from pytest_ptm.backends.transformers.sequence_head import SequenceHead, logits
from pytest_ptm.backends.transformers.text_classification import AUTO_CLASS, OTHERS
from pytest_ptm.backends.transformers.tokens import TokenRows
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.tasks.numbers.answers import Regression
from pytest_ptm.tasks.text_regression import TASK

__all__ = ["AUTO_CLASS", "OTHERS", "OUTPUTS", "TextRegressor", "bind"]

OUTPUTS = "a number"


@dataclass(frozen=True, slots=True)
class TextRegressor(SequenceHead):
    """A Predictor over a checkpoint's one output, as it comes."""

    task = TASK.name

    def forward(self, batch: TokenRows) -> Regression:
        """The numbers of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
            ModelError: PTM304, somebody left the model in training mode.
        """
        return Regression(logits(self.checkpoint, batch)[:, 0].cpu().numpy())


def bind(checkpoint: Checkpoint) -> TextRegressor:
    """The checkpoint as a regressor.

    Raises:
        ModelError: PTM312, its head does not give exactly one number.
    """
    identity = checkpoint.identity
    names, kind = identity.class_names, identity.config.problem_type
    meant = meaning(len(names), kind)
    if meant != OUTPUTS:
        raise ModelError(
            f"{checkpoint.card.reference} has {_found(names, kind, meant)}",
            code="PTM312",
        )
    return TextRegressor(settled(checkpoint, logits))


def _found(names: tuple[str, ...], kind: str | None, meant: Meaning) -> str:
    """What the head has instead, and what to do about it."""
    count = "one output" if len(names) == 1 else f"{len(names)} outputs"
    if meant == "several numbers":
        return (
            f"{count} and problem_type 'regression' in config.json, and "
            "text-regression takes exactly one number a text; such a head cannot be "
            "asked yet: save one with num_labels=1 for each number"
        )
    if meant == "one class":
        return (
            f"one output and problem_type {kind!r} in config.json, so it is a class "
            "and no number. If it is a number, say problem_type 'regression' there"
        )
    said = "" if kind is None else f" and problem_type {kind!r} in config.json"
    return (
        f"{count}{said}, so it gives classes ({listed(names)}), and text-regression "
        "needs one output that is a number; ask it for text-classification"
    )
