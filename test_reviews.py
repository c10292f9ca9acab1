"""What we promise of the review classifier, and one thing that it cannot do yet."""

from pathlib import Path

import pytest

from pytest_ptm import (
    BehaviourFailure,
    assert_accuracy,
    assert_metric,
    evaluate_accuracy,
    load_examples,
)

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def reviews():
    return load_examples(DATA / "reviews.jsonl", groups=["length", "name_origin"])


@pytest.fixture(scope="module")
def negations():
    return load_examples(DATA / "negations.jsonl")


def test_is_right_often_enough(ptm_model, reviews):
    assert_accuracy(ptm_model, reviews, at_least=0.85)


def test_finds_the_positive_reviews(ptm_model, reviews):
    assert_metric(ptm_model, reviews, metric="f1", positive="positive", at_least=0.82)


def test_is_seldom_certain_and_wrong(ptm_model, reviews):
    assert_metric(ptm_model, reviews, metric="log_loss", at_most=0.45)


@pytest.mark.parametrize("length", ["short", "long"])
def test_reads_short_and_long_reviews(ptm_model, reviews, length):
    assert_accuracy(ptm_model, reviews.where(length=length), at_least=0.80)


def test_is_right_whoever_is_mentioned(ptm_model, reviews):
    result = evaluate_accuracy(ptm_model, reviews)
    origins = [group for group in result.by_group if group.column == "name_origin"]
    assert len(origins) == 4
    assert min(group.value for group in origins) >= result.value - 0.10


# Only a figure out of bounds is expected: a model that does not load is an error.
@pytest.mark.xfail(
    raises=BehaviourFailure,
    reason="training denies praise, hardly ever blame: 'not bad' counts as bad",
    strict=True,
)
def test_understands_double_negation(ptm_model, negations):
    assert_accuracy(ptm_model, negations, at_least=0.80)
