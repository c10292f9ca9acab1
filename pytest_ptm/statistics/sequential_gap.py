"""Early verdicts on the largest gap between the shares of groups.

As `sequential_share`, and under the same condition: the rows come in the order of a
recorded seeded shuffle, which is one within every group too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.anytime import anytime_share
from pytest_ptm.statistics.curtailment import Decision, Ground, require_alpha

Ends = tuple[Fraction, Fraction]
Share = TypeVar("Share", Fraction, float)


class SequentialGap:
    """The verdict on the highest less the lowest share of all groups, at most a bound.

    Each group's share is known up to the rows of it that are still to come ("certain"),
    or up to an interval that holds however often one looks, each group at its part of
    alpha ("confident"): a union bound over the groups, so that all of them hold
    together with probability 1 - alpha.

    >>> test = SequentialGap([500, 500], at_most=0.1)
    >>> test.observe(np.repeat([0, 1], 100), np.repeat([True, False], 100))
    'failed'

    Raises:
        ArgumentError: fewer than two groups, an empty one, or alpha outside 0..1.
    """

    def __init__(
        self, totals: list[int], *, at_most: float, alpha: float | None = 0.05
    ) -> None:
        require_alpha(alpha)
        if len(totals) < 2 or min(totals) < 1:
            raise ArgumentError(f"a gap needs two groups with rows; got {totals}")
        self._totals = totals
        self._at_most = at_most
        self._alpha = alpha
        self._hits = np.zeros(len(totals), dtype=np.int64)
        self._asked = np.zeros(len(totals), dtype=np.int64)
        self.decision: Decision = "undecided"
        self.ground: Ground | None = None

    @property
    def asked(self) -> int:
        """How many rows have been observed."""
        return int(self._asked.sum())

    def observe(self, groups: NDArray[np.intp], hits: NDArray[np.bool_]) -> Decision:
        """The verdict after one more window: the group of each row, and whether it hit.

        Raises:
            ArgumentError: more rows of a group came than there are.
        """
        count = len(self._totals)
        self._asked += np.bincount(groups, minlength=count)
        self._hits += np.bincount(groups[hits], minlength=count)
        if (self._asked > np.array(self._totals)).any():
            raise ArgumentError("more rows of a group came than there are")
        if self.decision == "undecided":
            self._decide(self._possible, "certain")
        if self.decision == "undecided" and self._alpha is not None:
            self._decide(self._likely, "confident")
        return self.decision

    def _decide(self, ends_of: Callable[[int], Ends], ground: Ground) -> None:
        ends = [ends_of(group) for group in range(len(self._totals))]
        self.decision = gap_decision(ends, at_most=self._at_most)
        self.ground = None if self.decision == "undecided" else ground

    def _possible(self, group: int) -> Ends:
        total, hits = self._totals[group], int(self._hits[group])
        left = total - int(self._asked[group])
        return Fraction(hits, total), Fraction(hits + left, total)

    def _likely(self, group: int) -> Ends:
        certain = self._possible(group)
        asked = int(self._asked[group])
        if not asked or self._alpha is None:
            return certain
        total = self._totals[group]
        found = anytime_share(
            int(self._hits[group]),
            asked,
            total=total,
            confidence=1 - self._alpha / len(self._totals),
        )
        # Its limits are whole numbers of hits among all rows of the group.
        low, high = round(found.low * total), round(found.high * total)
        return max(Fraction(low, total), certain[0]), min(
            Fraction(high, total), certain[1]
        )


def gap_decision(ends: Sequence[tuple[Share, Share]], *, at_most: float) -> Decision:
    """The verdict on the largest gap; each group's share lies between two ends."""
    # By the comparison that judges the whole: the exact gap, rounded once.
    if float(max(low for low, _ in ends) - min(high for _, high in ends)) > at_most:
        return "failed"
    pairs = itertools.permutations(ends, 2)
    if all(float(one[1] - other[0]) <= at_most for one, other in pairs):
        return "passed"
    return "undecided"
