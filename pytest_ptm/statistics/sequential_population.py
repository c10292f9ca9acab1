"""Verdicts on what the rows are a sample of, before all rows were asked.

As `sequential_mean`, but of the population: in a shuffled order the rows are draws from
it, whatever is still to come, and no row that is left makes anything certain. What a
gambler wins on each draw is at best fair under any truth that misses the bound, so a
wealth of 1 / alpha has at most the probability alpha however often one looks (Ville
1939; Waudby-Smith and Ramdas, "Estimating means of bounded random variables by
betting", JRSS B 86, 2024). Where the rows end before that, there is no verdict: whoever
judges all of them by an interval must keep part of the error for it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, logsumexp, xlog1py, xlogy

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval
from pytest_ptm.statistics.confidence import require_confidence
from pytest_ptm.statistics.curtailment import (
    Decision,
    Ground,
    require_alpha,
    the_bound,
)
from pytest_ptm.statistics.edges import edge
from pytest_ptm.statistics.proportions import require_counts
from pytest_ptm.statistics.sequential_gap import gap_decision
from pytest_ptm.statistics.sequential_mean import log_growth, require_scores

Floats = NDArray[np.float64]

_BETS = 200
_HALVINGS = 50


class PopulationMean:
    """The verdict on the mean of scores within 0..1 of a population, shares too.

    ``alpha`` bounds the probability of a wrong "passed" and, apart from it, of a wrong
    "failed"; ``rows`` is how many there may be, which the bets are chosen for.

    >>> test = PopulationMean(1000, at_least=0.5, alpha=0.05)
    >>> test.observe(np.full(64, 0.9)), test.ground
    ('passed', 'confident')

    Raises:
        ArgumentError: not exactly one bound, one that no population of scores can be
            shown to keep, no rows, or alpha outside 0..1.
    """

    def __init__(
        self,
        rows: int,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        alpha: float,
    ) -> None:
        require_alpha(alpha)
        bound = the_bound(rows, at_least=at_least, at_most=at_most)
        # An upper bound is a lower one on what is left of 1.
        self._turned = at_least is None
        self._bound = 1 - bound if self._turned else bound
        if self._bound >= 1:
            raise ArgumentError(
                f"no sample can show a mean to lie at the end of 0..1; got {bound!r}"
            )
        self._enough = math.log(1 / alpha)
        self._up, self._down = np.zeros(_BETS), np.zeros(_BETS)
        self._bets = _bets(self._bound, rows), _bets(1 - self._bound, rows)
        self.asked = 0
        self.decision: Decision = "undecided"
        self.ground: Ground | None = None

    def observe(self, scores: Floats) -> Decision:
        """The verdict after one more window of rows.

        Raises:
            ArgumentError: a score lies outside 0..1.
        """
        require_scores(scores)
        self.asked += len(scores)
        if self.decision != "undecided":
            return self.decision
        if self._bound <= 0:
            self.decision, self.ground = "passed", "certain"
            return self.decision
        above = 1 - scores if self._turned else scores
        fair = np.full(len(scores), self._bound)
        self._up += log_growth(above, fair, self._bets[0])
        self._down += log_growth(1 - above, 1 - fair, self._bets[1])
        if _wealth(self._up) >= self._enough:
            self.decision, self.ground = "passed", "confident"
        elif _wealth(self._down) >= self._enough:
            self.decision, self.ground = "failed", "confident"
        return self.decision


class PopulationGap:
    """The verdict on the highest less the lowest share of all groups of a population.

    Each group's share lies in `anytime_population` at its part of alpha: all of them
    hold together with probability 1 - alpha.

    Raises:
        ArgumentError: fewer than two groups, or alpha outside 0..1.
    """

    def __init__(self, groups: int, *, at_most: float, alpha: float) -> None:
        require_alpha(alpha)
        if groups < 2:
            raise ArgumentError(f"a gap needs two groups; got {groups}")
        self._at_most = at_most
        self._confidence = 1 - alpha / groups
        self._hits = np.zeros(groups, dtype=np.int64)
        self._asked = np.zeros(groups, dtype=np.int64)
        self.decision: Decision = "undecided"
        self.ground: Ground | None = None

    def observe(self, groups: NDArray[np.intp], hits: NDArray[np.bool_]) -> Decision:
        """The verdict after one more window: each row's group, and whether it hit."""
        count = len(self._asked)
        self._asked += np.bincount(groups, minlength=count)
        self._hits += np.bincount(groups[hits], minlength=count)
        if self.decision == "undecided":
            ends = [
                self._likely(int(k), int(n))
                for k, n in zip(self._hits, self._asked, strict=True)
            ]
            self.decision = gap_decision(ends, at_most=self._at_most)
            self.ground = None if self.decision == "undecided" else "confident"
        return self.decision

    def _likely(self, hits: int, asked: int) -> tuple[float, float]:
        if not asked:
            return 0.0, 1.0
        found = anytime_population(hits, asked, confidence=self._confidence)
        return found.low, found.high


def anytime_population(
    successes: int, asked: int, *, confidence: float = 0.95
) -> Interval:
    """Interval for a population's share, valid wherever one stopped asking.

    The shares against which a gambler who thinks every share equally likely has not won
    1 / (1 - confidence): Robbins, "Statistical methods related to the law of the
    iterated logarithm", Annals of Mathematical Statistics 41, 1970.

    >>> limits = anytime_population(62, 64)
    >>> round(limits.low, 3), round(limits.high, 3)
    (0.835, 0.999)

    Raises:
        ArgumentError: the counts are not possible.
    """
    require_confidence(confidence)
    require_counts(successes, asked)
    misses = asked - successes
    mixed = float(betaln(successes + 1, misses + 1)) + math.log(1 - confidence)

    def refuted(share: float) -> bool:
        likely = float(xlogy(successes, share) + xlog1py(misses, -share))
        return mixed >= likely

    def end(outside: float) -> float:
        found = successes / asked
        return edge(refuted, inside=found, outside=outside, halvings=_HALVINGS)

    low = end(0.0) if successes else 0.0
    high = end(1.0) if misses else 1.0
    return Interval(low, high, confidence, "mixture martingale")


def _bets(bound: float, rows: int) -> Floats:
    """Shares of the stake, from what suits two standard errors of all rows to all."""
    if not 0 < bound < 1:
        return np.ones(_BETS)
    nearest = 2 * math.sqrt(bound / ((1 - bound) * rows))
    return np.geomspace(min(nearest, 0.5), 1 - 1e-9, _BETS)


def _wealth(grown: Floats) -> float:
    """Of a stake spread evenly over the bets, on a log scale."""
    return float(logsumexp(grown)) - math.log(_BETS)
