"""Fisher's z, against scipy.stats."""

import numpy as np
import pytest
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.correlation import fisher_z


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("n", [4, 30, 500])
def test_limits_are_scipys(n, confidence):
    random = np.random.default_rng(n)
    first = random.normal(size=n)
    theirs = stats.pearsonr(first, first + random.normal(size=n))
    limits = theirs.confidence_interval(confidence)
    ours = fisher_z(float(theirs.statistic), n, confidence=confidence)
    assert (ours.low, ours.high) == pytest.approx((limits.low, limits.high))


@pytest.mark.parametrize("r", [-1.0, 1.0])
def test_a_perfect_correlation_has_no_interval(r):
    assert fisher_z(r, 10) is None


@pytest.mark.parametrize(("r", "n"), [(1.1, 10), (float("nan"), 10), (0.5, 3)])
def test_what_cannot_be_is_refused(r, n):
    with pytest.raises(ArgumentError, match="got"):
        fisher_z(r, n)
