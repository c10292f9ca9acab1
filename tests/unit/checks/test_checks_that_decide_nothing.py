"""Checks that can never fail, say no words, or raise: refused, and which row it was."""

import pytest
from ptm_written import FakeWriter, echo

import pytest_ptm as ptm
from pytest_ptm.checks import (
    Check,
    contains,
    contains_any,
    length,
    matches,
    one_of,
    satisfies,
    stopped,
    valid_json,
    valid_python,
)
from pytest_ptm.checks.check import Written, all_of

A, B, C = (contains(letter) for letter in "abc")
MANY = [contains(f"word {number}") for number in range(20)]


@pytest.mark.parametrize(
    "made",
    [
        lambda: A | ~A,
        lambda: contains("a") | B | ~contains("a"),
        lambda: (A & B) | ~A | ~B,
        lambda: ~A | ~B | (B & A & C) | ~C,
        lambda: (A & B) | (A & ~B) | ~A,
    ],
)
def test_what_holds_of_every_answer_is_refused(made):
    with pytest.raises(ptm.ArgumentError, match="every answer passes"):
        made()


def test_what_no_answer_can_pass_is_refused():
    for made in (lambda: A & ~A, lambda: all_of((A, ~(A | B))), lambda: ~(A | B) & B):
        with pytest.raises(ptm.ArgumentError, match="no answer can pass"):
            made()


def test_what_an_answer_may_fail_and_may_pass_is_taken():
    assert ((A & B) | (~A & C))("ab") is None
    assert ((A & B) | (~A & C))("ac") is not None
    assert (A | ~contains("A"))("A") is not None
    assert all_of((*MANY, ~MANY[0] | B))("word 0") is not None
    assert (A & (A | ~B))("b") is not None


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: matches(".*"), "found in every text"),
        (lambda: matches("a*"), "found in every text"),
        (lambda: matches(r"^\s*(yes)?|no"), "found in every text"),
        (lambda: length(of="words", least=0), "holds of any answer"),
        (lambda: stopped("end", "length", "stop"), "every answer ends by"),
        (lambda: contains("a", ignore_case="no"), "ignore_case='no'"),
        (lambda: contains_any("a", ignore_case="no"), "ignore_case='no'"),
        (lambda: one_of("a", ignore_case=None), "ignore_case=None"),
        (lambda: matches("a", whole="no"), "whole='no'"),
        (lambda: valid_json(fenced="no"), "fenced='no'"),
        (lambda: valid_python(fenced=0), "fenced=0"),
    ],
)
def test_arguments_with_which_a_check_says_nothing_are_refused(made, said):
    with pytest.raises(ptm.ArgumentError, match=said):
        made()


def test_patterns_that_may_be_missing_are_taken():
    texts = ("", "x", "a", "aa", "so sorry")
    ends, looks = (r"^$", r"^\d*$", r"\bx"), (r"^(?!a)", r"^(?!.*sorry)")
    for pattern in (*ends, *looks, "a*+^", "a|b*c"):
        held = [matches(pattern)(text) is None for text in texts]
        assert not all(held), pattern
    assert matches(".*", whole=True)("a\nb") is not None


def test_a_check_of_ones_own_says_words_or_none():
    # Of False `~` would make a check that every answer passes.
    rude = Check("rude", lambda answer: "rude" in answer.text)
    together = Check("together", lambda _: None, at_once=lambda all_: [""] * len(all_))
    for check in (rude, ~rude, together, rude | A):
        with pytest.raises(ptm.ArgumentError, match=r"gave (False|'') for row-1 \(\"k"):
            ptm.evaluate_generates(FakeWriter(echo), ["kind", "rude"], expect=check)
    with pytest.raises(ptm.ArgumentError, match=r"got 1 for row-2 .*has it a return"):
        ptm.evaluate_generates(
            FakeWriter(echo),
            ["kind", "rude"],
            expect=lambda text: True if text == "kind" else 1,
        )


def test_a_check_that_raises_says_of_which_row():
    kinds = {"kind": True}
    writer, texts = FakeWriter(echo), ["kind", "rude"]
    known = satisfies(lambda text: kinds[text], fingerprint="kinds")
    for expect in (known, [A | known], ~known & B):
        with pytest.raises(ptm.ArgumentError) as failed:
            ptm.evaluate_generates(writer, texts, expect=expect)
        assert "raised KeyError: 'rude' for row-2 (\"rude\"); mend" in str(failed.value)
        assert isinstance(failed.value.__cause__, KeyError)

    def down(answers):
        raise ConnectionError("no route")

    service = Check("service", lambda _: None, at_once=down)
    with pytest.raises(
        ptm.ArgumentError, match="service raised ConnectionError: no route for 2 answ"
    ):
        ptm.evaluate_not_worse(writer, texts, than=writer, expect=service)


def test_a_check_sees_the_id_of_the_row():
    first = Check("first", lambda answer: None if answer.row == "row-1" else "later")
    result = ptm.evaluate_generates(FakeWriter(echo), ["x", "y"], expect=first)
    assert result.outcomes.right.tolist() == [True, False]
    assert Written("text").said == '"text"'
