"""The bounds that judge: how often they are wrong where the truth is the bound."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binom, norm, t

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.results import Bound
from pytest_ptm.statistics.bounds import one_sided
from pytest_ptm.statistics.class_bounds import MeanOfClasses
from pytest_ptm.statistics.combined_evidence import LargestGap
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.likelihood import likelihood_interval
from pytest_ptm.statistics.proportions import clopper_pearson
from pytest_ptm.statistics.ranking import auc, rank_bound
from pytest_ptm.statistics.repeats import Repeats


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (3, 20), (19, 20), (40, 400)])
def test_of_rights_and_wrongs_the_limit_solves_the_binomial_likelihood(hits, n):
    values = np.repeat([1.0, 0.0], [hits, n - hits])
    found = likelihood_interval(values, side="upper", least=0.0, most=1.0).high
    # The unseen row counts as .65 hits more.
    counts = np.array([hits + 0.65, n - hits])
    expected = counts.sum() * np.array([found, 1 - found])
    ratio = 2 * (counts * np.log(counts / expected)).sum()
    assert ratio == pytest.approx(t.ppf(0.95, n - 1) ** 2)
    assert found > hits / n


def test_limits_of_a_mean_turn_round_with_it():
    values = np.random.default_rng(1).random(30)
    found = likelihood_interval(values, least=0.0, most=1.0)
    turned = likelihood_interval(1 - values, least=0.0, most=1.0)
    assert (found.low, found.high) == pytest.approx((1 - turned.high, 1 - turned.low))
    sizes = np.full(30, 3.0)
    same = likelihood_interval(3 * values, sizes=sizes, least=0.0, most=1.0)
    assert (same.low, same.high) == pytest.approx((found.low, found.high))


@pytest.mark.parametrize("missing", ["lower", "upper"])
def test_of_one_bound_alone_nothing_is_judged(missing):
    class OneEnd:
        def interval(self, *, confidence, side):
            ends = clopper_pearson(8, 10, confidence=confidence, side=side)
            return None if side == missing else ends

    assert one_sided(OneEnd(), Bound(at_least=0.5, confidence=0.95)) is None


def test_nothing_wrong_is_about_what_clopper_and_pearson_say():
    for n in (20, 100, 1000):
        ours = likelihood_interval(np.zeros(n), side="upper", least=0.0, most=1.0)
        exact = clopper_pearson(0, n, side="upper").high
        assert exact * 0.99 < ours.high < exact * 1.25


def test_one_value_has_no_bound():
    with pytest.raises(ArgumentError, match="two values"):
        likelihood_interval(np.ones(1))


def test_rare_costly_rows_are_seldom_overlooked():
    # 1 % of the rows cost 1, the rest .02: t is wrong in a fifth of such samples.
    random = np.random.default_rng(0)
    truth = 0.01 + 0.99 * 0.02
    losses = np.where(random.random((400, 300)) < 0.01, 1.0, 0.02)
    high = [
        likelihood_interval(each, side="upper", least=0.0, most=1.0).high
        for each in losses
    ]
    assert np.mean(np.array(high) < truth) < 0.08


HEAVY = {
    "lognormal 1": (lambda random, n: random.lognormal(0, 1, n), math.exp(0.5)),
    "lognormal 1.5": (lambda random, n: random.lognormal(0, 1.5, n), math.exp(1.125)),
    "Pareto 2.5": (lambda random, n: random.pareto(2.5, n) + 1, 2.5 / 1.5),
}


@pytest.mark.parametrize("name", HEAVY)
@pytest.mark.parametrize("n", [60, 100, 300])
def test_a_mean_with_a_heavy_tail_is_seldom_passed_wrongly(name, n):
    draw, truth = HEAVY[name]
    random, runs = np.random.default_rng(0), 300
    high = [
        likelihood_interval(draw(random, n), side="upper", least=0.0).high
        for _ in range(runs)
    ]
    # 5 %, and two and a half standard errors of so few runs.
    assert np.mean(np.array(high) < truth) < 0.05 + 2.5 * (0.05 * 0.95 / runs) ** 0.5


def test_without_an_end_a_lower_loss_never_raises_the_bound():
    losses = np.random.default_rng(5).lognormal(0, 1.5, 60)
    for least in (0.0, -math.inf):
        whole = likelihood_interval(losses, side="upper", least=least).high
        for row in np.argsort(losses)[[0, 30, -2, -1]]:
            for better in (0.9 * losses[row], 0.0):
                changed = losses.copy()
                changed[row] = better
                found = likelihood_interval(changed, side="upper", least=least).high
                assert found <= whole + 1e-9


@pytest.mark.parametrize(("positives", "negatives"), [(10, 200), (30, 30)])
def test_an_area_over_few_rows_of_a_class_is_seldom_passed_wrongly(
    positives, negatives
):
    random = np.random.default_rng(0)
    positive = np.arange(positives + negatives) < positives
    wrong = 0
    for _ in range(300):
        scores = random.normal(size=len(positive)) + positive * norm.ppf(0.7) * 2**0.5
        area = auc(scores, positive)
        wrong += rank_bound(area, positives, negatives, side="lower").low > 0.7
    assert wrong / 300 < 0.055


@pytest.mark.parametrize("truth", [(0.9, 0.9), (0.99, 0.7), (0.6, 0.95)])
def test_a_mean_of_two_recalls_is_seldom_passed_wrongly(truth):
    # Exact: every outcome of 12 and 20 rows.
    n, k = np.array([12.0, 20.0]), np.ones(2) / 2
    gold = np.repeat([0, 1], [12, 20])
    wrong = 0.0
    for hits in itertools.product(range(13), range(21)):
        low, _ = MeanOfClasses(np.array(hits, float), n, k, gold).limits(0.95)
        if low > np.mean(truth) + 1e-12:
            wrong += np.prod(binom.pmf(hits, n, truth))
    assert wrong < 0.055


def of_classes(matrix, kind):
    """What bounds the plain mean of a figure over the classes of a confusion matrix."""
    hits, gold, predicted = np.diag(matrix), matrix.sum(1), matrix.sum(0)
    trials = {
        "precision": predicted,
        "recall": gold,
        "f1": gold + predicted - hits,
    }[kind]
    k = len(matrix)
    return MeanOfClasses(
        hits.astype(float),
        trials.astype(float),
        np.full(k, 1 / k),
        np.repeat(np.arange(k), gold),
        harmonic=kind == "f1",
        overlap=kind == "f1",
        picked=kind == "precision",
    )


@pytest.mark.parametrize("kind", ["precision", "f1"])
def test_a_mean_over_ten_classes_is_seldom_failed_wrongly(kind):
    # As sums of Clopper and Pearson's distances alone: .103 of precision, .070 of F1.
    k, n, right, runs = 10, 300, 0.97, 600
    chances = np.full((k, k), (1 - right) / (k - 1))
    np.fill_diagonal(chances, right)
    random, wrong = np.random.default_rng(0), 0
    for counts in random.multinomial(n, chances.ravel() / k, size=runs):
        bounds = of_classes(counts.reshape(k, k), kind)
        wrong += bounds.limits(0.95)[1] < right
    # 5 %, and two and a half standard errors of so few runs.
    assert wrong / runs < 0.05 + 2.5 * (0.05 * 0.95 / runs) ** 0.5


@pytest.mark.parametrize("kind", ["precision", "recall", "f1"])
def test_a_row_put_right_moves_no_limit_of_a_mean_over_classes_down(kind):
    random = np.random.default_rng(0)
    for _ in range(150):
        k = int(random.integers(2, 6))
        matrix = random.poisson(random.choice([0.3, 2.0, 9.0], size=(k, k)))
        matrix += np.diag(random.poisson(6, size=k) + 2)
        low, high = of_classes(matrix, kind).limits(0.95)
        for gold, given in np.argwhere(matrix * (1 - np.eye(k, dtype=int))):
            better = matrix.copy()
            better[gold, given] -= 1
            better[gold, gold] += 1
            found = of_classes(better, kind).limits(0.95)
            assert found[0] >= low - 1e-12
            assert found[1] >= high - 1e-12


def test_f1_is_bounded_by_its_share_of_hits():
    gold = np.array([0] * 10 + [-1] * 30)
    bounds = MeanOfClasses(
        np.array([8.0]), np.array([12.0]), np.ones(1), gold, harmonic=True
    )
    low, high = bounds.limits(0.95)
    share = clopper_pearson(8, 12, confidence=0.9)
    expected = 2 * share.low / (1 + share.low), 2 * share.high / (1 + share.high)
    assert (low, high) == pytest.approx(expected)


@pytest.mark.parametrize(("high", "gap"), [(0.95, 0.2), (1.0, 0.2), (0.98, 0.05)])
def test_a_gap_of_shares_is_seldom_passed_or_failed_wrongly(high, gap):
    # Exact, 12 and 24 rows; Newcombe's limits are wrong in up to .067.
    passed = failed = 0.0
    for hits in itertools.product(range(13), range(25)):
        weight = binom.pmf(hits[0], 12, high) * binom.pmf(hits[1], 24, high - gap)
        if weight < 1e-7:
            continue
        evidence = LargestGap(
            (hits[0] / 12, hits[1] / 24), (ShareOf(hits[0], 12), ShareOf(hits[1], 24))
        )
        passed += weight * (evidence.interval(side="upper").high <= gap)
        failed += weight * (evidence.interval(side="lower").low > gap)
    assert passed < 0.055
    assert failed < 0.055


def test_copies_are_worth_what_kish_says():
    repeats = Repeats(np.repeat(np.arange(5), 4))
    assert repeats.any
    assert repeats.factor() == 4
    uneven = Repeats(np.array([0, 0, 0, 1]))
    assert uneven.factor() == 10 / 4
    assert uneven.factor(np.array([True, True, True, False])) == 3
    assert not Repeats(np.arange(3)).any
    share = ShareOf(18, 20).repeated(repeats).interval(side="lower")
    assert share.low < clopper_pearson(18, 20, side="lower").low
    assert ShareOf(20, 20).repeated(repeats).interval(side="lower").low == (
        clopper_pearson(5, 5, side="lower").low
    )
