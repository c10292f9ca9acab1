"""Precision, recall and F1 of entities, and how many words and rows are right.

Tjong Kim Sang and De Meulder, "Introduction to the CoNLL-2003 shared task", 2003: an
entity is found where its type, its first and its last word are right, and a figure is
of all entities together (micro) unless its name says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.metrics.tagging.spans import Spans, spans_of
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.resampled_sums import MeanF1, PickedRatio
from pytest_ptm.statistics.row_ratio import RowRatio
from pytest_ptm.tasks.tags.answers import Tagging, types_of
from pytest_ptm.tasks.tags.truth import flat

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tagged:
    """The question of one metric: the right tags of each row, and those that were said.

    ``positive``: the number of the type of entity that the metric is about; None of
    all.

    Raises:
        ArgumentError: they are not as many.
        DataError: PTM207, there is no word.
    """

    metric: str
    gold: NDArray[Any]
    said: Tagging
    positive: int | None = None

    def __post_init__(self) -> None:
        if [len(row) for row in self.gold] != self.said.counts.tolist():
            raise ArgumentError("gold must be a tag for each word that was tagged")
        if not len(self.said.predicted):
            raise self.undefined("there is no word")

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which words are tagged right, a tie being wrong; bool[m]."""
        return (self.said.predicted == flat(self.gold)) & ~self.said.undecided

    def by_row(self, words: NDArray[np.bool_]) -> Floats:
        """How many of these words each row has, float64[n]."""
        rows = np.repeat(np.arange(len(self.said)), self.said.counts)
        return np.bincount(rows[words], minlength=len(self.said)).astype(np.float64)

    @cached_property
    def spans(self) -> Spans:
        """The entities that the metric is about."""
        found = spans_of(self.gold, self.said, strict=self.metric.endswith("_strict"))
        return found if self.positive is None else found.of(self.positive)

    def undefined(self, why: str) -> DataError:
        """The error that the metric has no value here."""
        return DataError(f"{self.metric} is undefined: {why}.", code="PTM207")


Totals = Callable[[Spans], Floats]


def token_accuracy(asked: Tagged) -> Estimate:
    """The share of words that are tagged right."""
    totals, trials = asked.by_row(asked.right), asked.said.counts.astype(np.float64)
    found = RowRatio(totals, trials, share=True, least=0.0, most=1.0, alone=True)
    return found.value, found


def exact_match(asked: Tagged) -> Estimate:
    """The share of rows with every word tagged right."""
    hits, n = int(all_right(asked).sum()), len(asked.said)
    return hits / n, ShareOf(hits, n)


def all_right(asked: Tagged) -> Floats:
    """What each row adds to ``exact_match``: 1 where every word is tagged right."""
    return (asked.by_row(~asked.right) == 0).astype(np.float64)


def precision(asked: Tagged) -> Estimate:
    """The share of the entities found that are right."""
    return _ratio(asked, lambda spans: spans.hits, _found, share=True)


def recall(asked: Tagged) -> Estimate:
    """The share of the entities that are found."""
    return _ratio(asked, lambda spans: spans.hits, _gold, share=True)


def f1(asked: Tagged) -> Estimate:
    """The harmonic mean of both: of 2 a hit over all entities, found or there."""
    return _ratio(asked, lambda spans: 2 * spans.hits, _either, share=False)


def f1_macro(asked: Tagged) -> Estimate:
    """The plain mean of the F1 of each type that is there or was found."""
    spans = asked.spans
    if not _either(spans).sum():
        raise asked.undefined(_NONE)
    found = MeanF1(
        np.concatenate([2 * spans.hits, _either(spans)], axis=1), _mean_of_types
    )
    return found.value, found


def _mean_of_types(sums: Floats) -> Floats:
    """The mean of those types that are there or were found."""
    hits, either = np.split(sums, 2, axis=1)
    met = either > 0
    each = np.where(met, hits / np.where(met, either, 1.0), 0.0)
    types = met.sum(axis=1)
    return np.where(types > 0, each.sum(axis=1) / np.maximum(types, 1), np.nan)


_NONE = "there is no entity, in the labels or in the answers"


def _found(spans: Spans) -> Floats:
    return spans.found


def _gold(spans: Spans) -> Floats:
    return spans.gold


def _either(spans: Spans) -> Floats:
    return spans.found + spans.gold


def _ratio(asked: Tagged, totals: Totals, trials: Totals, *, share: bool) -> Estimate:
    """A ratio of sums over all types of entities that the metric is about."""
    spans = asked.spans
    if not _either(spans).sum():
        raise asked.undefined(_NONE if asked.positive is None else _none_of(asked))
    above, below = totals(spans).sum(axis=1), trials(spans).sum(axis=1)
    if not below.sum():
        why = "no label is one" if trials is _gold else "the model found none"
        raise asked.undefined(f"{why}. Use f1, which divides by both")
    kind = RowRatio if trials is _gold else PickedRatio
    found = kind(above, below, share=share, least=0.0, most=1.0)
    return found.value, found


def _none_of(asked: Tagged) -> str:
    kinds = types_of(asked.said.class_names)
    return f"there is no entity of {listed([kinds[asked.positive or 0]])}"
