"""Verdicts on a data set before all of its rows were asked.

Rows are drawn without replacement, in the order of a recorded seeded shuffle: in file
order, where like stands by like, nothing here holds. A gambler bets that the rows to
come are better than the bound allows. Under any truth that misses the bound the bets
are at best fair, so a wealth of 1 / alpha has at most the probability alpha, however
often one looks (Ville 1939); a second gambler bets on the other side. Waudby-Smith and
Ramdas, "Confidence sequences for sampling without replacement", NeurIPS 2020, and
"Estimating means of bounded random variables by betting", JRSS B 86, 2024. Each gambler
here spreads the stake over a fixed grid of bets: nothing is tuned on the rows.

Once the rows left cannot change the verdict, it is certain (`curtailment`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from pytest_ptm.statistics.curtailment import (
    Decision,
    Ground,
    certain,
    needed_hits,
    require_alpha,
)

Floats = NDArray[np.float64]

_BETS = 200


class SequentialShare:
    """The verdict on a share of 0/1 rows, such as an accuracy, as windows come in.

    ``alpha`` bounds the probability of a wrong "passed" and, apart from it, of a wrong
    "failed"; None stops only where the verdict is certain. Once there is a verdict it
    stays.

    >>> test = SequentialShare(1000, at_least=0.9)
    >>> test.observe(np.ones(16, bool))
    'undecided'
    >>> test.observe(np.ones(48, bool)), test.ground
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
        self._total = total
        self._alpha = alpha
        # Of an upper bound the rows that are no hits count: not too few may be so.
        self._inverted = at_least is None
        self._needed = needed_hits(total, at_least=at_least, at_most=at_most)
        self._hits = 0
        self.asked = 0
        self.decision: Decision = "undecided"
        self.ground: Ground | None = None

    def observe(self, hits: NDArray[np.bool_]) -> Decision:
        """The verdict after one more window of rows.

        Raises:
            ArgumentError: more rows came than there are.
        """
        counted = int(np.count_nonzero(hits))
        self._hits += len(hits) - counted if self._inverted else counted
        self.asked += len(hits)
        sure = certain(self._hits, self.asked, total=self._total, needed=self._needed)
        if self.decision == "undecided":
            self.decision = sure
            self.ground = None if sure == "undecided" else "certain"
        if self.decision == "undecided" and self._alpha is not None:
            self.decision = self._confident(self._alpha)
            self.ground = None if self.decision == "undecided" else "confident"
        return self.decision

    def _confident(self, alpha: float) -> Decision:
        enough = -math.log(alpha)
        counts = self._hits, self.asked, self._total
        if log_wealth(*counts, null=self._needed - 1, towards=self._total) >= enough:
            return "passed"
        if log_wealth(*counts, null=self._needed, towards=0) >= enough:
            return "failed"
        return "undecided"


def log_wealth(hits: int, asked: int, total: int, *, null: int, towards: int) -> float:
    """What the gambler has, on a log scale, who began with 1 and bet against the null.

    ``null`` is the number of hits among all rows nearest to the other side; the bets
    are on numbers of hits from there ``towards`` the far end. Betting by Kelly on one
    such number gives its likelihood ratio, a fixed function of the counts: that of the
    hypergeometric distribution. The stakes are even over distances in geometric
    progression, from two standard errors of the whole data set, within which nearly all
    rows must be asked anyhow, to the far end.

    The counts must leave the null possible: `certain` has spoken where they do not.
    """
    bets = _alternatives(total, null, towards)
    wealth = _log_likelihood(hits, asked, total, bets)
    against = _log_likelihood(hits, asked, total, np.array([null]))
    return float(logsumexp(wealth) - math.log(len(bets)) - against[0])


def _alternatives(total: int, null: int, towards: int) -> NDArray[np.int64]:
    share, reach = null / total, abs(towards - null)
    nearest = 2 * math.sqrt(total * share * (1 - share))
    steps = np.geomspace(min(max(nearest, 1.0), reach), reach, _BETS)
    return null + np.sign(towards - null) * np.rint(steps).astype(np.int64)


def _log_likelihood(
    hits: int, asked: int, total: int, truths: NDArray[np.int64]
) -> Floats:
    """Of each number of hits among all rows, up to what all have in common."""
    right, wrong = truths - hits, total - truths - (asked - hits)
    ways = gammaln(truths + 1) - gammaln(np.maximum(right, 0) + 1)
    ways += gammaln(total - truths + 1) - gammaln(np.maximum(wrong, 0) + 1)
    return np.where((right < 0) | (wrong < 0), -np.inf, ways)
