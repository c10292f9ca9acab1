"""The bootstrap: against scipy.stats.bootstrap, and by coverage."""

import numpy as np
import pytest
from scipy import stats

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.statistics import bootstrap, resampling
from pytest_ptm.statistics.bootstrap import bca, bca_confusion, percentile
from pytest_ptm.statistics.resampling import (
    Resamples,
    cell_resamples,
    row_resamples,
)


def macro_f1(matrices):
    hits = np.diagonal(matrices, axis1=-2, axis2=-1)
    asked = matrices.sum(axis=-1) + matrices.sum(axis=-2)
    with np.errstate(invalid="ignore"):
        return (2 * hits / asked).mean(axis=-1)


def share_right(matrices):
    return np.trace(matrices, axis1=-2, axis2=-1) / matrices.sum(axis=(-2, -1))


def ratio(sums):
    return sums[:, 0] / sums[:, 1]


def rows_of(matrix):
    gold, predicted = np.indices(matrix.shape)
    return np.repeat(gold.ravel(), matrix.ravel()), np.repeat(
        predicted.ravel(), matrix.ravel()
    )


def matrix_of(gold, predicted, k):
    return np.bincount(gold * k + predicted, minlength=k * k).reshape(k, k)


@pytest.mark.parametrize(
    "matrix",
    [
        [[40, 10], [5, 20]],
        [[90, 5], [3, 9]],
        [[30, 2, 1], [4, 25, 3], [0, 6, 12]],
    ],
)
def test_limits_are_those_of_scipy_up_to_the_resampling(matrix):
    matrix = np.array(matrix)
    k = len(matrix)
    theirs = stats.bootstrap(
        rows_of(matrix),
        lambda gold, predicted: macro_f1(matrix_of(gold, predicted, k)),
        paired=True,
        vectorized=False,
        n_resamples=4000,
        method="BCa",
        rng=np.random.default_rng(1),
    ).confidence_interval
    ours = bca_confusion(matrix, macro_f1, resamples=20_000, seed=1)
    assert ours.low == pytest.approx(theirs.low, abs=0.012)
    assert ours.high == pytest.approx(theirs.high, abs=0.012)


def test_the_acceleration_is_that_of_the_jackknife_over_rows():
    matrix = np.array([[12, 3, 0], [1, 7, 2], [0, 2, 5]])
    gold, predicted = rows_of(matrix)
    left_out = np.array(
        [
            macro_f1(matrix_of(np.delete(gold, i), np.delete(predicted, i), 3))
            for i in range(len(gold))
        ]
    )
    away = left_out.mean() - left_out
    expected = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    drawn = cell_resamples(matrix, macro_f1, resamples=1, seed=0)
    assert bootstrap._acceleration(drawn) == pytest.approx(expected)


def test_95_percent_covers_about_95_percent():
    truth = np.array([[0.27, 0.03, 0.03], [0.03, 0.27, 0.03], [0.04, 0.03, 0.27]])
    true_figure = macro_f1(truth[np.newaxis])[0]
    random = np.random.default_rng(0)
    covered = 0
    for seed in range(400):
        matrix = random.multinomial(100, truth.ravel()).reshape(3, 3)
        interval = bca_confusion(matrix, macro_f1, seed=seed)
        covered += interval.low <= true_figure <= interval.high
    assert 0.92 <= covered / 400 <= 0.98


def test_the_same_seed_gives_the_same_interval_and_the_method_says_it():
    matrix = np.array([[40, 10], [5, 20]])
    first = bca_confusion(matrix, macro_f1, seed=7)
    assert first == bca_confusion(matrix, macro_f1, seed=7)
    assert first != bca_confusion(matrix, macro_f1, seed=8)
    assert first.method == "BCa bootstrap (2,000 resamples, seed 7)"


def test_blocks_change_nothing(monkeypatch):
    matrix = np.array([[30, 2, 1], [4, 25, 3], [0, 6, 12]])
    whole = bca_confusion(matrix, macro_f1, seed=0)
    monkeypatch.setattr(resampling, "_BLOCK", 9 * 7)
    assert bca_confusion(matrix, macro_f1, seed=0) == whole


def test_blocks_of_rows_change_nothing(monkeypatch):
    rows = np.random.default_rng(0).integers(0, 9, size=(31, 2)).astype(float)
    whole = row_resamples(rows, ratio, resamples=50, seed=0)
    monkeypatch.setattr(resampling, "_BLOCK", 2 * 7)
    monkeypatch.setattr(resampling, "_DRAWN", 31 * 7)
    parts = row_resamples(rows, ratio, resamples=50, seed=0)
    np.testing.assert_array_equal(parts.draws, whole.draws)
    np.testing.assert_array_equal(parts.left_out, whole.left_out)


def test_more_confidence_is_a_wider_interval():
    matrix = np.array([[40, 10], [5, 20]])
    narrow = bca_confusion(matrix, macro_f1, confidence=0.8, seed=0)
    wide = bca_confusion(matrix, macro_f1, confidence=0.99, seed=0)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_every_answer_right_has_no_interval():
    assert bca_confusion(np.diag([20, 30]), macro_f1, seed=0) is None


def test_a_class_of_one_example_has_no_interval():
    # 37 % of the resamples lose it.
    matrix = np.array([[40, 5, 0], [6, 30, 0], [0, 1, 0]])
    assert bca_confusion(matrix, macro_f1, seed=0) is None


def test_a_figure_undefined_in_all_resamples_has_no_interval():
    matrix = np.array([[4, 2], [1, 3]])
    assert bca_confusion(matrix, lambda m: np.full(len(m), np.nan), seed=0) is None


def test_undefined_resamples_widen_both_limits():
    matrix = np.array([[60, 20], [15, 55]])
    certain = bca_confusion(matrix, share_right, seed=0)

    def sometimes_undefined(matrices):
        # About 1 in 97, and neither the observed matrix nor a jackknife one.
        chosen = (7 * matrices[:, 0, 0] + 13 * matrices[:, 1, 0]) % 97 == 3
        return np.where(chosen, np.nan, share_right(matrices))

    wider = bca_confusion(matrix, sometimes_undefined, seed=0)
    assert wider.low < certain.low
    assert wider.high > certain.high


@pytest.mark.parametrize("times", [1, 10_000])
def test_a_figure_above_its_resamples_has_no_interval(times):
    # A small matrix is drawn again now and then; a large one never is.
    matrix = np.array([[4, 1], [1, 2]]) * times

    def best_as_it_is(matrices):
        as_it_is = (matrices == matrix).all(axis=(1, 2))
        return np.where(as_it_is, 1.0, share_right(matrices) / 2)

    assert bca_confusion(matrix, best_as_it_is, seed=0) is None


def test_a_limit_beyond_the_reach_of_the_method_is_no_limit():
    level = bootstrap._level(1.0, 0.9, 1.0)
    assert np.isnan(level)
    assert np.isnan(bootstrap._quantile(np.zeros(3), level, undefined=np.inf))


def test_a_figure_that_no_single_row_moves_has_no_interval():
    matrix = np.array([[40, 10], [5, 20]])

    def coarse(matrices):
        return np.round(share_right(matrices), 1)

    assert bca_confusion(matrix, coarse, seed=0) is None


def test_a_confidence_of_95_is_refused():
    with pytest.raises(ArgumentError, match=r"write 0\.95"):
        bca_confusion(np.eye(2, dtype=np.int64), macro_f1, confidence=95, seed=0)


@pytest.fixture(scope="module")
def matched_and_asked():
    """Matches and lengths of 120 texts, as of a corpus metric."""
    random = np.random.default_rng(3)
    lengths = random.integers(5, 40, size=120)
    return np.column_stack([random.binomial(lengths, 0.7), lengths]).astype(float)


@pytest.mark.parametrize(("ours", "method"), [(bca, "BCa"), (percentile, "percentile")])
def test_limits_over_rows_are_those_of_scipy(matched_and_asked, ours, method):
    rows = matched_and_asked
    theirs = stats.bootstrap(
        (rows[:, 0], rows[:, 1]),
        lambda matched, asked, axis: matched.sum(axis) / asked.sum(axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        method=method,
        rng=np.random.default_rng(1),
    ).confidence_interval
    found = ours(row_resamples(rows, ratio, resamples=20_000, seed=1))
    assert found.low == pytest.approx(theirs.low, abs=0.001)
    assert found.high == pytest.approx(theirs.high, abs=0.001)
    assert found.method == f"{method} bootstrap (20,000 resamples, seed 1)"


def test_rows_left_out_one_by_one_are_left_out_of_the_sums(matched_and_asked):
    rows = matched_and_asked
    drawn = row_resamples(rows, ratio, resamples=1, seed=0)
    expected = [
        np.delete(rows, i, 0)[:, 0].sum() / np.delete(rows, i, 0)[:, 1].sum()
        for i in range(len(rows))
    ]
    np.testing.assert_allclose(drawn.left_out, expected)
    assert drawn.observed == rows[:, 0].sum() / rows[:, 1].sum()


def test_drawing_cells_is_drawing_rows():
    matrix = np.array([[40, 10], [5, 20]])
    gold, predicted = rows_of(matrix)
    rows = np.eye(4)[gold * 2 + predicted]
    by_rows = row_resamples(
        rows, lambda sums: macro_f1(sums.reshape(-1, 2, 2)), resamples=8000, seed=0
    )
    by_cells = cell_resamples(matrix, macro_f1, resamples=8000, seed=0)
    assert by_rows.draws.mean() == pytest.approx(by_cells.draws.mean(), abs=0.003)
    assert by_rows.draws.std() == pytest.approx(by_cells.draws.std(), rel=0.05)


@pytest.mark.parametrize("method", [bca, percentile])
def test_a_bound_is_the_end_of_the_wider_interval(matched_and_asked, method):
    drawn = row_resamples(matched_and_asked, ratio, seed=0)
    both = method(drawn, confidence=0.9)
    lower, upper = method(drawn, side="lower"), method(drawn, side="upper")
    assert (lower.low, upper.high) == (both.low, both.high)
    assert (lower.high, upper.low) == (np.inf, -np.inf)
    assert lower.method.endswith("(lower bound)")


def of_draws(draws, observed):
    """Resamples with a jackknife of their own, to try the draws alone."""
    left_out = observed + np.array([-0.01, 0.02, -0.01])
    return Resamples(observed, np.array(draws, float), left_out, np.ones(3), seed=0)


@pytest.mark.parametrize("method", [bca, percentile])
def test_a_bound_at_the_far_end_of_its_resamples_is_no_bound(method):
    # All but a few resamples say 1: that everything is right is not what they know.
    drawn = of_draws([1.0] * 999 + [0.9], observed=1.0)
    assert method(drawn, side="lower") is None


def test_undefined_resamples_count_against_either_bound():
    # 30 of 1,000 may be anything: at 98 % they are the bound itself, at 95 % they move
    # it by 3 of 100 places.
    draws = np.concatenate([np.linspace(0.1, 0.9, 970), np.full(30, np.nan)])
    drawn = of_draws(draws, 0.5)
    for side in ("lower", "upper"):
        assert percentile(drawn, confidence=0.98, side=side) is None
    lower = percentile(drawn, confidence=0.95, side="lower")
    upper = percentile(drawn, confidence=0.95, side="upper")
    assert lower.low == pytest.approx(np.quantile(draws[:970], 0.02), abs=0.002)
    assert upper.high == pytest.approx(np.quantile(draws[:970], 0.98), abs=0.002)


def test_no_rows_no_resamples_and_rows_that_are_not_finite_are_refused():
    with pytest.raises(ArgumentError, match="at least one row"):
        row_resamples(np.zeros((0, 2)), ratio, seed=0)
    with pytest.raises(ArgumentError, match="at least one row"):
        cell_resamples(np.zeros((2, 2), np.int64), macro_f1, seed=0)
    with pytest.raises(ArgumentError, match="1 or more; got 0"):
        row_resamples(np.ones((3, 2)), ratio, resamples=0, seed=0)
    with pytest.raises(ArgumentError, match="finite"):
        row_resamples(np.array([[1.0, np.nan]]), ratio, seed=0)
