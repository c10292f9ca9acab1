"""Early verdicts on gaps: certain is never wrong, confident at most alpha."""

import numpy as np
import pytest

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.sequential_gap import SequentialGap


def ask(right_of, sizes, *, at_most, alpha, seed, window=16):
    """The verdict on a shuffled population, and the rows it took."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    hits = np.concatenate(
        [np.arange(n) < k for k, n in zip(right_of, sizes, strict=True)]
    )
    order = rng.permutation(len(groups))
    test = SequentialGap(list(sizes), at_most=at_most, alpha=alpha)
    for start in range(0, len(order), window):
        part = order[start : start + window]
        if test.observe(groups[part], hits[part]) != "undecided":
            break
    return test


def truth(right_of, sizes, at_most):
    shares = np.array(right_of) / np.array(sizes)
    return "passed" if shares.max() - shares.min() <= at_most else "failed"


@pytest.mark.parametrize("right", [(30, 30), (30, 27), (30, 26), (40, 10), (36, 40)])
def test_certain_is_the_verdict_of_the_whole(right):
    for seed in range(40):
        test = ask(right, (40, 40), at_most=0.1, alpha=None, seed=seed)
        assert test.decision == truth(right, (40, 40), 0.1)
        assert test.ground == "certain"


@pytest.mark.parametrize("right", [(85, 95, 90), (85, 96, 90), (84, 95, 95)])
def test_confident_is_wrong_at_most_as_often_as_it_says(right):
    sizes, wrong, runs = (100, 100, 100), 0, 200
    for seed in range(runs):
        test = ask(right, sizes, at_most=0.1, alpha=0.1, seed=seed)
        wrong += test.decision != truth(right, sizes, 0.1)
    assert wrong / runs <= 0.1


def test_a_clear_gap_takes_part_of_the_rows():
    test = ask((900, 500), (1000, 1000), at_most=0.1, alpha=0.05, seed=1)
    assert (test.decision, test.ground) == ("failed", "confident")
    assert test.asked < 500


def test_what_cannot_be_is_refused():
    with pytest.raises(ArgumentError, match="two groups"):
        SequentialGap([10], at_most=0.1)
    test = SequentialGap([2, 2], at_most=0.1)
    with pytest.raises(ArgumentError, match="more rows of a group"):
        test.observe(np.zeros(3, dtype=np.intp), np.ones(3, dtype=np.bool_))
