"""Whole numbers that NumPy made are taken wherever a whole number is an argument."""

import numpy as np
import pytest
from ptm_fakes import FakeClassifier

from pytest_ptm import (
    evaluate_bias_gap,
    evaluate_calibrated,
    evaluate_cost,
    evaluate_generates,
    evaluate_invariant,
    from_writer,
    load_examples,
)
from pytest_ptm.behaviours.masked_prediction import masked_prediction
from pytest_ptm.checks import length, no_copy, no_repetition
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.perturbations import typos
from pytest_ptm.tasks.answer_spans.settings import Answering
from pytest_ptm.tasks.texts.settings import Generating
from pytest_ptm.tasks.token_scores.settings import Scoring

MODEL = FakeClassifier(lambda text: [1.0, 0.0 if "a" in text else 2.0], ("no", "yes"))
ROWS = [{"text": f"{n} {'ab'[n % 2]}", "label": "no", "g": n % 2} for n in range(40)]


def calibrated(n):
    return evaluate_calibrated(MODEL, ROWS, bins=n).signature


def gap(n):
    rows = load_examples(ROWS, groups=["g"])
    return evaluate_bias_gap(MODEL, rows, group="g", min_group_size=n).signature


def cost(n):
    notes = evaluate_cost(MODEL, ROWS, warm_up=n, passes=n).notes
    return [note for note in notes if "warm" in note]


def generates(n):
    writer = from_writer(lambda texts: texts)
    return evaluate_generates(writer, ["a b"], expect=length(of="words", most=n)).value


def invariant(n):
    found = evaluate_invariant(MODEL, ROWS, under=typos(count=n), seed=n)
    return found.signature


TAKES = [
    calibrated,
    gap,
    cost,
    generates,
    invariant,
    lambda n: load_examples(ROWS).sample(n, seed=n).ids,
    lambda n: len(load_examples(ROWS, min_examples=n, max_bytes=n * 10**6)),
    lambda n: [no_copy(n).name, no_repetition(n, at_most=n).name],
    lambda n: length(of="words", least=n, most=n).name,
    lambda n: repr(Generating(max_new_tokens=n, seed=n, top_k=n)),
    lambda n: repr(Answering(window=n, stride=n, longest=n)),
    lambda n: repr(Scoring(window=n, stride=n - 1, order=n)),
]


@pytest.mark.parametrize("take", TAKES)
def test_those_of_numpy_are_as_those_of_python(take):
    assert take(np.int64(3)) == take(3)
    for wrong in (np.bool_(True), True, 3.0, "3"):
        with pytest.raises((ArgumentError, TypeError)):
            take(wrong)


def test_what_is_none_is_refused_before_a_model_is_asked():
    for wrong in (1.5, True, 0):
        with pytest.raises(ArgumentError, match=r"within_top=.*: expected a whole"):
            masked_prediction(
                MODEL,
                ["[MASK]"],
                expect="a",
                forbid=(),
                within_top=wrong,
                candidates=None,
                at_least_probability=None,
            )
