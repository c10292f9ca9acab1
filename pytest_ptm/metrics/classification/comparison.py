"""Gold labels beside the predictions, checked once, for every metric to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.classification.tallies import Tallies, confusion_matrix
from pytest_ptm.tasks.classes.answers import Classification

Gold = NDArray[np.intp] | NDArray[np.bool_]
"""Class indices intp[n], or bool[n, k] for multi-label predictions."""


@dataclass(frozen=True)
class Comparison:
    """The question of one metric: gold labels, predictions, and the positive class.

    Build one with `compare`, which checks that the parts belong together.
    """

    metric: str
    gold: Gold
    predictions: Classification
    positive: int | None = None

    @property
    def n(self) -> int:
        """How many examples there are."""
        return len(self.gold)

    @property
    def multi_label(self) -> bool:
        """Whether each class is decided by itself."""
        return self.predictions.multi_label

    @property
    def positive_class(self) -> int:
        """The class that a binary metric is about."""
        if self.positive is None:
            raise ValueError(f"{self.metric} has no positive class")
        return self.positive

    @cached_property
    def class_indices(self) -> NDArray[np.intp]:
        """Gold classes of single-label examples, intp[n]."""
        return self.gold.astype(np.intp, copy=False)

    @cached_property
    def memberships(self) -> NDArray[np.bool_]:
        """Which classes hold by the gold labels, bool[n, k], single-label or not."""
        if self.multi_label:
            return self.gold.astype(np.bool_, copy=False)
        k = len(self.predictions.class_names)
        return self.class_indices[:, np.newaxis] == np.arange(k)

    @cached_property
    def answers(self) -> NDArray[np.intp]:
        """The class that counts as the answer to each row, intp[n]; a tie is wrong."""
        return self.predictions.answered(self.class_indices)

    @cached_property
    def decisions(self) -> NDArray[np.bool_]:
        """Which classes count as decided, bool[n, k]; one at one half is wrong."""
        return self.predictions.held(self.memberships)

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """Gold by predicted, int64[k, k], for single-label examples."""
        k = len(self.predictions.class_names)
        return confusion_matrix(self.class_indices, self.answers, k)

    @cached_property
    def tallies(self) -> Tallies:
        """The counts of each class."""
        if self.multi_label:
            return Tallies.of_decisions(self.memberships, self.decisions)
        return Tallies.of_matrices(self.confusion.astype(np.float64))

    def named(self, classes: Sequence[int] | NDArray[np.intp]) -> str:
        """The names of these classes, quoted and safe to print."""
        return listed([self.predictions.class_names[index] for index in classes])

    def undefined(self, why: str, *, instead: str) -> DataError:
        """The error that the metric has no value here; ``instead`` says what to do."""
        return DataError(
            f"{self.metric} is undefined: {why} among {examples(self.n)}. {instead}",
            code="PTM207",
        )


def compare(
    metric: str,
    gold: Gold,
    predictions: Classification,
    *,
    positive: int | None = None,
) -> Comparison:
    """The parts of a question, known to belong together.

    Raises:
        ArgumentError: gold does not have the shape, type or range of the predictions,
            or positive is not one of the classes.
        DataError: there are no examples, or some predictions are not finite (PTM207).
    """
    comparison = Comparison(metric, gold, predictions, positive)
    k = len(predictions.class_names)
    if positive is not None and not 0 <= positive < k:
        raise ArgumentError(f"positive={positive} is not a class index in 0..{k - 1}")
    if predictions.multi_label:
        _check_memberships(gold, len(predictions), k)
    else:
        _check_indices(gold, len(predictions), k)
    if not len(gold):
        raise DataError(
            f"{metric} is undefined: there are no examples. Give at least one.",
            code="PTM207",
        )
    invalid = int((~predictions.valid).sum())
    if invalid:
        raise comparison.undefined(
            f"{invalid} with logits that are NaN or infinite",
            instead="Find out why the model answers so, or leave these rows out.",
        )
    return comparison


def examples(n: int) -> str:
    """The number in words: ``1 example``, ``40 examples``."""
    return f"{n:,} example" if n == 1 else f"{n:,} examples"


def _check_indices(gold: Gold, n: int, k: int) -> None:
    if gold.shape != (n,) or not np.issubdtype(gold.dtype, np.integer):
        raise ArgumentError(
            f"gold must be {n} class indices, one a prediction; got "
            f"{gold.dtype}{list(gold.shape)}"
        )
    outside = gold[(gold < 0) | (gold >= k)]
    if len(outside):
        raise ArgumentError(
            f"gold holds the class index {int(outside[0])}; the {k} classes of the "
            f"predictions are 0..{k - 1}"
        )


def _check_memberships(gold: Gold, n: int, k: int) -> None:
    if gold.shape != (n, k) or gold.dtype != np.bool_:
        raise ArgumentError(
            f"the predictions are multi-label: gold must be bool[{n}, {k}], True where "
            f"the class holds; got {gold.dtype}{list(gold.shape)}"
        )
