"""Paired comparisons: against scipy.stats, by exact enumeration, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Interval
from pytest_ptm.statistics.bootstrap import bca
from pytest_ptm.statistics.paired import (
    agresti_min,
    mcnemar_exact,
    mcnemar_mid_p,
    non_inferiority,
    paired_cell_resamples,
    paired_row_resamples,
)

PAIRS = st.tuples(st.integers(0, 200), st.integers(0, 200))


@given(PAIRS)
def test_the_exact_p_is_that_of_the_binomial_test(pair):
    gained, lost = pair
    expected = stats.binomtest(gained, gained + lost).pvalue if sum(pair) else 1.0
    assert mcnemar_exact(gained, lost) == pytest.approx(expected)
    assert mcnemar_exact(gained, lost) == mcnemar_exact(lost, gained)


@given(PAIRS)
def test_the_mid_p_leaves_out_half_of_what_was_observed(pair):
    gained, lost = pair
    n, fewer = gained + lost, min(pair)
    if gained == lost:
        assert mcnemar_mid_p(gained, lost) == 1.0
        return
    by_hand = 2 * (stats.binom.cdf(fewer, n, 0.5) - stats.binom.pmf(fewer, n, 0.5) / 2)
    assert mcnemar_mid_p(gained, lost) == pytest.approx(by_hand)


def rejections(p_value, n, discordance):
    """The exact probability of p < 0.05 where both models are equally good."""
    total = 0.0
    for differ in range(n + 1):
        weight = stats.binom.pmf(differ, n, discordance)
        if weight < 1e-12:
            continue
        gained = np.arange(differ + 1)
        found = np.array([p_value(int(k), int(differ - k)) < 0.05 for k in gained])
        total += weight * stats.binom.pmf(gained, differ, 0.5)[found].sum()
    return total


@pytest.mark.parametrize(
    ("p_value", "n", "expected"),
    [
        (mcnemar_exact, 200, 0.023),
        (mcnemar_mid_p, 200, 0.042),
        (mcnemar_exact, 1000, 0.039),
        (mcnemar_mid_p, 1000, 0.052),
    ],
)
def test_false_alarms_at_5_percent_are_as_published(p_value, n, expected):
    assert rejections(p_value, n, 0.05) == pytest.approx(expected, abs=0.005)


def test_agresti_min_is_walds_interval_with_half_a_row_more_in_each_cell():
    found = agresti_min(12, 30, 1000)
    shares = np.array([12.5, 30.5]) / 1002
    middle = shares[0] - shares[1]
    error = np.sqrt((shares.sum() - middle**2) / 1002)
    expected = middle + stats.norm.ppf([0.025, 0.975]) * error
    assert (found.low, found.high) == pytest.approx(tuple(expected))


@pytest.mark.parametrize(("gain", "loss"), [(0.05, 0.05), (0.02, 0.06), (0.1, 0.01)])
def test_agresti_min_covers_about_what_it_says(gain, loss):
    n, held = 100, 0.0
    for gained in range(60):
        for lost in range(60 - gained):
            weight = stats.multinomial.pmf(
                [gained, lost, n - gained - lost], n, [gain, loss, 1 - gain - loss]
            )
            found = agresti_min(gained, lost, n)
            held += weight * (found.low <= gain - loss <= found.high)
    assert 0.93 <= held <= 0.98


def accuracy(matrices):
    return np.trace(matrices, axis1=1, axis2=2) / matrices.sum(axis=(1, 2))


@pytest.fixture(scope="module")
def joint():
    """Gold by candidate's by baseline's answers; the candidate gains 40, loses 55."""
    counts = np.zeros((2, 2, 2), np.int64)
    counts[0, 0, 0], counts[1, 1, 1] = 400, 430
    counts[0, 0, 1], counts[1, 1, 0] = 25, 15
    counts[0, 1, 0], counts[1, 0, 1] = 35, 20
    counts[0, 1, 1], counts[1, 0, 0] = 40, 35
    return counts


def test_the_paired_bootstrap_of_accuracy_is_the_paired_interval(joint):
    drawn = paired_cell_resamples(joint, accuracy, resamples=20_000, seed=0)
    assert drawn.observed == pytest.approx((40 - 55) / 1000)
    found, expected = bca(drawn), agresti_min(40, 55, 1000)
    assert found.low == pytest.approx(expected.low, abs=0.0015)
    assert found.high == pytest.approx(expected.high, abs=0.0015)


def test_joint_rows_and_joint_cells_tell_the_same(joint):
    gold, first, second = (axis.ravel() for axis in np.indices(joint.shape))
    times = joint.ravel()
    right = [np.repeat(each == gold, times).astype(float) for each in (first, second)]
    rows = [np.column_stack([each, np.ones(len(each))]) for each in right]
    drawn = paired_row_resamples(
        *rows, lambda sums: sums[:, 0] / sums[:, 1], resamples=20_000, seed=0
    )
    cells = paired_cell_resamples(joint, accuracy, resamples=20_000, seed=0)
    assert drawn.observed == pytest.approx(cells.observed)
    assert drawn.draws.std() == pytest.approx(cells.draws.std(), rel=0.03)


def test_rows_that_are_no_pairs_are_refused():
    with pytest.raises(ArgumentError, match=r"\(3, 2\) and \(4, 2\)"):
        paired_row_resamples(np.ones((3, 2)), np.ones((4, 2)), accuracy, seed=0)


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (-0.019, 0.01, "passed"),
        (-0.02, 0.01, "passed"),
        (-0.0201, 0.01, "inconclusive"),
        (-0.05, -0.02, "inconclusive"),
        (-0.05, -0.021, "failed"),
        (0.01, 0.02, "passed"),
    ],
)
def test_non_inferior_is_all_of_the_interval_from_minus_the_margin_on(
    low, high, outcome
):
    found = Interval(low, high, 0.9, "x")
    assert non_inferiority(found, margin=0.02) == outcome


@pytest.mark.parametrize(
    ("n", "discordance", "expected"), [(200, 0.05, 0.346), (1000, 0.05, 0.877)]
)
def test_a_candidate_as_good_as_its_baseline_passes_as_often_as_planned(
    n, discordance, expected
):
    passes = 0.0
    for differ in range(n + 1):
        weight = stats.binom.pmf(differ, n, discordance)
        if weight < 1e-9:
            continue
        gained = np.arange(differ + 1)
        met = [
            non_inferiority(
                agresti_min(int(k), int(differ - k), n, side="lower"), margin=0.02
            )
            == "passed"
            for k in gained
        ]
        passes += weight * stats.binom.pmf(gained, differ, 0.5)[np.array(met)].sum()
    assert passes == pytest.approx(expected, abs=0.01)


def test_a_margin_below_0_is_refused():
    with pytest.raises(ArgumentError, match=r"0 or more; got -0\.02"):
        non_inferiority(Interval(0, 1, 0.95, "x"), margin=-0.02)


@pytest.mark.parametrize(("gained", "lost", "n"), [(-1, 2, 9), (5, 5, 9), (0, 0, 0)])
def test_counts_that_cannot_be_are_refused(gained, lost, n):
    with pytest.raises(ArgumentError, match=r"got|of 9"):
        agresti_min(gained, lost, n)


def test_a_negative_count_has_no_p_value():
    with pytest.raises(ArgumentError, match="got -1 and 3"):
        mcnemar_exact(-1, 3)
    with pytest.raises(ArgumentError, match="got 3 and -1"):
        mcnemar_mid_p(3, -1)
