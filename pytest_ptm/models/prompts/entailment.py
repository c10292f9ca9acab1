"""A model of natural language inference as a classifier of any classes.

Yin, Hay and Roth 2019, "Benchmarking Zero-shot Text Classification: Datasets,
Evaluation and Entailment Approach", EMNLP; as the pipeline ``zero-shot-classification``
of transformers asks and decides it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.ground.display import listed, quoted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.prompts.alike import first_alike
from pytest_ptm.models.prompts.hypotheses import Hypotheses
from pytest_ptm.models.prompts.signatures import as_json, in_a_signature
from pytest_ptm.tasks.classes.answers import classifier
from pytest_ptm.tasks.over import OverAnother
from pytest_ptm.tasks.powers import rows_at_once
from pytest_ptm.tasks.protocol import (
    Columns,
    Encoded,
    Payload,
    Predictor,
    texts_of,
)
from pytest_ptm.tasks.text_classification import TASK, Classification


@dataclass(frozen=True, slots=True)
class Outputs:
    """Which output of a model says that a hypothesis follows from a text.

    ``contradiction`` says that it does not; None where nobody asks for it.
    """

    entailment: int
    contradiction: int | None

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        entailment: str | None,
        contradiction: str | None,
        *,
        both: bool,
    ) -> Self:
        """Those of a model with these outputs, found by name where none is given.

        Raises:
            ArgumentError: no output, or several, may be meant, or a name is none.
        """
        yes = _named(names, "entailment", entailment, ("entail",))
        if not both and contradiction is None:
            return cls(yes, None)
        if contradiction is None and len(names) == 2:
            return cls(yes, 1 - yes)
        no = _named(names, "contradiction", contradiction, ("contradict",))
        if yes == no:
            raise ArgumentError(
                f"entailment= and contradiction= are both {names[yes]!r}; they are two "
                f"of {listed(names)}"
            )
        return cls(yes, no)


@dataclass(frozen=True, slots=True)
class HypothesisRows:
    """Rows of a text and a hypothesis each; ``classes`` is which class says it."""

    rows: Payload
    classes: NDArray[np.int32]

    def take(self, rows: Rows) -> Self:
        """These rows, in this order."""
        return type(self)(self.rows.take(rows), self.classes[rows])


@dataclass(frozen=True, slots=True)
class EntailmentClassifier(OverAnother):
    """Each class has what its hypothesis has of the entailment that a text gives.

    A question is as many rows as there are classes; what each says is the logit of its
    class and nothing of the others, so that those of a question add up.
    """

    hypotheses: Hypotheses
    outputs: Outputs
    multi_label: bool

    @property
    def task(self) -> str:
        """What its answers are: classes."""
        return TASK.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in the order that they were given in."""
        return self.hypotheses.class_names

    @property
    def rows_at_once(self) -> int | None:
        """So many that the model, asked for each class, has no more in memory."""
        most = rows_at_once(self.asked)
        return None if most is None else max(1, most // len(self.class_names))

    @property
    def noted(self) -> tuple[str, ...]:
        """The hypothesis."""
        written = quoted(self.hypotheses.written)
        return (f"zero-shot, asked whether {written} follows",)

    @property
    def decided(self) -> tuple[object, ...]:
        """What is asked, the hypotheses in their order and how it decides."""
        outputs = self.outputs.entailment, self.outputs.contradiction
        return self.asked.task, *self._written, *outputs, self.multi_label

    @property
    def said(self) -> tuple[str, ...]:
        """The hypothesis, the classes, and which outputs say that it follows."""
        hypothesis, classes = map(in_a_signature, self._written)
        names = classifier(self.asked).class_names
        found = [names[self.outputs.entailment]]
        if self.outputs.contradiction is not None:
            found.append(names[self.outputs.contradiction])
        outputs = in_a_signature("/".join(found))
        said = (f"hypothesis:{hypothesis}", f"classes:{classes}", f"entails:{outputs}")
        return (*said, *(("multi-label",) if self.multi_label else ()))

    def encode(self, inputs: Columns) -> Encoded[HypothesisRows]:
        """Each text beside the hypothesis of each class; a long text loses its end.

        Raises:
            ArgumentError: the examples have a second text, which nobody would see; the
                model makes its answer to a pair of several rows.
            RowRefused: a text is no question to the model.
        """
        if "text_pair" in inputs:
            raise ArgumentError(
                "zero_shot: the examples have a second text, which nobody would see: "
                "the hypothesis stands in its place; load them without text_pair="
            )
        texts, k = texts_of(inputs, "text"), len(self.class_names)
        n = len(texts)
        found = self.at_once(
            {
                "text": [text for text in texts for _ in range(k)],
                "text_pair": list(self.hypotheses.each) * n,
            },
            by="zero_shot",
        )
        classes = np.tile(np.arange(k, dtype=np.int32), n)
        each: list[int] = classes.tolist()
        # One row of the model is another answer for another class.
        keys = [b"%d:" % at + key for at, key in zip(each, found.keys, strict=True)]
        return replace(
            found,
            keys=keys,
            truncated=found.truncated.reshape(n, k).any(axis=1),
            payload=HypothesisRows(found.payload, classes),
            parts=np.full(n, k, dtype=np.int32),
        )

    def forward(self, batch: HypothesisRows) -> Classification:
        """What the rows of one batch say of their classes.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
        """
        said: Classification = self.asked.forward(batch.rows)
        logits = said.logits[:, self.outputs.entailment]
        if self.multi_label:
            # A softmax over two is the sigmoid of what lies between them.
            logits = logits - said.logits[:, self.outputs.contradiction]
        found = np.zeros((len(logits), len(self.class_names)), dtype=np.float32)
        found[np.arange(len(logits)), batch.classes] = logits
        return Classification(found, self.class_names, self.multi_label)

    @property
    def _written(self) -> tuple[str, str]:
        said = self.hypotheses
        return as_json(said.written), as_json(said.by_class)


def through_entailment(
    asked: Predictor[Any, Any],
    hypotheses: Hypotheses,
    *,
    multi_label: bool,
    entailment: str | None,
    contradiction: str | None,
) -> Predictor[Any, Classification]:
    """The model of inference as a classifier of these classes.

    Raises:
        ArgumentError: which output says what is not to be told by its name; two
            hypotheses are one to the model, or one takes half of what it sees or more.
    """
    outputs = Outputs.of(
        classifier(asked).class_names, entailment, contradiction, both=multi_label
    )
    each = list(hypotheses.each)
    # Of a pair the longer text is cut: never the hypothesis if it would fit twice.
    twice: Encoded[Any] = asked.encode({"text": each, "text_pair": each})
    for sentence, cut in zip(each, twice.truncated.tolist(), strict=True):
        if cut:
            raise ArgumentError(
                f"hypothesis {quoted(sentence)} takes more than half of what "
                f"{asked.card.name} sees at once, and long texts would leave no room "
                "for all of it; shorten it"
            )
    if (alike := first_alike(each, twice.keys)) is not None:
        one, other = map(quoted, alike)
        raise ArgumentError(
            f"hypotheses {one} and {other} are the same to {asked.card.name}, which "
            "can never tell their classes apart; write other phrases"
        )
    return EntailmentClassifier(asked, hypotheses, outputs, multi_label)


def _named(
    names: Sequence[str], what: str, given: str | None, begins: tuple[str, ...]
) -> int:
    """The output that has this name, or else one that begins so in any case."""
    if given is not None:
        if given not in names:
            raise ArgumentError(
                f"{what}={given!r} is no output of the model; it has {listed(names)}"
            )
        return names.index(given)
    found = [at for at, name in enumerate(names) if name.lower().startswith(begins)]
    if len(found) != 1:
        many = "none" if not found else "several"
        raise ArgumentError(
            f"of the model's outputs {listed(names)} {many} says {what!r} by its name; "
            f"type which does, such as {what}={names[-1]!r}, if it is a model of "
            "natural language inference"
        )
    return found[0]
