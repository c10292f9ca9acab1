"""What a classifier answers, be it of texts or of anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Self, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, ModelError
from pytest_ptm.results import Answer
from pytest_ptm.tasks.protocol import Model, P, Payload, Predictor
from pytest_ptm.tasks.table import Table, Tabular


@dataclass(frozen=True)
class Classification(Tabular):
    """Answers of a classifier.

    ``logits`` are float32[n, k], as the model gave them, or float64[n, k] where they
    were scaled since; everything else is derived, in float64. With ``multi_label`` each
    class is decided by itself (sigmoid, above one half); otherwise exactly one class
    holds (softmax, the largest). Classes that share the largest are a tie, which is an
    answer to nothing (docs/metrics.md).
    """

    logits: NDArray[np.float32] | NDArray[np.float64]
    class_names: tuple[str, ...]
    multi_label: bool = False

    def __post_init__(self) -> None:
        """Refuse logits that are not one column a class."""
        if self.logits.shape[1:] != (len(self.class_names),):
            raise ModelError(
                f"a model gave logits of shape {self.logits.shape} for "
                f"{len(self.class_names)} classes ({listed(self.class_names)}); there "
                "is a row for each text and a column for each class",
                code="PTM313",
            )

    def __len__(self) -> int:
        return len(self.logits)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows whose logits are all finite."""
        return np.all(np.isfinite(self.logits), axis=1)

    def columns(self) -> Table:
        """The logits; all rows share the classes, and how they are decided."""
        return Table(
            {"logits": self.logits},
            {
                "class_names": tuple(self.class_names),
                "multi_label": self.multi_label,
            },
        )

    @classmethod
    def from_columns(cls, table: Table) -> Self:
        """The same, made of its columns."""
        columns, shared = cast("Any", table.columns), cast("Any", table.shared)
        return cls(
            columns["logits"], tuple(shared["class_names"]), shared["multi_label"]
        )

    def joined(self, parts: NDArray[np.int32]) -> Self:
        """Answers to questions of so many rows each, whose logits add up."""
        starts = np.cumsum(parts) - parts
        logits = np.add.reduceat(self.logits, starts, axis=0)
        return type(self)(logits, self.class_names, self.multi_label)

    @cached_property
    def log_probabilities(self) -> NDArray[np.float64]:
        """Natural log of the probabilities, float64[n, k].

        From the logits directly, so that a probability that rounds to 0 keeps a
        finite logarithm.
        """
        logits = self.logits.astype(np.float64)
        if self.multi_label:
            return -np.logaddexp(0.0, -logits)
        return log_softmax(logits, axis=1)

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """Probability of each class, float64[n, k]; rows sum to 1 (softmax)."""
        if self.multi_label:
            return expit(self.logits.astype(np.float64))
        return np.exp(self.log_probabilities)

    @cached_property
    def predicted(self) -> NDArray[np.intp]:
        """Index of the likeliest class, intp[n]; the lowest index wins a tie."""
        return np.argmax(self.logits, axis=1)

    @cached_property
    def decided(self) -> NDArray[np.bool_]:
        """Which classes hold, bool[n, k]; probability above one half if multi-label."""
        if self.multi_label:
            return self.logits > 0
        chosen = np.zeros(self.logits.shape, dtype=np.bool_)
        chosen[np.arange(len(chosen)), self.predicted] = True
        return chosen

    @cached_property
    def top(self) -> NDArray[np.bool_]:
        """The classes that share the largest logit of a row, bool[n, k]."""
        return self.logits == self.logits.max(axis=1, keepdims=True)

    @cached_property
    def tied(self) -> NDArray[np.bool_]:
        """Rows without one answer, bool[n]: classes share the top, or one is at 1/2."""
        if self.multi_label:
            return (self.logits == 0).any(axis=1)
        return self.top.sum(axis=1) > 1

    def answered(self, gold: NDArray[np.intp]) -> NDArray[np.intp]:
        """The class that counts as the answer to each row, intp[n].

        A tie is right about nothing: of the classes that share the top it is the first
        that is not the ``gold`` one.
        """
        rows = np.flatnonzero(self.tied)
        if not len(rows):
            return self.predicted
        found = self.predicted.copy()
        others = self.top[rows]
        others[np.arange(len(rows)), gold[rows]] = False
        found[rows] = others.argmax(axis=1)
        return found

    def held(self, gold: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which classes count as decided, bool[n, k], where each is by itself.

        One at exactly one half is undecided, and counts as what ``gold`` does not say.
        """
        return np.where(self.logits == 0, ~gold, self.decided)

    @property
    def tie(self) -> str:
        """What a tie is."""
        if self.multi_label:
            return "a class at exactly one half"
        return "classes that are exactly equally likely"

    def differs(
        self, other: Self, *, tolerance: float | None = None
    ) -> NDArray[np.bool_]:
        """Rows with another class, or another set of classes, bool[n].

        The answer of a tie is the set of all classes that share the top. With a
        tolerance also those where a probability of any class moves by more.
        """
        if self.multi_label:
            apart = (np.sign(self.logits) != np.sign(other.logits)).any(axis=1)
        else:
            apart = (self.top != other.top).any(axis=1)
        return apart if tolerance is None else apart | (self.shift(other) > tolerance)

    def shift(self, other: Self) -> NDArray[np.float64]:
        """The largest move of any class's probability, float64[n]."""
        return np.abs(other.probabilities - self.probabilities).max(axis=1)

    def said(self, row: int) -> str:
        """The class of one row with its probability, or the classes that hold."""
        if self.multi_label:
            held = np.flatnonzero(self.decided[row]).tolist()
            open_ = np.flatnonzero(self.logits[row] == 0).tolist()
            said = [self.class_names[index] for index in held]
            said += [f"{self.class_names[index]}?" for index in open_]
            return "+".join(said) or "none"
        best = int(self.predicted[row])
        probability = f"{self.probabilities[row, best]:z.3f}"
        if not self.tied[row]:
            return f"{self.class_names[best]} {probability}"
        names = [self.class_names[index] for index in np.flatnonzero(self.top[row])]
        more = f"|… ({len(names) - 3} more)" if len(names) > 3 else ""
        return f"{'|'.join(names[:3])}{more} {probability} each"

    def answer(self, row: int, vocabulary: Sequence[str] | None = None) -> Answer:
        """The class of one row, or those that hold, with all probabilities."""
        each = dict(
            zip(self.class_names, self.probabilities[row].tolist(), strict=True)
        )
        held = np.flatnonzero(self.decided[row]).tolist()
        labels = tuple(self.class_names[index] for index in held)
        if self.multi_label:
            return Answer(self.said(row), labels=labels, probabilities=each)
        if self.tied[row]:
            return Answer(self.said(row), probabilities=each)
        label = labels[0]
        return Answer(self.said(row), label, each[label], labels, each)


@runtime_checkable
class Classifier(Protocol):
    """What a predictor of this task also says, before it is asked anything."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in the order of the logits."""
        ...

    @property
    def multi_label(self) -> bool:
        """Whether several classes may hold at once."""
        ...


@runtime_checkable
class Renumbered(Protocol):
    """A classifier whose classes are made of another's, which numbers them itself."""

    @property
    def places(self) -> Sequence[int]:
        """Of each class of the other the number of the one that it counts as."""
        ...


AnyClassifier = Model | Predictor[Payload, Classification]
"""What the behaviours of classes take first: a handle, or a bound classifier."""


def classifier(predictor: Predictor[Payload, P]) -> Classifier:
    """A bound model as one that says its classes before it is asked.

    Raises:
        ArgumentError: it does not say them.
    """
    if not isinstance(predictor, Classifier):
        raise ArgumentError(
            f"model {predictor.card.name} answers {predictor.task} without saying its "
            "class_names and whether it is multi_label"
        )
    return predictor
