"""Verdicts in the making, told of one window of rows after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Bound, Measurement, Outcome, Outcomes
from pytest_ptm.statistics.bounds import outcome_at
from pytest_ptm.statistics.curtailment import Ground
from pytest_ptm.statistics.evidence import Known, ShareOf
from pytest_ptm.statistics.finite import Estimand
from pytest_ptm.statistics.reading import read
from pytest_ptm.statistics.sequential_gap import SequentialGap
from pytest_ptm.statistics.sequential_mean import SequentialMean
from pytest_ptm.statistics.sequential_population import PopulationGap, PopulationMean
from pytest_ptm.statistics.sequential_share import SequentialShare

Settled = tuple[Outcome, Ground]


class Settling(Protocol):
    """A verdict in the making: told the outcomes of each window."""

    def observe(self, outcomes: Outcomes) -> Settled | None:
        """The verdict and what it stands on, once there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a verdict in the making is about.

    ``rows`` are those that may be asked, ``whole`` all that the figure would be over
    without --ptm-limit; ``of`` is how many rows the data set has, where that leaves
    some out. ``alpha`` is the error of a stop before the end, None where only certainty
    ends it, and ``spent`` which part of the error of the bound that is.
    """

    rows: Examples
    whole: Examples
    of: int | None
    bound: Bound
    estimand: Estimand
    alpha: float | None = None
    spent: float = 0.0

    @property
    def known(self) -> bool:
        """Whether the figure of all rows is the very one that is judged."""
        by_itself = self.bound.confidence is None
        return by_itself or (self.estimand == "dataset" and self.of is None)

    @property
    def total(self) -> int:
        """How many rows the figure is of: with certainty of those that are asked."""
        return len(self.rows if self.alpha is None else self.whole)


def mean_of_rows(asked: Asked) -> Settling | None:
    """A verdict on a figure that is the mean of one score a row, within 0 .. 1."""
    if asked.alpha is None:
        return _MeanOfRows(asked) if asked.known else _AtConfidence(asked)
    if asked.estimand == "population":
        return _MeanOfPopulation(asked, asked.alpha)
    return _MeanOfRows(asked)


def gap_between(column: str) -> Callable[[Asked], Settling | None]:
    """A verdict on the largest gap between the shares of the groups of a column."""

    def settling(asked: Asked) -> Settling | None:
        if asked.alpha is None and not asked.known:
            # Its bounds do not move one way with the hits of a group.
            return None
        return _GapBetween(asked, column)

    return settling


class _MeanOfRows:
    """A mean of scores; the sharper test for shares speaks while all are 0 or 1."""

    def __init__(self, asked: Asked) -> None:
        how = {**_ends(asked.bound), "alpha": asked.alpha}
        self._share = SequentialShare(asked.total, **how)
        self._mean = SequentialMean(asked.total, **how)
        self._is_share = True

    def observe(self, outcomes: Outcomes) -> Settled | None:
        scores = _scores(outcomes)
        hits: NDArray[np.bool_] = scores == 1
        self._is_share = self._is_share and _are_hits(scores)
        self._mean.observe(scores)
        self._share.observe(hits)
        return _decided(self._share if self._is_share else self._mean)


class _MeanOfPopulation:
    """A mean of scores of what the rows are a sample of; a share is one of 0 and 1."""

    def __init__(self, asked: Asked, alpha: float) -> None:
        self._mean = PopulationMean(len(asked.rows), **_ends(asked.bound), alpha=alpha)

    def observe(self, outcomes: Outcomes) -> Settled | None:
        self._mean.observe(_scores(outcomes))
        return _decided(self._mean)


class _AtConfidence:
    """A verdict by one-sided bounds, once no rows to come can change it.

    Of shares only: what is no share is asked to the end.
    """

    def __init__(self, asked: Asked) -> None:
        self._about = asked
        self._hits = self._seen = 0
        self._is_share = True

    def observe(self, outcomes: Outcomes) -> Settled | None:
        scores = _scores(outcomes)
        self._is_share = self._is_share and _are_hits(scores)
        if not self._is_share:
            return None
        self._hits += int(scores.sum())
        self._seen += len(scores)
        left = self._about.total - self._seen
        # The outcome only ever moves one way with the hits.
        fewest, most = self._outcome(self._hits), self._outcome(self._hits + left)
        return (fewest, "certain") if fewest == most else None

    def _outcome(self, hits: int) -> Outcome:
        about, n = self._about, self._about.total
        figure = Measurement("share", hits / n, n, "higher", evidence=ShareOf(hits, n))
        # As the gate reads the figure of all rows.
        found = read(figure, None, estimand=about.estimand, total=about.of)
        return outcome_at(found.evidence or Known(found.value), about.bound)


class _GapBetween:
    """A largest gap between groups."""

    def __init__(self, asked: Asked, column: str) -> None:
        whole = asked.rows if asked.alpha is None else asked.whole
        names = whole.group(column)
        self._column = column
        self._places = {name: place for place, name in enumerate(sorted(set(names)))}
        totals = [0] * len(self._places)
        for name in names:
            totals[self._places[name]] += 1
        at_most, alpha = asked.bound.limit, asked.alpha
        if alpha is not None and asked.estimand == "population":
            self._gap = PopulationGap(len(totals), at_most=at_most, alpha=alpha)
        else:
            self._gap = SequentialGap(totals, at_most=at_most, alpha=alpha)

    def observe(self, outcomes: Outcomes) -> Settled | None:
        groups = [self._places[name] for name in outcomes.groups[self._column]]
        right = outcomes.right
        if right is None:
            raise ArgumentError("a gap needs what is right and wrong of each row")
        self._gap.observe(np.array(groups, dtype=np.intp), right)
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


def _ends(bound: Bound) -> dict[str, float | None]:
    return {"at_least": bound.at_least, "at_most": bound.at_most}


def _are_hits(scores: NDArray[np.float64]) -> bool:
    return bool(((scores == 0) | (scores == 1)).all())


def _scores(outcomes: Outcomes) -> NDArray[np.float64]:
    if outcomes.scores is None:
        raise ArgumentError("early_stop= needs a figure that is a mean over rows")
    return outcomes.scores
