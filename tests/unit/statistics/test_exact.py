"""Figures of counts are compared as the fractions they are."""

from fractions import Fraction

import numpy as np
import pytest

from pytest_ptm.metrics.classification.table import measure
from pytest_ptm.metrics.paired import Pairs, gain
from pytest_ptm.statistics.exact import difference, exact_value
from pytest_ptm.tasks.text_classification import Classification

CLASSES = ("negative", "positive")


def measured(metric, gold, said, *, positive=None, classes=CLASSES):
    certain = np.eye(len(classes), dtype=np.float32)[said]
    return measure(metric, gold, Classification(certain, classes), positive=positive)


@pytest.mark.parametrize("metric", ["recall", "false_negative_rate", "f1", "f1_macro"])
def test_a_drop_of_exactly_the_margin_passes_by_any_metric_of_counts(metric):
    # .87 less .90 is a little less than -.03 in floats.
    gold = np.ones(200, dtype=np.intp)
    gold[100:] = 0
    positive = 1 if metric in {"recall", "false_negative_rate", "f1"} else None
    tried = 0
    for theirs in range(100, 60, -7):
        for ours in range(theirs, theirs - 20, -3):
            said = [(np.arange(200) < hits).astype(np.intp) for hits in (ours, theirs)]
            one, other = (
                measured(metric, gold, each, positive=positive) for each in said
            )
            rows = [each == gold for each in said]
            found = gain(one, other, Pairs(gold, *rows, *said)).value
            exact = exact_value(one.evidence) - exact_value(other.evidence)
            exact = -exact if one.better == "lower" else exact
            # The margin as a person writes it: the float nearest to the fraction.
            assert found >= -float(-exact), (ours, theirs)
            tried += found != one.value - other.value
    assert tried, "no pair was inexact in floats"


def test_the_drop_that_failed_at_exactly_its_margin():
    gold = np.ones(100, dtype=np.intp)
    said = [(np.arange(100) < hits).astype(np.intp) for hits in (87, 90)]
    one, other = (measured("recall", gold, each, positive=1) for each in said)
    pairs = Pairs(gold, said[0] == gold, said[1] == gold, *said)
    assert one.value - other.value < -0.03
    assert gain(one, other, pairs).value >= -0.03


@pytest.mark.parametrize(
    "metric",
    ["f1_macro", "f1_weighted", "precision_macro", "recall_macro", "balanced_accuracy"],
)
def test_means_over_classes_are_rounded_once(metric):
    random = np.random.default_rng(0)
    classes = tuple("abcde")
    for _ in range(20):
        gold = random.integers(0, 4, 60)
        said = np.where(random.random(60) < 0.7, gold, random.integers(0, 4, 60))
        if len(set(gold.tolist())) < 4 or len(set(said.tolist())) < 4:
            continue
        found = measured(metric, gold, said, classes=classes)
        assert found.value == float(by_hand(metric, gold, said))


def by_hand(metric, gold, said):
    rates, weights = [], []
    for each in range(4):
        hits = int(((gold == each) & (said == each)).sum())
        wanted, given = int((gold == each).sum()), int((said == each).sum())
        rates.append(
            {
                "f1": Fraction(2 * hits, wanted + given),
                "precision": Fraction(hits, given),
            }.get(metric.partition("_")[0], Fraction(hits, wanted))
        )
        weights.append(Fraction(wanted, 60) if "weighted" in metric else Fraction(1, 4))
    return sum(a * b for a, b in zip(rates, weights, strict=True))


def test_a_root_has_no_fraction_and_scores_have_none():
    gold = np.arange(40) % 2
    said = np.where(np.arange(40) < 30, gold, 0)
    assert exact_value(measured("matthews_corrcoef", gold, said).evidence) is None
    assert exact_value(measured("log_loss", gold, said).evidence) is None
    assert exact_value(None) is None
    assert difference(0.87, 0.9, None, Fraction(9, 10)) == 0.87 - 0.9
