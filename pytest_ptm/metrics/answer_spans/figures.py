"""Exact match and F1 of answers in words, as SQuAD has them, each a mean over rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.metrics.row_question import RowQuestion
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.tasks.answer_spans.answers import SpanAnswers
from pytest_ptm.tasks.answer_spans.overlap import characters, exact, f1, rightful

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Quoted(RowQuestion[SpanAnswers]):
    """The question of one metric: the right answers of each row, and what was said."""

    one_each = "the answers to {} questions"
    none = "there are no questions"

    def each(self, score: Callable[[str, Sequence[str]], float]) -> Floats:
        """A score of each answer beside the right ones, float64[n]; 0 of a tie."""
        texts = map(self.said.text, range(len(self.said)))
        found = np.array([*map(score, texts, self.gold)], dtype=np.float64)
        return np.where(self.said.tied, 0.0, found)


def all_right(asked: Quoted) -> Floats:
    """What each row adds to ``exact_match``: 1 where a right answer is given."""
    return asked.each(exact)


def by_words(asked: Quoted) -> Floats:
    """What each row adds to ``f1``."""
    return asked.each(f1)


def by_characters(asked: Quoted) -> Floats:
    """What each row adds to ``f1_characters``."""
    return asked.each(lambda said, gold: f1(said, gold, characters))


def exact_match(asked: Quoted) -> Estimate:
    """The share of answers that are right word for word."""
    hits, n = int(all_right(asked).sum()), len(asked.gold)
    return hits / n, ShareOf(hits, n)


def mean_of(scores: Callable[[Quoted], Floats]) -> Callable[[Quoted], Estimate]:
    """The mean of what each row adds, within 0 .. 1."""

    def figure(asked: Quoted) -> Estimate:
        found = scores(asked)
        return float(found.mean()), MeanOf(found, least=0.0, most=1.0)

    return figure


def best_threshold(gold: NDArray[Any], said: SpanAnswers) -> tuple[float, float]:
    """The no-answer threshold with the highest F1 over these very rows, and that F1.

    As SQuAD 2.0's script finds it, from the lowest on: where there is no answer above
    it. The lowest of those that are level, in as few digits as tell it from those that
    are not: what a person reads off has the F1 that stands beside it.
    """
    away = said.nulls - said.scores
    spans = [said.span(row) for row in range(len(said))]
    answered = np.array([*map(f1, spans, gold)]) * ~said.undecided
    silent = np.array([f1("", own) for own in gold])
    order = np.argsort(away, kind="stable")
    gains = np.concatenate([[0.0], (answered - silent)[order].cumsum()])
    # Rows that are level are on one side of any threshold.
    ends = np.flatnonzero(np.diff(away[order], append=np.inf) > 0) + 1
    places = np.concatenate([[0], ends])
    best = int(places[int(np.argmax(gains[places]))])
    value = float(silent.sum() + gains[best]) / len(gold)
    sides = np.concatenate([[-np.inf], away[order], [np.inf]])
    return _shortest(float(sides[best]), float(sides[best + 1])), value


def _shortest(low: float, high: float) -> float:
    """The number of the fewest decimals from ``low`` on and below ``high``."""
    for decimals in range(16):
        scale = 10.0**decimals
        # Below the lowest score of all there is no other to begin with.
        above = math.ceil(high) - 1.0 if low == -math.inf else math.ceil(low * scale)
        found = above if low == -math.inf else above / scale
        if low <= found < high:
            return float(found)
    return low


def has_answer(gold: NDArray[Any]) -> NDArray[np.bool_]:
    """Which questions have an answer, bool[n]."""
    return np.array([[*rightful(own)] != [""] for own in gold], dtype=np.bool_)
