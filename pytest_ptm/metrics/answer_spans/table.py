"""Every metric of answers that are parts of a text by name, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.answer_spans import figures
from pytest_ptm.metrics.answer_spans.figures import Quoted
from pytest_ptm.metrics.plain_kind import PlainKind
from pytest_ptm.metrics.protocol import Kind, Metric, PerUnit
from pytest_ptm.tasks.answer_spans.answers import SpanAnswers

_RIGHT = PerUnit(figures.all_right)
_WORDS = PerUnit(figures.by_words, share=False)
_CHARACTERS = PerUnit(figures.by_characters, share=False)


@dataclass(frozen=True, slots=True)
class SpanMetric(Metric[Quoted]):
    """A metric of answers that is the mean of ``per_unit``."""

    per_unit: PerUnit[Quoted] = _RIGHT

    @property
    def share(self) -> bool:
        """Whether it is a share of all examples."""
        return self.per_unit.share


_TABLE = (
    SpanMetric("exact_match", figures.exact_match, of_right=True),
    SpanMetric("f1", figures.mean_of(figures.by_words), scored=True, per_unit=_WORDS),
    SpanMetric(
        "f1_characters",
        figures.mean_of(figures.by_characters),
        scored=True,
        per_unit=_CHARACTERS,
    ),
)
METRICS = {metric.name: metric for metric in _TABLE}


class _Answers(PlainKind[SpanAnswers]):
    """The metrics of answers that are parts of a text."""

    of_what = "answers"
    answers = SpanAnswers
    metrics = METRICS

    def asked(
        self,
        metric: str,
        gold: NDArray[Any],
        predictions: SpanAnswers,
        positive: int | None,
    ) -> Quoted:
        return Quoted(metric, gold, predictions)

    def per_unit(self, metric: str) -> PerUnit[Quoted]:
        return METRICS[metric].per_unit

    def away(
        self, metric: str, gold: NDArray[Any], predictions: SpanAnswers
    ) -> NDArray[np.float64] | None:
        if metric != "f1_characters":
            return None
        return 1.0 - figures.by_characters(Quoted(metric, gold, predictions))

    def remarks(self, gold: NDArray[Any], predictions: SpanAnswers) -> Sequence[str]:
        has = figures.has_answer(gold)
        if has.all() or (predictions.scored and predictions.threshold is None):
            return ()
        scores = figures.by_words(Quoted("f1", gold, predictions))
        parts = [
            f"{kind} {scores[rows].mean():z.4f} (n={int(rows.sum()):,})"
            for kind, rows in (("has answer", has), ("no answer", ~has))
            if rows.any()
        ]
        by_kind = f"f1 by kind of question: {', '.join(parts)}"
        if not predictions.scored:
            return (by_kind,)
        best, value = figures.best_threshold(gold, predictions)
        return (
            by_kind,
            f"of all no-answer thresholds {best!r} has the highest f1 over these "
            f"very rows, {value:z.4f}; chosen on them, it judges nothing",
        )


KIND: Kind[SpanAnswers] = _Answers()
