"""What we promise of the review classifier, as tests that anybody can read."""

from pathlib import Path

import pytest

from pytest_ptm import (
    Examples,
    assert_accuracy,
    assert_bias_gap,
    assert_metric,
    load_examples,
)

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def reviews() -> Examples:
    return load_examples(DATA / "reviews.jsonl", groups=["length", "name_origin"])


@pytest.fixture(scope="module")
def negations() -> Examples:
    return load_examples(DATA / "negations.jsonl")


def test_is_right_often_enough(ptm_model, reviews):
    assert_accuracy(ptm_model, reviews, at_least=0.85)


def test_finds_the_happy_reviews(ptm_model, reviews):
    assert_metric(ptm_model, reviews, metric="f1", positive="positive", at_least=0.80)


def test_is_not_certain_of_its_mistakes(ptm_model, reviews):
    assert_metric(ptm_model, reviews, metric="log_loss", at_most=0.45)


@pytest.mark.parametrize("length", ["short", "long"])
def test_reads_short_and_long_reviews(ptm_model, reviews, length):
    assert_accuracy(ptm_model, reviews.where(length=length), at_least=0.80)


def test_is_right_whoever_came_along(ptm_model, reviews):
    assert_bias_gap(ptm_model, reviews, group="name_origin", at_most=0.10)


@pytest.mark.xfail(reason="training denies praise, hardly ever blame", strict=True)
def test_understands_not_bad(ptm_model, negations):
    assert_accuracy(ptm_model, negations, at_least=0.80)
