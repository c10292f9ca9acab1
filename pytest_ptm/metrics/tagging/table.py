"""Every metric of tags by name, one line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.plain_kind import PlainKind
from pytest_ptm.metrics.protocol import Kind, Metric, PerUnit
from pytest_ptm.metrics.tagging import figures
from pytest_ptm.metrics.tagging.figures import Tagged
from pytest_ptm.metrics.tagging.looks import remarks
from pytest_ptm.metrics.tagging.spans import Spans
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.tags.answers import Tagging, tag_names, types_of


@dataclass(frozen=True, slots=True)
class TagMetric(Metric[Tagged]):
    """A metric of tags.

    ``of_entities``: it counts entities, of one type where ``positive=`` names it and
    ``one_type`` allows it. ``mistakes``: which of them it counts, float64[n, types];
    of rows as a whole where there is none. ``per_unit``: it is the mean of these
    scores, one a row.
    """

    of_entities: bool = True
    one_type: bool = True
    mistakes: Callable[[Spans], NDArray[np.float64]] | None = None
    per_unit: PerUnit[Tagged] | None = None

    @property
    def share(self) -> bool:
        """Whether it is a share of all examples."""
        return self.per_unit is not None


def _invented(spans: Spans) -> NDArray[np.float64]:
    return spans.found - spans.hits


def _missed(spans: Spans) -> NDArray[np.float64]:
    return spans.gold - spans.hits


def _either(spans: Spans) -> NDArray[np.float64]:
    return _invented(spans) + _missed(spans)


_sums = partial(TagMetric, together="a ratio of sums over all rows", of_sums=True)
_TABLE = (
    _sums("precision", figures.precision, mistakes=_invented),
    _sums("recall", figures.recall, mistakes=_missed),
    _sums("f1", figures.f1, mistakes=_either),
    _sums("f1_macro", figures.f1_macro, one_type=False, mistakes=_either),
    _sums("precision_strict", figures.precision, mistakes=_invented),
    _sums("recall_strict", figures.recall, mistakes=_missed),
    _sums("f1_strict", figures.f1, mistakes=_either),
    _sums("token_accuracy", figures.token_accuracy, of_entities=False),
    TagMetric(
        "exact_match",
        figures.exact_match,
        of_right=True,
        of_entities=False,
        per_unit=PerUnit(figures.all_right),
    ),
)
METRICS = {metric.name: metric for metric in _TABLE}


class _Tags(PlainKind[Tagging]):
    """The metrics of answers that are tags."""

    of_what = "tags"
    answers = Tagging
    metrics = METRICS

    def asked(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: Tagging,
        positive: int | None,
    ) -> Tagged:
        return Tagged(metric, gold, predictions, positive)

    def per_unit(self, metric: str) -> PerUnit[Tagged] | None:
        return METRICS[metric].per_unit

    def require(
        self, metric: str, by: Predictor[Payload, Tagging], positive: int | None
    ) -> None:
        wanted = METRICS[metric]
        if positive is not None and not (wanted.of_entities and wanted.one_type):
            raise ArgumentError(
                f"{metric} is of all tags and takes no positive=; f1, precision and "
                "recall can be of one type of entity"
            )
        names = tag_names(by)
        if wanted.of_entities and not types_of(names):
            raise ArgumentError(
                f"{metric} is of entities, and the tags of {by.card.name} mark none: "
                f"{listed(names)}. Use token_accuracy or exact_match; tags of entities "
                "are O, B-<type> and I-<type>, by the names in id2label of config.json"
            )

    def right(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: Tagging,
        *,
        positive: int | None = None,
    ) -> NDArray[np.bool_] | None:
        mistakes = METRICS[metric].mistakes
        if mistakes is None or not len(predictions.predicted):
            return None
        asked = Tagged(metric, gold, predictions, positive)
        return mistakes(asked.spans).sum(axis=1) == 0

    def remarks(self, gold: NDArray[Any], predictions: Tagging) -> Sequence[str]:
        return remarks(gold, predictions)


KIND: Kind[Tagging] = _Tags()
