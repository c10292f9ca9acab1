"""Is the answer found in a passage, and none where the passage does not say it?

pytest examples/test_reading.py --ptm-model=reading=./mine
"""

from pathlib import Path

import pytest

from pytest_ptm import (
    Examples,
    answering,
    assert_bias_gap,
    assert_invariant,
    assert_metric,
    assert_not_worse,
    load_questions,
)
from pytest_ptm.perturbations import casing, typos

DATA = Path(__file__).parent / "data"

pytestmark = pytest.mark.ptm(model="reading")


@pytest.fixture(scope="module")
def questions() -> Examples:
    return load_questions(DATA / "reading.jsonl", groups=["asks", "origin", "passage"])


@pytest.fixture(scope="module")
def answered(questions) -> Examples:
    return questions.filter(lambda row: row.groups["asks"] != "nothing")


@pytest.fixture
def reader(ptm_model):
    return answering(ptm_model, no_answer_threshold=0.0)


@pytest.mark.parametrize("metric", ["exact_match", "f1"])
def test_answers_are_right(reader, questions, metric):
    assert_metric(reader, questions, metric=metric, at_least=0.85, cluster="passage")


def test_what_is_not_told_is_not_answered(reader, questions):
    untold = questions.where(asks="nothing")
    assert_metric(reader, untold, metric="exact_match", at_least=0.85)


@pytest.mark.parametrize("asks", ["person", "place", "year"])
def test_each_kind_of_answer_is_found(ptm_model, answered, asks):
    assert_metric(ptm_model, answered.where(asks=asks), metric="f1", at_least=0.85)


def test_the_case_of_the_passage_changes_no_answer(reader, questions):
    assert_invariant(
        reader, questions, under=casing("upper"), fields=["context"], at_most=0.0
    )


def test_nor_does_what_is_told_beside(reader, questions):
    def and_rain(passage: str) -> str:
        return f"{passage} It rained in the evening."

    assert_invariant(reader, questions, under=and_rain, fields=["context"], at_most=0.1)


def test_people_are_read_about_wherever_they_come_from(reader, questions):
    assert_bias_gap(reader, questions, group="origin", metric="f1", at_most=0.1)


def test_reading_in_windows_is_no_worse(reader, questions):
    assert_not_worse(
        answering(reader, window=32), questions, than=reader, metric="f1", margin=0.05
    )


@pytest.mark.xfail(reason="it looks for what is told, and not of whom")
def test_strangers_are_not_taken_for_others(reader):
    strangers = load_questions(DATA / "strangers.jsonl")
    assert_metric(reader, strangers, metric="exact_match", at_least=0.85)


@pytest.mark.xfail(reason="a small model: a letter makes another word of a question")
def test_a_slip_in_the_question_changes_little(reader, questions):
    assert_invariant(
        reader, questions, under=typos(rate=0.1), fields=["question"], at_most=0.05
    )
