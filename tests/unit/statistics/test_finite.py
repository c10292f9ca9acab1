"""Readings of a figure, of the data set and of its population: by enumeration."""

import functools

import numpy as np
import pytest
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics.anytime import anytime_share
from pytest_ptm.statistics.finite import mean_of, share_of
from pytest_ptm.statistics.means import t_interval
from pytest_ptm.statistics.proportions import share, share_method

METHODS = ["wilson", "clopper-pearson", "jeffreys"]


@pytest.mark.parametrize("method", METHODS)
def test_of_the_population_nothing_is_corrected(method):
    found = share_of(44, 50, estimand="population", total=60, method=method)
    assert found == share(44, 50, method=method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("side", ["both", "lower", "upper"])
def test_of_a_data_set_that_was_all_asked_there_is_no_error(method, side):
    found = share_of(
        44, 50, estimand="dataset", total=50, method=method, side=side, confidence=0.9
    )
    assert (found.low, found.high) == (0.88, 0.88)
    assert (found.confidence, found.method) == (0.9, "every row asked")


@functools.cache
def limits(hits, asked, total, method, side):
    return share_of(
        hits, asked, estimand="dataset", total=total, method=method, side=side
    )


def coverage(total, truth, asked, *, method, side="both"):
    hits = np.arange(max(0, asked - total + truth), min(asked, truth) + 1)
    weight = stats.hypergeom.pmf(hits, total, truth, asked)
    found = [limits(int(k), asked, total, method, side) for k in hits]
    # Limits are numbers of rows over the total; a hair for their rounding.
    low = np.array([each.low for each in found]) - 1e-12
    high = np.array([each.high for each in found]) + 1e-12
    held = (low <= truth / total) & (truth / total <= high)
    return weight[held].sum()


@pytest.mark.parametrize(("total", "asked"), [(60, 20), (200, 50), (200, 190)])
@pytest.mark.parametrize("side", ["both", "lower", "upper"])
def test_the_hypergeometric_interval_always_covers_what_it_says(total, asked, side):
    for truth in range(0, total + 1, 4):
        how = {"method": "clopper-pearson", "side": side}
        assert coverage(total, truth, asked, **how) >= 0.95 - 1e-9


def test_the_hypergeometric_limits_are_those_of_the_tests_they_turn():
    total, asked, hits = 80, 30, 26
    truths = np.arange(total + 1)
    too_few = stats.hypergeom.sf(hits - 1, total, truths, asked) > 0.025
    too_many = stats.hypergeom.cdf(hits, total, truths, asked) > 0.025
    kept = truths[too_few & too_many] / total
    found = share_of(
        hits, asked, estimand="dataset", total=total, method="clopper-pearson"
    )
    assert (found.low, found.high) == pytest.approx((kept.min(), kept.max()))
    assert found.method == "hypergeometric, 30 of 80 rows"


@pytest.mark.parametrize("method", ["wilson", "jeffreys"])
def test_the_corrected_interval_covers_on_average_what_it_says(method):
    found = [coverage(200, truth, 80, method=method) for truth in range(20, 181, 2)]
    assert np.mean(found) == pytest.approx(0.95, abs=0.01)
    assert min(found) > 0.9


@pytest.mark.parametrize("method", METHODS)
def test_the_more_was_asked_the_narrower_and_never_beyond_what_is_left(method):
    widths = []
    for total in (100_000, 1000, 200, 110, 101):
        found = share_of(90, 100, estimand="dataset", total=total, method=method)
        assert found.low >= 90 / total
        assert found.high <= (total - 10) / total
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)
    alone = share(90, 100, method=method)
    assert widths[0] == pytest.approx(alone.high - alone.low, rel=0.001)


def test_the_mean_of_a_data_set_has_the_error_of_what_was_not_asked():
    values = np.random.default_rng(0).random(40)
    free = t_interval(values)
    found = mean_of(values, estimand="dataset", total=160)
    assert found.high - found.low == pytest.approx(0.75**0.5 * (free.high - free.low))
    assert mean_of(values, estimand="population", total=160) == free
    whole = mean_of(values, estimand="dataset", total=40)
    assert (whole.low, whole.high) == (values.mean(), values.mean())


def test_the_mean_of_a_data_set_is_covered():
    random = np.random.default_rng(0)
    rows = random.random(100) ** 2
    held = 0
    for _ in range(1000):
        found = mean_of(random.permutation(rows)[:60], estimand="dataset", total=100)
        held += found.low <= rows.mean() <= found.high
    assert held / 1000 == pytest.approx(0.95, abs=0.025)


def test_what_cannot_be_is_refused():
    with pytest.raises(ArgumentError, match="got 10 of 9"):
        share_of(5, 10, estimand="dataset", total=9)
    with pytest.raises(ArgumentError, match="got 3 of 2"):
        mean_of(np.arange(3.0), estimand="population", total=2)
    with pytest.raises(ArgumentError, match="got 'sample'"):
        share_of(5, 10, estimand="sample", total=10)


def test_the_anytime_interval_is_the_ratio_of_prior_and_posterior():
    total, asked, hits = 60, 20, 17
    truths = np.arange(total + 1)
    likelihood = stats.hypergeom.pmf(hits, total, truths, asked)
    posterior = likelihood / likelihood.sum()
    kept = truths[posterior * (total + 1) > 0.05] / total
    found = anytime_share(hits, asked, total=total)
    assert (found.low, found.high) == pytest.approx((kept.min(), kept.max()))


@pytest.mark.parametrize("truth", [45, 54, 59])
def test_the_anytime_interval_holds_at_all_moments_together(truth):
    random = np.random.default_rng(truth)
    rows = np.arange(60) < truth
    bounds = [
        [anytime_share(k, asked, total=60) for k in range(asked + 1)]
        for asked in range(1, 60)
    ]
    missed = 0
    for _ in range(500):
        hits = np.cumsum(random.permutation(rows))
        path = [bounds[i][hits[i]] for i in range(59)]
        missed += any(not x.low <= truth / 60 <= x.high for x in path)
    assert missed / 500 <= 0.05


def test_the_anytime_interval_ends_in_the_figure():
    found = anytime_share(45, 50, total=50)
    assert (found.low, found.high) == (0.9, 0.9)
    with pytest.raises(ArgumentError, match="got 60 of 50"):
        anytime_share(45, 60, total=50)


@pytest.mark.parametrize("method", ["wilson", "jeffreys"])
def test_an_approximate_share_is_of_so_many_rows_drawn_apart(method):
    # 10 of 20 tell as much as 10 * 19 / 10 = 19 of endlessly many.
    found = share_of(5, 10, estimand="dataset", total=20, method=method)
    _, limits = share_method(method)
    low, high = limits(9.5, 19, 0.975)
    assert (found.low, found.high) == pytest.approx((float(low), float(high)))
