"""Figures of each class by itself: one count over another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.classification.tallies import Figures, Tallies, ratio


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure of each class by itself: one count over another.

    ``empty`` says of a class what it means that there is nothing to divide by;
    ``instead`` says what to do then. ``share`` tells a plain share, successes out of n;
    ``rows``, of labels bool[n] that are the class's, the rows it is over, where the
    labels alone say which those are, and ``picked`` that the answers do.
    """

    numerator: Callable[[Tallies], Figures]
    denominator: Callable[[Tallies], Figures]
    share: bool
    empty: str
    instead: str
    rows: Callable[[NDArray[np.bool_]], NDArray[np.bool_]] | None = None
    picked: bool = False

    def of(self, tallies: Tallies) -> Figures:
        """The rate of each class, float64[..., k]; NaN where it is undefined."""
        return ratio(self.numerator(tallies), self.denominator(tallies))


PRECISION = Rate(
    numerator=lambda tallies: tallies.hits,
    denominator=lambda tallies: tallies.predicted,
    share=True,
    empty="never predicted",
    instead="Use accuracy, recall or f1, which do not divide by the predictions.",
    picked=True,
)
RECALL = Rate(
    numerator=lambda tallies: tallies.hits,
    denominator=lambda tallies: tallies.gold,
    share=True,
    empty="never the gold label",
    instead="Add examples with this label.",
    rows=lambda own: own,
)
FALSE_NEGATIVE_RATE = Rate(
    numerator=lambda tallies: tallies.gold - tallies.hits,
    denominator=lambda tallies: tallies.gold,
    share=True,
    empty="never the gold label",
    instead="Add examples with this label.",
    rows=lambda own: own,
)
FALSE_POSITIVE_RATE = Rate(
    numerator=lambda tallies: tallies.predicted - tallies.hits,
    denominator=lambda tallies: tallies.total - tallies.gold,
    share=True,
    empty="always the gold label",
    instead="Add examples with other labels.",
    rows=lambda own: ~own,
)
SELECTION_RATE = Rate(
    numerator=lambda tallies: tallies.predicted,
    denominator=lambda tallies: tallies.total,
    share=True,
    empty="never asked about",
    instead="Add examples.",
)
F1 = Rate(
    numerator=lambda tallies: 2 * tallies.hits,
    denominator=lambda tallies: tallies.gold + tallies.predicted,
    share=False,
    empty="neither the gold label nor predicted",
    instead="Add examples with this label.",
)


def hits_of(
    rate: Rate, tallies: Tallies, classes: NDArray[np.intp]
) -> tuple[Figures, Figures]:
    """Hits and trials of each of these classes, float64[..., k].

    Of F1 = 2 J / (1 + J) those of the share J: the hits among gold or predicted.
    """
    trials = rate.denominator(tallies)[..., classes]
    if rate is not F1:
        return rate.numerator(tallies)[..., classes], trials
    hits = tallies.hits[..., classes]
    return hits, trials - hits
