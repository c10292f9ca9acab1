"""Differences between groups: against statsmodels, by hand, and by simulation."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.groups import (
    holm,
    largest_gap,
    largest_gap_of_shares,
    newcombe,
)


@pytest.mark.parametrize(
    ("successes", "n", "confidence", "low", "high"),
    [
        # Newcombe 1998, table II (a), (c) and (h), method 10; more digits by
        # confint_proportions_2indep(method="newcomb") of statsmodels 0.15.0.
        ((56, 48), (70, 80), 0.95, 0.05243147240236498, 0.33387265403690614),
        ((9, 3), (10, 10), 0.95, 0.1705227239345029, 0.809017973535488),
        ((10, 0), (10, 20), 0.95, 0.6790860371419145, 1.0),
        ((960, 941), (1000, 1000), 0.9, 0.003015028651319463, 0.03522156658485165),
    ],
)
def test_newcombe_is_as_published(successes, n, confidence, low, high):
    found = newcombe(successes, n, confidence=confidence)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_swapping_the_groups_turns_the_interval_round():
    there, back = newcombe((56, 48), (70, 80)), newcombe((48, 56), (80, 70))
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


def by_hand(successes, n, confidence):
    """Bonferroni over ordered pairs below, the widest single pair above."""
    pairs = list(itertools.permutations(range(len(n)), 2))
    low, high = 0.0, 0.0
    for i, j in pairs:
        of = ((successes[i], successes[j]), (n[i], n[j]))
        shared = 1 - (1 - confidence) / len(pairs)
        low = max(low, newcombe(*of, confidence=shared).low)
        high = max(high, newcombe(*of, confidence=confidence).high)
    return low, high


@pytest.mark.parametrize(
    ("successes", "n"),
    [
        ([90, 91, 89], [100, 100, 100]),
        ([180, 120, 195, 30], [200, 200, 200, 40]),
        ([10, 0], [10, 20]),
    ],
)
def test_the_gap_is_the_widest_over_all_pairs(successes, n):
    found = largest_gap_of_shares(successes, n)
    assert (found.low, found.high) == pytest.approx(by_hand(successes, n, 0.95))
    observed = np.max(np.divide(successes, n)) - np.min(np.divide(successes, n))
    assert found.low <= observed <= found.high
    pairs = len(n) * (len(n) - 1) // 2
    assert found.method == f"Newcombe, Bonferroni over {counted(pairs, 'pair')}"


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_a_bound_of_the_gap_is_the_end_of_the_interval_at_90_percent(side):
    both = largest_gap_of_shares([180, 120, 195], [200, 200, 200], confidence=0.9)
    bound = largest_gap_of_shares([180, 120, 195], [200, 200, 200], side=side)
    end = "low" if side == "lower" else "high"
    assert getattr(bound, end) == pytest.approx(getattr(both, end))


def test_other_figures_bring_their_own_limits():
    # Normal limits: the difference of two is the normal one, with both errors.
    values, errors = np.array([0.2, 0.5]), np.array([0.03, 0.04])

    def limits(level):
        z = {0.975: 1.96, 0.9875: 2.2414}[round(level, 6)]
        return values - z * errors, values + z * errors

    found = largest_gap(values, limits, method="normal")
    assert found.low == pytest.approx(0.3 - 2.2414 * 0.05)
    assert found.high == pytest.approx(0.3 + 1.96 * 0.05)


def test_no_gap_raises_few_alarms_and_the_true_gap_is_held():
    random = np.random.default_rng(0)
    n = np.full(10, 200)
    alarms = held = point = 0
    for _ in range(400):
        hits = random.binomial(n, 0.9)
        found = largest_gap_of_shares(hits, n)
        alarms += largest_gap_of_shares(hits, n, side="lower").low > 0
        point += np.ptp(hits / n) > 0.05
        held += found.low <= 0 <= found.high
    assert point / 400 > 0.8
    assert alarms / 400 <= 0.05
    assert held / 400 >= 0.95


@pytest.mark.parametrize("shares", [(0.9, 0.85), (0.95, 0.9, 0.9, 0.85), (0.9,) * 5])
def test_both_bounds_of_the_gap_hold_at_95_percent(shares):
    random = np.random.default_rng(1)
    n = np.full(len(shares), 300)
    truth = max(shares) - min(shares)
    below = above = 0
    for _ in range(600):
        hits = random.binomial(n, shares)
        below += largest_gap_of_shares(hits, n, side="lower").low <= truth
        above += largest_gap_of_shares(hits, n, side="upper").high >= truth
    assert below / 600 >= 0.935
    assert above / 600 >= 0.935


def test_one_group_has_no_gap():
    with pytest.raises(ArgumentError, match="two groups or more; got 1"):
        largest_gap_of_shares([9], [10])


@pytest.mark.parametrize(("value", "low"), [(np.nan, 0.1), (0.5, np.nan)])
def test_a_group_without_figure_or_limits_is_refused(value, low):
    def limits(_level):
        return np.array([0.1, low]), np.array([0.6, 0.9])

    with pytest.raises(ArgumentError, match="limits of every group"):
        largest_gap(np.array([0.4, value]), limits, method="x")


def test_impossible_counts_are_refused():
    with pytest.raises(ArgumentError, match="got 11"):
        newcombe((11, 3), (10, 10))
    with pytest.raises(ArgumentError, match="n=0"):
        largest_gap_of_shares([1, 0], [2, 0])


def test_holm_is_statsmodels():
    # multipletests(method="holm") of statsmodels 0.15.0.
    found = holm([0.01, 0.04, 0.03, 0.005, 0.5, 0.02])
    assert found.tolist() == pytest.approx([0.05, 0.09, 0.09, 0.03, 0.5, 0.08])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.01, 0.2))
def test_holm_rejects_step_by_step(p_values, alpha):
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    rejected = set()
    for step, index in enumerate(order):
        if p_values[index] * (len(p_values) - step) > alpha:
            break
        rejected.add(index)
    adjusted = holm(p_values)
    assert {i for i, p in enumerate(adjusted) if p <= alpha} == rejected
    assert (adjusted >= p_values).all()
    assert (adjusted <= 1).all()


def test_no_p_values_adjust_to_none_and_others_are_refused():
    assert holm([]).tolist() == []
    with pytest.raises(ArgumentError, match=r"0\.\.1"):
        holm([0.5, 1.2])
    with pytest.raises(ArgumentError, match=r"0\.\.1"):
        holm([float("nan")])


def test_two_groups_of_a_gap_are_newcombes_groups():
    found = largest_gap_of_shares([56, 48], [70, 80], side="upper")
    assert found.high == pytest.approx(newcombe((56, 48), (70, 80), side="upper").high)
