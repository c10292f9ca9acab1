"""Confidence and side: what every interval takes, and how one bound is said."""

import math

import numpy as np
import pytest
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.confidence import interval, level, two_sided_z, z_of
from pytest_ptm.statistics.correlation import fisher_z
from pytest_ptm.statistics.likelihood import likelihood_interval
from pytest_ptm.statistics.means import t_interval
from pytest_ptm.statistics.paired import agresti_min
from pytest_ptm.statistics.proportions import clopper_pearson, jeffreys, wilson
from pytest_ptm.statistics.ranking import delong

SCORES = np.random.default_rng(0).normal(size=60)
POSITIVE = SCORES + np.random.default_rng(1).normal(size=60) > 0

FAMILIES = {
    "wilson": lambda **how: wilson(88, 100, **how),
    "clopper-pearson": lambda **how: clopper_pearson(88, 100, **how),
    "jeffreys": lambda **how: jeffreys(88, 100, **how),
    "t": lambda **how: t_interval(SCORES, **how),
    "fisher": lambda **how: fisher_z(0.3, 50, **how),
    "delong": lambda **how: delong(SCORES, POSITIVE, **how),
    "agresti-min": lambda **how: agresti_min(10, 20, 500, **how),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_bound_at_95_percent_is_the_end_of_the_interval_at_90(family):
    ask = FAMILIES[family]
    both = ask(confidence=0.9)
    lower, upper = ask(side="lower"), ask(side="upper")
    assert lower.low == pytest.approx(both.low, abs=1e-12)
    assert upper.high == pytest.approx(both.high, abs=1e-12)
    assert (lower.confidence, upper.confidence) == (0.95, 0.95)
    assert lower.method == f"{both.method} (lower bound)"
    assert upper.method == f"{both.method} (upper bound)"
    # The other side is as far away as the figure can be.
    assert lower.high in {1.0, math.inf}
    assert upper.low in {0.0, -1.0, -math.inf}


@pytest.mark.parametrize("confidence", [0.6, 0.9, 0.95, 0.999])
def test_z_is_the_quantile_of_the_normal_distribution(confidence):
    assert z_of(confidence, "lower") == pytest.approx(stats.norm.ppf(confidence))
    both = stats.norm.ppf((1 + confidence) / 2)
    assert two_sided_z(confidence) == pytest.approx(both)


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_a_bound_needs_more_than_even_odds(side):
    with pytest.raises(ArgumentError, match=r"above 0\.5; got 0\.5"):
        level(0.5, side)


def test_an_unknown_side_is_named():
    with pytest.raises(ArgumentError, match="got 'left'"):
        level(0.95, "left")


def test_limits_beyond_the_range_are_its_ends():
    how = {"confidence": 0.95, "method": "x", "least": 0.0, "most": 1.0}
    found = interval(-0.2, 1.3, side="both", **how)
    assert (found.low, found.high) == (0.0, 1.0)


def test_no_limit_is_below_zero_by_its_sign_alone():
    limits = interval(-0.0, -0.0, confidence=0.95, side="both", method="any", least=0.0)
    assert f"{limits.low:.4f} {limits.high:.4f}" == "0.0000 0.0000"
    found = likelihood_interval(np.zeros(2), least=0.0, most=1.0)
    assert f"{found.low:.4f}" == "0.0000"
