"""One metric of two models over the same rows, and how far the first is ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.classification.tallies import Figures
from pytest_ptm.results import Evidence, Measurement
from pytest_ptm.statistics.binned_gaps import BinnedGaps, WidestGap
from pytest_ptm.statistics.bootstrapped import FigureOfCounts
from pytest_ptm.statistics.combined_evidence import Apart
from pytest_ptm.statistics.correlated import CorrelationOf
from pytest_ptm.statistics.correlation_gain import CorrelationGain
from pytest_ptm.statistics.evidence import MeanOf, ShareOf
from pytest_ptm.statistics.exact import difference, exact_value
from pytest_ptm.statistics.paired_evidence import PairedCounts, PairedShares
from pytest_ptm.statistics.resampling import Statistic
from pytest_ptm.statistics.row_sums import OfRowSums
from pytest_ptm.tasks.protocol import Rows

PAIRED_CLASSES = 40
"""More classes get no interval of the difference: 40 take a second, and 80 four."""


_BINNED = BinnedGaps, WidestGap
"""Figures of bins, which no pairing of the rows makes any nearer to each other."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What both models made of each row.

    ``gold`` has n rows. ``first_right`` and ``second_right`` are bool[n], None where
    nothing is right or wrong; the classes that either predicted are intp[n], None where
    a row may have several, or none.
    """

    gold: NDArray[Any]
    first_right: NDArray[np.bool_] | None
    second_right: NDArray[np.bool_] | None
    first: Rows | None = None
    second: Rows | None = None

    @property
    def gained(self) -> NDArray[np.bool_]:
        """Rows that only the first has right, bool[n]."""
        return _only(self.first_right, self.second_right)

    @property
    def lost(self) -> NDArray[np.bool_]:
        """Rows that only the second has right, bool[n]."""
        return _only(self.second_right, self.first_right)

    def take(self, rows: Rows) -> Pairs:
        """These rows, in this order."""
        return Pairs(
            self.gold[rows],
            None if self.first_right is None else self.first_right[rows],
            None if self.second_right is None else self.second_right[rows],
            None if self.first is None else self.first[rows],
            None if self.second is None else self.second[rows],
        )


def _only(
    one: NDArray[np.bool_] | None, other: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    if one is None or other is None:
        raise ValueError("rows that are neither right nor wrong")
    return one & ~other


@dataclass(frozen=True, slots=True)
class Gain:
    """How far the first figure is ahead of the second: above 0 is better, always.

    ``rows`` float64[n] is what each row adds, where the gain is the mean of that.
    ``ahead`` float64[n] is how far each is ahead by itself, where only that is known.
    """

    value: float
    evidence: Evidence | None
    rows: NDArray[np.float64] | None = None
    ahead: NDArray[np.float64] | None = None


def gain(first: Measurement, second: Measurement, pairs: Pairs) -> Gain:
    """The first figure less the second, turned so that above 0 is better.

    Its evidence is paired: the row is drawn with both answers. None of roc_auc and its
    kin, which are of an order; of more than 40 classes; and of averages over classes
    where one model predicts a class that neither the labels nor the other model have.
    """
    one, other = first.evidence, second.evidence
    sign = 1.0 if first.better == "higher" else -1.0
    if isinstance(one, MeanOf) and isinstance(other, MeanOf):
        rows = sign * (one.scores - other.scores)
        most = one.most - one.least
        return Gain(float(rows.mean()), MeanOf(rows, least=-most, most=most), rows)
    if _is_of_all_rows(one) and _is_of_all_rows(other):
        gained, lost = int(pairs.gained.sum()), int(pairs.lost.sum())
        n = len(pairs.gold)
        rows = pairs.gained.astype(np.float64) - pairs.lost
        # One division of whole numbers: equal to a margin such as 0.02 where it is.
        return Gain((gained - lost) / n, PairedShares(gained, lost, n), rows)
    if isinstance(one, OfRowSums) and isinstance(other, OfRowSums):
        return _of_sums(one, other, sign)
    if isinstance(one, CorrelationOf) and isinstance(other, CorrelationOf):
        return Gain(first.value - second.value, _correlations(one, other))
    ahead, behind = (first, second) if sign > 0 else (second, first)
    if isinstance(ahead.evidence, _BINNED) and isinstance(behind.evidence, _BINNED):
        apart = ahead.value - behind.value + 0.0
        return Gain(apart, Apart(ahead.evidence, behind.evidence))
    exact = exact_value(ahead.evidence), exact_value(behind.evidence)
    # Adding nothing turns -0.0 into 0.0.
    apart = difference(ahead.value, behind.value, *exact) + 0.0
    return Gain(apart, _counts(_counts_of(one), _counts_of(other), pairs, sign))


def _of_sums(one: OfRowSums, other: OfRowSums, sign: float) -> Gain:
    ahead, behind = (one, other) if sign > 0 else (other, one)
    return Gain(
        ahead.value - behind.value + 0.0,
        ahead.less(behind),
        ahead=ahead.by_row() - behind.by_row(),
    )


def _correlations(one: CorrelationOf, other: CorrelationOf) -> CorrelationGain | None:
    if one.ranks != other.ranks or not np.array_equal(one.y, other.y):
        return None
    return CorrelationGain(one.x, other.x, one.y, one.ranks)


def _is_of_all_rows(evidence: Evidence | None) -> bool:
    return isinstance(evidence, ShareOf) and evidence.counts is None


def _counts_of(evidence: Evidence | None) -> FigureOfCounts | None:
    if isinstance(evidence, ShareOf):
        return evidence.counts
    return evidence if isinstance(evidence, FigureOfCounts) else None


def _counts(
    one: FigureOfCounts | None, other: FigureOfCounts | None, pairs: Pairs, sign: float
) -> PairedCounts | None:
    if one is None or other is None or pairs.first is None or pairs.second is None:
        return None
    cells, theirs, k = one.cells, other.cells, len(one.counts)
    if cells is None or theirs is None or k > PAIRED_CLASSES:
        return None
    if not np.array_equal(cells, theirs):
        return None
    gold = cells[pairs.gold.astype(np.intp)]
    places = (gold * k + cells[pairs.first]) * k + cells[pairs.second]
    joint = np.bincount(places, minlength=k**3).reshape(k, k, k)
    return PairedCounts(joint.astype(np.int64), _turned(one.statistic, sign))


def _turned(statistic: Statistic, sign: float) -> Statistic:
    def figure(matrices: Figures) -> Figures:
        return sign * statistic(matrices)

    return figure
