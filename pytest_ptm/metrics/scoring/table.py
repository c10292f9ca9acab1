"""Every metric of scored texts by name, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.metrics.protocol import Kind, Metric, Range
from pytest_ptm.metrics.scoring import figures
from pytest_ptm.metrics.scoring.figures import Texts
from pytest_ptm.results import Measurement
from pytest_ptm.tasks.protocol import Payload, Predictor
from pytest_ptm.tasks.token_scores.answers import TokenScores

S = TypeVar("S", bound=TokenScores)

_RATIO = "a ratio of sums over all texts"
_TABLE = (
    Metric(
        "perplexity",
        figures.perplexity,
        better="lower",
        low=1.0,
        high=None,
        together=_RATIO,
        of_sums=True,
    ),
    Metric(
        "word_perplexity",
        figures.word_perplexity,
        better="lower",
        low=1.0,
        high=None,
        together=_RATIO,
        of_sums=True,
    ),
    Metric(
        "bits_per_byte",
        figures.bits_per_byte,
        better="lower",
        high=None,
        together=_RATIO,
        of_sums=True,
    ),
    Metric(
        "cross_entropy",
        figures.cross_entropy,
        better="lower",
        high=None,
        together=_RATIO,
        of_sums=True,
    ),
    Metric("token_accuracy", figures.token_accuracy, together=_RATIO, of_sums=True),
)


def figures_of(answers: type[S], *, names: Mapping[str, str]) -> Kind[S]:
    """The metrics of texts whose tokens are scored, of one type of answers.

    ``names``: what the figures are called there, by what they are called here.
    """
    return _Scored(answers, names)


class _Scored(Generic[S]):
    """The metrics of texts whose tokens are scored, of one type of answers."""

    def __init__(self, answers: type[S], names: Mapping[str, str]) -> None:
        self.answers = answers
        self.metrics = {
            names[each.name]: replace(each, name=names[each.name]) for each in _TABLE
        }
        self._names = names

    def require(
        self, metric: str, by: Predictor[Payload, S], positive: int | None
    ) -> None:
        if positive is not None:
            raise ArgumentError(f"{metric} is of texts and takes no positive=")

    def unit_range(
        self, metric: str, by: Predictor[Payload, S], positive: int | None
    ) -> Range | None:
        # What a text adds is up to how long it is.
        return None

    def measure(
        self,
        metric: str,
        gold: NDArray[np.int64],
        predictions: S,
        *,
        positive: int | None = None,
    ) -> Measurement:
        wanted = self.metrics[metric]
        asked = Texts(metric, gold, predictions, self._names)
        value, evidence = wanted.figure(asked)
        return Measurement.of(metric, value, len(gold), wanted.better, evidence)

    def scores(
        self,
        metric: str,
        gold: NDArray[np.int64],
        predictions: S,
        *,
        positive: int | None = None,
    ) -> NDArray[np.float64]:
        raise ValueError(f"{metric} is no mean within a known range")

    def right(
        self,
        metric: str,
        gold: NDArray[np.int64],
        predictions: S,
        *,
        positive: int | None = None,
    ) -> NDArray[np.bool_] | None:
        return None

    def away(
        self, metric: str, gold: NDArray[np.int64], predictions: S
    ) -> NDArray[np.float64] | None:
        return None

    def remarks(self, gold: NDArray[np.int64], predictions: S) -> Sequence[str]:
        return ()


KIND: Kind[TokenScores] = figures_of(
    TokenScores, names={each.name: each.name for each in _TABLE}
)
