"""The best renaming of the classes, and the hint that labels look swapped."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ptm.metrics.classification.permutation import best_renaming, looks_swapped


@given(
    st.integers(1, 4).flatmap(
        lambda k: st.tuples(
            st.just(k),
            st.lists(
                st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)),
                min_size=1,
                max_size=20,
            ),
        )
    )
)
def test_no_renaming_does_better(drawn):
    k, rows = drawn
    gold, predicted = np.array(rows).T
    accuracy, renaming = best_renaming(gold, predicted, k)
    assert sorted(renaming) == list(range(k))
    assert accuracy == (np.array(renaming)[predicted] == gold).mean()
    assert accuracy == max(
        (np.array(each)[predicted] == gold).mean()
        for each in itertools.permutations(range(k))
    )


def test_a_rotation_of_three_classes_is_found():
    gold = np.array([0, 1, 2] * 10)
    assert best_renaming(gold, (gold + 1) % 3, 3) == (1.0, (2, 0, 1))


def test_two_classes_with_their_names_exchanged_look_swapped():
    gold = np.array([0, 1] * 20)
    predicted = 1 - gold
    predicted[:6] = gold[:6]
    assert looks_swapped(gold, predicted, 2)


@pytest.mark.parametrize(
    ("gold", "predicted", "why"),
    [
        ([0, 1] * 20, [0, 1] * 20, "it is right"),
        ([0, 1] * 3, [1, 0] * 3, "six rows could be chance"),
        ([0] * 40, [1] * 40, "one answer to everything is another fault"),
        ([], [], "there is nothing"),
        ([0] * 9, [0] * 9, "one class has no other name"),
    ],
)
def test_other_faults_do_not(gold, predicted, why):
    k = 1 if len(gold) == 9 else 2
    gold, predicted = np.array(gold, dtype=int), np.array(predicted, dtype=int)
    assert not looks_swapped(gold, predicted, k), why


def test_labels_of_one_class_say_nothing_about_names():
    gold = np.ones(60, dtype=np.intp)
    predicted = np.array([0] * 50 + [1] * 10, dtype=np.intp)
    assert not looks_swapped(gold, predicted, 2)


def test_wrong_in_every_way_does_not_look_swapped():
    # Never right, and each wrong class as often as the next: no renaming helps.
    gold = np.repeat([0, 1, 2, 3], 30)
    shift = np.tile([1, 2, 3], 40)
    assert not looks_swapped(gold, (gold + shift) % 4, 4)


def test_guessing_seldom_looks_swapped():
    random = np.random.default_rng(0)
    hints = sum(
        looks_swapped(random.integers(0, 2, 200), random.integers(0, 2, 200), 2)
        for _ in range(500)
    )
    assert hints <= 2
