"""What is said to those who hand over rows that another reader reads."""

from __future__ import annotations

import pytest
from ptm_questions import FakeReader, second_word
from ptm_vectors import of_letters

import pytest_ptm as ptm


def test_rows_of_questions_and_of_triples_say_who_reads_them():
    answers = {"text": ["Ann"], "answer_start": [5]}
    rows = [{"question": "Who?", "context": "Then Ann came.", "answers": answers}]
    with pytest.raises(ptm.DataError, match=r"PTM204 .*read by load_questions\(…\)"):
        ptm.assert_metric(FakeReader(second_word), rows, metric="f1", at_least=0.5)
    rows = [{"anchor": "a", "near": "b", "far": "c"}]
    with pytest.raises(ptm.DataError, match=r"PTM204 .*read by load_triples\(…\)"):
        ptm.assert_closer(of_letters(), rows)


def test_a_missing_text_of_a_triple_is_named_by_its_own_argument():
    row = {"anchor": "a", "positive": "b", "negative": "c"}
    for given, argument in (
        ({}, "near"),
        ({"near": "positive"}, "far"),
        ({"near": "positive", "far": "negative", "anchor": "text"}, "anchor"),
    ):
        with pytest.raises(ptm.DataError, match=rf"PTM204 .*Name it with {argument}="):
            ptm.load_triples([row], **given)
    for source, how, why in (
        ([], {}, "0 examples"),
        ([row], {"groups": "kind"}, "expected a list"),
        (ptm.load_examples([{"text": "a"}], label=None), {}, "loaded already"),
    ):
        with pytest.raises((ptm.ArgumentError, ptm.DataError), match=why):
            ptm.load_triples(source, **how)


def test_a_triple_that_no_model_can_have_wrong_is_refused():
    with pytest.raises(ptm.DataError, match=r"PTM217 .*row-2 is its anchor itself"):
        ptm.assert_closer(of_letters(), ["abc", "abd"], ["ab", " abd"], ["zz", "yy"])
