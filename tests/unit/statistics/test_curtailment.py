"""Certain verdicts: whole numbers, by the comparison that judges all rows."""

import itertools

import pytest

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.curtailment import (
    certain,
    fewest_at_least,
    most_at_most,
    needed_hits,
    require_alpha,
)


@pytest.mark.parametrize("n", range(1, 201))
def test_every_k_of_n_is_judged_as_floats_judge_it(n):
    # Every k / n as the bound, and every bound of two digits.
    bounds = [k / n for k in range(n + 1)] + [k / 100 for k in range(101)]
    for bound in bounds:
        fewest = fewest_at_least(bound, n)
        most = most_at_most(bound, n)
        for k in {fewest - 1, fewest, fewest + 1, most, most + 1} & set(range(n + 1)):
            assert (k / n >= bound) == (k >= fewest)
            assert (k / n <= bound) == (k <= most)


def test_the_smallest_k_is_the_smallest():
    for n, hundredths in itertools.product((20, 57, 100, 173), range(101)):
        bound = hundredths / 100
        assert fewest_at_least(bound, n) == min(
            k for k in range(n + 1) if k / n >= bound
        )
        assert most_at_most(bound, n) == max(k for k in range(n + 1) if k / n <= bound)


def test_rounding_of_the_product_is_not_followed():
    assert 0.57 * 100 < 57
    assert fewest_at_least(0.57, 100) == 57
    assert 0.07 * 100 > 7
    assert fewest_at_least(0.07, 100) == 7


def test_bounds_out_of_reach():
    assert fewest_at_least(1.01, 10) == 11
    assert fewest_at_least(-0.5, 10) == 0
    assert most_at_most(-0.01, 10) == -1
    assert most_at_most(3.0, 10) == 10


@pytest.mark.parametrize("total", [1, 2, 7, 20])
def test_a_certain_verdict_is_that_of_every_way_to_go_on(total):
    for needed in range(total + 2):
        for asked in range(total + 1):
            for hits in range(asked + 1):
                ends = {k >= needed for k in range(hits, hits + total - asked + 1)}
                expected = {
                    frozenset({True}): "passed",
                    frozenset({False}): "failed",
                }.get(frozenset(ends), "undecided")
                assert certain(hits, asked, total=total, needed=needed) == expected


def test_of_an_upper_bound_the_misses_are_needed():
    # At most 6 of 200 flips are at least 194 texts without one.
    assert needed_hits(200, at_least=None, at_most=0.03) == 194
    assert needed_hits(200, at_least=0.97, at_most=None) == 194


def test_counts_that_cannot_be_are_refused():
    for hits, asked in ((3, 2), (-1, 2), (1, 11)):
        with pytest.raises(ArgumentError, match="0 <= hits <= asked <= total"):
            certain(hits, asked, total=10, needed=5)


def test_bounds_that_cannot_be_are_refused():
    with pytest.raises(ArgumentError, match="n >= 1; got n=0"):
        fewest_at_least(0.5, 0)
    with pytest.raises(ArgumentError, match="finite number; got nan"):
        most_at_most(float("nan"), 10)
    for both in (None, 0.5):
        with pytest.raises(ArgumentError, match="give at_least or at_most"):
            needed_hits(10, at_least=both, at_most=both)
    with pytest.raises(ArgumentError, match=r"For 5 % write 0\.05"):
        require_alpha(5)
