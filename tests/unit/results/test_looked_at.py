"""A result as people look at it: what failed, a frame of every unit, a notebook."""

from __future__ import annotations

import sys

import pytest

from pytest_ptm import (
    ArgumentError,
    FailingExample,
    MissingExtraError,
    evaluate_accuracy,
    evaluate_metric,
    from_function,
)

HOSTILE = "<script>alert(1)</script> & \x1b[2J"


def always_positive(texts):
    return [[0.25, 0.75]] * len(texts)


def result_of(labels, *, text="text", groups=True):
    rows = [
        {"id": f"r{i}", "text": f"{text} {i}", "label": label}
        for i, label in enumerate(labels)
    ]
    model = from_function(always_positive, classes=["neg", "pos"])
    if not groups:
        return evaluate_accuracy(model, rows)
    from pytest_ptm import load_examples

    for row in rows:
        row["side"] = "left" if row["id"] == "r0" else "right"
        row["right"] = "yes"
    held = load_examples(rows, groups=["side", "right"])
    return evaluate_accuracy(model, held)


def test_what_failed_with_text_expected_and_got():
    result = result_of(["neg", "pos", "neg"])
    found = result.failing_examples()
    assert len(found) == result.failing == 2
    assert {each.id for each in found} == {"r0", "r2"}
    (first,) = [each for each in found if each.id == "r0"]
    assert first == FailingExample("r0", "text 0", "neg", "pos 0.750")


def test_beyond_the_cases_that_are_kept_there_are_ids():
    result = result_of(["neg"] * 130, groups=False)
    found = result.failing_examples()
    assert len({each.id for each in found}) == len(found) == 130
    assert [each.shown is None for each in found] == [False] * 100 + [True] * 30


def test_a_frame_holds_every_unit():
    frame = result_of(["neg", "pos", "neg"]).to_frame()
    assert frame["id"].tolist() == ["r0", "r1", "r2"]
    assert frame["right"].tolist() == [False, True, False]
    assert frame["predicted"].tolist() == ["pos"] * 3
    assert frame["side"].tolist() == ["left", "right", "right"]
    assert frame["group:right"].tolist() == ["yes"] * 3
    assert frame["score"].mean() == pytest.approx(1 / 3)


def test_numbers_have_scores_and_no_class():
    model = from_function(lambda texts: [len(t) for t in texts], classes=None)
    rows = [{"text": "four", "label": 4.0}, {"text": "fives", "label": 6.0}]
    frame = evaluate_metric(model, rows, metric="mean_absolute_error").to_frame()
    assert frame["score"].tolist() == [0.0, 1.0]
    assert "predicted" not in frame


def test_a_missing_pandas_is_named_with_what_to_type(monkeypatch):
    result = result_of(["pos"])
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pandas.*pytest-ptm\[frames\]"):
        result.to_frame()


def test_nothing_of_single_examples_is_no_frame():
    from dataclasses import replace

    result = replace(result_of(["pos"]), outcomes=None)
    with pytest.raises(ArgumentError, match="keeps nothing of single examples"):
        result.to_frame()
    assert result.failing_examples() == ()


def test_a_notebook_shows_figure_groups_and_cases_and_obeys_no_text():
    result = result_of(["neg", "pos", "neg"], text=HOSTILE)
    shown = result._repr_html_()
    assert shown.startswith("<p>accuracy 0.3333")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; \\x1b[2J 0" in shown
    assert "<script" not in shown
    assert "\x1b" not in shown
    assert "<th>worst of 2</th>" in shown
    assert "<td>r0</td>" in shown


def test_a_result_is_no_assertion():
    """``assert evaluate_accuracy(…)`` was green whatever the figure."""
    result = result_of(["neg", "neg"])
    with pytest.raises(TypeError, match=r"neither true nor false.*<accuracy 0\.0000"):
        assert result
    assert result is not None
    assert result.value == 0
