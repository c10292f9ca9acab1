"""Limits of paired differences: the likelihood by a search, errors by enumeration."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Bound
from pytest_ptm.statistics.bounds import outcome_at
from pytest_ptm.statistics.paired_evidence import PairedShares
from pytest_ptm.statistics.paired_limits import (
    exact_difference,
    lost_at,
    score,
    tango,
)
from pytest_ptm.statistics.proportions import wilson

COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 200)).map(
    lambda each: (each[0], each[1], each[0] + each[1] + each[2])
)


@given(COUNTS, st.floats(-0.95, 0.95))
def test_the_restricted_share_is_where_a_search_finds_the_likelihood_highest(
    counts, difference
):
    gained, lost, n = counts
    low, high = max(0.0, -difference), (1 - difference) / 2

    def unlikely(share):
        cells = [share + difference, share, 1 - 2 * share - difference]
        seen = [gained, lost, n - gained - lost]
        return -sum(
            k * math.log(max(cell, 1e-300))
            for k, cell in zip(seen, cells, strict=True)
            if k
        )

    found = optimize.minimize_scalar(
        unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-12}
    )
    here = unlikely(min(max(lost_at(gained, lost, n, difference), low), high))
    assert here <= found.fun + 1e-6 * (1 + abs(found.fun))


@given(COUNTS, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_limits_are_where_the_score_is_the_normal_quantile(counts, confidence):
    found = tango(*counts, confidence=confidence)
    z = stats.norm.ppf(0.5 + confidence / 2)
    if found.low > -1:
        assert score(*counts, found.low) == pytest.approx(z, abs=1e-5)
    if found.high < 1:
        assert score(*counts, found.high) == pytest.approx(-z, abs=1e-5)
    assert found.low <= (counts[0] - counts[1]) / counts[2] <= found.high


def test_where_no_rows_differ_the_limit_is_wilsons():
    low = tango(0, 0, 300, side="lower").low
    assert low == pytest.approx(-wilson(0, 300, side="upper").high)


def test_both_turn_round_with_the_models():
    for limits in (tango, exact_difference):
        one, other = limits(3, 17, 200), limits(17, 3, 200)
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def error(method, n, margin, gain, loss, *, passing=True):
    """The exact probability of a wrong verdict where the loss is just the margin."""
    bound = Bound(at_least=-margin, confidence=0.95)
    wrong, total = "passed" if passing else "failed", 0.0
    for lost in range(n + 1):
        weight = stats.binom.pmf(lost, n, loss)
        if weight < 1e-7:
            continue
        gained = np.arange(n - lost + 1)
        chances = stats.binom.pmf(gained, n - lost, gain / (1 - loss))
        for more in np.flatnonzero(chances > 1e-7):
            evidence = PairedShares(int(more), lost, n).by(method)
            if outcome_at(evidence, bound) == wrong:
                total += weight * chances[more]
    return total


@pytest.mark.parametrize(
    ("n", "gain", "loss"),
    [(81, 0.0, 0.02), (150, 0.003, 0.023), (60, 0.02, 0.04)],
)
def test_at_the_margin_at_most_about_5_percent_pass(n, gain, loss):
    # Agresti-Min passed 19 % of the first: all rows that differ are losses.
    assert error("tango", n, 0.02, gain, loss) <= 0.069
    assert error("clopper-pearson", n, 0.02, gain, loss) <= 0.05
    # Few rows differ: the upper limit is of one or two of them.
    assert error("tango", n, 0.02, gain, loss, passing=False) <= 0.09


@pytest.mark.heavy
@pytest.mark.parametrize("margin", [0.01, 0.02, 0.05])
@pytest.mark.parametrize("gain", [0.0, 0.002, 0.01, 0.05])
@pytest.mark.parametrize("n", [30, 59, 81, 100, 149, 200, 299])
def test_at_any_margin_about_5_percent_are_wrong(n, gain, margin):
    for passing in (True, False):
        wrong = error("tango", n, margin, gain, gain + margin, passing=passing)
        assert wrong <= (0.07 if passing else 0.09)
        exact = error(
            "clopper-pearson", n, margin, gain, gain + margin, passing=passing
        )
        assert exact <= 0.05


def test_a_copy_as_good_as_its_original_passes_as_often_as_planned():
    # Of 1,000 rows 50 differ, as many gained as lost: P(pass) over the gained of them.
    passes = 0.0
    for differ in range(32, 70):
        weight = stats.binom.pmf(differ, 1000, 0.05)
        gained = np.arange(differ + 1)
        met = [tango(int(k), int(differ - k), 1000, side="lower").low for k in gained]
        chances = stats.binom.pmf(gained, differ, 0.5)
        passes += weight * chances[np.array(met) >= -0.02].sum()
    # The half percent left out differs on fewer or more rows.
    assert 0.85 <= passes <= 0.87


@settings(max_examples=25)
@given(COUNTS)
def test_one_row_better_never_makes_either_limit_worse(counts):
    gained, lost, n = counts
    better = [(gained + 1, lost, n)]
    if lost:
        better += [(gained, lost - 1, n), (gained + 1, lost - 1, n)]
    for limits in (tango, exact_difference):
        here = limits(gained, lost, n, confidence=0.95)
        for each in better:
            there = limits(*each, confidence=0.95)
            assert there.low >= here.low - 1e-9
            assert there.high >= here.high - 1e-9


@pytest.mark.parametrize(("gained", "lost", "n"), [(-1, 2, 9), (5, 5, 9), (0, 0, 0)])
def test_counts_that_cannot_be_are_refused(gained, lost, n):
    for limits in (tango, exact_difference):
        with pytest.raises(ArgumentError, match=r"got|of 9"):
            limits(gained, lost, n)
