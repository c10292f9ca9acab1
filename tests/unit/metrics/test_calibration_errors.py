"""Calibration errors: worked by hand, against a plain loop, against scikit-learn."""

import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.classification.bins import equal_mass, equal_width
from pytest_ptm.metrics.classification.brier_parts import brier_parts
from pytest_ptm.metrics.classification.calibration import said
from pytest_ptm.metrics.classification.comparison import compare
from pytest_ptm.metrics.classification.reliability import by_chance, reliability
from pytest_ptm.metrics.classification.table import METRICS, measure
from pytest_ptm.metrics.classification.temperature import (
    at_temperature,
    fitted_temperature,
)
from pytest_ptm.metrics.finding import find_metric
from pytest_ptm.tasks.text_classification import Classification


def sure_of(confidences, right):
    """Answers "yes" of these probabilities, and gold labels by which are right."""
    yes = np.array(confidences)
    logits = np.log(np.column_stack([1 - yes, yes])).astype(np.float32)
    gold = np.where(right, 1, 0)
    return gold, Classification(logits, ("no", "yes"))


def value(metric, confidences, right):
    return measure(metric, *sure_of(confidences, right)).value


def plain(confidences, right, cells):
    """The mean distance in bins, and the widest, by a loop over rows."""
    bins = {}
    for confidence, hit, cell in zip(confidences, right, cells, strict=True):
        bins.setdefault(cell, []).append((confidence, hit))
    gaps = {
        cell: sum(hit for _, hit in rows) / len(rows)
        - sum(c for c, _ in rows) / len(rows)
        for cell, rows in bins.items()
    }
    n = len(confidences)
    return (
        sum(len(bins[cell]) / n * abs(gap) for cell, gap in gaps.items()),
        sum(len(bins[cell]) / n * max(0, -gap) for cell, gap in gaps.items()),
        max(map(abs, gaps.values())),
    )


def guo(confidence, bins):
    """Which bin of Guo's script a confidence is in: above the lower edge, up to the
    upper one."""
    for cell in range(bins):
        if cell / bins < confidence <= (cell + 1) / bins:
            return cell
    return 0


def test_by_hand():
    # Bins (.4, .6]: .55; (.6, .8]: .7 and .8, one right; (.8, 1]: .9 and .99.
    said_ = [0.55, 0.7, 0.8, 0.9, 0.99]
    right = [True, True, False, True, True]
    for metric, expected in {
        "ece(bins=5)": 0.2 * 0.45 + 0.4 * 0.25 + 0.4 * 0.055,
        "overconfidence(bins=5)": 0.4 * 0.25,
        "underconfidence(bins=5)": 0.2 * 0.45 + 0.4 * 0.055,
        "mce(bins=5)": 0.45,
        # Of five rows three and two: two of three right, and both.
        "ece_equal_mass(bins=2)": 0.6 * (2.05 / 3 - 2 / 3) + 0.4 * 0.055,
        "ece(bins=1)": 0.8 - 0.788,
    }.items():
        assert value(metric, said_, right) == pytest.approx(expected, abs=1e-7)


def test_all_of_one_confidence_and_all_right():
    assert value("ece", [0.8] * 20, [True] * 16 + [False] * 4) == pytest.approx(
        0, abs=1e-7
    )
    assert value("ece_equal_mass", [0.8] * 20, [True] * 20) == pytest.approx(
        0.2, abs=1e-7
    )
    assert value("overconfidence", [0.8] * 20, [True] * 20) == 0


def test_a_tie_is_no_right_answer():
    gold = np.array([0] * 4)
    predictions = Classification(np.zeros((4, 2), np.float32), ("no", "yes"))
    assert measure("ece(bins=1)", gold, predictions).value == 0.5
    assert measure("overconfidence(bins=1)", gold, predictions).value == 0.5


def test_of_several_classes_no_row_is_apart_by_more_than_two_of_them():
    gold = np.arange(20) % 4
    logits = (50 * np.eye(4)[gold]).astype(np.float32)
    asked = compare("ece", gold, Classification(logits, tuple("abcd")))
    _, evidence = find_metric("ece_classwise(bins=5)", Classification).figure(asked)
    # One row in so many may be wrong, and adds half of its distance in each of two.
    high = evidence.interval(side="upper").high
    assert high == pytest.approx(0.5 * (1 - 0.05 ** (1 / 20)), rel=0.1)


def test_a_confidence_on_an_edge_is_in_the_bin_below_it_whatever_rounding_says():
    edges = np.arange(16) / 15
    assert equal_width(edges, 15).tolist() == [0, *range(15)]
    assert equal_width(edges + 5e-8, 15).tolist() == [0, *range(15)]
    assert equal_width(np.minimum(edges + 1e-6, 1), 15).tolist() == [*range(15), 14]
    # A function's 0.8 comes back as 0.80000001.
    _, predictions = sure_of([0.8, 0.8], [True, True])
    assert predictions.probabilities[0, 1] != 0.8
    assert equal_width(predictions.probabilities[:, 1], 15).tolist() == [11, 11]


def test_bins_of_one_mass_never_part_what_is_equal():
    said_ = np.array([0.9, 0.5, 0.9, 0.9, 0.6, 0.9])
    order = np.array([5, 1, 3, 0, 4, 2])
    cells = equal_mass(said_, 3)
    # In order .5 .6 | .9 .9 | .9 .9: the run of .9 goes where its first row belongs.
    assert cells.tolist() == [1, 0, 1, 1, 0, 1]
    assert equal_mass(said_[order], 3).tolist() == cells[order].tolist()
    # Nor what is the same but for float32, wherever its seventh digit would be rounded.
    for same in (0.6, 0.53846155, 7 / 13):
        beside = same + np.array([-3e-8, 3e-8] * 3)
        assert len(set(equal_mass(beside, 2).tolist())) == 1
    random = np.random.default_rng(0)
    counts = np.bincount(equal_mass(random.random(1003), 10))
    assert counts.min() >= 100
    assert counts.max() <= 101


def test_by_a_plain_loop_over_hundreds_of_random_inputs():
    random = np.random.default_rng(7)
    for turn in range(500):
        n, k = int(random.integers(5, 30)), int(random.integers(2, 5))
        bins = int(random.integers(1, 6))
        logits = random.normal(0, 2, (n, k)).astype(np.float32)
        logits[: n // 3] = logits[0]  # rows that are equal
        gold = random.integers(0, k, n)
        predictions = Classification(logits, tuple("abcd"[:k]))
        sure = predictions.probabilities.max(axis=1).tolist()
        right = (predictions.predicted == gold).tolist()
        cells = [guo(each, bins) for each in sure]
        ece, over, most = plain(sure, right, cells)
        asked = compare("ece", gold, predictions)
        found = {
            name: find_metric(f"{name}(bins={bins})", Classification).figure(asked)
            for name in METRICS
            if METRICS[name].calibrates
        }
        assert found["ece"][0] == pytest.approx(ece, abs=1e-12)
        assert found["overconfidence"][0] == pytest.approx(over, abs=1e-12)
        assert found["underconfidence"][0] == pytest.approx(ece - over, abs=1e-12)
        assert found["mce"][0] == pytest.approx(most, abs=1e-12)
        ranks = [
            sum(other < each - 1e-7 for other in sure) * bins // n for each in sure
        ]
        by_mass, _, _ = plain(sure, right, ranks)
        assert found["ece_equal_mass"][0] == pytest.approx(by_mass, abs=1e-12)
        each = [
            plain(column, (gold == place).tolist(), [guo(one, bins) for one in column])[
                0
            ]
            for place, column in enumerate(predictions.probabilities.T.tolist())
        ]
        assert found["ece_classwise"][0] == pytest.approx(sum(each) / k, abs=1e-12)
        for figure, evidence in found.values() if turn % 40 == 0 else ():
            interval = evidence.interval()
            assert interval.low <= figure <= interval.high
        parts(gold, predictions, bins)


def parts(gold, predictions, bins):
    """The parts of the Brier score add up to it, for all classes and for one."""
    for positive in (None, 0):
        asked = compare("brier", gold, predictions, positive=positive)
        found = brier_parts(asked, bins=bins)
        whole = measure("brier", gold, predictions, positive=positive).value
        assert found.score == pytest.approx(whole, abs=1e-12)
        assert min(found.reliability, found.resolution, found.within_variance) >= 0


@pytest.mark.parametrize("bins", [5, 15])
def test_of_one_class_as_scikit_learn_draws_it(bins):
    random = np.random.default_rng(3)
    logits = random.normal(0, 2, (500, 2)).astype(np.float32)
    predictions = Classification(logits, ("no", "yes"))
    yes = predictions.probabilities[:, 1]
    gold = (random.random(500) < yes**2).astype(int)
    asked = compare("ece", gold, predictions, positive=1)
    table = reliability(said(asked), bins=bins, mass=False)
    shares, means = calibration_curve(gold, yes, n_bins=bins)
    assert [each.accuracy for each in table] == pytest.approx(shares, abs=1e-12)
    assert [each.confidence for each in table] == pytest.approx(means, abs=1e-12)
    weights = np.array([each.n for each in table]) / 500
    ece = measure(f"ece(bins={bins})", gold, predictions, positive=1)
    assert ece.value == pytest.approx(
        (weights * np.abs(shares - means)).sum(), abs=1e-12
    )
    found = brier_parts(asked, bins=bins)
    assert found.score == pytest.approx(brier_score_loss(gold, yes), abs=1e-12)
    assert found.reliability == pytest.approx(
        (weights * (shares - means) ** 2).sum(), abs=1e-12
    )
    assert found.uncertainty == pytest.approx(gold.mean() * (1 - gold.mean()))


def test_several_labels_have_the_classwise_error_alone():
    logits = np.array([[2.0, -1.0], [-2.0, 3.0], [0.5, 0.5]], dtype=np.float32)
    gold = np.array([[True, False], [False, True], [True, True]])
    predictions = Classification(logits, ("a", "b"), multi_label=True)
    found = measure("ece_classwise(bins=2)", gold, predictions).value
    said_ = 1 / (1 + np.exp(-logits.astype(float)))
    expected = np.mean(
        [
            plain(said_[:, c], gold[:, c], [guo(p, 2) for p in said_[:, c]])[0]
            for c in (0, 1)
        ]
    )
    assert found == pytest.approx(expected, abs=1e-12)
    with pytest.raises(ArgumentError, match="ece is not defined for multi-label"):
        measure("ece", gold, predictions)


def test_what_is_no_calibration_error_is_refused():
    gold, predictions = sure_of([0.9] * 14, [True] * 14)
    with pytest.raises(DataError, match="ece is undefined: 15 bins among 14"):
        measure("ece", gold, predictions)
    nan = Classification(np.full((20, 2), np.nan, np.float32), ("no", "yes"))
    with pytest.raises(DataError, match="NaN or infinite"):
        measure("ece", np.zeros(20, int), nan)
    with pytest.raises(ArgumentError, match="bins='0', expected a whole number"):
        find_metric("ece(bins=0)", Classification)
    with pytest.raises(ArgumentError, match="setting of ece"):
        find_metric("ece(bin=10)", Classification)


def test_the_fitted_temperature_is_where_the_labels_are_likeliest():
    random = np.random.default_rng(1)
    true = random.normal(0, 1.5, (4000, 3))
    shares = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    gold = (random.random((4000, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    predictions = Classification((2.5 * true).astype(np.float32), tuple("abc"))
    found = fitted_temperature(predictions, gold)
    assert found == pytest.approx(2.5, rel=0.06)

    def loss(temperature):
        return measure("log_loss", gold, at_temperature(predictions, temperature)).value

    assert loss(found) < min(loss(found * 1.001), loss(found / 1.001))
    scaled = at_temperature(predictions, found)
    assert scaled.predicted.tolist() == predictions.predicted.tolist()
    assert measure("ece", gold, scaled).value < measure("ece", gold, predictions).value
    # The logs of probabilities are the logits but for a number a row.
    logs = Classification(
        predictions.log_probabilities.astype(np.float32), tuple("abc")
    )
    assert fitted_temperature(logs, gold) == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize(
    ("right", "why"),
    [([True] * 6, "nearly"), ([False] * 6, "no likelier"), ([True], "two rows")],
)
def test_where_no_temperature_is_the_best_none_is_found(right, why):
    gold, predictions = sure_of([0.9] * len(right), right)
    with pytest.raises(DataError, match=why):
        fitted_temperature(predictions, gold)


def test_what_chance_alone_shows_is_what_drawn_outcomes_show():
    random = np.random.default_rng(5)
    yes = 1 - random.beta(0.5, 4, 300) / 2
    gold, predictions = sure_of(yes, [True] * 300)
    asked = compare("ece", gold, predictions)
    drawn = [
        measure("ece", *sure_of(yes, random.random(300) < yes)).value
        for _ in range(400)
    ]
    expected = by_chance(asked, bins=15, mass=False, each_class=False)
    assert expected == pytest.approx(float(np.mean(drawn)), rel=0.05)
    assert math.isfinite(by_chance(asked, bins=300, mass=True, each_class=False))
    # Of two classes either is as far from its share as the other.
    of_each = by_chance(asked, bins=1, mass=False, each_class=True)
    one = compare("ece", gold, predictions, positive=1)
    of_one = by_chance(one, bins=1, mass=False, each_class=False)
    assert of_each == pytest.approx(of_one, rel=1e-3)
