"""Functions of words as models."""

from __future__ import annotations

import pytest
from ptm_tags import tagged

import pytest_ptm as ptm


def loud(rows):
    return [["NAME" if word.isupper() else "O" for word in row] for row in rows]


def test_a_function_of_words_is_a_model():
    model = ptm.from_tagger(loud, tags=["O", "NAME"])
    rows = tagged("HAL/NAME spoke/O", "he/O spoke/NAME")
    result = ptm.evaluate_metric(model, rows, metric="token_accuracy")
    assert result.value == 0.75
    assert result.model.reference == "from_tagger(loud)"
    assert [each.said for each in model.predict([["HAL"], ["a", "b"]])] == [
        "NAME",
        "O×2",
    ]
    with pytest.raises(ptm.DataError, match=r"'X' .* no tags of the model"):
        ptm.evaluate_metric(model, tagged("HAL/X"), metric="token_accuracy")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([["O"]], "1 tags for 2 words"),
        ([["O", "o"]], "the tag 'o', which is none of 'O', 'NAME'"),
        ([[{"entity": "O"}, "O"]], "the tag {'entity': 'O'}, which is none of"),
        ([], "0 rows of tags for 1 of words"),
        (None, "gave NoneType"),
        ([None], "gave list; expected"),
    ],
)
def test_what_is_not_a_tag_for_each_word_is_refused(given, why):
    model = ptm.from_tagger(lambda rows: given, tags=["O", "NAME"])
    with pytest.raises(ptm.ModelError, match=f"PTM313 .*{why}"):
        ptm.evaluate_metric(model, tagged("a/O b/O"), metric="token_accuracy")


def test_a_function_that_changed_is_refused():
    names = {"HAL"}

    def known(rows):
        return [["NAME" if word in names else "O" for word in row] for row in rows]

    model = ptm.from_tagger(known, tags=["O", "NAME"])
    assert model.predict([["HAL"]])[0].said == "NAME"
    names.add("ANN")
    with pytest.raises(ptm.ModelError, match="Call from_tagger again"):
        model.predict([["ANN"]])


def test_an_error_of_its_own_names_the_row():
    def picky(rows):
        return [["O" for word in row if 1 / len(word.strip("!"))] for row in rows]

    model = ptm.from_tagger(picky, tags=["O", "NAME"])
    rows = tagged("fine/O", "!/O", "good/O")
    with pytest.raises(ptm.ModelError, match=r"row-2.*ZeroDivisionError"):
        ptm.evaluate_metric(model, rows, metric="token_accuracy")


def test_a_tagger_that_looks_at_other_rows_is_refused():
    def longest_first(rows):
        return loud(sorted(rows, key=len, reverse=True))

    model = ptm.from_tagger(longest_first, tags=["O", "NAME"])
    rows = tagged("he/O", "HAL/NAME", "so/O")
    assert ptm.evaluate_metric(model, rows, metric="token_accuracy").value == 1.0

    def turned(rows):
        return loud(rows[::-1])

    model = ptm.from_tagger(turned, tags=["O", "NAME"])
    with pytest.raises(ptm.ModelError, match=r"PTM313 .*order: O for .*NAME among 2"):
        ptm.evaluate_metric(model, rows.take([0, 1]), metric="token_accuracy")


def test_no_function_is_refused():
    for given, tags in ((3, ["O"]), (loud, []), (loud, ["O", "O"])):
        with pytest.raises(ptm.ArgumentError, match="from_tagger"):
            ptm.from_tagger(given, tags=tags)


def test_texts_are_no_words():
    model = ptm.from_tagger(loud, tags=["O", "NAME"])
    for texts in ("HAL spoke", ["HAL spoke"], ["HAL", "spoke"]):
        with pytest.raises(ptm.ArgumentError, match=r"\[text.split\(\) for text in"):
            model.predict(texts)


def test_a_type_is_named_without_its_place():
    model = ptm.from_tagger(lambda rows: rows, tags=["O", "B-x"], fingerprint="1")
    with pytest.raises(ptm.ArgumentError, match="has 'x': leave out where in one"):
        ptm.evaluate_metric(model, tagged("a/B-x"), metric="f1", positive="B-x")
