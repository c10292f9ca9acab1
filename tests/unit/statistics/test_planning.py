"""Planning: the published sizes, and the power they promise by enumeration."""

import math

import numpy as np
import pytest
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval
from pytest_ptm.statistics.planning import (
    detectable_drop,
    more_by_spread,
    more_to_settle,
    required_n,
    required_n_per_set,
    required_n_without_failure,
    strictest_bound,
)
from pytest_ptm.statistics.proportions import (
    clopper_pearson,
    clopper_pearson_limits,
    wilson_limits,
)


@pytest.mark.parametrize(
    ("threshold", "drop", "expected"),
    [
        (0.5, 0.02, 3863),
        (0.7, 0.02, 3286),
        (0.8, 0.02, 2534),
        (0.9, 0.02, 1471),
        (0.95, 0.02, 822),
        (0.98, 0.02, 391),
        (0.9, 0.01, 5728),
        (0.9, 0.05, 253),
    ],
)
def test_a_known_threshold_needs_as_many_as_published(threshold, drop, expected):
    assert required_n(threshold, drop=drop) == expected


@pytest.mark.parametrize(("threshold", "n"), [(0.9, 1579), (0.95, 930), (0.98, 507)])
def test_the_exact_test_needs_more(threshold, n):
    assert required_n(threshold, test="exact") == n


def exact_power(n, null, truth):
    hits = np.arange(n + 1)
    rejected = hits[stats.binom.cdf(hits, n, null) <= 0.05]
    return stats.binom.pmf(rejected, n, truth).sum()


@pytest.mark.parametrize(("threshold", "drop"), [(0.9, 0.05), (0.6, 0.1), (0.99, 0.05)])
def test_from_the_exact_size_on_every_size_has_the_power(threshold, drop):
    n = required_n(threshold, drop=drop, test="exact")
    assert exact_power(n - 1, threshold, threshold - drop) < 0.8
    for more in range(n, n + 120):
        assert exact_power(more, threshold, threshold - drop) >= 0.8


@pytest.mark.parametrize(("threshold", "drop"), [(0.9, 0.02), (0.8, 0.05)])
def test_wilsons_bound_has_about_the_power_of_the_score_test(threshold, drop):
    n = required_n(threshold, drop=drop)
    hits = np.arange(n + 1)
    _, high = wilson_limits(hits, n, 0.95)
    power = stats.binom.pmf(hits, n, threshold - drop)[high < threshold].sum()
    assert power == pytest.approx(0.8, abs=0.015)


def test_two_sets_need_twice_over_twice():
    assert required_n_per_set(0.9) == 3026


@pytest.mark.parametrize(
    ("discordance", "n"), [(0.03, 462), (0.05, 771), (0.1, 1544), (0.2, 3090)]
)
def test_pairs_need_as_many_as_published(discordance, n):
    assert required_n(0.9, paired=True, discordance=discordance) == n


@pytest.mark.parametrize(
    ("rate", "n"), [(0.1, 29), (0.05, 59), (0.02, 149), (0.01, 299), (0.001, 2995)]
)
def test_so_many_without_failure_show_a_rate(rate, n):
    assert required_n_without_failure(rate) == n
    assert stats.binom.pmf(0, n, rate) <= 0.05 < stats.binom.pmf(0, n - 1, rate)


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("n", [200, 1000, 50_000])
def test_the_detectable_drop_is_the_smallest_that_n_examples_show(n, threshold):
    drop = detectable_drop(n, threshold)
    assert required_n(threshold, drop=drop) <= n
    assert required_n(threshold, drop=drop * 0.99) > n


def test_200_examples_show_a_drop_of_6_points():
    assert detectable_drop(200, 0.9) == pytest.approx(0.057, abs=0.0005)
    assert detectable_drop(1471, 0.9) == pytest.approx(0.02, abs=1e-5)


@pytest.mark.parametrize("n", [29, 200, 3000])
def test_the_exact_drop_is_shown_with_the_power_and_a_smaller_one_is_not(n):
    drop = detectable_drop(n, 0.9, test="exact")
    assert exact_power(n, 0.9, 0.9 - drop) == pytest.approx(0.8, abs=1e-6)
    assert detectable_drop(n, 0.9) < drop


def test_many_examples_are_planned_without_summing():
    # The last size without enumeration and with it, all but the teeth of the saw.
    summed = [required_n(0.9, drop=drop, test="exact") for drop in (0.0172, 0.0171)]
    assert summed[1] / summed[0] == pytest.approx(1, abs=0.05)
    assert required_n(0.9, drop=0.001, test="exact") > required_n(0.9, drop=0.001)


def test_too_few_examples_show_no_drop():
    # 3 wrong out of 3 are no surprise where one in five is right.
    assert detectable_drop(3, 0.2) is None


@pytest.mark.parametrize(("successes", "n"), [(184, 200), (172, 200), (940, 1000)])
def test_so_many_more_settle_it_with_the_power_promised(successes, n):
    total = n + more_to_settle(successes, n, 0.9)
    truth = successes / n
    hits = np.arange(total + 1)
    low, high = clopper_pearson_limits(hits, total, 0.95)
    settled = low > 0.9 if truth > 0.9 else high < 0.9
    assert stats.binom.pmf(hits, total, truth)[settled].sum() >= 0.79


def test_what_is_settled_needs_no_more_and_a_tie_is_never_settled():
    assert more_to_settle(990, 1000, 0.9) == 0
    assert clopper_pearson(990, 1000, side="lower").low > 0.9
    assert more_to_settle(180, 200, 0.9) is None
    assert more_to_settle(200, 200, 0.9) == 0


def test_a_bound_the_last_digit_of_a_float_away_is_never_settled():
    assert more_to_settle(20, 200, math.nextafter(0.1, 0)) is None
    for hits in range(1, 200):
        for towards in (0, 1):
            more = more_to_settle(hits, 200, math.nextafter(hits / 200, towards))
            assert more is None or more > 10**9


@pytest.mark.parametrize(
    ("error", "distance"), [(math.inf, 0.1), (0.1, 5e-324), (1e200, 1e-200)]
)
def test_no_number_of_examples_settles_what_is_spread_without_end(error, distance):
    assert more_by_spread(error, 200, distance) is None


@pytest.mark.parametrize("digits", [2, 4])
def test_the_strictest_bound_is_cleared_and_one_step_more_is_not(digits):
    step = 10**-digits
    for low in np.random.default_rng(0).random(500):
        found = Interval(float(low), 1.0, 0.95, "x")
        bound = strictest_bound(found, "higher", digits=digits)
        assert bound <= low < bound + step * (1 + 1e-9)
        found = Interval(0.0, float(low), 0.95, "x")
        bound = strictest_bound(found, "lower", digits=digits)
        assert bound - step * (1 + 1e-9) < low <= bound


@pytest.mark.parametrize("limit", [0.0, 0.07, 0.57, 0.29, 1.0])
def test_a_limit_of_few_digits_is_its_own_bound(limit):
    found = Interval(limit, limit, 0.95, "x")
    assert strictest_bound(found, "higher") == limit
    assert strictest_bound(found, "lower") == limit


def test_a_limit_that_is_not_there_gives_no_bound():
    with pytest.raises(ArgumentError, match="no bound is clear"):
        strictest_bound(Interval(-np.inf, 0.3, 0.95, "t"), "higher")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: required_n(90), "threshold must lie between 0 and 1; got 90"),
        (lambda: required_n(0.9, drop=0.0), "drop must lie between 0 and"),
        (lambda: required_n(0.1, drop=0.2), r"threshold \(0\.1\); got 0\.2"),
        (lambda: required_n(0.9, power=80), "power must lie"),
        (lambda: required_n(0.9, paired=True), "needs discordance="),
        (lambda: required_n(0.9, discordance=0.1), "say paired=True"),
        (
            lambda: required_n(0.9, paired=True, discordance=0.01),
            r"between the drop \(0\.02\) and 1; got 0\.01",
        ),
        (
            lambda: required_n(0.9, paired=True, discordance=0.1, test="exact"),
            "planned by the score test",
        ),
        (lambda: required_n_per_set(0.9, drop=1.0), "drop must lie"),
        (lambda: required_n_without_failure(0), "rate must lie"),
        (lambda: detectable_drop(0, 0.9), "n must be 1 or more"),
        (lambda: more_to_settle(5, 4, 0.9), r"successes must lie in 0\.\.4"),
    ],
)
def test_what_cannot_be_planned_is_refused(call, said):
    with pytest.raises(ArgumentError, match=said):
        call()


def test_the_least_number_of_rows_is_one():
    """One wrong row of one, where the bound asks for nearly all: nothing is short."""
    assert more_to_settle(1, 1, 0.95, confidence=0.9) is not None
