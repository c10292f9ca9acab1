"""Metrics that score each row's probabilities and take the mean."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.classification.comparison import Comparison
from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.statistics.evidence import MeanOf


def log_loss(asked: Comparison) -> Estimate:
    """Mean cross-entropy of the gold class, in nats.

    From the logits: a gold class whose probability rounds to 0 costs what the logits
    say, where scikit-learn cuts off at 36.04 nats.
    """
    rows = np.arange(asked.n)
    return _mean(
        -asked.predictions.log_probabilities[rows, asked.class_indices], most=math.inf
    )


def brier(asked: Comparison) -> Estimate:
    """Mean squared distance of the probabilities from the gold labels.

    As scikit-learn's ``brier_score_loss`` with ``scale_by_half="auto"``: over two
    classes, or with ``positive``, the mean of (p - y)^2 of one class, 0..1 (for two
    classes either gives the same); over more classes the squared differences are summed
    over all classes and not halved, 0..2.
    """
    classes = asked.predictions.probabilities.shape[1]
    most = brier_most(classes, asked.positive is not None)
    return _mean(brier_scores(asked), most=most)


def brier_scores(asked: Comparison) -> NDArray[np.float64]:
    """What each example adds to the Brier score."""
    away = (asked.predictions.probabilities - asked.memberships) ** 2
    if asked.positive is not None:
        return away[:, asked.positive]
    scores = away.sum(axis=1)
    return scores / 2 if away.shape[1] == 2 else scores


def brier_most(classes: int, about_one: bool) -> float:  # noqa: FBT001 - see PerUnit
    """The most that an example can add to the Brier score."""
    return 1.0 if about_one or classes == 2 else 2.0


def _mean(scores: NDArray[np.float64], *, most: float) -> Estimate:
    scores = scores.astype(np.float64, copy=False)
    return float(scores.mean()), MeanOf(scores, least=0.0, most=most)
