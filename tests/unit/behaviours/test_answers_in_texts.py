"""Every behaviour of answers that are parts of a text, none of which knows them."""

from __future__ import annotations

import pytest
from ptm_questions import FakeReader, asked, second_word

import pytest_ptm as ptm
from pytest_ptm.behaviours.prediction import predict
from pytest_ptm.perturbations import casing, typos

MODEL = FakeReader(second_word)
LAST = FakeReader(lambda question, context: context.split()[-1], name="last")
ROWS = asked(
    ("Who came?", "Then Ann came.", ("Ann", "Then Ann")),
    ("Who left?", "So Bob left Oslo.", ("Bob",)),
    ("Where?", "So Bob left Oslo.", ("Oslo",)),
    ("誰?", "昨日 東京 でした", ("東京",)),
    where=["a", "a", "b", "b"],
)
SILENT = FakeReader(
    lambda question, context: "" if question == "Why?" else second_word("", context)
)


def test_figures_and_the_worst_rows():
    result = ptm.assert_metric(MODEL, ROWS, metric="exact_match", at_least=0.75)
    assert (result.value, result.n) == (0.75, 4)
    assert [group.value for group in result.by_group] == [1.0, 0.5]
    assert result.measurement.interval is not None
    with pytest.raises(ptm.BehaviourFailure) as failed:
        ptm.assert_metric(LAST, ROWS, metric="f1", at_least=0.9)
    said = str(failed.value)
    assert "f1 0.2500 < 0.9000" in said
    assert "So Bob left Oslo." in said
    assert '"Ann" or "Then Ann"' in said


def test_characters_are_counted_where_asked():
    result = ptm.evaluate_metric(LAST, ROWS, metric="f1_characters")
    # came has the a and e of Then Ann, Oslo one o of Bob, でした nothing of 東京.
    expected = (4 / 11 + 2 / 7 + 1.0 + 0.0) / 4
    assert result.value == pytest.approx(expected)


def test_another_task_s_metric_says_which_there_are():
    with pytest.raises(ptm.ArgumentError, match="exact_match"):
        ptm.assert_accuracy(MODEL, ROWS, at_least=0.9)
    with pytest.raises(ptm.ArgumentError, match="positive="):
        ptm.evaluate_metric(MODEL, ROWS, metric="f1", positive="Ann")


def test_answers_stay_where_the_case_changes():
    ptm.assert_invariant(MODEL, ROWS, under=casing("upper"), at_most=0.0)
    result = ptm.evaluate_invariant(
        MODEL, ROWS, under=typos(rate=0.9), fields=["question"], seed=1
    )
    assert result.value == 0.0
    moved = ptm.evaluate_invariant(
        MODEL, ROWS, under=lambda text: f"Well, {text}", fields=["context"]
    )
    assert moved.value == 1.0
    assert moved.cases[0].pair is not None


def test_no_worse_than_another_model():
    rows = ROWS.take([0, 1, 2, 3] * 20)
    for metric in ("exact_match", "f1", "f1_characters"):
        ptm.assert_not_worse(MODEL, rows, than=LAST, metric=metric, margin=0.0)
        with pytest.raises(ptm.BehaviourFailure):
            ptm.assert_not_worse(LAST, rows, than=MODEL, metric=metric, margin=0.0)
    assert ptm.evaluate_agrees(MODEL, ROWS, than=MODEL).value == 1.0


def test_questions_about_one_text_hang_together():
    rows = ROWS.take([0, 1, 2, 3] * 20)
    wide = ptm.assert_metric(
        MODEL, rows, metric="f1", at_least=0.1, cluster="where"
    ).measurement.interval
    plain = ptm.evaluate_metric(MODEL, rows, metric="f1").measurement.interval
    assert wide is not None
    assert plain is not None
    assert wide.low < plain.low


def test_a_gap_between_groups():
    result = ptm.evaluate_bias_gap(
        MODEL, ROWS, group="where", metric="exact_match", min_group_size=2
    )
    assert result.value == pytest.approx(0.5)


def test_questions_without_an_answer_take_a_threshold():
    rows = asked(("Who?", "Then Ann came.", ("Ann",)), ("Why?", "Then Ann came.", ()))
    with pytest.raises(ptm.ArgumentError, match=r"no_answer_threshold=0\.0"):
        ptm.evaluate_metric(SILENT, rows, metric="f1")
    model = ptm.answering(SILENT, no_answer_threshold=0.0)
    result = ptm.evaluate_metric(model, rows, metric="f1")
    assert result.value == 1.0
    assert any("of all no-answer thresholds" in note for note in result.notes)
    never = ptm.answering(SILENT, no_answer_threshold=5.0)
    assert ptm.evaluate_metric(never, rows, metric="f1").value == 0.5


def test_pairs_are_questions_and_contexts():
    answers = predict(MODEL, [("Who?", "Then Ann came."), ("誰?", "昨日 東京 でした")])
    assert [answer.label for answer in answers] == ["Ann", "東京"]
    assert predict(MODEL, ("Who?", "Then Ann came."))[0].label == "Ann"
    with pytest.raises(ptm.ArgumentError):
        predict(MODEL, "Who?")


def test_settings_are_refused_by_models_that_have_none():
    model = ptm.from_function(
        lambda texts: [{"a": 1.0}] * len(texts), classes=["a", "b"]
    )
    with pytest.raises(ptm.ArgumentError, match=r"longest=.*has no such settings"):
        ptm.answering(model, longest=3).predictor("text-classification")
    assert ptm.answering(model) is model


def test_early_stopping_sees_each_row():
    rows = ROWS.take([0, 1, 3] * 200)
    result = ptm.assert_metric(
        MODEL, rows, metric="f1", at_least=0.5, early_stop="certain"
    )
    assert result.value >= 0.5
