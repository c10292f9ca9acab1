"""The area under the ROC curve and DeLong's variance, against their definitions."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import logit, ndtri
from scipy.stats import norm, rankdata

from pytest_ptm.statistics.ranking import auc, delong, midranks

SCORED = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=4, max_size=40)


def arrays(rows):
    scores, positive = zip(*rows, strict=True)
    return np.array(scores, dtype=np.float64), np.array(positive)


def wins(scores, positive):
    """1, 1/2 or 0 for each pair of a positive (row) and a negative (column)."""
    above = scores[positive][:, np.newaxis] - scores[~positive]
    return (np.sign(above) + 1) / 2


@given(SCORED)
def test_midranks_are_scipys(rows):
    scores, _ = arrays(rows)
    assert midranks(scores).tolist() == rankdata(scores).tolist()


@given(SCORED)
def test_the_area_is_the_share_of_pairs_won(rows):
    scores, positive = arrays(rows)
    assume(positive.any() and not positive.all())
    assert auc(scores, positive) == pytest.approx(wins(scores, positive).mean())


def test_one_class_has_no_area():
    assert np.isnan(auc(np.array([1.0, 2.0]), np.array([True, True])))
    assert np.isnan(auc(np.array([1.0, 2.0]), np.array([False, False])))


@given(SCORED)
def test_the_variance_is_delongs(rows):
    scores, positive = arrays(rows)
    interval = delong(scores, positive)
    if min(positive.sum(), (~positive).sum()) < 2:
        assert interval is None
        return
    pairs = wins(scores, positive)
    by_positive, by_negative = pairs.mean(axis=1), pairs.mean(axis=0)
    variance = by_positive.var(ddof=1) / len(by_positive) + by_negative.var(
        ddof=1
    ) / len(by_negative)
    if variance < 1e-12:
        assert interval is None
        return
    area = pairs.mean()
    half = ndtri(0.975) * variance**0.5 / (area * (1 - area))
    assert logit(interval.low) == pytest.approx(logit(area) - half, rel=1e-6)
    assert logit(interval.high) == pytest.approx(logit(area) + half, rel=1e-6)
    assert interval.method == "DeLong (logit)"


def test_perfect_separation_has_no_interval():
    assert delong(np.arange(6.0), np.arange(6) >= 3) is None


@pytest.mark.parametrize(("area", "size"), [(0.75, 50), (0.97, 50), (0.9, 200)])
def test_95_percent_covers_about_95_percent(area, size):
    apart = norm.ppf(area) * 2**0.5
    positive = np.arange(2 * size) < size
    random = np.random.default_rng(3)
    covered = asked = 0
    for _ in range(400):
        interval = delong(random.normal(apart * positive, 1), positive)
        if interval is not None:
            asked += 1
            covered += interval.low <= area <= interval.high
    assert 0.91 <= covered / asked <= 0.98
