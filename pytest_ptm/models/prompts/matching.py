"""A model of images and texts as a classifier of images, by what its classes say.

Radford et al. 2021, "Learning Transferable Visual Models From Natural Language
Supervision", section 3.1: the class of an image is that of which the text lies closest;
of several templates the mean of a class's vectors stands for it (section 3.1.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.ragged import Rows
from pytest_ptm.engine.ask import ask
from pytest_ptm.engine.memo import Memo
from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.prompts.hypotheses import Hypotheses
from pytest_ptm.models.prompts.signatures import as_json, in_a_signature
from pytest_ptm.session import current_session
from pytest_ptm.tasks.image_classification import TASK, Classification
from pytest_ptm.tasks.image_embedding import Embeddings, Matches
from pytest_ptm.tasks.over import OverAnother
from pytest_ptm.tasks.powers import settings_of
from pytest_ptm.tasks.protocol import Columns, Encoded, Payload, Predictor
from pytest_ptm.tasks.vectors.cosine import of_length_one


@dataclass(frozen=True, slots=True)
class KeyedRows:
    """Rows beside the keys that the engine knows them by."""

    rows: Payload
    keys: tuple[bytes, ...]

    def take(self, rows: Rows) -> Self:
        """These rows, in this order."""
        places: list[int] = rows.tolist()
        keys = tuple([self.keys[row] for row in places])
        return type(self)(self.rows.take(rows), keys)


@dataclass(frozen=True)
class MatchingClassifier(OverAnother):
    """Each class has what the cosine of an image with its texts is as a logit.

    ``asked`` and ``texts``: the model, bound to images and to texts. Each prompt is
    asked once, and so is each image, whatever the classes and templates of others;
    ``remembers``: whether vectors of images that are known already are taken as they
    are; ``doubts``: what else is to be said of the prompts.
    """

    texts: Predictor[Any, Any]
    templates: tuple[Hypotheses, ...]
    multi_label: bool
    remembers: bool = True
    doubts: tuple[str, ...] = ()

    @property
    def task(self) -> str:
        """What its answers are: classes of images."""
        return TASK.name

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in the order that they were given in."""
        return self.templates[0].class_names

    @property
    def noted(self) -> tuple[str, ...]:
        """The templates, and what is doubted of them."""
        first, *more = self.templates
        others = f" and {len(more)} more templates" if more else ""
        note = f"zero-shot, by what lies closest of {quoted(first.written)}{others}"
        return (note, *self.doubts)

    @property
    def decided(self) -> tuple[object, ...]:
        """Who reads the prompts, all of these in their order, and how it decides."""
        return self.texts.fingerprint, *self._written, self.multi_label

    @property
    def said(self) -> tuple[str, ...]:
        """How texts are read otherwise than images, the templates and the classes."""
        images = settings_of(self.asked)
        texts = [each for each in settings_of(self.texts) if each not in images]
        templates, classes = map(in_a_signature, self._written)
        said = (*texts, f"templates:{templates}", f"classes:{classes}")
        return (*said, *(("multi-label",) if self.multi_label else ()))

    def over(self, asked: Predictor[Any, Any]) -> Self:
        """The same, asked for every image anew: what is timed is the model."""
        return replace(self, asked=asked, remembers=False)

    def encode(self, inputs: Columns) -> Encoded[KeyedRows]:
        """The images as the model takes them.

        Raises:
            RowRefused: an image cannot be used.
        """
        found = self.at_once(inputs, by="zero_shot_images")
        return replace(found, payload=KeyedRows(found.payload, tuple(found.keys)))

    def forward(self, batch: KeyedRows) -> Classification:
        """The logits of one batch.

        Raises:
            BatchFailed: the model raised an error of its own.
            OutOfMemory: the batch is too large for the device.
        """
        scale, bias = self._logits_by
        found = self._seen(batch) @ self._of_classes.T
        logits = (scale * found + bias).astype(np.float32)
        return Classification(logits, self.class_names, self.multi_label)

    def _seen(self, batch: KeyedRows) -> NDArray[np.float64]:
        """The vectors of images, of length 1; what is known is not made anew."""
        if not self.remembers:
            seen: Embeddings = self.asked.forward(batch.rows)
            return of_length_one(seen.vectors).astype(np.float64)
        memo = current_session().part(Memo)
        missing = memo.get(self.asked, batch.keys).missing
        if len(missing):
            rows = batch.take(missing)
            answers: Embeddings = self.asked.forward(rows.rows)
            memo.put(self.asked, rows.keys, answers.columns())
        known = memo.get(self.asked, batch.keys).table
        if known is None:
            raise LookupError("no image has a vector")
        return of_length_one(Embeddings.from_columns(known).vectors).astype(np.float64)

    @cached_property
    def _of_classes(self) -> NDArray[np.float64]:
        """A vector of length 1 for each class, float64[classes, size]."""
        made = [_vectors(self.texts, each.each) for each in self.templates]
        mean = np.mean(made, axis=0)
        lengths = np.linalg.norm(mean, axis=1, keepdims=True)
        return mean / lengths

    @cached_property
    def _logits_by(self) -> tuple[float, float]:
        if isinstance(self.asked, Matches):
            return self.asked.logit_scale, self.asked.logit_bias
        raise ArgumentError(
            f"model {self.asked.card.name} does not say how a cosine becomes a logit; "
            "give its predictor of images a logit_scale and a logit_bias"
        )

    @property
    def _written(self) -> tuple[str, str]:
        written = [each.written for each in self.templates]
        return as_json(written), as_json(self.templates[0].by_class)


def _vectors(texts: Predictor[Any, Any], each: Sequence[str]) -> NDArray[np.float64]:
    """The vectors of these texts, of length 1."""
    rows = Examples(
        ids=tuple(f"prompt {text}" for text in each),
        inputs={"text": tuple(each)},
        source="the prompts of the classes",
    )
    answers: Embeddings = ask(texts, rows).predictions
    return of_length_one(answers.vectors).astype(np.float64)
