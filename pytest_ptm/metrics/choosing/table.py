"""Every metric of choices by name, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.plain_kind import PlainKind
from pytest_ptm.metrics.protocol import Estimate, Kind, Metric, PerUnit
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.tasks.choices.answers import ChoiceScores


@dataclass(frozen=True, slots=True)
class Chosen:
    """The question of one metric: the right choice of each row, and what was said."""

    metric: str
    gold: NDArray[np.intp]
    said: ChoiceScores

    def __post_init__(self) -> None:
        if self.gold.shape != (len(self.said),):
            raise ArgumentError(
                f"gold must be {len(self.said)} choices; got {list(self.gold.shape)}"
            )
        if not len(self.gold):
            raise DataError(
                f"{self.metric} is undefined: there are no examples.",
                code="PTM207",
            )


def right(asked: Chosen) -> NDArray[np.float64]:
    """Which choices are right, a tie being wrong: 1 or 0 a row."""
    hit = (asked.said.predicted == asked.gold) & ~asked.said.tied
    return hit.astype(np.float64)


def accuracy(asked: Chosen) -> Estimate:
    """The share of rows with the right choice."""
    hits, n = int(right(asked).sum()), len(asked.gold)
    return hits / n, ShareOf(hits, n)


_RIGHT = PerUnit(right)


@dataclass(frozen=True, slots=True)
class ChoiceMetric(Metric[Chosen]):
    """A metric of choices that is the mean of ``per_unit``."""

    per_unit: PerUnit[Chosen] = _RIGHT

    @property
    def share(self) -> bool:
        """Whether it is a share of all examples."""
        return self.per_unit.share


METRICS = {
    metric.name: metric
    for metric in (
        ChoiceMetric("accuracy", accuracy, of_right=True, behaviour="accuracy"),
    )
}


ONE_PLACE = (
    "the right choice is {} in every row; a model that always takes it scores 1.0"
)
_ROWS_TO_REMARK_ON = 10
"""Fewer may well have the right choice at one place by chance."""


class _Choices(PlainKind[ChoiceScores]):
    """The metrics of answers that are choices."""

    of_what = "choices"
    answers = ChoiceScores
    metrics = METRICS

    def asked(
        self,
        metric: str,
        gold: NDArray[np.intp],
        predictions: ChoiceScores,
        positive: int | None,
    ) -> Chosen:
        return Chosen(metric, gold, predictions)

    def per_unit(self, metric: str) -> PerUnit[Chosen]:
        return METRICS[metric].per_unit

    def remarks(
        self, gold: NDArray[np.intp], predictions: ChoiceScores
    ) -> Sequence[str]:
        """That the right choice always stands at one place, where rows are not few."""
        place = _one_place(gold, predictions.counts)
        return () if place is None else (ONE_PLACE.format(place),)


def _one_place(gold: NDArray[np.intp], counts: NDArray[np.int32]) -> str | None:
    """Where the right choice of every row stands, in words; None where that differs."""
    if len(gold) < _ROWS_TO_REMARK_ON:
        return None
    if (gold == counts - 1).all():
        return "the last"
    if not (gold == gold[0]).all():
        return None
    return "the first" if gold[0] == 0 else f"number {gold[0] + 1}"


KIND: Kind[ChoiceScores] = _Choices()
