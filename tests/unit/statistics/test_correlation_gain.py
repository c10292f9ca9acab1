"""The difference of two correlations, against a bootstrap of the test's own."""

import math

import numpy as np
import pytest
import scipy.stats

from pytest_ptm.statistics.combined_evidence import repeated
from pytest_ptm.statistics.correlated import pearson, spearman
from pytest_ptm.statistics.correlation_gain import CorrelationGain
from pytest_ptm.statistics.correlation_slopes import slopes
from pytest_ptm.statistics.likelihood import UNSEEN
from pytest_ptm.statistics.repeats import Repeats

FIGURES = {False: pearson, True: spearman}


def models(n=200, first=0.7, second=0.8, alike=0.5, seed=0):
    """The answers of both, and the gold."""
    random = np.random.default_rng(seed)
    gold, one, other = random.normal(size=(3, n))
    other = alike * one + math.sqrt(1 - alike * alike) * other
    answers = [
        rho * gold + math.sqrt(1 - rho * rho) * error
        for rho, error in ((first, one), (second, other))
    ]
    return *answers, gold


@pytest.mark.parametrize("ranks", [False, True])
def test_both_limits_are_those_of_a_paired_bootstrap(ranks):
    x, z, gold = models()
    picks = np.random.default_rng(9).integers(0, 200, size=(4000, 200))
    drawn = [each[picks] for each in (x, z, gold)]
    if ranks:
        drawn = [scipy.stats.rankdata(each, axis=1) for each in drawn]
    first, second, right = drawn
    correlation = scipy.stats.pearsonr
    draws = (
        correlation(first, right, axis=1).statistic
        - correlation(second, right, axis=1).statistic
    )
    found = CorrelationGain(x, z, gold, ranks)
    limits = found.by("percentile").interval()
    low, high = np.quantile(draws, [0.025, 0.975])
    assert limits.low == pytest.approx(low, abs=0.008)
    assert limits.high == pytest.approx(high, abs=0.008)
    # Two models drawn apart would have limits half as wide again.
    assert found.interval().method.startswith("BCa")
    assert found.interval().low == pytest.approx(low, abs=0.02)


def test_by_hand_of_four_rows():
    gold = np.array([1.0, 2.0, 3.0, 4.0])
    found = CorrelationGain(
        np.array([1.0, 2.0, 4.0, 3.0]), gold[::-1], gold, ranks=True
    )
    assert found.value == pytest.approx(0.8 - -1.0)
    assert CorrelationGain(gold[:3], gold[:3], gold[:3]).interval(side="lower") is None


@pytest.mark.parametrize("ranks", [False, True])
@pytest.mark.parametrize("side", ["lower", "upper"])
def test_the_bound_is_no_closer_than_students(ranks, side):
    x, z, gold = models(60)
    adds = slopes(x, gold, ranks=ranks) - slopes(z, gold, ranks=ranks)
    reach = scipy.stats.t.ppf(0.95, 58) * adds.std() / math.sqrt(59)
    found = CorrelationGain(x, z, gold, ranks)
    bound = found.interval(side=side)
    off = found.value - bound.low if side == "lower" else bound.high - found.value
    assert reach - 1e-12 <= off < 4 * reach


@pytest.mark.parametrize("ranks", [False, True])
def test_identical_answers_gain_nothing_but_rows_not_drawn_may_differ(ranks):
    """As if 1 of 1 / .00996 rows not drawn were answered the other way round."""
    x, _, gold = models(300)
    found = CorrelationGain(x, x.copy(), gold, ranks)
    assert found.value == 0.0
    # Of n rows alike and the part of one, w of weight on that has the likelihood
    # ratio (1 - w)^n (w (n + u) / u)^u (n / (n + u))^-n, here at the cut of t.
    u, n, w = UNSEEN, 300, 0.019923524987302773 / 2
    ratio = n * math.log((1 - w) * (n + u) / n) + u * math.log(w * (n + u) / u)
    assert -2 * ratio == pytest.approx(scipy.stats.t.ppf(0.95, 299) ** 2, abs=1e-6)
    assert found.interval(side="lower").low == pytest.approx(-2 * w, abs=1e-9)
    assert found.interval(side="upper").high == pytest.approx(2 * w, abs=1e-9)
    both = found.interval()
    assert both.low == -both.high < -2 * w


def test_few_rows_that_differ_do_not_hide_those_that_were_not_drawn():
    """1 of 100 rows turned: Student's bound alone is above the truth in .6."""
    random = np.random.default_rng(0)

    def drawn(n):
        _, z, gold = models(n, seed=random.integers(1 << 30))
        return np.where(random.random(n) < 0.01, -z, z), z, gold

    x, z, gold = drawn(1_000_000)
    truth = pearson(x, gold) - pearson(z, gold)
    low = [CorrelationGain(*drawn(60)).interval(side="lower").low for _ in range(200)]
    assert np.mean(np.array(low) > truth) <= 0.055


@pytest.mark.parametrize("ranks", [False, True])
def test_a_pair_of_equal_models_seldom_is_shown_to_differ(ranks):
    found = [
        CorrelationGain(*models(100, 0.8, 0.8, seed=seed), ranks) for seed in range(400)
    ]
    ahead = np.mean([each.interval(side="lower").low > 0 for each in found])
    behind = np.mean([each.interval(side="upper").high < 0 for each in found])
    assert max(ahead, behind) <= 0.055
    # And a model that is behind is seen to be.
    worse = [
        CorrelationGain(*models(400, 0.6, 0.8, seed=seed), ranks) for seed in range(50)
    ]
    assert np.mean([each.interval(side="upper").high < 0 for each in worse]) == 1.0


@pytest.mark.parametrize("ranks", [False, True])
def test_copies_tell_what_one_of_them_tells(ranks):
    columns = models(60)
    once = CorrelationGain(*columns, ranks)
    four = CorrelationGain(*(np.repeat(column, 4) for column in columns), ranks)
    apart = repeated(four, four.value, Repeats(np.repeat(np.arange(60), 4)))
    assert isinstance(apart, CorrelationGain)
    for side in ("lower", "upper", "both"):
        one, other = once.interval(side=side), apart.interval(side=side)
        assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-3)
    naive = four.interval(side="lower").low
    assert apart.interval(side="lower").low < naive - 0.02


def test_a_model_that_answers_one_number_has_no_limits():
    x, _, gold = models(50)
    found = CorrelationGain(x, np.ones(50), gold)
    assert found.interval() is None
    assert found.interval(side="lower") is None
