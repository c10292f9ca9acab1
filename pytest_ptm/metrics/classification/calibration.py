"""Is a model right as often as it says? Distances of probabilities and shares, in bins.

Expected calibration error: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated
probabilities using Bayesian binning", AAAI 2015; Guo, Pleiss, Sun and Weinberger, "On
calibration of modern neural networks", ICML 2017.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.metrics.classification.bins import Cells, equal_mass, equal_width
from pytest_ptm.metrics.classification.comparison import Comparison
from pytest_ptm.metrics.protocol import Estimate
from pytest_ptm.statistics.binned_gaps import BinnedGaps, Direction, WidestGap

Floats = NDArray[np.float64]
Binning = Callable[[Floats, int], Cells]

BINS = 15
"""As many as Guo et al. 2017 have."""


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each answer was said to be, float64[n], and whether it came, bool[n].

    Of the class that is answered; or of one class, whatever is answered.
    """

    probabilities: Floats
    came: NDArray[np.bool_]

    @property
    def gaps(self) -> Floats:
        """What came less what was said."""
        return self.came - self.probabilities


def said(asked: Comparison) -> Chances:
    """The confidence of each answer and whether it is right; a tie is wrong.

    With a positive class: its probability, and whether it is the gold label.
    """
    if asked.positive is not None:
        of_one = asked.predictions.probabilities[:, asked.positive]
        return Chances(of_one, asked.memberships[:, asked.positive])
    predicted = asked.predictions.predicted
    sure = asked.predictions.probabilities[np.arange(asked.n), predicted]
    return Chances(sure, asked.answers == asked.class_indices)


def ece(asked: Comparison, *, bins: int = BINS) -> Estimate:
    """Over bins of one width, the mean distance of confidence from accuracy, 0 .. 1.

    Each bin counts by its rows.
    """
    return _found(asked, bins, equal_width)


def ece_equal_mass(asked: Comparison, *, bins: int = BINS) -> Estimate:
    """The same over bins of one number of rows.

    Nguyen and O'Connor, "Posterior calibration and exploratory analysis for natural
    language processing models", EMNLP 2015; the adaptive calibration error of Nixon et
    al., "Measuring calibration in deep learning", CVPR workshops 2019.
    """
    return _found(asked, bins, equal_mass)


def overconfidence(asked: Comparison, *, bins: int = BINS) -> Estimate:
    """The part of `ece` from bins whose confidence is above their accuracy."""
    return _found(asked, bins, equal_width, direction="over")


def underconfidence(asked: Comparison, *, bins: int = BINS) -> Estimate:
    """The part of `ece` from bins whose confidence is below their accuracy."""
    return _found(asked, bins, equal_width, direction="under")


def ece_classwise(asked: Comparison, *, bins: int = BINS) -> Estimate:
    """The mean over classes of the distance of probability from share, over bins.

    Kull et al., "Beyond temperature scaling", NeurIPS 2019; the static calibration
    error of Nixon et al. 2019.
    """
    _require_rows(asked, bins)
    probabilities = asked.predictions.probabilities
    cells = equal_width(probabilities, bins)
    # No two classes share a bin.
    cells += bins * np.arange(probabilities.shape[1], dtype=np.intp)
    gaps = asked.memberships - probabilities
    # Where one class holds, what is too much in one is missing in others.
    most = 1.0 if asked.multi_label else min(1.0, 2 / gaps.shape[1])
    found = BinnedGaps(gaps, cells, most=most)
    return found.value, found


def mce(asked: Comparison, *, bins: int = BINS) -> Estimate:
    """The largest distance of confidence from accuracy of any bin with a row."""
    _require_rows(asked, bins)
    one = said(asked)
    found = WidestGap.of_rows(
        one.probabilities, one.came, equal_width(one.probabilities, bins)
    )
    return found.value, found


def _found(
    asked: Comparison, bins: int, binning: Binning, *, direction: Direction = "both"
) -> Estimate:
    _require_rows(asked, bins)
    one = said(asked)
    cells = binning(one.probabilities, bins)
    found = BinnedGaps(one.gaps[:, np.newaxis], cells[:, np.newaxis], direction)
    return found.value, found


def _require_rows(asked: Comparison, bins: int) -> None:
    """Nothing, where there could be a row in each bin.

    Raises:
        DataError: PTM207, there are fewer.
    """
    if asked.n < bins:
        raise asked.undefined(
            f"{bins} bins",
            instead=f"Give more examples, or fewer bins, at most {asked.n}.",
        )
