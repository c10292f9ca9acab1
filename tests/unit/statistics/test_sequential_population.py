"""Early verdicts on a population: errors by exact counting, bets against SciPy."""

import functools
import math

import numpy as np
import pytest
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.sequential_population import (
    PopulationGap,
    PopulationMean,
    anytime_population,
)


@functools.cache
def decision(hits, asked, rows, alpha, **bound):
    """Of so many hits, in whatever order: the bets are fixed."""
    test = PopulationMean(rows, **bound, alpha=alpha)
    return test.observe((np.arange(asked) < hits).astype(float))


def reached(rows, truth, *, window, alpha=0.05, **bound):
    """The exact probability of each verdict over all samples of so many rows."""
    found = {"passed": 0.0, "failed": 0.0}
    alive = np.ones(1)
    for start in range(0, rows, window):
        size = min(window, rows - start)
        step = stats.binom.pmf(np.arange(size + 1), size, truth)
        alive = np.convolve(alive, step)
        for hits in np.flatnonzero(alive > 1e-12):
            word = decision(int(hits), start + size, rows, alpha, **bound)
            if word != "undecided":
                found[word] += alive[hits]
                alive[hits] = 0.0
    return {**found, "undecided": alive.sum()}


@pytest.mark.parametrize("bound", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("rows", "window"), [(40, 2), (200, 40)])
def test_at_the_bound_and_beyond_errors_stay_under_alpha(bound, rows, window):
    for truth, wrong in (
        (bound, "passed"),
        (bound - 0.01, "passed"),
        (bound, "failed"),
    ):
        found = reached(rows, truth, window=window, at_least=bound)
        assert found[wrong] <= 0.05
        turned = reached(rows, 1 - truth, window=window, at_most=1 - bound)
        assert turned[wrong] == pytest.approx(found[wrong], abs=1e-9)


def test_a_share_far_from_the_bound_stops_early():
    assert reached(200, 0.7, window=20, at_least=0.9)["failed"] > 0.95
    assert reached(200, 0.99, window=20, at_least=0.9)["passed"] > 0.9


def test_of_shares_the_bets_are_likelihood_ratios():
    test = PopulationMean(400, at_least=0.8, alpha=1e-9)
    test.observe((np.arange(50) < 45).astype(float))
    shares = 0.8 + test._bets[0] * 0.2
    ratios = stats.binom.pmf(45, 50, shares) / stats.binom.pmf(45, 50, 0.8)
    assert np.exp(test._up) == pytest.approx(ratios)


def test_scores_between_are_wagered_on_too():
    random = np.random.default_rng(0)
    scores = random.beta(8, 2, size=400)
    test = PopulationMean(400, at_least=0.7, alpha=0.05)
    assert (test.observe(scores), test.ground) == ("passed", "confident")
    assert PopulationMean(400, at_most=0.7, alpha=0.05).observe(scores) == "failed"


def test_a_bound_that_every_mean_keeps_is_certain_and_one_at_the_end_refused():
    test = PopulationMean(10, at_least=0.0, alpha=0.05)
    assert (test.observe(np.zeros(1)), test.ground) == ("passed", "certain")
    test = PopulationMean(10, at_most=1.0, alpha=0.05)
    assert test.observe(np.ones(1)) == "passed"
    with pytest.raises(ArgumentError, match="at the end"):
        PopulationMean(10, at_least=1.0, alpha=0.05)
    with pytest.raises(ArgumentError, match="within"):
        PopulationMean(10, at_least=0.5, alpha=0.05).observe(np.array([1.5]))


def test_the_interval_is_where_the_even_mixture_has_not_won():
    found = anytime_population(18, 20, confidence=0.9)
    for share in (found.low, found.high):
        mixed = stats.beta(19, 3).pdf(share)
        # The posterior density is the prior, 1, over what the mixture has won.
        assert math.log(1 / mixed) == pytest.approx(math.log(10), abs=1e-6)
    assert anytime_population(0, 5).low == 0.0
    assert anytime_population(5, 5).high == 1.0


def test_the_interval_holds_at_every_moment_together():
    random = np.random.default_rng(1)
    missed, asked = 0, (8, 16, 32, 64, 128, 256)
    for _ in range(150):
        hits = np.cumsum(random.random(256) < 0.85)
        found = [anytime_population(int(hits[n - 1]), n) for n in asked]
        missed += any(not each.low <= 0.85 <= each.high for each in found)
    assert missed / 150 <= 0.05


def test_a_gap_of_a_population_is_wrong_as_seldom_as_it_says():
    random = np.random.default_rng(2)
    passed = failed = 0
    for _ in range(60):
        for shares in ((0.95, 0.85), (0.9, 0.9)):
            test = PopulationGap(2, at_most=0.1, alpha=0.05)
            for _ in range(5):
                groups = random.integers(0, 2, 200)
                test.observe(groups, random.random(200) < np.array(shares)[groups])
            if shares[0] == 0.95:
                passed += test.decision == "passed"
            else:
                failed += test.decision == "failed"
    assert passed <= 4
    assert failed <= 4
    test = PopulationGap(2, at_most=0.1, alpha=0.05)
    groups = np.arange(2000) % 2
    assert test.observe(groups, np.ones(2000, bool)) == "passed"
    assert test.observe(groups, groups == 0) == "passed", "a verdict stays"
    with pytest.raises(ArgumentError, match="two groups"):
        PopulationGap(1, at_most=0.1, alpha=0.05)
