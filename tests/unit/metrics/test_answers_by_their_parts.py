"""A threshold that is shown can be typed; each F1 counts parts of its own kind."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from ptm_questions import spans

from pytest_ptm.metrics.answer_spans.table import KIND


def golden(*rows):
    found = np.empty(len(rows), dtype=object)
    found[:] = rows
    return found


def test_the_threshold_that_is_shown_has_the_f1_that_is_shown():
    drawn = random.Random(2)
    for _ in range(200):
        n = drawn.randint(2, 30)
        gold = golden(*[drawn.choice([(), ("x y",), ("z",)]) for _ in range(n - 1)], ())
        texts = [drawn.choice(["x y", "x", "z"]) for _ in range(n)]
        nulls = [drawn.uniform(-30, 30) for _ in range(n)]
        said = spans(*texts, nulls=nulls, threshold=0.0)
        (note,) = [each for each in KIND.remarks(gold, said) if "thresholds" in each]
        shown = re.search(r"thresholds (\S+) has .* rows, ([0-9.]+);", note)
        assert shown is not None
        then = spans(*texts, nulls=nulls, threshold=float(shown[1]))
        f1 = KIND.measure("f1", gold, then).value
        assert f1 == pytest.approx(float(shown[2]), abs=5e-5)


@pytest.mark.parametrize("answer", ["A", "The", "Type A", "O", "東京"])
def test_an_answer_that_is_the_right_one_has_every_character_of_it(answer):
    gold = golden((answer,))
    for metric in ("exact_match", "f1", "f1_characters"):
        assert KIND.measure(metric, gold, spans(answer)).value == 1.0
    # To characters an article is as any other word.
    other = spans("The" if answer == "A" else "A")
    expected = {"A": 0.0, "The": 0.0, "Type A": 2 / 6, "O": 0.0, "東京": 0.0}
    found = KIND.measure("f1_characters", gold, other).value
    assert found == pytest.approx(expected[answer])


def test_a_right_answer_of_punctuation_alone_is_none_to_characters():
    said = spans("x", nulls=[1.0], threshold=0.0)
    assert KIND.measure("f1_characters", golden(("「」",)), said).value == 1.0
