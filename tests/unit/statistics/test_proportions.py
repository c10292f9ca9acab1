"""Intervals for a share, against scipy.stats, statsmodels and by exact enumeration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import binom, binomtest

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.proportions import (
    JUDGE,
    clopper_pearson,
    clopper_pearson_limits,
    jeffreys,
    jeffreys_limits,
    share,
    share_method,
    wilson,
    wilson_limits,
)

COUNTS = st.integers(1, 5000).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n))
)
LIMITS = {
    "wilson": wilson_limits,
    "clopper-pearson": clopper_pearson_limits,
    "jeffreys": jeffreys_limits,
}


@given(COUNTS, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_limits_are_scipys(counts, confidence):
    successes, n = counts
    ours = wilson(successes, n, confidence=confidence)
    theirs = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert ours.low == pytest.approx(theirs.low, abs=1e-12)
    assert ours.high == pytest.approx(theirs.high, abs=1e-12)
    assert (ours.confidence, ours.method) == (confidence, "Wilson")


def test_limits_are_where_the_score_test_turns():
    interval = wilson(9, 10)
    for limit in (interval.low, interval.high):
        error = (limit * (1 - limit) / 10) ** 0.5
        assert abs(0.9 - limit) / error == pytest.approx(ndtri(0.975))


def test_none_and_all_right_end_exactly_at_the_ends():
    assert wilson(0, 7).low == 0.0
    assert wilson(7, 7).high == 1.0
    assert wilson(0, 7).high == pytest.approx(1 - wilson(7, 7).low)


@pytest.mark.parametrize(
    ("n", "share", "coverage"),
    [(30, 0.95, 0.939), (100, 0.99, 0.921), (100, 0.9, 0.936), (500, 0.95, 0.950)],
)
def test_exact_coverage_is_that_of_the_literature(n, share, coverage):
    covered = [
        k for k in range(n + 1) if wilson(k, n).low <= share <= wilson(k, n).high
    ]
    assert np.sum(binom.pmf(covered, n, share)) == pytest.approx(coverage, abs=6e-4)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5), (0, -1)])
def test_impossible_counts_are_refused(successes, n):
    with pytest.raises(ArgumentError, match="got"):
        wilson(successes, n)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, float("nan")])
def test_a_confidence_outside_0_to_1_is_refused(confidence):
    with pytest.raises(ArgumentError, match=r"For 95 % write 0\.95"):
        wilson(1, 2, confidence=confidence)


@given(COUNTS, st.sampled_from([0.6, 0.9, 0.95, 0.99]))
def test_clopper_pearson_is_scipys_exact_interval_and_bounds(counts, confidence):
    successes, n = counts
    for side, alternative in (
        ("both", "two-sided"),
        ("lower", "greater"),
        ("upper", "less"),
    ):
        ours = clopper_pearson(successes, n, confidence=confidence, side=side)
        theirs = binomtest(successes, n, alternative=alternative).proportion_ci(
            confidence, method="exact"
        )
        assert ours.low == pytest.approx(theirs.low, abs=1e-9)
        assert ours.high == pytest.approx(theirs.high, abs=1e-9)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # statsmodels 0.15.0, proportion_confint(method="jeffreys"); the ends as Brown,
        # Cai and DasGupta have them.
        (9, 10, 0.6186852289333836, 0.9889883262368389),
        (0, 10, 0.0, 0.2171962675092106),
        (184, 200, 0.8763202105300525, 0.9516484449138146),
        (1995, 2000, 0.9945288328777415, 0.9990454440504831),
    ],
)
def test_jeffreys_is_statsmodels(successes, n, low, high):
    found = jeffreys(successes, n)
    assert found.low == pytest.approx(low, abs=1e-12)
    assert found.high == pytest.approx(high, abs=1e-12)


@pytest.mark.parametrize("n", [1, 7, 30, 100])
@pytest.mark.parametrize("share_of_right", [0.5, 0.9, 0.95, 0.99])
def test_clopper_pearson_covers_at_least_what_it_says(n, share_of_right):
    low, high = clopper_pearson_limits(np.arange(n + 1), n, 0.975)
    covered = (low <= share_of_right) & (share_of_right <= high)
    weight = binom.pmf(np.arange(n + 1), n, share_of_right)
    assert weight[covered].sum() >= 0.95


@pytest.mark.parametrize(("threshold", "fewest"), [(0.9, 29), (0.95, 59), (0.99, 299)])
def test_so_many_right_answers_in_a_row_prove_a_threshold(threshold, fewest):
    proved = clopper_pearson(fewest, fewest, side="lower").low
    assert proved >= threshold
    assert clopper_pearson(fewest - 1, fewest - 1, side="lower").low < threshold


@pytest.mark.parametrize("method", LIMITS)
def test_arrays_give_the_limits_of_their_entries(method):
    successes, n = np.array([0, 3, 17, 20]), np.array([4, 9, 20, 20])
    low, high = LIMITS[method](successes, n, 0.975)
    found = [
        share(int(k), int(of), method=method)
        for k, of in zip(successes, n, strict=True)
    ]
    assert low.tolist() == [each.low for each in found]
    assert high.tolist() == [each.high for each in found]


@pytest.mark.parametrize("method", LIMITS)
def test_limits_hold_the_share_and_grow_with_confidence(method):
    for successes in range(21):
        narrow = share(successes, 20, method=method, confidence=0.8)
        wide = share(successes, 20, method=method, confidence=0.99)
        assert 0 <= wide.low <= narrow.low <= successes / 20
        assert successes / 20 <= narrow.high <= wide.high <= 1


def test_an_unknown_method_is_named_with_those_there_are():
    with pytest.raises(ArgumentError, match="'wald'; there are 'wilson'"):
        share(1, 2, method="wald")


def wrong_verdicts(n, bound):
    """How often a true share at the bound passes, and fails, at nominal .05; exact."""
    hits = np.arange(n + 1)
    weight = binom.pmf(hits, n, bound)
    low, _ = share_method(JUDGE)[1](hits, n, 0.95)
    _, high = share_method(JUDGE)[1](hits, n, 0.95)
    return weight[low >= bound].sum(), weight[high < bound].sum()


@pytest.mark.parametrize("n", [10, 20, 59, 200, 351, 5000])
@pytest.mark.parametrize("bound", [0.5, 0.9, 0.95, 0.99, 0.999])
def test_a_share_at_its_bound_is_judged_wrongly_at_most_as_often_as_said(n, bound):
    assert max(wrong_verdicts(n, bound)) <= 0.05 + 1e-9


@pytest.mark.heavy
def test_so_it_is_for_every_size_and_bound():
    bounds = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999]
    for n in [*range(10, 500), 700, 1000, 2000, 5000]:
        for bound in bounds:
            assert max(wrong_verdicts(n, bound)) <= 0.05 + 1e-9


@pytest.mark.parametrize(("n", "confidence"), [(1, 0.75), (2, 0.75), (3, 0.875)])
def test_a_limit_that_is_a_round_number_is_that_number(n, confidence):
    # All n right have the probability 1 - confidence where the share is the limit.
    limit = (1 - confidence) ** (1 / n)
    found = clopper_pearson(n, n, confidence=confidence, side="lower").low
    assert found == pytest.approx(limit, abs=1e-12)
    assert found == round(limit, 12)
