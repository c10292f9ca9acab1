"""Every metric of scored texts by name, one line each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.protocol import Kind, Metric, Range
from pytest_ptm.metrics.scoring import figures
from pytest_ptm.metrics.scoring.figures import Texts
from pytest_ptm.results import Measurement
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.token_scores.answers import TokenScores

_RATIO = "a ratio of sums over all texts"
_TABLE = (
    Metric(
        "perplexity",
        figures.perplexity,
        better="lower",
        low=1.0,
        high=None,
        together=_RATIO,
    ),
    Metric(
        "word_perplexity",
        figures.word_perplexity,
        better="lower",
        low=1.0,
        high=None,
        together=_RATIO,
    ),
    Metric(
        "bits_per_byte",
        figures.bits_per_byte,
        better="lower",
        high=None,
        together=_RATIO,
    ),
    Metric(
        "cross_entropy",
        figures.cross_entropy,
        better="lower",
        high=None,
        together=_RATIO,
    ),
    Metric("token_accuracy", figures.token_accuracy, together=_RATIO),
)
METRICS = {metric.name: metric for metric in _TABLE}


class _Scored:
    """The metrics of texts whose tokens are scored."""

    answers = TokenScores
    metrics = METRICS

    def require(
        self, metric: str, by: Predictor[Payload, TokenScores], positive: int | None
    ) -> None:
        if positive is not None:
            raise ArgumentError(f"{metric} is of texts and takes no positive=")

    def unit_range(
        self, metric: str, by: Predictor[Payload, TokenScores], positive: int | None
    ) -> Range | None:
        # What a text adds is up to how long it is.
        return None

    def measure(
        self,
        metric: str,
        gold: NDArray[np.int64],
        predictions: TokenScores,
        *,
        positive: int | None = None,
    ) -> Measurement:
        wanted = METRICS[metric]
        value, evidence = wanted.figure(Texts(metric, gold, predictions))
        return Measurement.of(metric, value, len(gold), wanted.better, evidence)

    def scores(
        self,
        metric: str,
        gold: NDArray[np.int64],
        predictions: TokenScores,
        *,
        positive: int | None = None,
    ) -> NDArray[np.float64]:
        raise ValueError(f"{metric} is no mean within a known range")

    def away(
        self, metric: str, gold: NDArray[np.int64], predictions: TokenScores
    ) -> NDArray[np.float64] | None:
        return None

    def remarks(
        self, gold: NDArray[np.int64], predictions: TokenScores
    ) -> Sequence[str]:
        return ()


KIND: Kind[TokenScores] = _Scored()
