"""Means of a score a text: word for word, by common words, by ROUGE."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.metrics.texts.referred import Referred
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.tasks.answer_spans.overlap import characters
from pytest_ptm.tasks.texts.likeness import is_one_of, nearest

Floats = NDArray[np.float64]


def all_right(asked: Referred) -> Floats:
    """What each row adds to ``exact_match``: 1 where the text is a reference."""
    return asked.each(is_one_of)


def by_words(asked: Referred) -> Floats:
    """What each row adds to ``f1``."""
    return asked.each(nearest)


def by_characters(asked: Referred) -> Floats:
    """What each row adds to ``f1_characters``."""
    return asked.each(lambda said, gold: nearest(said, gold, characters))


def exact_match(asked: Referred) -> Estimate:
    """The share of texts that are a reference, word for word."""
    hits, n = int(all_right(asked).sum()), len(asked.gold)
    return hits / n, ShareOf(hits, n)


def mean_of(scores: Callable[[Referred], Floats]) -> Callable[[Referred], Estimate]:
    """The mean of what each row adds, within 0 .. 1."""

    def figure(asked: Referred) -> Estimate:
        found = scores(asked)
        return float(found.mean()), MeanOf(found, least=0.0, most=1.0)

    return figure
