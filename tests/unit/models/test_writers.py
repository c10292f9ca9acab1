"""Functions from texts to texts as models."""

from __future__ import annotations

import pytest
from ptm_written import referred

import pytest_ptm as ptm

ROWS = referred(("ab", "AB"), ("cd", ["CD", "cd"]), ("ef", "x"))


def loud(texts):
    return (text.upper() for text in texts)


def test_a_function_that_writes_is_a_model():
    model = ptm.from_writer(loud)
    result = ptm.evaluate_metric(model, ROWS, metric="exact_match")
    assert result.value == pytest.approx(2 / 3)
    assert result.model.reference == "from_writer(loud)"
    assert model.predict("hi").text == "HI"
    assert [each.text for each in model.predict(["a", "b"])] == ["A", "B"]
    changed = ptm.evaluate_invariant(model, ["a b", "c d"], under=str.title)
    assert changed.value == 0.0


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["a"], "gave 1 texts for 3"),
        ("abc", "gave str; expected a list of 3 texts"),
        (None, "gave NoneType; expected a list of 3 texts"),
        (["a", None, "b"], "gave NoneType for .*cd.*expected a text"),
    ],
)
def test_what_is_not_a_text_for_each_is_refused(given, why):
    model = ptm.from_writer(lambda texts: given)
    with pytest.raises(ptm.ModelError, match=f"PTM313 .*{why}"):
        ptm.evaluate_metric(model, ROWS, metric="exact_match")


def test_what_depends_on_other_texts_is_refused():
    model = ptm.from_writer(lambda texts: [f"{text} of {len(texts)}" for text in texts])
    with pytest.raises(ptm.ModelError, match=r'"ab of 1" for .*"ab of 3" among 3'):
        ptm.evaluate_metric(model, ROWS, metric="f1")


def test_an_error_of_its_own_names_the_row_and_a_change_is_refused():
    names = ["cd"]

    def picky(texts):
        return [text[:2] if text not in names else 1 / 0 for text in texts]

    model = ptm.from_writer(picky)
    with pytest.raises(ptm.ModelError, match=r"row-2.*ZeroDivisionError"):
        ptm.evaluate_metric(model, ROWS, metric="f1")
    names.clear()
    with pytest.raises(ptm.ModelError, match="Call from_writer again"):
        model.predict("cd")
    with pytest.raises(ptm.ArgumentError, match="from_writer"):
        ptm.from_writer("text")


def test_a_spec_names_a_factory_of_a_writer_with_its_options():
    model = ptm.load_model("python:ptm_translators:backwards?language=de")
    assert model.predict("ab cd").text == "ba dc"
    assert ptm.evaluate_generates(model, ["ab"], expect=str.islower).value == 1.0
    for place, said in (
        ("swapped", r"a factory, .* from_writer\(swapped\)"),
        ("swapped?language=de", r"'texts'\); it takes \(texts\)$"),
        ("version", r"a factory, .* from_writer\(version\)"),
    ):
        with pytest.raises(ptm.ModelError, match=f"PTM313 .*{said}"):
            ptm.load_model(f"python:ptm_translators:{place}").predict("ab")
