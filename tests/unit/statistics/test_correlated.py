"""Correlations against SciPy's, and their bounds against a hand calculation."""

import math

import numpy as np
import pytest
import scipy.stats

from pytest_ptm.statistics.correlated import CorrelationOf, pearson, spearman
from pytest_ptm.statistics.repeats import Repeats


def pairs(n=60, rho=0.8, seed=0):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, n))
    return x, rho * x + math.sqrt(1 - rho * rho) * z


@pytest.mark.parametrize("seed", range(5))
def test_both_are_scipys(seed):
    x, y = pairs(seed=seed)
    x, y = np.round(x, 1), np.round(y, 1)  # with equal values, which share a rank
    assert pearson(x, y) == pytest.approx(scipy.stats.pearsonr(x, y).statistic)
    assert spearman(x, y) == pytest.approx(scipy.stats.spearmanr(x, y).statistic)


def test_of_a_constant_there_is_none():
    x, _ = pairs()
    found = CorrelationOf(x, np.ones(len(x)))
    assert math.isnan(found.value)
    assert found.interval(side="lower") is None


@pytest.mark.parametrize("ranks", [False, True])
@pytest.mark.parametrize("rho", [0.3, 0.9, -0.9])
def test_the_bound_is_bonett_and_wrights_unless_the_bootstrap_says_more(ranks, rho):
    found = CorrelationOf(*pairs(200, rho), ranks)
    r, n = found.value, 200
    for side, sign in (("lower", -1), ("upper", 1)):
        towards_zero = (r > 0) == (side == "lower")
        about = r * (1 - 1 / n) if towards_zero else r
        error = math.sqrt((1 + about**2 / 2) / (n - 3))
        plain = math.tanh(math.atanh(about) + sign * 1.6448536 * error)
        bound = found.interval(side=side)
        end = bound.low if side == "lower" else bound.high
        assert sign * end >= sign * plain - 1e-9
        assert abs(end - plain) < 0.06


def test_a_correlation_of_one_has_a_bound_that_pairs_bring_closer():
    ends = [
        CorrelationOf(np.arange(float(n)), np.arange(float(n))).interval(side="lower")
        for n in (4, 20, 100)
    ]
    assert [end.low for end in ends] == pytest.approx([-0.711, 0.874, 0.985], abs=1e-3)
    assert all(end.high == 1.0 for end in ends)


def test_fewer_than_four_pairs_say_nothing():
    assert CorrelationOf(*pairs(3)).interval(side="lower") is None
    assert CorrelationOf(*pairs(3)).interval() is None


def test_copies_are_worth_what_they_are_worth():
    x, y = pairs(50)
    once = CorrelationOf(x, y)
    four = CorrelationOf(np.repeat(x, 4), np.repeat(y, 4))
    apart = four.repeated(Repeats(np.repeat(np.arange(50), 4)))
    assert four.interval(side="lower").low > once.interval(side="lower").low + 0.02
    assert apart.interval(side="lower").low == pytest.approx(
        once.interval(side="lower").low, abs=0.02
    )


@pytest.mark.parametrize("ranks", [False, True])
def test_both_limits_are_by_the_bootstrap_and_around_the_figure(ranks):
    found = CorrelationOf(*pairs(), ranks)
    limits = found.interval()
    assert limits.method.startswith("BCa")
    assert limits.low < found.value < limits.high
    by = found.by("percentile").interval()
    assert by.method.startswith("percentile")
