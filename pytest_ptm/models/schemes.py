"""A model of tags that mark entities by another scheme than they look like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, overload

from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.set_model import SetModel
from pytest_ptm.datasets.tags import (
    OUTSIDE,
    PREFIXES_OF,
    Scheme,
    parted,
    require_scheme,
    scheme_of,
)
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.models.predicting import PredictingModel, predicting
from pytest_ptm.tasks import find_task
from pytest_ptm.tasks.given import refuse_raw
from pytest_ptm.tasks.over import OverAnother
from pytest_ptm.tasks.protocol import Model, Predictor
from pytest_ptm.tasks.tags.answers import Tagging, tag_names
from pytest_ptm.tasks.task import Task


@dataclass(frozen=True, slots=True)
class OfTheScheme:
    """The setting behind ``tagging``: how tags mark entities."""

    scheme: Scheme

    def suits(self, task: Task) -> bool:
        """Whether its answers are tags."""
        return issubclass(task.answers, Tagging)

    def put_on(self, predictor: Predictor[Any, Any]) -> InScheme:
        """The bound model, its tags read by the scheme.

        Raises:
            ArgumentError: the task has no tags, or they cannot be of the scheme.
        """
        if not self.suits(find_task(predictor.task)):
            raise ArgumentError(
                f"scheme=: {predictor.card.name} answers {predictor.task}, which has "
                "no tags; hand over the model itself"
            )
        return _read(predictor, self.scheme)


@dataclass(frozen=True, slots=True)
class InScheme(OverAnother):
    """A Predictor whose tags mark entities by ``scheme``."""

    scheme: Scheme
    class_names: tuple[str, ...]
    """The model's own, and after them tags of the scheme that it never gives."""

    @property
    def decided(self) -> tuple[object, ...]:
        """The scheme."""
        return "scheme", self.scheme

    @property
    def said(self) -> tuple[str, ...]:
        """The scheme."""
        return (f"scheme:{self.scheme}",)

    def forward(self, batch: Any) -> Tagging:  # noqa: ANN401
        """The model's answers, and by which scheme they are meant."""
        said: Tagging = self.asked.forward(batch)
        return replace(said, class_names=self.class_names, scheme=self.scheme)


@overload
def tagging(model: Model, *, scheme: Scheme) -> SetModel: ...
@overload
def tagging(model: Predictor[Any, Any], *, scheme: Scheme) -> PredictingModel: ...
def tagging(model: AnyModel[Any], *, scheme: Scheme) -> SetModel | PredictingModel:
    """The model, its tags read by a scheme that their names do not show.

    Tags ``B-`` and ``I-`` alone may be IOB2, as which they are read without this, or
    IOB1, where an entity begins with ``I-``, and with ``B-`` only behind another of its
    type. Then labels are written so, whatever scheme they are in, and strict figures
    are those of the scheme.

    Args:
        model: the ``ptm_model`` fixture, ``ptm_load(…)``, ``load_model(…)`` or what
            ``from_tagger`` made.
        scheme: "IOB1", "IOB2", "IOBES" or "BILOU".

    >>> model = tagging(load_model("./conll-2003"), scheme="IOB1")  # doctest: +SKIP

    Raises:
        ArgumentError: there is no such scheme; or as soon as the model is asked: its
            tags mark no entities, or others than the scheme's.
    """
    require_scheme(scheme)
    if isinstance(model, Model):
        return SetModel(model, OfTheScheme(scheme))
    refuse_raw(model)
    return predicting(OfTheScheme(scheme).put_on(model))


def _read(asked: Predictor[Any, Any], scheme: Scheme) -> InScheme:
    names = tag_names(asked)
    places = [parted(name) for name in names]
    if scheme_of(names) is None:
        raise ArgumentError(
            f"scheme={scheme!r}: the tags of {asked.card.name} mark no entities: "
            f"{listed(names)}; hand over the model itself"
        )
    prefixes = {place[0] for place in places if place is not None} - {OUTSIDE}
    others = sorted(prefixes - {*PREFIXES_OF[scheme]})
    if others:
        raise ArgumentError(
            f"scheme={scheme!r}: {asked.card.name} has tags that begin with "
            f"{', '.join(f'{each}-' for each in others)}, which {scheme} has not; they "
            f"look like {scheme_of(names)}"
        )
    kinds = dict.fromkeys(place[1] for place in places if place is not None)
    every = [
        f"{prefix}-{kind}" for kind in kinds if kind for prefix in PREFIXES_OF[scheme]
    ]
    return InScheme(asked, scheme, tuple(dict.fromkeys([*names, *every])))
