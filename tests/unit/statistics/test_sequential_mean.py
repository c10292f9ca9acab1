"""Early verdicts on scores within 0..1: errors by simulation, bets by hand."""

import itertools
import math

import numpy as np
import pytest

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.sequential_mean import SequentialMean, log_growth

SIZES = [20, 50, 100, 200]


def sizes(fast):
    """All sizes, of which one is asked without `-m heavy`."""
    heavy = [pytest.param(size, marks=pytest.mark.heavy) for size in SIZES]
    return [
        fast if size == fast else each for size, each in zip(SIZES, heavy, strict=True)
    ]


def run(scores, window, **bound):
    """The verdict on the scores in their order, and how many rows it took."""
    test = SequentialMean(len(scores), **bound)
    for start in range(0, len(scores), window):
        if test.observe(scores[start : start + window]) != "undecided":
            break
    return test


def scores_with_mean(mean, total, *, spread, seed=0):
    """Scores whose mean is the given one up to rounding, shuffled by nobody yet."""
    random = np.random.default_rng(seed)
    half = total // 2
    away = random.random(half) * spread * min(mean, 1 - mean)
    scores = np.concatenate([mean + away, mean - away])
    return np.append(scores, mean) if total % 2 else scores


@pytest.mark.parametrize("total", sizes(20))
@pytest.mark.parametrize(
    ("bound", "spread", "off"), [(0.5, 1.0, 0.001), (0.9, 0.2, 0.0001)]
)
def test_just_off_the_bound_errors_stay_under_alpha(total, bound, spread, off):
    random = np.random.default_rng(total)
    for side, wrong in ((-off, "passed"), (off, "failed")):
        scores = scores_with_mean(bound + side, total, spread=spread)
        errors = sum(
            run(random.permutation(scores), 8, at_least=bound).decision == wrong
            for _ in range(250)
        )
        assert errors / 250 <= 0.05


@pytest.mark.parametrize("total", sizes(50))
def test_rows_of_0_and_1_are_scores_too(total):
    random = np.random.default_rng(total)
    for hits, wrong in ((total * 9 // 10 - 1, "passed"), (total * 9 // 10, "failed")):
        rows = np.arange(total) < hits
        errors = sum(
            run(random.permutation(rows).astype(float), 4, at_least=0.9).decision
            == wrong
            for _ in range(250)
        )
        assert errors / 250 <= 0.05


def test_over_all_orders_of_few_rows_the_bets_are_fair():
    # 5 scores, at the bound exactly: after 3 rows the mean wealth of each bet is 1.
    scores = np.array([0.1, 0.4, 0.6, 0.9, 1.0])
    bets = np.array([0.05, 0.5, 0.99])
    bound = scores.mean()
    wealth = {"up": [], "down": []}
    for order in itertools.permutations(scores):
        drawn = np.array(order[:3])
        before = np.cumsum(drawn) - drawn
        fair = (5 * bound - before) / (5 - np.arange(3))
        wealth["up"].append(np.exp(log_growth(drawn, fair, bets)))
        wealth["down"].append(np.exp(log_growth(1 - drawn, 1 - fair, bets)))
    for found in wealth.values():
        np.testing.assert_allclose(np.mean(found, axis=0), 1)


def test_windows_change_nothing_but_when_one_looks():
    scores = np.random.default_rng(0).random(300)
    whole, parts = (SequentialMean(300, at_least=0.499) for _ in range(2))
    whole.observe(scores[:60])
    for start in range(0, 60, 5):
        parts.observe(scores[start : start + 5])
    np.testing.assert_allclose(whole._up, parts._up)
    np.testing.assert_allclose(whole._down, parts._down)


def test_a_mean_far_from_the_bound_stops_early():
    random = np.random.default_rng(0)
    scores = random.beta(8, 2, size=5000)
    good = run(scores, 64, at_least=0.7)
    assert (good.decision, good.ground) == ("passed", "confident")
    assert good.asked <= 320
    bad = run(scores, 64, at_most=0.7)
    assert (bad.decision, bad.ground) == ("failed", "confident")
    assert bad.asked == good.asked


def test_an_impossible_null_wins_no_money():
    # 0.95 is out of reach after these: betting that it is met must not pay.
    growth = log_growth(np.ones(4), np.array([-0.1, 0.0, 1e-12, 1.0]), np.array([0.9]))
    assert growth.tolist() == [0.0]


@pytest.mark.parametrize("total", [1, 7, 40])
def test_with_every_row_in_there_is_a_verdict_and_it_is_right(total):
    for seed in range(20):
        scores = np.random.default_rng(seed).random(total)
        for bound in (0.3, 0.5, float(math.fsum(scores) / total)):
            found = run(scores, 3, at_least=bound, alpha=None)
            right = math.fsum(scores) / total >= bound
            assert found.decision == ("passed" if right else "failed")
            assert found.ground == "certain"
            found = run(scores, 3, at_most=bound, alpha=None)
            right = math.fsum(scores) / total <= bound
            assert found.decision == ("passed" if right else "failed")


def test_certain_is_what_no_row_to_come_can_change():
    test = SequentialMean(10, at_least=0.5, alpha=None)
    assert test.observe(np.ones(5)) == "undecided"
    assert test.observe(np.array([0.1])) == "passed"
    test = SequentialMean(10, at_least=0.5, alpha=None)
    assert test.observe(np.zeros(5)) == "undecided"
    assert test.observe(np.array([0.9])) == "failed"


def test_a_verdict_stays():
    test = SequentialMean(500, at_least=0.5)
    assert test.observe(np.zeros(100)) == "failed"
    assert test.observe(np.ones(400)) == "failed"
    assert test.asked == 500


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_a_score_outside_0_to_1_is_refused(score):
    with pytest.raises(ArgumentError, match=r"scores within 0\.\.1"):
        SequentialMean(10, at_least=0.5).observe(np.array([0.5, score]))


def test_more_rows_than_there_are_are_refused():
    with pytest.raises(ArgumentError, match="more rows came than the 10"):
        SequentialMean(10, at_least=0.5).observe(np.ones(11))


def test_two_bounds_or_none_are_refused():
    with pytest.raises(ArgumentError, match="give at_least or at_most"):
        SequentialMean(10)
    with pytest.raises(ArgumentError, match="For 5 %"):
        SequentialMean(10, at_least=0.1, alpha=5)
