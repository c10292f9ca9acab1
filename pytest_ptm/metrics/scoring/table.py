"""Every metric of scored texts by name, one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.plain_kind import PlainKind
from pytest_ptm.metrics.protocol import Kind, Metric
from pytest_ptm.metrics.scoring import figures
from pytest_ptm.metrics.scoring.figures import Texts
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


class _Scored(PlainKind[S]):
    """The metrics of texts whose tokens are scored, of one type of answers.

    None is a mean within a range: what a text adds is up to how long it is.
    """

    of_what = "texts"

    def __init__(self, answers: type[S], names: Mapping[str, str]) -> None:
        self.answers = answers
        self.metrics = {
            names[each.name]: replace(each, name=names[each.name]) for each in _TABLE
        }
        self._names = names

    def asked(
        self,
        metric: str,
        gold: NDArray[np.int64],
        predictions: S,
        positive: int | None,
    ) -> Texts:
        return Texts(metric, gold, predictions, self._names)


KIND: Kind[TokenScores] = figures_of(
    TokenScores, names={each.name: each.name for each in _TABLE}
)
