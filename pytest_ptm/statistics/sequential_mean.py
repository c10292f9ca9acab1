"""Early verdicts on the mean of scores within 0..1.

As `sequential_share`, and under the same condition: the rows come in the order of a
recorded seeded shuffle.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.curtailment import (
    Decision,
    Ground,
    require_alpha,
    the_bound,
)

Floats = NDArray[np.float64]

_BETS = 200
# Sums of floats in another order differ by less; nothing is certain within it.
_ROUNDING = 1e-9


class SequentialMean:
    """The verdict on the mean of scores within 0..1, as windows come in.

    ``alpha`` as in `SequentialShare`. Where every row is in and no verdict was reached
    before, the mean itself gives it.

    >>> test = SequentialMean(1000, at_least=0.5)
    >>> test.observe(np.full(64, 0.9)), test.ground
    ('passed', 'confident')

    Raises:
        ArgumentError: not exactly one bound, total below 1, or alpha outside 0..1.
    """

    def __init__(
        self,
        total: int,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        alpha: float | None = 0.05,
    ) -> None:
        require_alpha(alpha)
        self._bound = the_bound(total, at_least=at_least, at_most=at_most)
        self._total = total
        self._alpha = alpha
        # Of an upper bound, what lies above it fails.
        self._above: Decision = "failed" if at_least is None else "passed"
        self._below: Decision = "passed" if at_least is None else "failed"
        self._up, self._down = np.zeros(_BETS), np.zeros(_BETS)
        self._bets = np.geomspace(0.1 / math.sqrt(total), 0.99, _BETS)
        self._sum = 0.0
        self._windows: list[Floats] = []
        self.asked = 0
        self.decision: Decision = "undecided"
        self.ground: Ground | None = None

    def observe(self, scores: Floats) -> Decision:
        """The verdict after one more window of rows.

        Raises:
            ArgumentError: a score lies outside 0..1, or more rows came than there are.
        """
        require_scores(scores)
        if self.asked + len(scores) > self._total:
            raise ArgumentError(f"more rows came than the {self._total:,} there are")
        if self._alpha is not None:
            self._bet(scores)
        self.asked += len(scores)
        self._sum += float(scores.sum())
        self._windows.append(scores)
        if self.decision == "undecided":
            self.decision = self._certain()
            self.ground = None if self.decision == "undecided" else "certain"
        if self.decision == "undecided" and self._alpha is not None:
            self.decision = self._confident(self._alpha)
            self.ground = None if self.decision == "undecided" else "confident"
        return self.decision

    def _bet(self, scores: Floats) -> None:
        before = self._sum + np.cumsum(scores) - scores
        left = self._total - self.asked - np.arange(len(scores))
        # The mean of the rows left, were the mean of all rows at the bound.
        fair = (self._total * self._bound - before) / left
        self._up += log_growth(scores, fair, self._bets)
        self._down += log_growth(1 - scores, 1 - fair, self._bets)

    def _certain(self) -> Decision:
        left = self._total - self.asked
        if not left:
            # Summed without error, so that the order of the shuffle is not seen.
            scores: Floats = np.concatenate(self._windows)
            mean = math.fsum(scores) / self._total
            if mean == self._bound:
                return "passed"
            return self._above if mean > self._bound else self._below
        if self._sum / self._total > self._bound + _ROUNDING:
            return self._above
        if (self._sum + left) / self._total < self._bound - _ROUNDING:
            return self._below
        return "undecided"

    def _confident(self, alpha: float) -> Decision:
        enough = math.log(_BETS / alpha)
        if logsumexp(self._up) >= enough:
            return self._above
        return self._below if logsumexp(self._down) >= enough else "undecided"


def require_scores(scores: Floats) -> None:
    """Nothing, where all scores lie within 0..1.

    Raises:
        ArgumentError: one does not.
    """
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ArgumentError("early stopping needs scores within 0..1")


def log_growth(scores: Floats, fair: Floats, bets: Floats) -> Floats:
    """What a window makes of each stake: bets are shares of it, on scores above fair.

    A share below 1 is never lost whole, whatever the scores. Where fair is 0 or less
    the null has become impossible up to rounding; no bet is made there, which is
    always honest, and `_certain` speaks.
    """
    possible = fair > _ROUNDING
    won = scores[possible] / fair[possible] - 1
    return np.log1p(bets[:, np.newaxis] * won).sum(axis=1)
