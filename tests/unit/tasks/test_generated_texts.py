"""Texts that are written: kept, compared, said, and settings that go together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from ptm_written import FakeWriter, echo, referred

import pytest_ptm as ptm
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.texts.settings import Generating
from pytest_ptm.tasks.texts.truth import what_people_wrote


def test_texts_are_kept_as_columns():
    said = GeneratedTexts.of(
        ["Paris", "", "東京 🗼"],
        tokens=[[3, 2], [2], [7, 8, 9]],
        log_probabilities=[-0.5, -1.0, -2.0],
        reasons=["end", "stop", "length"],
    )
    again = GeneratedTexts.from_columns(
        type(said.columns()).from_bytes(said.columns().to_bytes())
    )
    assert again.written == ("Paris", "", "東京 🗼")
    assert again.stopped == ("end", "stop", "length")
    assert again.tokens[2].tolist() == [7, 8, 9]
    part = said.take(np.array([2, 0]))
    assert part.written == ("東京 🗼", "Paris")
    assert [part.said(row) for row in range(2)] == ['"東京 🗼" (cut off)', '"Paris"']
    answer = said.answer(0)
    assert (answer.text, answer.label) == ("Paris", None)
    assert answer.probability == pytest.approx(math.exp(-0.5))


@pytest.mark.parametrize(
    "wrong",
    [
        {"log_probabilities": np.zeros(1)},
        {"reasons": np.array([3, 0], dtype=np.int8)},
        {"texts": Ragged(np.array([255, 65], np.uint8), np.array([1, 1], np.int32))},
    ],
)
def test_columns_that_are_none_are_refused(wrong):
    whole = dict(GeneratedTexts.of(["a", "b"]).columns().columns)
    with pytest.raises(ptm.ModelError, match="PTM313"):
        GeneratedTexts(**whole | wrong)


def test_a_row_with_a_nan_cannot_be_scored():
    said = GeneratedTexts.of(["a", "b"], log_probabilities=[-1.0, math.nan])
    assert said.valid.tolist() == [True, False]


def test_another_text_is_one_with_other_words():
    one = GeneratedTexts.of(["in Paris", "a  b", "yes", ""])
    two = GeneratedTexts.of(["in Rome", "a b\n", "yes", "no"])
    assert one.differs(two).tolist() == [True, False, False, True]
    assert one.shift(two).tolist() == [0.5, 0.0, 0.0, 1.0]
    assert one.differs(two, tolerance=0.5).tolist() == [False, False, False, True]


def test_references_are_texts_of_any_kind():
    rows = referred(("q", ["The Paris", "Lutetia"]), ("r", "Rome"))
    truth = what_people_wrote(rows, FakeWriter(echo))
    said = GeneratedTexts.of(["paris.", "in Rome"])
    assert truth.right(said).tolist() == [True, False]
    assert truth.away(said).tolist() == pytest.approx([0.0, 1 / 3])
    assert truth.expected(0) == '"The Paris" or "Lutetia"'
    plain = ptm.load_examples([{"text": "q", "label": "Rome"}])
    assert what_people_wrote(plain, FakeWriter(echo)).gold.tolist() == [("Rome",)]
    for label in (3, ("a", "b")):
        rows = ptm.load_examples([{"text": "q", "label": label}])
        with pytest.raises(ptm.DataError, match=r"load_references\("):
            what_people_wrote(rows, FakeWriter(echo))


def test_rows_with_references_are_asked_of_who_writes():
    rows = referred(("a b", "a b"), ("c", "d"))
    found = ptm.evaluate_invariant(
        FakeWriter(lambda text, _: text.lower()), rows, under=str.upper
    )
    assert found.measurement.value == 0.0
    found = ptm.evaluate_invariant(FakeWriter(echo), rows, under=str.upper)
    assert found.measurement.value == 1.0


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"max_new_tokens": 0}, "1 or more"),
        ({"num_beams": 1.5}, "whole number"),
        ({"temperature": 0.7}, "seed=0"),
        ({"seed": 0, "num_beams": 4}, "leave one of them out"),
        ({"seed": 0, "temperature": 0.0}, "more than 0"),
        ({"seed": 0, "top_p": 1.5}, "no more than 1"),
        ({"seed": True}, "whole number"),
        ({"num_beams": 2, "stop": ("x",)}, "leave one of them out"),
        ({"stop": ("",)}, "texts at which an answer ends"),
        ({"prompt": "Translate"}, "{text}"),
        ({"prompt": "{text} {text}"}, "once"),
        ({"prompt": "{words}"}, "{text}"),
        ({"prompt": "{text"}, "twice"),
        ({"system": "x", "chat": False}, "of a chat"),
        ({"truncate": "middle"}, "left"),
        ({"chat": 1}, "True or False"),
    ],
)
def test_settings_that_are_none_are_refused(given, why):
    with pytest.raises(ptm.ArgumentError) as caught:
        Generating(**given)
    assert why in str(caught.value)


def test_settings_lie_over_earlier_ones():
    how = Generating(max_new_tokens=5).over(Generating(max_new_tokens=9, chat=True))
    assert how == Generating(max_new_tokens=5, chat=True)
    assert Generating(prompt='{{"q": "{text}"}}').asked("why?") == '{"q": "why?"}'


def test_a_text_that_cannot_be_is_no_answer():
    logs = [-1.0, float("-inf"), float("nan")]
    found = GeneratedTexts.of(["a"] * 3, log_probabilities=logs)
    assert found.valid.tolist() == [True, False, False]
