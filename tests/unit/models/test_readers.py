"""Functions of questions and contexts as models."""

from __future__ import annotations

import numpy as np
import pytest
from ptm_questions import asked

import pytest_ptm as ptm

ROWS = asked(
    ("Who came?", "Then Ann came.", ("Ann",)),
    ("Where is Bob?", "So Bob left  Oslo.", ("Oslo",)),
    ("Why?", "So Bob left  Oslo.", ()),
    ("誰?", "昨日 東京 でした", ("東京",)),
)


def by_words(questions, contexts):
    found = []
    for question, context in zip(questions, contexts, strict=True):
        words = context.split()
        if question == "Why?":
            found.append(None)
        elif question.startswith("Where"):
            start = context.index(words[-1])
            found.append((start - 1, start + len(words[-1]) - 1))
        else:
            found.append(f"{words[1]} ")
    return found


def test_a_function_of_questions_is_a_model():
    model = ptm.from_reader(by_words)
    result = ptm.evaluate_metric(model, ROWS, metric="exact_match")
    assert result.value == 1.0
    assert result.model.reference == "from_reader(by_words)"
    assert result.notes == (
        "f1 by kind of question: has answer 1.0000 (n=3), no answer 1.0000 (n=1)",
    )
    found = model.predict([*zip(*ROWS.inputs.values(), strict=True)])
    assert [each.label for each in found] == ["Ann", "Oslo", None, "東京"]
    assert [each.said for each in found[1:3]] == ['"Oslo" 1.0000', "no answer 1.0000"]
    assert [each.probability for each in found] == [1.0] * 4


def test_an_answer_that_is_none_differs_from_one():
    def brief(questions, contexts):
        return [None if len(each) > 16 else (0, 4) for each in contexts]

    model = ptm.from_reader(brief)
    longer = ptm.evaluate_invariant(
        model, ROWS, under=lambda text: f"{text} And so on.", fields=["context"]
    )
    assert longer.value == 0.5
    agreed = ptm.evaluate_agrees(model, ROWS, than=ptm.from_reader(by_words))
    assert agreed.value == 0.25


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["Anna"], '"Anna", which does not stand so in the context'),
        (["ann"], '"ann", which does not stand so in the context'),
        ([" "], "' ', which is no answer: say None"),
        ([""], "'', which is no answer: say None"),
        ([(5, 5)], r"\(5, 5\), which is no span"),
        ([(-3, 2)], r"\(-3, 2\), which is no span"),
        ([(5, 15)], r"\(5, 15\), and the context ends at 14"),
        ([(4, 5)], r"\(4, 5\), where there are spaces only"),
        ([(0, True)], "expected a part of the context"),
        ([(0, 3.0)], "expected a part of the context"),
        ([(0, 1, 2)], "expected a part of the context"),
        ([float("nan")], "expected a part of the context"),
        ([3], "expected a part of the context"),
        ([], "0 answers for 1 questions"),
        ("A", "str for 1 questions"),
        ({"Ann": 1}, "dict for 1 questions"),
        (None, "NoneType for 1 questions"),
    ],
)
def test_what_is_no_part_of_the_context_is_refused(given, why):
    model = ptm.from_reader(lambda questions, contexts: given)
    with pytest.raises(ptm.ModelError, match=f"PTM313 .*{why}"):
        ptm.evaluate_metric(model, ROWS.take([0]), metric="f1")


def test_the_row_with_a_wrong_answer_is_named():
    def capital(questions, contexts):
        return ["Oslo" for _ in contexts]

    with pytest.raises(ptm.ModelError, match=r"PTM313 .*Who came\? \| Then Ann came\."):
        ptm.evaluate_metric(ptm.from_reader(capital), ROWS, metric="f1")


def test_numbers_and_texts_of_numpy_are_taken():
    for given in (np.array([[5, 8]]), np.array(["Ann"]), iter([[5, np.int64(8)]])):
        model = ptm.from_reader(lambda *_, held=given: held, fingerprint="held")
        row = ROWS.take([0])
        assert ptm.evaluate_metric(model, row, metric="exact_match").value == 1.0


def test_there_is_nothing_to_be_set_about_a_function():
    model = ptm.from_reader(by_words)
    for setting in ({"no_answer_threshold": 0.0}, {"longest": 3}):
        (name,) = setting
        with pytest.raises(
            ptm.ArgumentError, match=f"{name}=: by_words is a function.* None for no"
        ):
            ptm.answering(model, **setting)
    assert ptm.answering(model) is model


def test_a_reader_that_looks_at_other_rows_is_refused():
    def turned(questions, contexts):
        return [(0, 2) if "one" in context else (3, 6) for context in contexts][::-1]

    def of_all(questions, contexts):
        return [None if len(contexts) > 1 else (0, 2) for _ in contexts]

    same = asked(("a", "No one", ("No",)), ("b", "No two", ("No",)))
    with pytest.raises(
        ptm.ModelError, match=r'PTM313 .*order: "No" for .*and no answer among 2'
    ):
        ptm.evaluate_metric(ptm.from_reader(of_all), same, metric="f1")
    with pytest.raises(ptm.ModelError, match=r'PTM313 .*order: "No" for .*"one" among'):
        ptm.evaluate_metric(ptm.from_reader(turned), same, metric="f1")


def test_an_error_of_a_reader_names_the_row():
    def picky(questions, contexts):
        return [(0, 2) for question in questions if 1 / (len(question) - 4)]

    with pytest.raises(ptm.ModelError, match=r"row-3.*ZeroDivisionError"):
        ptm.evaluate_metric(ptm.from_reader(picky), ROWS, metric="f1")


def test_a_reader_that_changed_is_refused():
    held = {"place": 0}

    def at(questions, contexts):
        return [context.split()[held["place"]] for context in contexts]

    model = ptm.from_reader(at)
    assert model.predict(("Who?", "Ann left")).label == "Ann"
    held["place"] = 1
    with pytest.raises(ptm.ModelError, match="Call from_reader again"):
        model.predict(("Who?", "Bob left"))
    for wrong in (3, str):
        with pytest.raises(ptm.ArgumentError, match="from_reader: expected a function"):
            ptm.from_reader(wrong)
