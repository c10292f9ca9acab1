"""Areas and averages of several classes meet the bounds that they are equal to."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from pytest_ptm.metrics.classification.table import measure
from pytest_ptm.metrics.paired import Pairs, gain
from pytest_ptm.tasks.text_classification import Classification


def decided(hits, n):
    """Multi-label answers of which so many are right in each class, all labels held."""
    rows = np.arange(n)[:, np.newaxis]
    logits = np.where(rows < np.array(hits), 2.0, -2.0).astype(np.float32)
    return Classification(logits, tuple("abc"[: len(hits)]), multi_label=True)


@pytest.mark.parametrize("metric", ["recall_macro", "recall_micro", "recall_weighted"])
def test_a_multi_label_average_is_rounded_once(metric):
    gold = np.ones((100, 3), dtype=bool)
    for hits in itertools.combinations(range(60, 100, 7), 3):
        found = measure(metric, gold, decided(hits, 100)).value
        assert found == float(Fraction(sum(hits), 300))


def ranked(in_order):
    """10 negatives, and 10 positives above so many of them together."""
    scores = [2.0 * row for row in range(10)]
    for _ in range(10):
        scores.append(2.0 * min(10, in_order) - 1)
        in_order -= min(10, in_order)
    logits = np.array([[0.0, score] for score in scores], dtype=np.float32)
    return Classification(logits, ("no", "yes"))


@pytest.mark.parametrize(("now", "then"), [(87, 90), (70, 80), (92, 95), (55, 60)])
def test_the_difference_of_two_areas_is_rounded_once(now, then):
    gold = np.repeat([0, 1], 10)
    figures = [
        measure("roc_auc", gold, ranked(each), positive=1) for each in (now, then)
    ]
    right = np.ones(20, dtype=bool)
    found = gain(*figures, Pairs(gold, right, right))
    assert found.value == (now - then) / 100


def test_the_difference_of_two_multi_label_averages_is_rounded_once():
    gold = np.ones((100, 2), dtype=bool)
    figures = [
        measure("recall_macro", gold, decided(hits, 100))
        for hits in ((87, 87), (90, 90))
    ]
    right = np.ones(100, dtype=bool)
    assert gain(*figures, Pairs(gold, right, right)).value == -0.03
    assert figures[0].interval is None
