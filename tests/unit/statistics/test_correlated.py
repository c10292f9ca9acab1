"""Correlations against SciPy's, and their bounds against a hand calculation."""

import math

import numpy as np
import pytest
import scipy.stats

from pytest_ptm.statistics.combined_evidence import repeated
from pytest_ptm.statistics.correlated import CorrelationOf, pearson, spearman
from pytest_ptm.statistics.correlation_slopes import slopes
from pytest_ptm.statistics.likelihood import likelihood_interval
from pytest_ptm.statistics.planning import more_by_spread
from pytest_ptm.statistics.reading import spread
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


def by_hand(x, y, *, ranks, side):
    """The bound without the tails: the larger of both errors, t of n - 2."""
    n, r = len(x), (spearman if ranks else pearson)(x, y)
    towards_zero = (r > 0) == (side == "lower")
    about = r * (1 - 1 / n) if towards_zero else r
    adds = slopes_by_weights(x, y, ranks=ranks)
    spread = math.sqrt((adds**2).sum() / (n * (n - 1))) / (1 - r * r)
    error = max(math.sqrt((1 + about**2 / 2) / (n - 3)), spread)
    sign = -1 if side == "lower" else 1
    return math.tanh(math.atanh(about) + sign * scipy.stats.t.ppf(0.95, n - 2) * error)


def slopes_by_weights(x, y, *, ranks, times=400):
    """What one more of a row does to a correlation in which each stands 400 times."""
    figure = spearman if ranks else pearson
    many = [np.repeat(column, times) for column in (x, y)]
    at = figure(*many)
    more = [
        figure(
            *(
                np.append(column, one[row])
                for column, one in zip(many, (x, y), strict=True)
            )
        )
        for row in range(len(x))
    ]
    return (np.array(more) - at) * (times * len(x) + 1)


@pytest.mark.parametrize("ranks", [False, True])
@pytest.mark.parametrize("step", [0.01, 1.0])
def test_slopes_are_what_one_more_of_a_row_does(ranks, step):
    x, y = (np.round(column / step) * step for column in pairs(40))
    found = slopes(x, y, ranks=ranks)
    assert found == pytest.approx(slopes_by_weights(x, y, ranks=ranks), abs=5e-3)
    assert found.mean() == pytest.approx(0, abs=1e-12)


def off_by_likelihood(x, y, *, ranks, side):
    r = (spearman if ranks else pearson)(x, y)
    adds = slopes(x, y, ranks=ranks) / (1 - r * r)
    times = 1 if ranks else 2
    ends = {"least": times * adds.min(), "most": times * adds.max()}
    found = likelihood_interval(adds, confidence=0.95, side=side, **ends)
    return found.low if side == "lower" else found.high


@pytest.mark.parametrize("ranks", [False, True])
@pytest.mark.parametrize("rho", [0.3, 0.9, -0.9])
@pytest.mark.parametrize("step", [0.01, 1.0])
@pytest.mark.parametrize("side", ["lower", "upper"])
def test_the_bound_is_the_further_of_a_hand_calculation_and_of_likelihood(
    ranks, rho, step, side
):
    x, y = (np.round(column / step) * step for column in pairs(50, rho))
    r, sign = (spearman if ranks else pearson)(x, y), -1 if side == "lower" else 1
    about = r * (1 - 1 / 50) if (r > 0) == (side == "lower") else r
    off = off_by_likelihood(x, y, ranks=ranks, side=side)
    ends = by_hand(x, y, ranks=ranks, side=side), math.tanh(math.atanh(about) + off)
    bound = CorrelationOf(x, y, ranks).interval(side=side)
    end = bound.low if side == "lower" else bound.high
    assert end == pytest.approx(sign * max(sign * each for each in ends), abs=5e-4)
    assert bound.method == f"atanh, empirical likelihood ({side} bound)"


def test_either_of_them_may_be_the_further():
    x, y = pairs(300, 0.95)
    y = np.clip(np.round(2.6 + 1.5 * y), 1, 5)
    r = pearson(x, y)
    off = off_by_likelihood(x, y, ranks=False, side="upper")
    error = math.sqrt((1 + r * r / 2) / 297)
    assert scipy.stats.t.ppf(0.95, 298) * error > 1.1 * off
    stray = np.where(np.arange(300) < 6, -x, x)
    r = spearman(stray, y)
    off = off_by_likelihood(stray, y, ranks=True, side="lower")
    adds = slopes(stray, y, ranks=True) / (1 - r * r)
    error = math.sqrt((adds**2).sum() / (300 * 299))
    assert -off > 1.1 * scipy.stats.t.ppf(0.95, 298) * error


def lognormal_errors(random, n, rho):
    x, z = random.normal(size=(2, n))
    error = (np.exp(z) - math.exp(0.5)) / math.sqrt((math.e - 1) * math.e)
    return x, rho * x + math.sqrt(1 - rho * rho) * error


def test_skewed_errors_do_not_put_the_bound_above_the_truth():
    """By the bootstrap's error .18 of them lay there."""
    random = np.random.default_rng(0)
    samples = [lognormal_errors(random, 60, 0.8) for _ in range(400)]
    above = [CorrelationOf(*each).interval(side="lower").low > 0.8 for each in samples]
    assert np.mean(above) <= 0.055


def test_skewed_errors_do_not_put_the_bound_of_ranks_below_the_truth():
    """With ranks held fast .11 to .2 of them lay there; the truth is of a million."""
    random = np.random.default_rng(0)
    truth = spearman(*lognormal_errors(random, 1_000_000, 0.95))
    samples = [lognormal_errors(random, 200, 0.95) for _ in range(400)]
    found = [CorrelationOf(*each, ranks=True) for each in samples]
    below = [each.interval(side="upper").high < truth for each in found]
    assert np.mean(below) <= 0.075


def test_a_correlation_of_one_has_a_bound_that_pairs_bring_closer():
    ends = [
        CorrelationOf(np.arange(float(n)), np.arange(float(n))).interval(side="lower")
        for n in (4, 20, 100)
    ]
    # By hand, of 100: .99 is 2.6467 on the scale of atanh, less 1.6606 * .12394.
    assert [end.low for end in ends] == pytest.approx(
        [-0.9813, 0.8681, 0.98495], abs=1e-4
    )
    assert all(end.high == 1.0 for end in ends)


def test_the_error_of_planning_is_that_of_many_rows():
    """Which of 300 rows the wider of two limits overstates: 9,618 rows for 8,411."""
    x, y = pairs(300, 0.7)
    found = CorrelationOf(x, y, ranks=True)
    r = found.value
    adds = slopes(x, y, ranks=True)
    either = math.sqrt((1 + r * r / 2) / 297) * (1 - r * r), adds.std() / math.sqrt(299)
    assert spread(found, r) == found.error == pytest.approx(max(either))
    limits = found.interval()
    assert found.error < max(limits.high - r, r - limits.low) / 1.96
    assert CorrelationOf(x, x).error is None
    assert CorrelationOf(*pairs(3)).error is None


def test_so_many_more_pairs_settle_it_as_often_as_is_said():
    random = np.random.default_rng(0)
    fewer = [CorrelationOf(*normal(random, 300, 0.75)).error for _ in range(20)]
    n = 300 + more_by_spread(float(np.mean(fewer)), 300, 0.02)
    shown = [
        CorrelationOf(*normal(random, n, 0.75)).interval(side="lower").low >= 0.73
        for _ in range(200)
    ]
    assert 0.7 < np.mean(shown) < 0.9


def normal(random, n, rho):
    x, z = random.normal(size=(2, n))
    return x, rho * x + math.sqrt(1 - rho * rho) * z


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
        once.interval(side="lower").low, abs=1e-9
    )


@pytest.mark.parametrize("ranks", [False, True])
def test_both_limits_of_copies_are_those_of_the_rows_that_they_are_of(ranks):
    x, y = pairs(50)
    once = CorrelationOf(x, y, ranks).interval()
    four = CorrelationOf(np.repeat(x, 4), np.repeat(y, 4), ranks)
    evidence = repeated(four, four.value, Repeats(np.repeat(np.arange(50), 4)))
    assert isinstance(evidence, CorrelationOf)
    apart = evidence.interval()
    assert (apart.low, apart.high) == pytest.approx((once.low, once.high), abs=1e-3)
    naive = four.interval()
    assert apart.high - apart.low > 1.5 * (naive.high - naive.low)


@pytest.mark.parametrize("step", [0.01, 1.0])
def test_the_limits_of_ranks_are_those_of_samples_ranked_anew(step):
    x, y = (np.round(column / step) * step for column in pairs(100, 0.9))
    random = np.random.default_rng(5)
    picks = random.integers(0, 100, size=(3000, 100))
    ranks = (scipy.stats.rankdata(each[picks], axis=1) for each in (x, y))
    draws = scipy.stats.pearsonr(*ranks, axis=1).statistic
    limits = CorrelationOf(x, y, ranks=True).by("percentile").interval()
    low, high = np.quantile(draws, [0.025, 0.975])
    assert limits.low == pytest.approx(low, abs=0.012)
    assert limits.high == pytest.approx(high, abs=0.012)


@pytest.mark.parametrize("ranks", [False, True])
def test_both_limits_are_by_the_bootstrap_and_around_the_figure(ranks):
    found = CorrelationOf(*pairs(), ranks)
    limits = found.interval()
    assert limits.method.startswith("BCa")
    assert limits.low < found.value < limits.high
    by = found.by("percentile").interval()
    assert by.method.startswith("percentile")
