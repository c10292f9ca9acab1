"""Gates of answers that cannot change: by their tolerance, or for there is none."""

from __future__ import annotations

import pytest
from ptm_fakes import FakeClassifier, cloze
from ptm_questions import FakeReader, asked, second_word
from ptm_vectors import of_letters

import pytest_ptm as ptm
from pytest_ptm.perturbations import casing

PAIRS = ptm.load_examples(
    [{"text": "ab", "text_pair": "ba"}, {"text": "abc", "text_pair": "d"}],
    text_pair="text_pair",
    label=None,
)


@pytest.mark.parametrize(
    ("model", "rows"),
    [(of_letters(), ["a", "b c"]), (of_letters(task="similarity"), PAIRS)],
    ids=["vectors", "cosines"],
)
def test_what_moves_by_two_at_most_is_not_let_move_by_two(model, rows):
    upper = casing("upper")
    for tolerance in (2, 2.0):
        with pytest.raises(ptm.ArgumentError, match=r"by 2 at most.*give less"):
            ptm.assert_invariant(
                model, rows, under=upper, tolerance=tolerance, at_most=0.0
            )
        with pytest.raises(ptm.ArgumentError, match="by 2 at most"):
            ptm.assert_padding_invariant(model, rows, tolerance=tolerance)
    ptm.assert_invariant(model, rows, under=upper, tolerance=1.99, at_most=0.0)
    with pytest.raises(ptm.ArgumentError, match="0 to 2"):
        ptm.assert_invariant(model, rows, under=upper, tolerance=2.5, at_most=0.0)


def test_an_answer_that_may_be_another_one_is_watched_with_any():
    rows = asked(("Who?", "Then Ann came.", ("Ann",)))
    result = ptm.evaluate_invariant(
        FakeReader(second_word), rows, under=lambda text: f"So {text}", tolerance=1.0
    )
    assert result.value == 1.0


def test_no_probability_goes_the_wrong_way_by_more_than_all_there_is():
    model = FakeClassifier(
        lambda text: [0.0, 30.0 * text.startswith("So")], ("a", "b"), name="other"
    )
    rows = ptm.load_examples([{"text": "hello"}], label=None)
    for tolerance, wrong in ((0.9, 0.0), (0.4, 1.0)):
        result = ptm.evaluate_directional(
            model,
            rows,
            under=lambda text: f"So {text}",
            expect="not_increase",
            of="b",
            tolerance=tolerance,
        )
        assert result.value == wrong
    with pytest.raises(ptm.ArgumentError, match="by 1 at most"):
        ptm.assert_directional(
            model,
            rows,
            under=lambda text: f"So {text}",
            expect="not_increase",
            of="b",
            tolerance=1.0,
        )


def test_answers_that_are_none_are_noted_where_they_stay():
    rows = asked(("Who?", "Then Ann came.", ("Ann",)), ("Where?", "So Bob left.", ()))
    one, other = (
        FakeReader(answer, name=name)
        for answer, name in (
            (second_word, "second"),
            (lambda question, context: context.split()[-1], "last"),
        )
    )
    for threshold, noted in ((-100.0, True), (0.0, False)):
        model, than = (
            ptm.answering(each, no_answer_threshold=threshold) for each in (one, other)
        )
        results = (
            ptm.evaluate_invariant(model, rows, under=lambda text: f"Well, {text}"),
            ptm.evaluate_agrees(model, rows, than=than),
        )
        for result in results:
            assert any("never answers" in note for note in result.notes) == noted


def test_a_word_is_not_looked_for_among_all_words():
    """Nine tokens are known: each is among the nine likeliest."""
    model, text = cloze(), "The capital of France is [MASK]."
    with pytest.raises(ptm.ArgumentError, match="within_top=9 of the 9 tokens that"):
        ptm.assert_masked_prediction(model, text, expect="he", within_top=9)
    with pytest.raises(ptm.ArgumentError, match="always so; take fewer"):
        ptm.assert_masked_accuracy(model, ["paris a"], at_least=1, within_top=10**6)
    assert ptm.evaluate_masked_prediction(
        model, text, expect="paris", within_top=8
    ).value
