"""Quantiles and their limits, against tables and against what they promise."""

import math

import numpy as np
import pytest

from pytest_ptm.results import Bound
from pytest_ptm.statistics.quantiles import QuantileOf, nearest_rank


def evidence(n, at=0.95, passes=1):
    return QuantileOf(np.tile(np.arange(1.0, n + 1), (passes, 1)), at)


def upper(found, confidence=0.95):
    return found.interval(confidence=confidence, side="upper").high


def lower(found, confidence=0.95):
    return found.interval(confidence=confidence, side="lower").low


def test_the_nearest_rank_is_a_value_that_was_measured():
    values = np.array([5.0, 1.0, 4.0, 2.0, 3.0])
    assert nearest_rank(values, 0.5) == 3.0
    assert nearest_rank(values, 0.8) == 4.0
    assert nearest_rank(values, 0.81) == 5.0


@pytest.mark.parametrize(("n", "rank"), [(59, 59), (92, 92), (93, 92), (124, 122)])
def test_upper_limits_of_p95_are_those_of_wilks(n, rank):
    """Wilks' sample sizes at 95/95: 59, 93 and 124 for the first, second and third."""
    assert upper(evidence(n)) == rank


def test_too_few_have_no_upper_limit_and_say_how_many_are_lacking():
    assert upper(evidence(58)) == math.inf
    assert evidence(58).interval() is None
    assert evidence(58).lacking(0.95) == 1
    assert evidence(59).lacking(0.95) == 0
    assert evidence(20, at=0.99).lacking(0.95) == 299 - 20


def test_limits_of_a_median_are_those_of_the_sign_test():
    found = evidence(6, at=0.5).interval(confidence=0.95)
    assert (found.low, found.high) == (1.0, 6.0)
    assert evidence(5, at=0.5).interval(confidence=0.95) is None
    found = evidence(100, at=0.5).interval(confidence=0.95)
    assert (found.low, found.high) == (40.0, 61.0)


@pytest.mark.parametrize("passes", [1, 2, 3, 5])
@pytest.mark.parametrize("n", [60, 200])
def test_limits_are_wrong_no_more_often_than_they_say(n, passes):
    """Also where the times of one example are alike in all passes, or in some."""
    rng, wrong = np.random.default_rng(7 * n + passes), {"low": 0, "high": 0}
    rounds, true = 1500, -math.log(0.05)
    for _ in range(rounds):
        own = rng.exponential(size=n)
        other = rng.exponential(size=(passes, n))
        mixed = np.where(rng.random((passes, n)) < 0.6, own, other)
        found = QuantileOf(mixed, 0.95)
        wrong["high"] += upper(found, 0.9) < true
        wrong["low"] += lower(found, 0.9) > true
    slack = 3 * math.sqrt(0.1 * 0.9 / rounds)
    assert max(wrong.values()) / rounds <= 0.1 + slack


def test_passes_over_the_same_examples_narrow_nothing():
    one, three = evidence(100), evidence(100, passes=3)
    assert upper(three) >= upper(one)
    assert lower(three) <= lower(one)


def test_more_is_what_would_settle_it():
    # All 20 hold the bound: 39 more that do show it.
    assert evidence(20).more(Bound(at_most=30.0), confidence=0.95) >= 39
    # Nine of ten hold it: far from 95 of 100, so that it is shown to be missed.
    found = QuantileOf(np.array([[1.0] * 90 + [9.0] * 10]), 0.95)
    more = found.more(Bound(at_most=5.0), confidence=0.95)
    assert 0 < more < 400
    assert found.more(Bound(at_most=1.0), confidence=0.95) == more
    # Of several passes it takes more examples for a limit from above to have an end.
    assert evidence(20, passes=3).more(Bound(at_most=30.0), confidence=0.95) == 47


def test_limits_of_several_passes_are_at_the_level_that_markov_leaves():
    times = np.random.default_rng(0).gamma(2, size=80)
    one, three = (QuantileOf(np.tile(times, (n, 1)), 0.5) for n in (1, 3))
    assert upper(three) == upper(one, 1 - 0.05 * 2 / 3) > upper(one)
    assert lower(three) == lower(one, 1 - 0.05 * 2 / 3) < lower(one)
    assert evidence(20, passes=3).lacking(0.95) == 67 - 20


@pytest.mark.parametrize("at", [0.5, 0.95])
@pytest.mark.parametrize("odd", [40.0, 0.01])
def test_a_pass_unlike_the_others_leaves_the_figure_within_its_limits(at, odd):
    times = np.linspace(1, 2, 100)
    for others in (1, 2, 4):
        values = np.array([*[times] * others, times * odd])
        figure = nearest_rank(values, at)
        found = QuantileOf(values, at)
        assert lower(found) <= figure <= upper(found)
        assert float(np.median(values)) <= upper(QuantileOf(values, 0.5))
