"""Figures that are a plain mean over classes, of rows that hang together.

A class that is rare stands in few clusters, and what a cluster is like all its classes
share. So each class has its own limit over the clusters that it is in, and only the
whole of them is known of their mean: `MeanOverClusters`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.results import Interval, Side
from pytest_ptm.statistics.clusters import cluster_share
from pytest_ptm.statistics.confidence import interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class HitsByRow:
    """What each row adds to the hits and to the trials of each class.

    ``of`` gives both, float64[n, k]. ``harmonic``: the figure of a class is F1, of
    which these are hits out of rows that are right about it or should have been.
    """

    of: Callable[[], tuple[Floats, Floats]]
    harmonic: bool = False

    def clustered(self, clusters: Sequence[str]) -> MeanOverClusters:
        """The same by cluster."""
        _, which = np.unique(np.asarray(clusters), return_inverse=True)
        hits, trials = (_summed(each, which) for each in self.of())
        return MeanOverClusters(hits, trials, self.harmonic)


@dataclass(frozen=True, slots=True, eq=False)
class MeanOverClusters:
    """The mean over k classes of hits out of trials, float64[C, k] by cluster."""

    hits: Floats
    trials: Floats
    harmonic: bool = False

    def interval(
        self, *, confidence: float = 0.95, side: Side = "both"
    ) -> Interval | None:
        """Korn and Graubard's limits of each class, brought together.

        A bound that judges is the mean of the classes' bounds: as if all erred at once,
        so that no better answer makes it worse. Limits for reading lie as much closer
        as the classes are seen to err apart (Zou and Donner, Statistics in Medicine 27,
        2008, section 3.3). None where there are fewer than two clusters.
        """
        if len(self.hits) < 2:
            return None
        totals = self.trials.sum(axis=0)
        middle = self._figure(self.hits.sum(axis=0) / totals)
        limits = [self._limits(each, confidence, side) for each in range(len(middle))]
        low, high = np.array(limits).T
        value, k = float(middle.mean()), len(middle)
        together = np.ones((k, k)) if side != "both" else self._together()
        below, above = (
            float(np.sqrt(apart @ together @ apart)) / k
            for apart in (middle - low, high - middle)
        )
        classes = "" if k == 1 else ", the mean of its classes'"
        return interval(
            value - below,
            value + above,
            confidence=confidence,
            side=side,
            method=f"Korn-Graubard over {len(self.hits):,} clusters{classes}",
            least=0.0,
            most=1.0,
        )

    def _limits(self, each: int, confidence: float, side: Side) -> tuple[float, float]:
        """Those of one class; of one that a single cluster has, the ends."""
        held = self.trials[:, each] > 0
        if int(held.sum()) < 2:
            return 0.0, 1.0
        hits, trials = self.hits[held, each], self.trials[held, each]
        found = cluster_share(hits, trials, confidence=confidence, side=side)
        low, high = self._figure(np.array([found.low, found.high])).tolist()
        return low, high

    def _together(self) -> Floats:
        """How far classes err in the same clusters, 0..1; 1 where nothing tells."""
        share = self.hits.sum(axis=0) / self.trials.sum(axis=0)
        strays = self.hits - share * self.trials
        spread = np.sqrt((strays**2).sum(axis=0))
        known = spread > 0
        strays = strays / np.where(known, spread, 1.0)
        found = np.where(np.outer(known, known), strays.T @ strays, 1.0)
        np.fill_diagonal(found, 1.0)
        return np.clip(found, 0.0, 1.0)

    def _figure(self, share: Floats) -> Floats:
        return 2 * share / (1 + share) if self.harmonic else share


def _summed(columns: Floats, which: NDArray[np.intp]) -> Floats:
    return np.stack(
        [np.bincount(which, weights=column).astype(np.float64) for column in columns.T],
        axis=1,
    )
