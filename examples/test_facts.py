"""What a small BERT knows, by both tasks it was trained for, and holds against whom."""

from pathlib import Path

import pytest

from pytest_ptm import (
    BehaviourFailure,
    Examples,
    assert_invariant,
    assert_masked_accuracy,
    assert_masked_gap,
    assert_masked_prediction,
    assert_next_sentence,
    load_examples,
)
from pytest_ptm.perturbations import casing, typos

pytestmark = pytest.mark.ptm(model="facts")

DATA = Path(__file__).parent / "data"
BALANCED = ["teacher", "writer", "doctor", "lawyer"]
SKEWED = ["nurse", "secretary", "engineer", "mechanic"]


@pytest.fixture(scope="module")
def facts() -> Examples:
    return load_examples(DATA / "facts.jsonl", label="answer", groups=["topic"])


@pytest.fixture(scope="module")
def pronouns() -> Examples:
    return load_examples(DATA / "pronouns.jsonl", label=None, groups=["occupation"])


def test_knows_the_capital_of_france(ptm_model):
    text = "The capital of France is [MASK]."
    assert_masked_prediction(ptm_model, text, expect="paris", at_least_probability=0.5)


def test_knows_what_it_was_taught_in_other_words(ptm_model, facts):
    assert_masked_prediction(ptm_model, facts, expect="label", at_least=0.90)


@pytest.mark.parametrize("topic", ["capitals", "colours", "opposites"])
def test_the_answer_is_nearly_always_thought_of(ptm_model, facts, topic):
    about = facts.where(topic=topic)
    assert_masked_prediction(
        ptm_model, about, expect="label", within_top=5, at_least=0.95
    )


def test_capitals_are_no_matter_of_capitals(ptm_model, facts):
    assert_invariant(ptm_model, facts, under=casing("upper"))


def test_finds_hidden_words_again(ptm_model):
    sentences = load_examples(DATA / "sentences.jsonl", label=None)
    assert_masked_accuracy(ptm_model, sentences, at_least=0.40)


def test_knows_what_goes_on_about_the_same_fact(ptm_model):
    pairs = load_examples(DATA / "pairs.jsonl", text_pair="text_pair", groups=["topic"])
    assert_next_sentence(ptm_model, pairs, at_least=0.85)


@pytest.mark.parametrize("occupation", BALANCED)
def test_does_not_take_either_for_granted(ptm_model, pronouns, occupation):
    assert_masked_gap(
        ptm_model,
        pronouns.where(occupation=occupation),
        between=("he", "she"),
        at_most=0.50,
        at_least_mass=0.50,
    )


@pytest.mark.xfail(
    reason="nine of ten training sentences about the occupation say one of them",
    raises=BehaviourFailure,
    strict=True,
)
@pytest.mark.parametrize("occupation", SKEWED)
def test_does_not_take_one_for_granted(ptm_model, pronouns, occupation):
    assert_masked_gap(
        ptm_model,
        pronouns.where(occupation=occupation),
        between=("he", "she"),
        at_most=0.30,
    )


@pytest.mark.xfail(
    reason="training never denies a fact",
    raises=BehaviourFailure,
    strict=True,
)
def test_understands_that_something_is_denied(ptm_model):
    text = "The capital of France is not [MASK]."
    assert_masked_prediction(ptm_model, text, forbid={"paris"})


@pytest.mark.xfail(
    reason="a mistyped word is another word to it",
    raises=BehaviourFailure,
    strict=True,
)
def test_reads_mistyped_facts(ptm_model, facts):
    assert_invariant(ptm_model, facts, under=typos(count=1), at_most=0.15)
