"""A figure of two confusion matrices over the same rows: what may judge there."""

import numpy as np
import pytest

from pytest_ptm.metrics.classification.rates import F1, PRECISION, RECALL
from pytest_ptm.metrics.classification.tallies import Tallies
from pytest_ptm.statistics.paired_evidence import PairedCounts, influence


def of_first(rate):
    return lambda matrices: rate.of(Tallies.of_matrices(matrices))[..., 0]


def over_all(rate):
    return lambda matrices: rate.of(Tallies.of_matrices(matrices)).mean(axis=-1)


FIGURES = {
    "recall": of_first(RECALL),
    "precision": of_first(PRECISION),
    "f1": of_first(F1),
    "f1_macro": over_all(F1),
    "balanced_accuracy": over_all(RECALL),
}


def lost(sizes, losses):
    """All right but for so many rows a class that only the second has right."""
    joint = np.zeros((2, 2, 2), dtype=np.int64)
    for own, (size, wrong) in enumerate(zip(sizes, losses, strict=True)):
        joint[own, own, own] = size - wrong
        joint[own, 1 - own, own] = wrong
    return joint


@pytest.mark.parametrize("name", FIGURES)
def test_no_row_that_differs_shows_more_than_one_that_is_lost(name):
    limits = [
        PairedCounts(lost((100, 100), (wrong, 0)), FIGURES[name])
        .interval(side="lower")
        .low
        for wrong in range(6)
    ]
    assert limits == sorted(limits, reverse=True)
    assert -0.05 < limits[0] < 0


def test_the_bound_of_a_rare_class_is_that_of_its_few_rows():
    found = PairedCounts(lost((20, 180), (0, 0)), FIGURES["balanced_accuracy"])
    # Clopper and Pearson's: of none of 20 up to .139, half of which counts.
    assert found.interval(side="lower").low == pytest.approx(-0.07, abs=0.01)


@pytest.mark.parametrize("name", FIGURES)
def test_few_losses_at_the_margin_pass_in_at_most_6_percent(name):
    # The bootstrap passed .295 of these, by balanced accuracy.
    random = np.random.default_rng(0)
    truth = lost((20_000, 180_000), (1_000, 9_000))
    one, other = truth.sum(axis=2), truth.sum(axis=1)
    figure = FIGURES[name]
    margin = float(figure(one[np.newaxis])[0] - figure(other[np.newaxis])[0])
    passed = 0
    for _ in range(400):
        joint = lost((20, 180), random.binomial((20, 180), 0.05))
        passed += PairedCounts(joint, figure).interval(side="lower").low >= margin
    assert passed <= 24


@pytest.mark.parametrize("name", FIGURES)
def test_what_rows_add_is_nothing_together(name):
    counts = np.array([[40, 3], [2, 55]])
    adds = influence(FIGURES[name], counts)
    assert float((adds * counts).sum()) == pytest.approx(0, abs=1e-6)
