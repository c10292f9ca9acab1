"""Intervals over clusters: against statsmodels, by hand, and by coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.clustered_evidence import RatioOf
from pytest_ptm.statistics.clusters import (
    by_cluster,
    cluster_ratio,
    cluster_share,
    cluster_t,
    worth,
)
from pytest_ptm.statistics.means import t_interval
from pytest_ptm.statistics.proportions import clopper_pearson, wilson


def test_limits_are_those_of_statsmodels():
    # OLS(y, 1).fit(cov_type="cluster", use_t=True).conf_int() of statsmodels 0.15.0.
    random = np.random.default_rng(5)
    clusters = np.repeat(np.arange(12), [3, 8, 2, 5, 9, 1, 4, 6, 7, 2, 5, 8])
    rows = random.random(60) * 0.5
    values = np.round(rows + random.random(12)[clusters] * 0.5, 3)
    found = cluster_t(values, clusters)
    assert found.low == pytest.approx(0.38232847, abs=1e-8)
    assert found.high == pytest.approx(0.62230486, abs=1e-8)
    assert found.method == "t over 12 clusters"


def test_a_cluster_a_row_is_the_t_interval():
    values = np.random.default_rng(0).normal(size=25)
    for side in ("both", "lower", "upper"):
        ours = cluster_t(values, np.arange(25), side=side)
        theirs = t_interval(values, side=side)
        assert ours.low == pytest.approx(theirs.low)
        assert ours.high == pytest.approx(theirs.high)


def test_a_ratio_by_hand():
    # 3/4, 1/2 and 5/6: 9 of 12; strays 0, -0.5, 0.5; error sqrt(1.5 * 0.5) / 12.
    found = cluster_ratio(np.array([3.0, 1, 5]), np.array([4.0, 2, 6]))
    half = stats.t.ppf(0.975, 2) * 0.75**0.5 / 12
    assert (found.low, found.high) == pytest.approx((0.75 - half, 0.75 + half))


def test_clusters_may_be_named_and_unsorted():
    sums, sizes = by_cluster(np.array([1.0, 2, 4, 8]), np.array(["b", "a", "b", "a"]))
    assert sums.tolist() == [10.0, 5.0]
    assert sizes.tolist() == [2.0, 2.0]


def test_copies_of_a_row_tell_nothing_new():
    values = np.random.default_rng(0).normal(size=20)
    copied = cluster_t(np.repeat(values, 5), np.repeat(np.arange(20), 5))
    once = t_interval(values)
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_clusters_are_refused(count):
    rows = np.ones(count * 4)
    with pytest.raises(ArgumentError, match=f"two clusters or more; got {count}"):
        cluster_ratio(rows[:count], rows[:count])
    with pytest.raises(ArgumentError, match=r"two clusters|two values"):
        cluster_t(rows, rows)


def test_clusters_that_are_all_alike_have_no_interval():
    assert cluster_t(np.array([1.0, 3, 1, 3]), np.array([0, 0, 1, 1])) is None
    thirds = cluster_ratio(np.array([0.1, 0.2, 0.7]), np.array([1.0, 2, 7]))
    assert thirds is None


@pytest.mark.parametrize("side", ["both", "lower", "upper"])
def test_all_right_counts_each_cluster_once(side):
    trials = np.full(4, 10.0)
    found = cluster_share(trials, trials, side=side)
    expected = clopper_pearson(4, 4, side=side)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.method.startswith("Korn-Graubard over 4 clusters")


def test_many_small_clusters_vouch_for_no_large_one():
    # Ten documents of 40 rows and 90 of two; a long one may be wrong as a whole.
    sizes = np.repeat([40.0, 2.0], [10, 90])
    random = np.random.default_rng(0)
    for wrong in (0.02, 0.05, 0.1, 0.2):
        truth = 1 - wrong * 400 / 580
        passed = np.zeros(2)
        for _ in range(300):
            right = np.where((sizes == 40) & (random.random(100) < wrong), 0.0, sizes)
            scored = RatioOf(right, sizes, share=False, least=0.0, most=1.0)
            passed += (
                cluster_share(right, sizes, side="lower").low > truth,
                scored.interval(side="lower").low > truth,
            )
        assert (passed <= 300 * 0.05 + 3 * np.sqrt(300 * 0.05 * 0.95)).all()


def test_clusters_are_worth_what_the_least_favourable_chances_leave():
    random = np.random.default_rng(1)
    for _ in range(50):
        sizes = random.choice([1.0, 2, 7, 40], random.integers(2, 12))
        # Chances of being right that multiply to .05.
        parts = random.dirichlet(np.full(len(sizes), 0.5), 4_000)
        share = (0.05**parts) @ sizes / sizes.sum()
        least = np.log(0.05) / np.log(share.min())
        assert 1 <= worth(sizes, 0.95) <= min(least, len(sizes)) + 1e-9
    assert worth(np.array([1e6, 1.0]), 0.95) == pytest.approx(1, abs=1e-4)
    # By hand: all three may be wrong, each by the cube root of .05 x 9 over its size.
    by_hand = np.log(0.05) / np.log(3 * 0.45 ** (1 / 3) / 11)
    assert worth(np.array([9.0, 1, 1]), 0.95) == pytest.approx(by_hand)
    # And two, where the smallest could not have a chance above 1.
    by_hand = np.log(0.05) / np.log((2 * (0.05 * 4 * 4) ** 0.5 + 0.2) / 8.2)
    assert worth(np.array([4.0, 4, 0.2]), 0.95) == pytest.approx(by_hand)


def test_the_share_of_clusters_stays_within_0_and_1():
    found = cluster_share(np.array([4.0, 4, 4, 0.0]), np.full(4, 4.0))
    assert 0 <= found.low < 0.75 < found.high <= 1


def test_what_cannot_be_is_refused():
    two = np.array([1.0, 2.0])
    with pytest.raises(ArgumentError, match=r"0\.\.trials"):
        cluster_share(two, np.array([1.0, 1.0]))
    for trials in (np.array([1.0, 0.0]), np.array([2.0, -1.0])):
        with pytest.raises(ArgumentError, match="a number above 0"):
            cluster_ratio(np.array([1.0, 0.0]), trials)
    with pytest.raises(ArgumentError, match="a number above 0"):
        cluster_ratio(two, np.zeros(2))
    with pytest.raises(ArgumentError, match="finite"):
        cluster_ratio(np.array([1.0, np.nan]), two)
    with pytest.raises(ArgumentError, match="2 rows and 3 clusters"):
        cluster_t(two, np.arange(3))


def test_clustered_rows_are_covered_where_wilson_is_too_sure():
    random = np.random.default_rng(0)
    clusters, rows, truth = 50, 20, 0.8
    held = {"clusters": 0, "wilson": 0}
    for _ in range(300):
        # Texts differ: their own share is beta distributed about 0.8.
        hits = random.binomial(rows, random.beta(4, 1, size=clusters)).astype(float)
        ours = cluster_share(hits, np.full(clusters, float(rows)))
        naive = wilson(int(hits.sum()), clusters * rows)
        held["clusters"] += ours.low <= truth <= ours.high
        held["wilson"] += naive.low <= truth <= naive.high
    assert 0.92 <= held["clusters"] / 300 <= 0.985
    assert held["wilson"] / 300 < 0.75


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=7),
    st.integers(0, 6),
)
def test_turning_a_wrong_row_right_never_lowers_a_limit(counts, which):
    right = np.array([hits for hits, _ in counts], dtype=float)
    trials = right + np.array([max(wrong, hits == 0) for hits, wrong in counts])
    cluster = which % len(counts)
    better = right.copy()
    better[cluster] = min(better[cluster] + 1, trials[cluster])
    for side in ("both", "lower", "upper"):
        before, after = (
            cluster_share(each, trials, side=side) for each in (right, better)
        )
        assert before.low <= after.low
        assert before.high <= after.high


@pytest.mark.parametrize("wrong", [0, 1, 3, 60])
def test_clusters_never_tell_more_than_as_many_rows_apart(wrong):
    right, trials = np.full(40, 5.0), np.full(40, 5.0)
    for row in range(wrong):
        right[row % 40] -= 1
    apart = clopper_pearson(200 - wrong, 200)
    found = cluster_share(right, trials)
    assert found.low <= apart.low
    assert apart.high <= found.high


@pytest.mark.parametrize(("share", "most"), [(0.7, 0.09), (0.9, 0.09)])
def test_ten_clusters_that_hang_together_are_rarely_passed_wrongly(share, most):
    # Beta-binomial clusters of 20 with an intra-cluster correlation of .2.
    random = np.random.default_rng(0)
    shares = random.beta(share * 4, (1 - share) * 4, size=(300, 10))
    hits = random.binomial(20, shares).astype(float)
    trials = np.full(10, 20.0)
    low = [cluster_share(each, trials, side="lower").low for each in hits]
    assert np.mean(np.array(low) >= share) < most
