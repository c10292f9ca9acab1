"""A model whose classes are judged as fewer ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np

from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.set_model import SetModel
from pytest_ptm.datasets.tags import Scheme, mapped_tag
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.predicting import PredictingModel, predicting
from pytest_ptm.tasks import find_task
from pytest_ptm.tasks.classes.answers import Classification, Renumbered
from pytest_ptm.tasks.given import refuse_raw
from pytest_ptm.tasks.over import OverAnother
from pytest_ptm.tasks.protocol import (
    Columns,
    Encoded,
    Model,
    Payload,
    Predictor,
)
from pytest_ptm.tasks.tags.answers import OfScheme, Tagging, tag_names
from pytest_ptm.tasks.task import Task

ClassMap = Mapping[str, str]
"""Class of the model to the class that it counts as; others stay as they are."""


@dataclass(frozen=True, slots=True)
class Merging:
    """The setting behind ``merged``: a map of classes."""

    class_map: tuple[tuple[str, str], ...]

    def suits(self, task: Task) -> bool:
        """Whether its answers are classes or tags."""
        return issubclass(task.answers, Classification | Tagging)

    def put_on(self, predictor: Predictor[Any, Any]) -> Merged:
        """The bound model with its classes merged.

        Raises:
            ArgumentError: its task has no classes, or the map one that it has not.
        """
        if not self.suits(find_task(predictor.task)):
            raise ArgumentError(
                f"class_map=: {predictor.card.name} answers {predictor.task}, which "
                "has no classes; hand over the model itself"
            )
        return _merge(predictor, self.class_map)


@dataclass(frozen=True, slots=True)
class Merged(OverAnother):
    """A Predictor whose answers have the classes of a map."""

    class_map: tuple[tuple[str, str], ...]
    class_names: tuple[str, ...]
    counts_as: tuple[int, ...]
    """Of each class of the model the number of the class that it counts as."""

    multi_label = False

    @property
    def places(self) -> Sequence[int]:
        """The same of the classes that the model's own are made of, where they are."""
        if not isinstance(self.asked, Renumbered):
            return self.counts_as
        return tuple(self.counts_as[place] for place in self.asked.places)

    @property
    def scheme(self) -> Scheme | None:
        """How tags mark entities: the model's own."""
        return self.asked.scheme if isinstance(self.asked, OfScheme) else None

    @property
    def decided(self) -> tuple[object, ...]:
        """The map."""
        return "merged", self.class_map

    @property
    def said(self) -> tuple[str, ...]:
        """A digest of the map."""
        digest = hashlib.sha256(json.dumps(self.class_map).encode()).hexdigest()[:8]
        return (f"classes:{digest}",)

    def encode(self, inputs: Columns) -> Encoded[Payload]:
        """The rows as the model encodes them.

        Raises:
            ArgumentError: the model makes its answers of several rows each, of which
                the likeliest class is not to be told one by one.
            RowRefused: a row is no question to the model.
        """
        return self.at_once(inputs, by="merged")

    def forward(self, batch: Any) -> Classification | Tagging:  # noqa: ANN401
        """The model's answers, in fewer classes."""
        said = self.asked.forward(batch)
        places = np.array(self.counts_as)
        if isinstance(said, Tagging):
            now = places[said.predicted].astype(np.int32)
            return replace(said, predicted=now, class_names=self.class_names)
        logits = np.full((len(said), len(self.class_names)), -np.inf, np.float32)
        for own, place in enumerate(self.counts_as):
            logits[:, place] = np.maximum(logits[:, place], said.logits[:, own])
        return Classification(logits, self.class_names)


@overload
def merged(model: Model, class_map: ClassMap) -> SetModel: ...
@overload
def merged(model: Predictor[Any, Any], class_map: ClassMap) -> PredictingModel: ...
def merged(model: AnyModel[Any], class_map: ClassMap) -> SetModel | PredictingModel:
    """The model with some of its classes counted as one; it can be asked like any.

    An answer is the class that the model's likeliest class counts as, which is how the
    official evaluation of HANS reads a model of three classes (McCoy, Pavlick and
    Linzen 2019, "Right for the Wrong Reasons", ACL): so a merged class has the largest
    score of those in it, and not their sum. Of tags the map may name types of entities,
    and ``"O"`` leaves one out.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)`` or ``load_model(…)``.
        class_map: class of the model to the class that it counts as; those that it
            does not name stay as they are.

    >>> nli = {"neutral": "not-entailment", "contradiction": "not-entailment"}
    >>> model = merged(load_model("./nli"), nli)  # doctest: +SKIP

    Raises:
        ArgumentError: the map is empty or no map of names; or as soon as the model is
            asked: it has no such class, or its classes are decided each by itself.
    """
    given = dict(class_map) if isinstance(class_map, Mapping) else {}  # pyright: ignore[reportUnnecessaryIsInstance]
    # In whichever order it is written, it is one map.
    pairs = tuple(sorted(given.items(), key=str))
    if not pairs or not all(isinstance(name, str) for pair in pairs for name in pair):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(
            f"class_map={class_map!r:.80}: expected names of classes of the model, "
            'and what they count as, such as {"neutral": "not-entailment"}'
        )
    if isinstance(model, Model):
        return SetModel(model, Merging(pairs))
    refuse_raw(model)
    return predicting(Merging(pairs).put_on(model))


def _merge(
    asked: Predictor[Any, Any], class_map: tuple[tuple[str, str], ...]
) -> Merged:
    if getattr(asked, "multi_label", False):
        raise ArgumentError(
            f"class_map=: each class of {asked.card.name} is decided by itself "
            "(multi-label), and several may hold; hand over the model itself"
        )
    names, known = tag_names(asked), dict(class_map)
    tags = issubclass(find_task(asked.task).answers, Tagging)
    to = [
        (mapped_tag(name, known) if tags else known.get(name)) or name for name in names
    ]
    kinds = {name.partition("-")[2] for name in names} if tags else set[str]()
    unknown = [key for key in known if key not in names and key not in kinds]
    if unknown:
        raise ArgumentError(
            f"class_map=: {asked.card.name} has no {listed(unknown)}; it has "
            f"{listed(names)}"
        )
    merged_names = tuple(dict.fromkeys(to))
    if len(merged_names) < 2:
        raise ArgumentError(
            f"class_map=: everything would count as {to[0]!r}, which is always right"
        )
    counts_as = tuple(merged_names.index(name) for name in to)
    return Merged(asked, class_map, merged_names, counts_as)
