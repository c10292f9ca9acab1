"""What we promise of the review classifier, as tests that anybody can read."""

from pathlib import Path

import pytest

from pytest_ptm import (
    BehaviourFailure,
    Examples,
    assert_accuracy,
    assert_bias_gap,
    assert_calibrated,
    assert_directional,
    assert_invariant,
    assert_metric,
    load_examples,
)
from pytest_ptm.perturbations import casing, typos, whitespace

pytestmark = pytest.mark.ptm(model="reviews")

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def reviews() -> Examples:
    return load_examples(DATA / "reviews.jsonl", groups=["length", "name_origin"])


@pytest.fixture(scope="module")
def negations() -> Examples:
    return load_examples(DATA / "negations.jsonl")


def test_is_right_often_enough(ptm_model, reviews):
    assert_accuracy(ptm_model, reviews, at_least=0.85)


def test_would_be_right_on_other_reviews_too(ptm_model, reviews):
    # Red unless shown good: the examples are a sample, and 95 % sure is asked for.
    assert_accuracy(ptm_model, reviews, at_least=0.80, confidence=0.95)


def test_is_settled_before_the_last_review(ptm_model, reviews):
    assert_accuracy(ptm_model, reviews, at_least=0.70, early_stop="confident")


def test_finds_the_happy_reviews(ptm_model, reviews):
    assert_metric(ptm_model, reviews, metric="f1", positive="positive", at_least=0.80)


def test_is_not_certain_of_its_mistakes(ptm_model, reviews):
    assert_metric(ptm_model, reviews, metric="log_loss", at_most=0.45)


def test_is_right_about_as_often_as_it_says(ptm_model, reviews):
    assert_calibrated(ptm_model, reviews, at_most=0.10, confidence=0.95)


@pytest.mark.parametrize("length", ["short", "long"])
def test_reads_short_and_long_reviews(ptm_model, reviews, length):
    assert_accuracy(ptm_model, reviews.where(length=length), at_least=0.80)


def test_is_right_whoever_came_along(ptm_model, reviews):
    assert_bias_gap(ptm_model, reviews, group="name_origin", at_most=0.10)


@pytest.mark.parametrize("change", [casing("upper"), whitespace()], ids=str)
def test_does_not_mind_how_it_looks(ptm_model, reviews, change):
    assert_invariant(ptm_model, reviews, under=change)


def test_reads_mistyped_reviews(ptm_model, reviews):
    assert_invariant(ptm_model, reviews, under=typos(count=1), at_most=0.15)


def praised(text):
    return f"{text} It was wonderful."


def test_praise_at_the_end_makes_no_review_sadder(ptm_model, reviews):
    assert_directional(
        ptm_model,
        reviews,
        under=praised,
        expect="not_decrease",
        of="positive",
        tolerance=0.05,
        at_most=0.05,
    )


@pytest.mark.xfail(
    reason="training denies praise, hardly ever blame",
    raises=BehaviourFailure,
    strict=True,
)
def test_understands_not_bad(ptm_model, negations):
    assert_accuracy(ptm_model, negations, at_least=0.80)
