"""Wilson's interval, against its defining equation and by exact enumeration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import binom, binomtest

from pytest_ptm.errors import ArgumentError
from pytest_ptm.statistics.proportions import wilson


@given(
    st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
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
