"""Rows that are as sure of a class tie, whatever their logits are rounded to."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from pytest_ptm.metrics.classification.table import measure
from pytest_ptm.tasks.text_classification import Classification

AREAS = ("roc_auc_ovr", "roc_auc_ovr_weighted", "roc_auc_ovo", "roc_auc_ovo_weighted")


def by_pairs(sure, positive):
    """Every positive row beside every other, a tie one half."""
    own = [each for each, hit in zip(sure, positive, strict=True) if hit]
    others = [each for each, hit in zip(sure, positive, strict=True) if not hit]
    won = sum(2 * (a > b) + (a == b) for a in own for b in others)
    return Fraction(won, 2 * len(own) * len(others))


def test_areas_of_votes_are_those_of_whole_numbers():
    random = np.random.default_rng(0)
    for _ in range(60):
        k, n = int(random.integers(3, 6)), 24
        votes = random.multinomial(10, np.full(k, 1 / k), n) + 1
        gold = np.concatenate([np.arange(k), random.integers(0, k, n - k)])
        # Of so many votes in all a class has: as sure as can be said without rounding.
        sure = [[Fraction(int(v), int(row.sum())) for v in row] for row in votes]
        each = [
            by_pairs([row[c] for row in sure], (gold == c).tolist()) for c in range(k)
        ]
        moved = np.log(votes) + random.integers(-2, 3, (n, 1))
        for logits in (np.log(votes), moved):
            said = Classification(logits, tuple("abcdef"[:k]))
            found = measure("roc_auc_ovr", gold, said).value
            assert found == pytest.approx(float(sum(each) / k), abs=1e-12)


def test_no_figure_knows_the_order_of_the_classes():
    random = np.random.default_rng(1)
    for _ in range(100):
        k, n = int(random.integers(3, 7)), 20
        logits = random.integers(-1, 2, (n, k)).astype(np.float32)
        gold = np.concatenate([np.arange(k), random.integers(0, k, n - k)])
        order = random.permutation(k)
        place = np.argsort(order)
        one = Classification(logits, tuple("abcdefg"[:k]))
        other = Classification(logits[:, order], tuple("abcdefg"[:k]))
        for name in AREAS:
            value = measure(name, gold, one).value
            assert measure(name, place[gold], other).value == value
        first = measure("average_precision", gold, one, positive=0).value
        second = measure(
            "average_precision", place[gold], other, positive=int(place[0])
        )
        assert second.value == first
