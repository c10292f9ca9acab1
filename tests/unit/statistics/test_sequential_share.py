"""Early verdicts on 0/1 rows: fair bets by enumeration, errors by exact counting."""

import functools
import math

import numpy as np
import pytest
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.curtailment import certain, fewest_at_least
from pytest_ptm.statistics.sequential_share import SequentialShare, log_wealth

SIZES = [20, 50, 100, pytest.param(200, marks=pytest.mark.heavy)]
THRESHOLDS = [0.5, 0.8, 0.88, 0.9, 0.95, 0.99]


def possible(total, truth, asked):
    """Every number of hits that so many rows can hold, and its probability."""
    hits = np.arange(max(0, asked - (total - truth)), min(asked, truth) + 1)
    return hits, stats.hypergeom.pmf(hits, total, truth, asked)


def mean_wealth(total, truth, asked, *, null, towards):
    """What the gambler against the null has on average, where the truth is another."""
    hits, weight = possible(total, truth, asked)
    wealth = [
        math.exp(log_wealth(int(k), asked, total, null=null, towards=towards))
        for k in hits
    ]
    return float(weight @ wealth)


@pytest.mark.parametrize("total", [20, 57])
def test_under_the_null_the_bets_are_fair(total):
    for null in range(1, total):
        for asked in (1, 2, total // 3, total - 2):
            for towards in (0, total):
                mean = mean_wealth(total, null, asked, null=null, towards=towards)
                # Under 1 where some of what was bet on cannot happen under the null.
                assert mean <= 1 + 1e-9
                if asked <= min(null, total - null):
                    assert mean == pytest.approx(1)


def test_beyond_the_null_the_bets_lose():
    # Few enough asked that what was seen is possible under the null.
    for truth in range(30, 45):
        mean = mean_wealth(50, truth, 5, null=45, towards=50)
        assert mean < 1
    for truth in range(31, 45):
        assert mean_wealth(50, truth, 5, null=30, towards=0) < 1


def test_the_wealth_is_the_mean_of_likelihood_ratios():
    total, asked, hits, null = 100, 30, 29, 89
    # Distances in geometric progression from two standard errors to the far end.
    nearest = 2 * math.sqrt(total * 0.89 * 0.11)
    truths = null + np.rint(np.geomspace(nearest, 11, 200)).astype(int)
    ratios = stats.hypergeom.pmf(hits, total, truths, asked)
    expected = ratios.mean() / stats.hypergeom.pmf(hits, total, null, asked)
    found = log_wealth(hits, asked, total, null=null, towards=total)
    assert math.exp(found) == pytest.approx(expected)


@functools.cache
def decide(hits, asked, total, needed, alpha):
    """The verdict by its definition, written out apart from the class."""
    sure = certain(hits, asked, total=total, needed=needed)
    if sure != "undecided":
        return sure
    for word, null, towards in (("passed", needed - 1, total), ("failed", needed, 0)):
        wealth = log_wealth(hits, asked, total, null=null, towards=towards)
        if wealth >= math.log(1 / alpha):
            return word
    return "undecided"


def verdicts(total, truth, needed, *, window, alpha=0.05):
    """The exact probability of each verdict over all shuffles."""
    reached = {"passed": 0.0, "failed": 0.0}
    # The probability of so many hits with no verdict yet, and so many rows asked.
    alive = {0: 1.0}
    for asked in range(1, total + 1):
        ahead = {}
        for hits, weight in alive.items():
            left = total - asked + 1
            better = (truth - hits) / left
            for step, chance in ((1, better), (0, 1 - better)):
                if chance > 0:
                    ahead[hits + step] = ahead.get(hits + step, 0) + weight * chance
        alive = {}
        for hits, weight in ahead.items():
            read = asked % window == 0 or asked == total
            found = decide(hits, asked, total, needed, alpha) if read else "undecided"
            if found == "undecided":
                alive[hits] = weight
            else:
                reached[found] += weight
    assert not alive
    return reached


@pytest.mark.parametrize("total", SIZES)
@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("window", [1, 16])
def test_just_below_and_at_the_bound_errors_stay_under_alpha(total, threshold, window):
    needed = fewest_at_least(threshold, total)
    below = verdicts(total, needed - 1, needed, window=window)
    assert below["passed"] <= 0.05
    at = verdicts(total, needed, needed, window=window)
    assert at["failed"] <= 0.05
    assert sum(below.values()) == pytest.approx(1)
    assert sum(at.values()) == pytest.approx(1)


@pytest.mark.parametrize("total", [20, 50])
def test_every_truth_is_misjudged_with_less_than_alpha(total):
    # 44 % of the verdicts were wrong at N=200 where an impossible null paid.
    needed = fewest_at_least(0.9, total)
    for truth in range(total + 1):
        reached = verdicts(total, truth, needed, window=1)
        assert reached["passed" if truth < needed else "failed"] <= 0.05


def test_the_case_that_once_went_wrong():
    # N=200 at .88 against .90: a null beyond what is possible must win no money.
    needed = fewest_at_least(0.9, 200)
    assert verdicts(200, 176, needed, window=1)["passed"] < 0.02


@pytest.mark.parametrize("total", [20, 50, 100])
def test_a_share_far_from_the_bound_stops_early(total):
    test = SequentialShare(total, at_least=0.5)
    assert test.observe(np.ones(9, bool)) == "passed"
    assert test.ground == "confident"
    assert test.asked == 9


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("at_least", [0.3, 0.9, 0.97])
@pytest.mark.parametrize("window", [1, 7, 64])
def test_the_class_gives_the_verdict_of_the_definition(seed, at_least, window):
    random = np.random.default_rng(seed)
    rows = random.random(200) < at_least + random.normal() * 0.05
    needed = fewest_at_least(at_least, 200)
    test = SequentialShare(200, at_least=at_least)
    for start in range(0, 200, window):
        found = test.observe(rows[start : start + window])
        hits = int(rows[: test.asked].sum())
        assert found == decide(hits, test.asked, 200, needed, 0.05)
        if found != "undecided":
            break
    assert found != "undecided"


def test_a_rate_that_must_stay_low_is_the_same_turned_round():
    random = np.random.default_rng(0)
    for rate in (0.005, 0.02, 0.03, 0.05, 0.2):
        flips = random.random(500) < rate
        low = SequentialShare(500, at_most=0.03)
        high = SequentialShare(500, at_least=0.97)
        for start in range(0, 500, 50):
            window = flips[start : start + 50]
            assert low.observe(window) == high.observe(~window)
            assert low.ground == high.ground
        assert low.decision == ("passed" if flips.mean() <= 0.03 else "failed")


def test_without_alpha_only_what_is_certain_stops():
    rows = np.ones(100, bool)
    test = SequentialShare(100, at_least=0.9, alpha=None)
    assert test.observe(rows[:89]) == "undecided"
    assert test.observe(rows[89:90]) == "passed"
    assert test.ground == "certain"


def test_a_verdict_stays():
    test = SequentialShare(1000, at_least=0.9)
    assert test.observe(np.zeros(50, bool)) == "failed"
    assert test.observe(np.ones(950, bool)) == "failed"
    assert test.asked == 1000


@pytest.mark.parametrize(("bound", "verdict"), [(0.0, "passed"), (1.01, "failed")])
def test_a_bound_that_nothing_can_miss_or_meet_is_certain_at_once(bound, verdict):
    test = SequentialShare(10, at_least=bound)
    assert test.observe(np.zeros(0, bool)) == verdict
    assert test.ground == "certain"


def test_a_sorted_file_needs_the_shuffle_and_certain_verdicts_do_not():
    # First half .99 right, second .77: .88 overall, against .90.
    rows = np.concatenate([np.arange(5000) < 4950, np.arange(5000) < 3850])

    def run(rows, **how):
        test = SequentialShare(10_000, at_least=0.9, **how)
        for start in range(0, 10_000, 64):
            if test.observe(rows[start : start + 64]) != "undecided":
                break
        return test.decision

    assert run(rows) == "passed"
    assert run(rows, alpha=None) == "failed"
    shuffles = [np.random.default_rng(seed).permutation(rows) for seed in range(20)]
    assert [run(each) for each in shuffles].count("failed") >= 19


def test_more_rows_than_there_are_are_refused():
    test = SequentialShare(10, at_least=0.5)
    with pytest.raises(ArgumentError, match="asked <= total; got 11, 11 and 10"):
        test.observe(np.ones(11, bool))


def test_two_bounds_or_none_are_refused():
    with pytest.raises(ArgumentError, match="give at_least or at_most"):
        SequentialShare(10)
    with pytest.raises(ArgumentError, match="give at_least or at_most"):
        SequentialShare(10, at_least=0.1, at_most=0.2)
    with pytest.raises(ArgumentError, match="alpha must lie between 0 and 1; got 5"):
        SequentialShare(10, at_least=0.1, alpha=5)
