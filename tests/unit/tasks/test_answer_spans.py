"""Answers that are parts of a text: joined, compared, said, kept."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from ptm_questions import FakeReader, asked, second_word, spans

import pytest_ptm as ptm
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.tasks.answer_spans.settings import Answering
from pytest_ptm.tasks.answer_spans.truth import SpanTruth, what_is_right
from pytest_ptm.tasks.extractive_qa import SpanAnswers
from pytest_ptm.tasks.truth import labels_of


def windows(*rows, threshold=None):
    """Answers of one character each: where, its score, the null score."""
    starts, scores, nulls = zip(*rows, strict=True)
    begin = np.array(starts, dtype=np.int32)
    return SpanAnswers(
        starts=begin,
        ends=begin + 1,
        texts=Ragged(
            np.array([97 + start for start in starts], dtype=np.uint8),
            np.ones(len(rows), dtype=np.int32),
        ),
        scores=np.array(scores, dtype=np.float64),
        nulls=np.array(nulls, dtype=np.float64),
        totals=np.array(scores, dtype=np.float64) + 0.5,
        undecided=np.zeros(len(rows), dtype=np.bool_),
        threshold=threshold,
    )


def test_the_best_window_answers_and_the_lowest_null_counts():
    said = windows((3, 1.0, 5.0), (8, 2.0, 4.0), (1, 0.0, 9.0))
    joined = said.joined(np.array([2, 1], dtype=np.int32))
    assert [joined.text(row) for row in range(2)] == ["i", "b"]
    assert joined.nulls.tolist() == [4.0, 9.0]
    assert joined.totals[0] == pytest.approx(np.logaddexp(1.5, 2.5))


def test_of_equal_windows_the_first_in_the_context_answers():
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        rows = [(8, 2.0, 0.0), (3, 2.0, 0.0), (5, 1.0, 0.0)]
        said = windows(*[rows[place] for place in order])
        joined = said.joined(np.array([3], dtype=np.int32))
        assert joined.text(0) == "d"
        assert joined.tied.tolist() == [True]
    # One span in two windows is one answer.
    twice = windows((3, 2.0, 0.0), (3, 2.0, 0.0)).joined(np.array([2], dtype=np.int32))
    assert twice.tied.tolist() == [False]


def test_a_tie_is_wrong_unless_there_is_no_answer():
    said = replace(
        windows((1, 0.0, 0.0), (1, 0.0, 0.0), (1, 0.0, 1.0), threshold=0.5),
        undecided=np.array([False, True, True]),
    )
    gold = np.empty(3, dtype=object)
    gold[:] = [("b",), ("b",), ()]
    truth = SpanTruth(gold)
    assert truth.right(said).tolist() == [True, False, True]
    assert truth.away(said).tolist() == [0.0, 1.0, 0.0]
    assert said.differs(replace(said, undecided=~said.undecided)).tolist() == [
        True,
        True,
        False,
    ]


def test_there_is_no_answer_above_the_threshold_alone():
    rows = [(0, 1.0, 2.0), (1, 1.0, 2.5), (2, 1.0, 3.0)]
    assert windows(*rows).none.tolist() == [False, False, False]
    assert windows(*rows, threshold=1.5).none.tolist() == [False, False, True]
    said = windows(*rows, threshold=0.0)
    assert [said.text(row) for row in range(3)] == ["", "", ""]
    assert said.said(0).startswith("no answer 0.")
    assert said.answer(0).label is None
    assert windows(*rows).answer(1).label == "b"


def test_probabilities_are_of_all_spans_and_of_there_being_none():
    said = windows((0, 1.0, 2.0))
    assert said.probabilities[0] == pytest.approx(np.exp(-0.5))
    most = windows((0, 1.0, 2.0), threshold=0.0)
    assert most.probabilities[0] == pytest.approx(
        np.exp(2.0) / (np.exp(1.5) + np.exp(2.0))
    )


def test_answers_differ_by_their_words():
    before = spans("The film.", "Rome", "東京", "an", nulls=[-1, -1, -1, 3])
    after = spans("film", "Oslo", "東京", "an", nulls=[-1, -1, -1, -3])
    assert before.differs(after).tolist() == [False, True, False, False]
    none, some = (replace(each, threshold=0.0) for each in (before, after))
    # "an" has no word, and is an answer all the same.
    assert none.differs(some).tolist() == [False, True, False, True]
    assert none.shift(some)[[1, 3]].tolist() == [1.0, 1.0]
    assert none.differs(none, tolerance=0.0).tolist() == [False] * 4


def test_answers_are_plain_columns():
    said = spans("東京", "Edo", threshold=0.5)
    again = pickle.loads(pickle.dumps(said.take(np.array([1, 0]))))
    assert [again.text(row) for row in range(2)] == ["Edo", "東京"]
    assert again.threshold == 0.5


def test_a_span_that_is_none_is_refused():
    with pytest.raises(ptm.ModelError, match=r"PTM313 .*ends before"):
        spans("")
    assert spans("a", nulls=[np.nan]).valid.tolist() == [False]


def test_settings_that_are_none_are_refused():
    for wrong in (
        {"window": 0},
        {"stride": True},
        {"longest": 1.5},
        {"no_answer_threshold": "0"},
        {"no_answer_threshold": float("nan")},
    ):
        (name,) = wrong
        with pytest.raises(ptm.ArgumentError, match=f"{name}="):
            Answering(**wrong)


def test_a_model_that_always_answers_is_not_asked_what_has_no_answer():
    rows = asked(("Who?", "Ann left", ("Ann",)), ("Where?", "Ann left", ()))
    reader = FakeReader(second_word)
    with pytest.raises(
        ptm.ArgumentError, match=r"1 of 2 questions have no answer \(first: row-2\)"
    ):
        what_is_right(rows, reader)
    threshold = ptm.answering(reader, no_answer_threshold=0.0)
    truth = what_is_right(rows, threshold)
    assert [truth.expected(row) for row in range(2)] == ['"Ann"', "no answer"]


def test_other_labels_are_refused():
    reader = FakeReader(second_word)
    inputs = {"question": ("Who?",), "context": ("Ann left",)}
    for labels, said in ((None, "no answers"), (("Ann",), "the label 'Ann'")):
        with pytest.raises(ptm.DataError, match=f"PTM206 .*row-1 has {said}"):
            what_is_right(Examples(("row-1",), inputs, labels), reader)
    rows = asked(("Who?", "Ann left", ("Ann",)))
    with pytest.raises(ptm.ArgumentError, match="label_map="):
        what_is_right(rows, reader, label_map={"a": "b"})
    with pytest.raises(
        ptm.DataError, match=r"PTM206 .*answers in a text.*extractive-qa"
    ):
        labels_of(rows)
