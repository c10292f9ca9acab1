"""A bound model that can be asked for its answers by itself."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any, Protocol, overload

from pytest_ptm.behaviours.prediction import One, Predicts, Text
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.results import Answer
from pytest_ptm.tasks.protocol import Predictor


class PredictingModel(Predictor[Any, Any], Protocol):
    """A Predictor that has a ``predict``, as ``from_pretrained`` gives one."""

    @overload
    def predict(self, texts: One) -> Answer: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def predict(self, texts: Iterable[Text] | Examples) -> list[Answer]: ...
    def predict(self, texts: One | Iterable[Text] | Examples) -> Answer | list[Answer]:
        """The model's answer to a text, or a list of those to many."""
        ...


def predicting(predictor: Predictor[Any, Any]) -> PredictingModel:
    """The same predictor, a dataclass of a lower room, with a ``predict``.

    Of a class of its own below the predictor's, and no object around it: what a task
    asks of its predictors (``class_names``, ``vocabulary``) stays where it is.
    """
    if not dataclasses.is_dataclass(predictor):
        raise TypeError(f"a {type(predictor).__name__} is no dataclass")
    held = {each.name: getattr(predictor, each.name) for each in _fields(predictor)}
    return _class_below(type(predictor))(**held)


def _fields(predictor: Any) -> list[dataclasses.Field[Any]]:  # noqa: ANN401
    return [each for each in dataclasses.fields(predictor) if each.init]


@functools.cache
def _class_below(kind: type[Any]) -> type[Any]:
    return type(
        kind.__name__,
        (Predicts, kind),
        {"__slots__": (), "__doc__": kind.__doc__, "__module__": kind.__module__},
    )
