"""pass@k against drawing k of n answers in every way."""

from itertools import combinations

import numpy as np
import pytest

from pytest_ptm import ArgumentError
from pytest_ptm.statistics.pass_at_k import pass_at_k


@pytest.mark.parametrize("k", [1, 2, 5, 7])
def test_it_is_the_share_of_draws_with_an_answer_that_does(k):
    n = 7
    counted = []
    for c in range(n + 1):
        draws = list(combinations([True] * c + [False] * (n - c), k))
        counted.append(sum(map(any, draws)) / len(draws))
    assert pass_at_k(np.arange(n + 1), n, k) == pytest.approx(counted)


def test_it_is_exact_of_many_samples():
    # As the paper's own code has it: a product, not factorials.
    product = 1 - np.prod(1 - 100 / np.arange(997 - 3 + 1, 997 + 1))
    assert pass_at_k(np.array([3]), 997, 100)[0] == pytest.approx(product, rel=1e-12)


@pytest.mark.parametrize(("passed", "k"), [(1, 0), (1, 4), (4, 1), (-1, 1)])
def test_what_can_not_be(passed, k):
    with pytest.raises(ArgumentError, match=r"expected 1 to 3|0 to 3 can pass"):
        pass_at_k(np.array([passed]), 3, k)
