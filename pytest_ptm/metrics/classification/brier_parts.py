"""What a Brier score is made of: being calibrated, telling apart, and the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.classification.bins import Cells, equal_width
from pytest_ptm.metrics.classification.comparison import Comparison

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BrierParts:
    """The Brier score as reliability - resolution + uncertainty + what bins hide.

    Murphy, "A new vector partition of the probability score", Journal of Applied
    Meteorology 12, 1973: ``reliability``, 0 where each bin's share is its mean
    probability; ``resolution``, how far the bins' shares are from the share of all;
    ``uncertainty``, the score of who always says that. Within bins probabilities
    differ: by their ``within_variance``, which adds to the score, and their
    ``within_covariance`` (twice that with the outcome), which takes from it
    (Stephenson, Coelho and Jolliffe, "Two extra components in the Brier score
    decomposition", Weather and Forecasting 23, 2008). So the sum is the score.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within_variance: float
    within_covariance: float

    @property
    def score(self) -> float:
        """The Brier score."""
        rest = self.uncertainty + self.within_variance - self.within_covariance
        return self.reliability - self.resolution + rest


def brier_parts(asked: Comparison, *, bins: int) -> BrierParts:
    """The parts of `scored.brier`, over bins of one width of each class's probability.

    Of several classes each part is the sum over them, of two their mean, as the score
    is; with a positive class, those of that class.
    """
    probabilities = asked.predictions.probabilities
    columns = range(probabilities.shape[1])
    if asked.positive is not None:
        columns = [asked.positive]
    parts = np.sum(
        [
            _parts(
                probabilities[:, column],
                asked.memberships[:, column].astype(np.float64),
                equal_width(probabilities[:, column], bins),
            )
            for column in columns
        ],
        axis=0,
    )
    return BrierParts(*(parts / (2 if len(columns) == 2 else 1)).tolist())


def _parts(said: Floats, came: Floats, cells: Cells) -> Floats:
    n, share = len(said), came.mean()
    rows = np.bincount(cells)
    filled = np.maximum(rows, 1)
    mean = np.bincount(cells, weights=said) / filled
    shares = np.bincount(cells, weights=came) / filled
    away = said - mean[cells]
    return np.array(
        [
            (rows * (mean - shares) ** 2).sum() / n,
            (rows * (shares - share) ** 2).sum() / n,
            share * (1 - share),
            (away**2).mean(),
            2 * ((came - shares[cells]) * away).mean(),
        ]
    )
