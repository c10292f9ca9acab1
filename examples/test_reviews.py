"""How the shipped review classifier has to behave, and one thing it cannot do yet."""

from pathlib import Path

import pytest

from pytest_ptm import (
    assert_accuracy,
    assert_metric,
    evaluate_accuracy,
    load_examples,
)

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def reviews():
    return load_examples(DATA / "reviews.jsonl", groups=["length", "name_origin"])


def test_is_right_often_enough(ptm_model, reviews):
    assert_accuracy(ptm_model, reviews, at_least=0.84)


def test_finds_the_happy_ones(ptm_model, reviews):
    assert_metric(ptm_model, reviews, metric="f1", positive="positive", at_least=0.85)


def test_is_sure_only_when_it_is_right(ptm_model, reviews):
    assert_metric(ptm_model, reviews, metric="log_loss", at_most=0.50)


@pytest.mark.parametrize("length", ["short", "long"])
def test_is_right_at_every_length(ptm_model, reviews, length):
    assert_accuracy(ptm_model, reviews.where(length=length), at_least=0.80)


def test_no_name_makes_it_much_worse(ptm_model, reviews):
    result = evaluate_accuracy(ptm_model, reviews)
    origins = [g for g in result.by_group if g.column == "name_origin"]
    assert min(g.value for g in origins) >= result.value - 0.10


@pytest.mark.xfail(reason="reads 'not bad' as bad: it never saw blame denied")
def test_understands_double_negation(ptm_model):
    assert_accuracy(ptm_model, DATA / "negations.jsonl", at_least=0.50)
