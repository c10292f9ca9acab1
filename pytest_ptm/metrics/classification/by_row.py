"""What each row adds to a figure that is a mean over classes."""

from __future__ import annotations

import numpy as np

from pytest_ptm.metrics.classification.comparison import Comparison
from pytest_ptm.metrics.classification.tallies import Tallies


def tallies_by_row(asked: Comparison) -> Tallies:
    """Single-label rows, each counted by itself: float64[n, k] of ones and zeros."""
    gold = asked.memberships.astype(np.float64)
    predicted = np.eye(gold.shape[1])[asked.answers]
    return Tallies(gold * predicted, gold, predicted)
