"""Figures of numbers against scikit-learn's and SciPy's."""

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import mean_absolute_error, mean_squared_error

from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.regression import figures
from pytest_ptm.metrics.regression.figures import Numbers


def numbers(metric="m", n=80):
    rng = np.random.default_rng(3)
    gold = np.round(rng.uniform(0, 5, n) * 4) / 4
    return Numbers(metric, gold, gold + rng.normal(0, 0.7, n))


@pytest.mark.parametrize(
    ("figure", "theirs"),
    [
        (figures.mean_squared_error, mean_squared_error),
        (figures.mean_absolute_error, mean_absolute_error),
        (figures.pearson, lambda x, y: scipy.stats.pearsonr(x, y).statistic),
        (figures.spearman, lambda x, y: scipy.stats.spearmanr(x, y).statistic),
    ],
    ids=lambda each: getattr(each, "__name__", "theirs"),
)
def test_each_is_the_reference_and_has_limits(figure, theirs):
    asked = numbers()
    value, evidence = figure(asked)
    assert value == pytest.approx(theirs(asked.gold, asked.predicted), abs=1e-12)
    assert evidence.interval().low < value < evidence.interval().high
    assert evidence.interval(side="lower").low < value


def test_an_error_is_the_mean_of_what_each_example_adds():
    asked = numbers()
    assert figures.squared_errors(asked).mean() == pytest.approx(
        figures.mean_squared_error(asked)[0]
    )
    assert figures.absolute_errors(asked).mean() == pytest.approx(
        figures.mean_absolute_error(asked)[0]
    )


@pytest.mark.parametrize("what", ["labels", "predictions"])
def test_a_constant_has_no_correlation(what):
    vary, same = np.arange(5.0), np.full(5, 2.0)
    gold, predicted = (same, vary) if what == "labels" else (vary, same)
    with pytest.raises(DataError, match=rf"PTM207.*all 5 {what} are 2"):
        figures.pearson(Numbers("pearson", gold, predicted))


def test_nothing_to_measure_is_an_error_and_never_0():
    none = np.array([])
    with pytest.raises(DataError, match=r"PTM207.*no examples"):
        Numbers("pearson", none, none)
    with pytest.raises(DataError, match=r"PTM207.*NaN"):
        Numbers("pearson", np.ones(2), np.array([1.0, np.nan]))
    with pytest.raises(ArgumentError, match="2 numbers, one a prediction"):
        Numbers("pearson", np.ones(3), np.ones(2))


@pytest.mark.parametrize("unit", [1e-200, 1e-90, 1e150, 1e300])
@pytest.mark.parametrize("name", ["pearson", "spearman"])
def test_a_correlation_knows_no_unit(name, unit):
    random = np.random.default_rng(3)
    gold = random.normal(size=40)
    predicted = gold + random.normal(size=40)
    figure = getattr(figures, name)
    plain, plainly = figure(Numbers(name, gold, predicted))
    found, evidence = figure(Numbers(name, gold * unit, predicted / 1e3 * unit))
    assert found == pytest.approx(plain, rel=1e-9)
    for side in ("both", "lower", "upper"):
        limits, others = evidence.interval(side=side), plainly.interval(side=side)
        assert limits.low == pytest.approx(others.low, abs=1e-9)
        assert limits.high == pytest.approx(others.high, abs=1e-9)


@pytest.mark.parametrize("name", ["mean_squared_error", "mean_absolute_error"])
def test_an_error_beyond_any_float_is_no_figure(name):
    with pytest.raises(DataError, match=r"PTM207.*too large for a float"):
        getattr(figures, name)(Numbers(name, np.array([1.7e308]), np.array([-1.7e308])))
