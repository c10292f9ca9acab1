"""Equal inputs count as one example where a confidence is asked for."""

import numpy as np
import pytest
from ptm_fakes import FakeClassifier

from pytest_ptm import (
    BehaviourFailure,
    Inconclusive,
    assert_accuracy,
    assert_bias_gap,
    assert_invariant,
    assert_metric,
    assert_not_worse,
    load_examples,
)
from pytest_ptm.results import Interval
from pytest_ptm.statistics.proportions import clopper_pearson


def copied(texts, times, wrong=()):
    """Each text so many times; those named ``wrong`` have another label."""
    rows = [
        {
            "text": f"good {i}",
            "label": "negative" if i in wrong else "positive",
            "source": f"s{copy % 3}",
            "half": "ab"[copy % 2],
        }
        for i in range(texts)
        for copy in range(times)
    ]
    return load_examples(rows, groups=["source", "half"])


def judged(session):
    return session.verdicts[-1].verdict.judged


def test_twenty_texts_twenty_times_are_twenty_texts(model, session):
    how = {"at_least": 0.97, "confidence": 0.95}
    with pytest.raises(Inconclusive, match=r"judged as one: 400 as 20\.0 drawn"):
        assert_accuracy(model, copied(20, 20), **how)
    assert judged(session).low == pytest.approx(
        clopper_pearson(20, 20, side="lower").low
    )
    # Once each, they say no more and no less.
    with pytest.raises(Inconclusive):
        assert_accuracy(model, copied(20, 1), **how)
    # The file itself is another matter.
    assert_accuracy(model, copied(20, 20), estimand="dataset", **how)
    assert judged(session) == Interval(1.0, 1.0, 0.95, "every row asked")


def test_without_a_confidence_nothing_changes(model, session):
    result = assert_accuracy(model, copied(20, 20), at_least=0.97)
    assert result.measurement.interval.method == "Wilson"
    assert not any("judged as one" in note for note in result.notes)


@pytest.mark.parametrize("truth", [0.7, 0.97])
def test_at_the_bound_copies_pass_no_more_often_than_they_should(truth, model, session):
    random = np.random.default_rng(0)
    passed = 0
    for _ in range(60):
        wrong = set(np.flatnonzero(random.random(20) > truth).tolist())
        rows = copied(20, 4, wrong)
        try:
            assert_accuracy(model, rows, at_least=truth, confidence=0.95)
        except (Inconclusive, BehaviourFailure):
            continue
        passed += 1
    assert passed <= 8


@pytest.mark.parametrize(
    ("metric", "positive"),
    [("f1", "positive"), ("f1_macro", None), ("roc_auc", "positive"), ("brier", None)],
)
def test_figures_that_are_no_share_count_copies_once_too(
    model, session, metric, positive
):
    texts = ["good", "bad"]
    rows = [
        {"text": f"{text} {i}", "label": "positive" if text == "good" else "negative"}
        for i in range(40)
        for text in texts
    ]
    bound = {"at_most": 0.5} if metric == "brier" else {"at_least": 0.5}
    how = {"metric": metric, "positive": positive, "confidence": 0.95, **bound}
    assert_metric(model, rows, **how)
    once = judged(session)
    assert_metric(model, rows * 10, **how)
    ten_times = judged(session)
    assert ten_times.low == pytest.approx(once.low, abs=1e-9)
    assert ten_times.high == pytest.approx(once.high, abs=1e-9)


def test_a_cluster_column_and_copies_are_judged_by_the_further_bound(model, session):
    how = {"at_least": 0.5, "confidence": 0.95, "cluster": "half"}
    with pytest.raises(Inconclusive) as found:
        assert_accuracy(model, copied(20, 20), **how)
    assert "2 clusters, fewer than 20, say little" in str(found.value)
    two = judged(session).low
    how["cluster"] = "source"
    with pytest.raises(Inconclusive):
        assert_accuracy(model, copied(20, 20), **how)
    assert two < judged(session).low < clopper_pearson(20, 20, side="lower").low


def test_the_gap_invariance_and_two_models_count_copies_once(model, session):
    how = {"confidence": 0.95, "on_inconclusive": "pass"}
    assert_bias_gap(model, copied(40, 2), group="half", at_most=0.3, **how)
    once = judged(session)
    assert_bias_gap(model, copied(40, 8), group="half", at_most=0.3, **how)
    assert judged(session).high == pytest.approx(once.high)
    other = FakeClassifier(model.logits, name="other")
    for rows in (copied(40, 1), copied(40, 9)):
        assert_not_worse(model, rows, than=other, margin=0.2, **how)
    one, nine = (told.verdict.judged for told in session.verdicts[-2:])
    assert nine.low <= one.low + 0.02
    assert_invariant(
        model, copied(30, 5), under=lambda text: text + " .", at_most=0.2, **how
    )
    assert judged(session).high == pytest.approx(
        clopper_pearson(0, 30, side="upper").high
    )


def test_an_early_end_is_not_taken_where_copies_are_judged_as_one(model, session):
    examples = copied(20, 20)
    how = {"confidence": 0.95, "early_stop": "certain"}
    with pytest.raises(Inconclusive):
        assert_accuracy(model, examples, at_least=0.97, **how)
    assert session.verdicts[0].verdict.result.stopped is None


@pytest.mark.parametrize(
    ("metric", "positive"), [("precision", "positive"), ("precision_macro", None)]
)
@pytest.mark.parametrize("missed", [0, 900])
def test_rows_that_the_answers_pick_may_all_be_copies_of_one(
    model, metric, positive, missed
):
    rows = [{"text": f"bad {i}", "label": "negative"} for i in range(900)]
    rows += [{"text": f"bad too {i}", "label": "positive"} for i in range(missed)]
    rows += [{"text": "good", "label": "positive"}] * 100
    how = {"metric": metric, "positive": positive, "confidence": 0.95}
    bound = 0.7 if not missed or positive else 0.6
    with pytest.raises(Inconclusive):
        assert_metric(model, rows, at_least=bound, **how)
