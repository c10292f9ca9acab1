"""Asking ends once the verdict is settled, and says so."""

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, by_word

from pytest_ptm import (
    BehaviourFailure,
    Inconclusive,
    assert_accuracy,
    assert_bias_gap,
    assert_invariant,
    assert_metric,
    load_examples,
)
from pytest_ptm.errors import ArgumentError
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings


def rows(right, n):
    """Sorted: the ``right`` ones first, as a file sorted by difficulty is."""
    labels = ["positive"] * right + ["negative"] * (n - right)
    return [{"text": f"good {i}", "label": y} for i, y in enumerate(labels)]


def test_a_clear_pass_asks_a_few_hundred_of_ten_thousand(model, session):
    result = assert_accuracy(
        model, rows(9_500, 10_000), at_least=0.9, early_stop="confident"
    )
    stopped = result.stopped
    assert (stopped.outcome, stopped.ground, stopped.total) == (
        "passed",
        "confident",
        10_000,
    )
    assert stopped.asked == result.n == model.rows_sent == result.cost.forwarded
    assert stopped.asked < 1_000
    assert result.cost.examples == stopped.asked
    assert sum(cost.examples for cost in session.costs) == stopped.asked


def test_the_message_never_gives_a_partial_figure_as_the_data_sets(model):
    with pytest.raises(BehaviourFailure) as failure:
        assert_accuracy(model, rows(800, 1_000), at_least=0.9, early_stop="confident")
    first, *others = str(failure.value).splitlines()
    asked = model.rows_sent
    assert first.startswith(
        f"accuracy < 0.9000, confident at 95 % after {asked} of 1,000 examples ("
    )
    assert "among those" in first
    assert any("shuffled with seed 0" in line for line in others)
    assert any("not of the data" in line for line in others)


def test_certain_never_differs_from_the_whole_data_set(model):
    # 57 of 100 reach 0.57, though 0.57 * 100 lies below 57 as a float.
    for right in (56, 57, 58):
        with activated(Session()):
            try:
                result = assert_accuracy(
                    model, rows(right, 100), at_least=0.57, early_stop="certain"
                )
            except BehaviourFailure:
                assert right < 57
            else:
                assert right >= 57
                assert result.stopped is None or result.stopped.ground == "certain"


def test_asked_to_the_end_it_is_a_plain_result(model, session):
    result = assert_accuracy(model, rows(60, 60), at_least=0.5, early_stop="certain")
    assert result.stopped is None
    assert result.value == 1.0
    assert sum(cost.examples for cost in session.costs) == 60


def test_sorted_data_is_saved_by_the_shuffle():
    # The first half right throughout, 88 % over all: the verdict is that of the whole.
    wrong = 0
    for seed in range(20):
        with activated(Session(lambda seed=seed: Settings(seed=seed))):
            try:
                assert_accuracy(
                    FakeClassifier(by_word()),
                    rows(1_760, 2_000),
                    at_least=0.9,
                    early_stop="confident",
                )
            except BehaviourFailure:
                continue
            wrong += 1
    assert wrong <= 3


def test_at_a_confidence_certain_waits_for_the_very_bounds(model):
    how = {"at_least": 0.9, "confidence": 0.95, "early_stop": "certain"}
    result = assert_accuracy(model, rows(990, 1_000), **how)
    assert result.stopped is None or result.stopped.outcome == "passed"
    with activated(Session()), pytest.raises(Inconclusive, match="inconclusive at"):
        assert_accuracy(FakeClassifier(by_word()), rows(905, 1_000), **how)


def test_invariance_counts_only_texts_that_change(model):
    texts = [f"good film {i}" if i % 2 else f"x{i}" for i in range(2_000)]
    change = {"good": lambda text: text.replace("good", "fine", 1)}["good"]
    with pytest.raises(BehaviourFailure) as failure:
        assert_invariant(model, texts, under=change, at_most=0.1, early_stop="certain")
    assert "of 1,000 examples" in str(failure.value).splitlines()[0]
    assert model.rows_sent < 600


def test_a_gap_between_groups_is_settled_early(model):
    table = [
        {
            "text": f"good {i}",
            "label": "positive" if i % 2 or i % 10 < 5 else "negative",
            "side": "a" if i % 2 else "b",
        }
        for i in range(4_000)
    ]
    examples = load_examples(table, text="text", label="label", groups=["side"])
    with pytest.raises(BehaviourFailure) as failure:
        assert_bias_gap(
            model, examples, group="side", at_most=0.05, early_stop="confident"
        )
    assert "of 4,000 examples" in str(failure.value).splitlines()[0]
    assert model.rows_sent < 1_000


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ({"metric": "f1_macro", "early_stop": "certain"}, "no mean of one score"),
        (
            {
                "metric": "accuracy",
                "early_stop": "confident",
                "estimand": "population",
            },
            "estimand='dataset'",
        ),
        (
            {"metric": "accuracy", "early_stop": "certain", "interval": "jeffreys"},
            "over all rows",
        ),
    ],
)
def test_what_cannot_stop_early_says_why(model, how, match):
    with pytest.raises(ArgumentError, match=match):
        assert_metric(model, rows(4, 5), at_least=0.1, **how)
    assert model.rows_sent == 0


def test_the_option_stops_where_it_can_and_asks_everything_elsewhere(model):
    with activated(Session(lambda: Settings(early_stop="confident"))):
        labels = rows(4_500, 5_000)
        result = assert_metric(model, labels, metric="f1_macro", at_least=0.1)
        assert result.n == 5_000
        assert assert_accuracy(model, labels, at_least=0.5).stopped is not None


def test_a_limit_is_drawn_first_and_marked(model):
    with activated(Session(lambda: Settings(limit=500))):
        result = assert_accuracy(
            model, rows(4_900, 5_000), at_least=0.5, early_stop="confident"
        )
    assert result.of == 5_000
    assert result.stopped.total == 500


def test_a_change_that_is_not_the_same_twice_is_asked_about_in_full(model):
    rng = np.random.default_rng(0)
    texts = [f"good {i}" for i in range(300)]

    def moody(text):
        return text + "!" if rng.random() < 0.5 else text

    result = assert_invariant(
        model, texts, under=moody, at_most=0.5, early_stop="certain"
    )
    assert result.stopped is None


def test_a_gap_asked_to_the_end_is_known(model):
    table = [
        {"text": f"good {i}", "label": "positive", "side": "ab"[i % 2]}
        for i in range(120)
    ]
    examples = load_examples(table, groups=["side"])
    how = {"group": "side", "at_most": 0.0, "early_stop": "confident"}
    assert assert_bias_gap(model, examples, **how).value == 0.0
    result = assert_bias_gap(
        model, examples, confidence=0.95, **{**how, "at_most": 0.05}
    )
    assert result.value == 0.0
