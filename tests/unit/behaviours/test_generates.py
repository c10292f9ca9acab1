"""Answers in words held against checks: shares, samples, and another model's."""

import numpy as np
import pytest
from ptm_written import FakeWriter, echo, referred

import pytest_ptm as ptm
from pytest_ptm.behaviours.generates import generates
from pytest_ptm.checks import (
    Check,
    contains,
    exact_match,
    length,
    no_copy,
    stopped,
    valid_json,
)
from pytest_ptm.engine.plan import windows
from pytest_ptm.statistics.pass_at_k import pass_at_k
from pytest_ptm.tasks.texts.settings import Generating

WORDS = ["alpha beta", "beta", "gamma", "alpha gamma delta"]


class DrawnWriter(FakeWriter):
    """One that can be asked to draw, as a checkpoint can."""

    @property
    def how(self):
        return Generating(seed=3 if self.name == "drawn" else None)

    def generating(self, how):
        return self


def test_a_share_its_cases_and_how_often_each_part_fails():
    writer = FakeWriter(echo)
    check = contains("alpha") & length(of="words", most=2)
    result = ptm.evaluate_generates(writer, WORDS, expect=check)
    assert (result.measurement.metric, result.value, result.n) == ("passes", 0.25, 4)
    assert result.failing == 3
    assert result.notes == (
        'contains("alpha"): fails 2 of 4 answers',
        "length(words, most=2): fails 1 of 4 answers",
    )
    first = result.cases[0]
    assert (first.example_id, first.shown) == ("row-2", "beta")
    assert first.expected == 'contains("alpha") & length(words, most=2)'
    assert first.observed == '"beta"; contains("alpha"): "alpha" is not in it'
    assert result.outcomes.right.tolist() == [True, False, False, False]
    said = f"|passes|expect:{check.name}|data:{result.data[:8]}|"
    assert said in result.signature
    with pytest.raises(ptm.BehaviourFailure, match=r"passes 0\.2500 < 1\.0000"):
        ptm.assert_generates(writer, WORDS, expect=check)
    ptm.assert_generates(writer, WORDS, expect=[check], at_least=0.25)
    ptm.assert_generates(writer, "one text", expect=lambda text: text == "one text")


def test_answers_that_are_empty_or_cut_off_are_counted():
    def silent(text, sample):
        return " " if text == "beta" else text

    writer = FakeWriter(silent, stopped="length")
    result = ptm.evaluate_generates(writer, WORDS, expect=length(of="words", least=1))
    assert result.value == 0.75
    assert result.notes == (
        "1 of 4 answers are empty (first: row-2)",
        "4 of 4 answers are cut off, having as many tokens as they may have "
        "(max_new_tokens=) (first: row-1)",
    )
    assert result.cases[0].observed.startswith('" " (cut off); length(words, least=1)')
    cut = ptm.evaluate_generates(writer, WORDS, expect=~stopped("length"))
    assert cut.value == 0


def test_a_check_sees_prompt_tokens_and_references():
    seen = []

    def look(answer):
        seen.append(answer)

    examples = referred(("a b", ["A B", "ab"]), ("c", "C"))
    writer = FakeWriter(lambda text, sample: f"{text}!", stopped="stop")
    ptm.evaluate_generates(writer, examples, expect=Check("look", look))
    assert [
        (each.text, each.tokens, each.stopped, each.prompt, each.references)
        for each in seen
    ] == [
        ("a b!", 2, "stop", "a b", ("A B", "ab")),
        ("c!", 1, "stop", "c", ("C",)),
    ]
    copied = ptm.evaluate_generates(writer, WORDS, expect=no_copy(1))
    assert copied.value == 0.5


def test_references_are_read_and_asked_for_before_the_model_is():
    writer = FakeWriter(echo)
    rows = [{"text": "a", "references": "A"}, {"text": "b", "references": ["c"]}]
    assert ptm.evaluate_generates(writer, rows, expect=exact_match()).value == 0.5
    assert ptm.evaluate_generates(writer, rows, expect=contains("a")).value == 0.5
    writer.sent.clear()
    with pytest.raises(ptm.DataError, match=r"PTM206.*row-1 has no reference"):
        ptm.evaluate_generates(writer, ["x"], expect=contains("x") & ~exact_match())
    with pytest.raises(ptm.DataError, match="references"):
        ptm.evaluate_generates(writer, [{"text": "x"}], expect=exact_match())
    with pytest.raises(ptm.ArgumentError, match=r"say exact_match\("):
        ptm.evaluate_generates(writer, ["x"], expect="x")
    with pytest.raises(ptm.ArgumentError, match="outside the metric's range"):
        ptm.assert_generates(writer, ["x"], expect=exact_match("x"), at_least=2)
    assert writer.sent == []


def test_groups_and_rows_that_ask_the_same():
    examples = referred(("a", "a"), ("a", "a"), ("b", "c"), kind=["one", "two", "two"])
    result = ptm.evaluate_generates(FakeWriter(echo), examples, expect=exact_match())
    assert [(each.group, each.value) for each in result.by_group] == [
        ("one", 1.0),
        ("two", 0.5),
    ]
    assert result.outcomes.alike.tolist() == [0, 0, 2]
    assert any("1 of 3 repeat an earlier text" in note for note in result.notes)


def by_sample(text, sample):
    """Passes for as many of ten samples as the text has letters."""
    return "yes" if sample % 10 < len(text) else "no"


def test_pass_at_k_of_samples():
    writer = DrawnWriter(by_sample, name="drawn")
    rows = ["a", "bbb", "cccccccccc"]
    result = ptm.evaluate_generates(
        writer, rows, expect=exact_match("yes"), samples=10, k=3
    )
    expected = pass_at_k(np.array([1, 3, 10]), 10, 3)
    assert result.outcomes.scores.tolist() == expected.tolist()
    assert result.value == pytest.approx(expected.mean())
    assert (result.measurement.metric, result.n, result.failing) == ("pass@3", 3, 2)
    assert sorted(writer.sent) == sorted((row, s) for row in rows for s in range(10))
    assert result.cost.examples == 30
    assert '|pass@3|expect:exact_match("yes")|samples:10|' in result.signature
    assert result.cases[0].observed == (
        '1 of 10 pass, but not "no"; exact_match("yes"): is not "yes"'
    )
    assert result.outcomes.right is None
    with pytest.raises(ptm.BehaviourFailure, match=r"pass@1 0\.4667 < 0\.9000"):
        ptm.assert_generates(
            writer, rows, expect=exact_match("yes"), samples=10, at_least=0.9
        )


def test_samples_that_are_not_drawn():
    greedy = DrawnWriter(by_sample, name="greedy")
    with pytest.raises(ptm.ArgumentError, match=r"generating\(model, seed=0\)"):
        ptm.evaluate_generates(greedy, ["a"], expect=exact_match("yes"), samples=2)
    assert greedy.sent == []
    said = ptm.evaluate_generates(
        FakeWriter(echo), ["a", "b"], expect=exact_match("a"), samples=3
    )
    assert said.value == 0.5
    assert "all 3 samples of each text are the same" in said.notes[0]


@pytest.mark.parametrize(
    ("samples", "k"), [(0, 1), (2, 3), (1, 2), (True, 1), (2.0, 1), (2, 0)]
)
def test_numbers_of_samples_that_are_none(samples, k):
    writer = FakeWriter(echo)
    with pytest.raises(ptm.ArgumentError, match=r"expected a whole number|k=\d of"):
        ptm.evaluate_generates(
            writer, ["a"], expect=exact_match("a"), samples=samples, k=k
        )
    assert writer.sent == []


@pytest.mark.parametrize("samples", [1, 4])
def test_heard_in_windows_it_joins_to_the_whole(samples):
    rows = [f"{'x' * (i % 5)}{i}" for i in range(60)]
    inquiry = generates(
        FakeWriter(lambda text, s: text[s:]),
        rows,
        expect=lambda text: text.startswith("x"),
        samples=samples,
        k=min(2, samples),
    )
    every = np.arange(len(rows))
    whole = inquiry.ask(every)
    parts, scores = [], np.zeros(len(rows))
    for units in windows(len(rows), size=17, seed=3):
        parts.append(inquiry.ask(units))
        scores[units] = inquiry.score(parts[-1], units)
    joined = inquiry.result(inquiry.join(parts), every)
    at_once = inquiry.result(whole, every)
    assert joined.measurement == at_once.measurement
    assert joined.cases == at_once.cases
    assert scores.tolist() == at_once.outcomes.scores.tolist()
    assert joined.value == pytest.approx(scores.mean())


def test_it_stops_early_and_judges_at_a_confidence():
    rows = [f"row {i}" for i in range(2_000)]
    for samples in (1, 2):
        result = ptm.assert_generates(
            DrawnWriter(echo, name="drawn"),
            rows,
            expect=contains("row"),
            at_least=0.5,
            samples=samples,
            early_stop="certain",
        )
        assert result.stopped is not None
        assert result.n < 2_000
    with pytest.raises(ptm.Inconclusive):
        ptm.assert_generates(
            FakeWriter(echo), WORDS, expect=contains("a"), at_least=0.9, confidence=0.95
        )


def test_a_model_is_no_worse_by_a_check():
    better = FakeWriter(echo, name="better")
    worse = FakeWriter(lambda text, s: text[:5], name="worse")
    check = length(of="words", least=2)
    gain = ptm.evaluate_not_worse(better, WORDS, than=worse, expect=check)
    assert gain.value == 0.5
    assert gain.measurement.metric == "gain in passes over worse"
    assert "|not_worse|passes|than:" in gain.signature
    assert f"|expect:{check.name}|" in gain.signature
    ptm.assert_not_worse(better, WORDS, than=worse, expect=check)
    with pytest.raises(ptm.BehaviourFailure, match="gain in passes over better"):
        ptm.assert_not_worse(worse, WORDS, than=better, expect=check)
    lost = ptm.evaluate_not_worse(worse, WORDS, than=better, expect=[check])
    assert lost.cases[0].observed == '"alpha beta" → "alpha"'
    assert lost.failing == 2
    rows = [{"text": "alpha beta", "references": "alpha"}]
    same = ptm.evaluate_not_worse(worse, rows, than=better, expect=exact_match())
    assert same.value == 1.0
    with pytest.raises(ptm.ArgumentError, match="metric= beside expect="):
        ptm.evaluate_not_worse(better, WORDS, than=worse, expect=check, metric="f1")
    with pytest.raises(ptm.DataError, match="PTM206"):
        ptm.evaluate_not_worse(better, WORDS, than=worse, expect=exact_match())


def test_a_model_that_writes_nothing_is_refused():
    rule = ptm.from_function(lambda texts: [[1, 0]] * len(texts), classes=["a", "b"])
    with pytest.raises(ptm.ArgumentError, match="'text-generation', 'text2text"):
        ptm.evaluate_generates(rule, ["a"], expect=valid_json())


def test_one_text_with_other_references_contradicts_where_they_share_none():
    def said(*references, metric="exact_match"):
        rows = referred(*[("a", each) for each in references])
        notes = ptm.evaluate_metric(FakeWriter(echo), rows, metric=metric).notes
        return [note for note in notes if "1 text with" in note]

    assert not said(("a", "b"), ("The B.",))
    assert not said(("the a. b",), ("a b",))
    assert "no model can be right about both" in said(("b",), ("c",))[0]
    (graded,) = said(("b",), ("c",), metric="f1")
    assert "references that no two rows share (first: row-1 and row-2)" in graded


def test_rows_with_labels_say_how_references_are_loaded():
    rows = [{"text": "a", "label": "b"}]
    with pytest.raises(ptm.DataError, match=r"load_references\(…, references=…\)"):
        ptm.evaluate_generates(FakeWriter(echo), rows, expect=exact_match())
