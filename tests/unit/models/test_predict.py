"""Asking a model outside any test: one text or many, whatever it answers."""

from __future__ import annotations

import ptm_fakes
import pytest

from pytest_ptm import Answer, ArgumentError, ModelError, from_function, load_model
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

KEYWORD = "python:ptm_fakes:keyword"


@pytest.fixture(autouse=True)
def session():
    with activated(Session(read_settings=lambda: Settings(limit=1))) as session:
        yield session


@pytest.fixture
def handle():
    return load_model(KEYWORD)


def length():
    return from_function(lambda texts: [len(t) for t in texts], classes=None)


def alike():
    return from_function(
        lambda pairs: [[0.2, 0.8] if a == b else [0.5, 0.5] for a, b in pairs],
        classes=["other", "same"],
    )


def tags():
    return from_function(
        lambda texts: [[0.9, 0.2, 0.7]] * len(texts),
        classes=["a", "b", "c"],
        multi_label=True,
    )


def of(factory):
    return load_model(f"python:{__name__}:{factory}")


def test_one_text_has_one_answer(handle):
    answer = handle.predict("a good film")
    assert isinstance(answer, Answer)
    assert answer.label == "positive"
    assert answer.labels == ("positive",)
    assert answer.probability == answer.probabilities["positive"] > 0.5
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert (answer.number, answer.words) == (None, ())
    assert str(answer) == f"positive {answer.probability:.3f}"
    assert repr(answer) == f"<{answer}>"


def test_many_texts_have_many_also_beyond_the_limit_of_a_run(handle):
    answers = handle.predict(["a good film", "a bad film", "good"])
    assert [each.label for each in answers] == ["positive", "negative", "positive"]
    assert handle.predict(["good"]) == answers[2:]
    assert handle.predict(iter(("good",))) == answers[2:]
    assert handle.predict([]) == []


def test_what_was_asked_is_not_asked_again(handle, session):
    handle.predict(["a good film", "a good film", "a bad film"])
    handle.predict("a bad film")
    assert [(cost.examples, cost.forwarded) for cost in session.costs] == [
        (3, 2),
        (1, 0),
    ]


def test_a_number():
    answer = of("length").predict("four")
    assert (answer.number, answer.label, str(answer)) == (4.0, None, "4")


def test_pairs_and_a_tie_that_is_no_label():
    answers = of("alike").predict([("a", "a"), ("a", "b")])
    assert [each.label for each in answers] == ["same", None]
    assert str(answers[1]) == "other|same 0.500 each"
    assert of("alike").predict(("a", "a")) == answers[0]


def test_several_labels():
    answer = of("tags").predict("text")
    assert (answer.labels, answer.label, str(answer)) == (("a", "c"), None, "a+c")
    assert answer.probabilities["b"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (7, "predict: texts: expected a text"),
        ({"text": "good"}, "got {'text': 'good'}"),
        (b"good", "got b'good'"),
        (["good", None], "text 2: expected a text"),
        ([("a", "b", "c")], "got ('a', 'b', 'c')"),
        (["a", ("a", "b")], "1 of 2 are single texts and the others pairs"),
    ],
)
def test_what_is_no_text_is_refused(handle, texts, said):
    with pytest.raises(ArgumentError) as caught:
        handle.predict(texts)
    assert said in str(caught.value)


def test_what_one_brings_predicts_by_itself():
    answers = alike().predict([("a", "a"), ("a", "b")])
    assert answers == of("alike").predict([("a", "a"), ("a", "b")])
    assert alike().predict(("a", "a")) == answers[0]
    assert length().predict(["four", "a"]) == of("length").predict(["four", "a"])
    assert tags().predict("text").labels == ("a", "c")
    with pytest.raises(ArgumentError, match="predict: texts: expected a text"):
        length().predict(7)


def test_a_declared_task_is_kept():
    with pytest.raises(ModelError, match="text-regression"):
        load_model(f"{KEYWORD}?task=text-regression").predict("good")


def test_a_fixture_predicts(pytester):
    pytester.makepyfile(
        test_it="""
        def test_says(ptm_model):
            assert ptm_model.predict("good").label == "positive"
        """
    )
    pytester.syspathinsert(ptm_fakes.__file__.rpartition("/")[0])
    result = pytester.runpytest_inprocess(f"--ptm-model={KEYWORD}")
    result.assert_outcomes(passed=1)


def test_an_answer_is_no_assertion(handle):
    """``assert model.predict(text)`` was green whatever it said."""
    answer = handle.predict("bad")
    with pytest.raises(TypeError, match="neither true nor false: compare what it says"):
        assert answer
    assert answer.label == "negative"
