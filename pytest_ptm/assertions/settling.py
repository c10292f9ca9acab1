"""Verdicts in the making, told of one window of rows after the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.inquiry import (
    AsAWhole,
    Figure,
    GapOfUnits,
    MeanOfUnits,
    Scores,
    ToBeStored,
    Units,
)
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Bound, Measurement, Outcome
from pytest_ptm.statistics.bounds import outcome_at
from pytest_ptm.statistics.curtailment import Ground
from pytest_ptm.statistics.evidence import Known, ShareOf
from pytest_ptm.statistics.finite import Estimand
from pytest_ptm.statistics.reading import read
from pytest_ptm.statistics.sequential_gap import SequentialGap
from pytest_ptm.statistics.sequential_mean import SequentialMean
from pytest_ptm.statistics.sequential_population import PopulationGap, PopulationMean
from pytest_ptm.statistics.sequential_share import SequentialShare
from pytest_ptm.tasks.protocol import Rows

Settled = tuple[Outcome, Ground]


class Settling(Protocol):
    """A verdict in the making: told the units of each window and what they add."""

    def observe(self, units: Rows, scores: Scores) -> Settled | None:
        """The verdict and what it stands on, once there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a verdict in the making is about.

    ``units`` are those that may be asked, ``whole`` all that the figure would be over
    without --ptm-limit; ``of`` is how many examples there are, where that leaves some
    out. ``alpha`` is the error of a stop before the end, None where only certainty ends
    it, and ``spent`` which part of the error of the bound that is.
    """

    units: Units
    whole: Units
    of: int | None
    bound: Bound
    estimand: Estimand
    alpha: float | None = None
    spent: float = 0.0

    @property
    def known(self) -> bool:
        """Whether the figure of all units is the very one that is judged."""
        by_itself = self.bound.confidence is None
        return by_itself or (self.estimand == "dataset" and self.of is None)

    @property
    def counted(self) -> Units:
        """What the figure is of: with certainty of those that are asked."""
        return self.units if self.alpha is None else self.whole


def settling_of(figure: Figure, asked: Asked) -> Settling | None:
    """A verdict in the making; None where nothing short of all units settles it."""
    if isinstance(figure, AsAWhole | ToBeStored):
        return None
    if isinstance(figure, GapOfUnits):
        # At a confidence its bounds do not move one way with the hits of a group.
        by_bounds = asked.alpha is None and not asked.known
        return None if by_bounds else _GapBetween(asked, figure.column)
    if asked.alpha is None and not asked.known:
        # A gain of 1 is no hit, nor is one of 0 a miss.
        return _AtConfidence(asked) if _is_plain(figure) else None
    if asked.alpha is not None and asked.estimand == "population":
        return _MeanOfPopulation(asked, figure, asked.alpha)
    return _MeanOfUnits(asked, figure)


class _MeanOfUnits:
    """A mean of scores; the sharper test for shares speaks while all are 0 or 1."""

    def __init__(self, asked: Asked, figure: MeanOfUnits) -> None:
        how = {**_ends(asked.bound, figure), "alpha": asked.alpha}
        total = len(asked.counted)
        self._share = SequentialShare(total, **how)
        self._mean = SequentialMean(total, **how)
        self._figure = figure
        # Only a bound that is not scaled is met exactly by a number of hits.
        self._is_share = _is_plain(figure)

    def observe(self, units: Rows, scores: Scores) -> Settled | None:
        scores = _within(scores, self._figure)
        hits: NDArray[np.bool_] = scores == 1
        self._is_share = self._is_share and _are_hits(scores)
        self._mean.observe(scores)
        self._share.observe(hits)
        return _decided(self._share if self._is_share else self._mean)


class _MeanOfPopulation:
    """A mean of scores of what the rows are a sample of; a share is one of 0 and 1."""

    def __init__(self, asked: Asked, figure: MeanOfUnits, alpha: float) -> None:
        ends = _ends(asked.bound, figure)
        self._mean = PopulationMean(len(asked.units), **ends, alpha=alpha)
        self._figure = figure

    def observe(self, units: Rows, scores: Scores) -> Settled | None:
        self._mean.observe(_within(scores, self._figure))
        return _decided(self._mean)


class _AtConfidence:
    """A verdict by one-sided bounds, once no rows to come can change it.

    Of shares only: what is no share is asked to the end.
    """

    def __init__(self, asked: Asked) -> None:
        self._about = asked
        self._hits = self._seen = 0
        self._is_share = True

    def observe(self, units: Rows, scores: Scores) -> Settled | None:
        self._is_share = self._is_share and _are_hits(scores)
        if not self._is_share:
            return None
        self._hits += int(scores.sum())
        self._seen += len(scores)
        left = len(self._about.counted) - self._seen
        # The outcome only ever moves one way with the hits.
        fewest, most = self._outcome(self._hits), self._outcome(self._hits + left)
        return (fewest, "certain") if fewest == most else None

    def _outcome(self, hits: int) -> Outcome:
        about = self._about
        n = len(about.counted)
        figure = Measurement("share", hits / n, n, "higher", evidence=ShareOf(hits, n))
        # As the gate reads the figure of all rows.
        found = read(figure, None, estimand=about.estimand, total=about.of)
        return outcome_at(found.evidence or Known(found.value), about.bound)


class _GapBetween:
    """A largest gap between groups."""

    def __init__(self, asked: Asked, column: str) -> None:
        counted = Counter(asked.counted.groups[column])
        places = {name: place for place, name in enumerate(sorted(counted))}
        totals = [counted[name] for name in places]
        groups = [places[name] for name in asked.units.groups[column]]
        self._groups = np.array(groups, dtype=np.intp)
        at_most, alpha = asked.bound.limit, asked.alpha
        if alpha is not None and asked.estimand == "population":
            self._gap = PopulationGap(len(totals), at_most=at_most, alpha=alpha)
        else:
            self._gap = SequentialGap(totals, at_most=at_most, alpha=alpha)

    def observe(self, units: Rows, scores: Scores) -> Settled | None:
        if not _are_hits(scores):
            raise ArgumentError("a gap is settled early between shares only")
        self._gap.observe(self._groups[units], scores == 1)
        return _decided(self._gap)


def _decided(
    test: SequentialShare
    | SequentialMean
    | SequentialGap
    | PopulationMean
    | PopulationGap,
) -> Settled | None:
    if test.decision == "undecided" or test.ground is None:
        return None
    return test.decision, test.ground


def _ends(bound: Bound, figure: MeanOfUnits) -> dict[str, float | None]:
    """The bound in the range 0 .. 1 that the sequential tests know."""

    def within(end: float | None) -> float | None:
        return None if end is None else _scaled(end, figure)

    return {"at_least": within(bound.at_least), "at_most": within(bound.at_most)}


def _scaled(value: float, figure: MeanOfUnits) -> float:
    return (value - figure.least) / (figure.most - figure.least)


def _within(scores: NDArray[np.float64], figure: MeanOfUnits) -> NDArray[np.float64]:
    """The scores in the range 0 .. 1."""
    if _is_plain(figure):
        return scores
    return (scores - figure.least) / (figure.most - figure.least)


def _is_plain(figure: MeanOfUnits) -> bool:
    """Whether the scores lie in the range 0 .. 1 as they are, as those of a share."""
    return (figure.least, figure.most) == (0.0, 1.0)


def _are_hits(scores: NDArray[np.float64]) -> bool:
    return bool(((scores == 0) | (scores == 1)).all())
