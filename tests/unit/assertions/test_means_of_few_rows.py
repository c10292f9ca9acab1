"""Means whose scores have no end, or are of part of a data set, at a confidence."""

import numpy as np
import pytest
from ptm_fakes import FakeClassifier

from pytest_ptm import Inconclusive, assert_metric, assert_not_worse
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.runs.rows import row_of
from pytest_ptm.session import Session, activated
from pytest_ptm.statistics.evidence import MeanOf


def rows(n):
    names = tuple(map(str, range(n)))
    texts = tuple(f"text {name}" for name in names)
    return Examples(names, {"text": texts}, ("positive",) * n)


def alike(name="alike"):
    return FakeClassifier(lambda _: (0.0, 2.2), name=name)


@pytest.mark.parametrize("n", [2, 58])
def test_a_few_losses_alike_show_nothing_of_losses_without_end(n):
    how = {"metric": "log_loss", "at_most": 0.11, "confidence": 0.95}
    with pytest.raises(Inconclusive, match=f"{n} examples .* fewer than 59"):
        assert_metric(alike(), rows(n), **how)


def test_nor_of_how_much_further_another_model_may_lose():
    how = {"metric": "log_loss", "margin": 0.1, "confidence": 0.95}
    with pytest.raises(Inconclusive):
        assert_not_worse(alike("now"), rows(2), than=alike("then"), **how)


def test_59_show_that_rarely_any_is_worse_than_the_worst():
    # No worse than twice the worst, that is.
    how = {"metric": "log_loss", "at_most": 0.12, "confidence": 0.95}
    assert_metric(alike(), rows(59), **how)


@pytest.mark.parametrize(("n", "more"), [(20, 39), (58, 1)])
def test_what_would_settle_it_is_no_fewer_than_any_bound_needs(n, more):
    how = {"metric": "log_loss", "at_most": 1.0, "confidence": 0.95}
    with pytest.raises(Inconclusive, match=f"about {more} more examples"):
        assert_metric(alike(), rows(n), **how)


def test_few_losses_still_show_a_model_to_be_bad():
    low = MeanOf(np.full(20, 2.0), least=0.0).interval(side="lower")
    assert low.low > 1.0


@pytest.mark.parametrize("most", [1.0, np.inf])
def test_part_of_a_data_set_with_rare_losses_is_wrong_in_at_most_6_percent(most):
    # Student's t passed .14 of these samples of 300 of 10,000.
    random = np.random.default_rng(0)
    scores = np.full(10_000, 0.01)
    scores[:100] = 1.0
    mean, passed, failed = scores.mean(), 0, 0
    for _ in range(400):
        some = random.choice(scores, 300, replace=False)
        evidence = MeanOf(some, least=0.0, most=most).of_dataset(len(scores))
        passed += evidence.interval(side="upper").high < mean
        failed += evidence.interval(side="lower").low > mean
    assert passed <= 24
    assert failed <= 24


def test_the_rows_left_limit_what_part_of_a_data_set_can_show():
    some = np.full(90, 0.2)
    evidence = MeanOf(some, least=0.0, most=1.0).of_dataset(100)
    assert evidence.interval(side="upper").high <= (90 * 0.2 + 10) / 100
    assert evidence.interval(side="lower").low >= 90 * 0.2 / 100


def test_a_bound_that_is_not_there_is_written_as_none():
    how = {"metric": "log_loss", "at_most": 0.11, "confidence": 0.95}
    session = Session()
    with activated(session), pytest.raises(Inconclusive):
        assert_metric(alike(), rows(20), **how)
    row = row_of(session.verdicts[-1], nodeid="test_it.py::test_it", place=0)
    assert row.judged is None
    assert row.power.strictest is None
    assert "Infinity" not in row.model_dump_json()
