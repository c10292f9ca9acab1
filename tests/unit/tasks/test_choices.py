"""Choices as answers, by hand."""

import math
import pickle

import numpy as np
import pytest

from pytest_ptm import ArgumentError, DataError, load_examples
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.metrics.choosing.table import KIND
from pytest_ptm.tasks.choices.answers import ChoiceScores
from pytest_ptm.tasks.choices.truth import ChoiceTruth, what_is_right


def scores(*rows):
    counts = np.array([len(row) for row in rows], dtype=np.int32)
    return ChoiceScores(counts, np.array([each for row in rows for each in row]))


SAID = scores([-1.0, -2.0], [-3.0, -1.0, -1.0], [-5.0, -4.0])


def test_the_highest_score_is_the_answer():
    assert SAID.predicted.tolist() == [0, 1, 1]
    assert SAID.tied.tolist() == [False, True, False]


def test_probabilities_are_of_one_row():
    expected = math.exp(-1) / (math.exp(-1) + math.exp(-2))
    assert SAID.probabilities[0] == pytest.approx(expected)
    assert SAID.probability(np.array([1, 0, 1])).tolist() == pytest.approx(
        [1 - expected, 1 / (1 + 2 * math.exp(2)), expected]
    )
    assert SAID.said(0) == f"choice 1 {expected:.4f}"


def test_a_choice_that_changes_differs():
    other = scores([-2.0, -1.0], [-3.0, -1.0, -1.0], [-5.0, -3.9])
    assert SAID.differs(other).tolist() == [True, False, False]
    assert SAID.differs(other, tolerance=0.01).tolist() == [True, False, True]
    assert SAID.shift(other)[1] == 0.0


def test_what_is_no_number_is_no_answer():
    said = scores([math.nan, 0.0], [1.0, 2.0], [-math.inf, 0.0])
    assert said.valid.tolist() == [False, True, False]
    with pytest.raises(ModelError, match="PTM313"):
        ChoiceScores(np.array([2, 0], dtype=np.int32), np.zeros(2))


def test_what_is_written_is_read_again():
    again = pickle.loads(pickle.dumps(SAID))
    assert (again.scores == SAID.scores).all()
    assert SAID.take(np.array([2, 0])).predicted.tolist() == [1, 0]


def test_a_tie_is_wrong_and_the_rest_counts():
    gold = np.array([0, 1, 0])
    found = KIND.measure("accuracy", gold, SAID)
    assert (found.value, found.n) == (1 / 3, 3)
    assert KIND.scores("accuracy", gold, SAID).tolist() == [1.0, 0.0, 0.0]
    truth = ChoiceTruth(gold, (("a", "b"), ("c", "d", "e"), ("f", "g")))
    assert truth.right(SAID).tolist() == [True, False, False]
    assert (truth.expected(1), truth.label(SAID, 2)) == ('"d"', '"g"')
    assert truth.take(np.array([2])).choices == (("f", "g"),)
    with pytest.raises(ArgumentError, match="names a class"):
        truth.positive("x")
    with pytest.raises(DataError, match="PTM207"):
        KIND.measure("accuracy", gold[:0], scores())


@pytest.mark.parametrize(
    ("gold", "sizes", "place"),
    [
        ([0] * 10, [2, 3] * 5, "the first"),
        ([1, 2] * 5, [2, 3] * 5, "the last"),
        ([1] * 10, [3, 4] * 5, "number 2"),
        ([1] * 9 + [0], [3, 4] * 5, None),
        ([0] * 9, [2] * 9, None),
    ],
)
def test_a_right_choice_that_always_stands_at_one_place_is_noted(gold, sizes, place):
    said = scores(*([0.0] * size for size in sizes))
    said_of = f"the right choice is {place} in every row; a model that always takes it"
    found = KIND.remarks(np.array(gold), said)
    assert found == (() if place is None else (f"{said_of} scores 1.0",))


ROWS = [{"text": "q", "ends": ["a", "b", "0"], "label": 1}]


@pytest.mark.parametrize(
    ("label", "right"), [(1, 1), ("b", 1), ("1", 1), (0, 0), ("2", 2)]
)
def test_a_label_is_a_text_or_a_number_from_0_on(label, right):
    rows = load_examples([{**ROWS[0], "label": label}], choices="ends")
    assert what_is_right(rows, None).gold.tolist() == [right]


def test_a_column_of_labels_is_read_one_way():
    rows = [{**ROWS[0], "label": "0"}]
    with pytest.raises(
        DataError, match=r"PTM206 .* say with label_map= which is meant"
    ):
        what_is_right(load_examples(rows, choices="ends"), None)
    # "a" is no number, so that "0" is a text too; and the other way round.
    rows = [{**ROWS[0], "label": "0"}, {**ROWS[0], "label": "a"}]
    found = what_is_right(load_examples(rows, choices="ends"), None)
    assert found.gold.tolist() == [2, 0]
    rows = [{**ROWS[0], "label": "0"}, {**ROWS[0], "label": "1"}]
    found = what_is_right(load_examples(rows, choices="ends"), None)
    assert found.gold.tolist() == [0, 1]


def test_letters_take_a_map():
    rows = load_examples([{**ROWS[0], "label": "C"}], choices="ends")
    with pytest.raises(DataError, match=r"PTM206 .*'C', is none of its 3 choices"):
        what_is_right(rows, None)
    found = what_is_right(rows, None, label_map={"A": 0, "B": 1, "C": 2})
    assert found.gold.tolist() == [2]


def test_columns_of_their_own_are_one_list(tmp_path):
    path = tmp_path / "swag.csv"
    path.write_text("text,e0,e1,label\nshe sits,down,up,1\n", encoding="utf-8")
    rows = load_examples(path, choices=["e0", "e1"])
    assert rows.lists["choices"] == (("down", "up"),)
    assert rows[0].lists["choices"] == ("down", "up")


def test_examples_with_lists_are_as_any_others():
    rows = load_examples(ROWS * 2, choices="ends")
    again = pickle.loads(pickle.dumps(rows))
    assert again.fingerprint == rows.fingerprint
    other = load_examples([{**ROWS[0], "ends": ["a", "b0", "c"]}] * 2, choices="ends")
    assert other.fingerprint != rows.fingerprint
    assert rows.take([1]).lists["choices"] == (("a", "b", "0"),)
    assert "choices" in repr(rows)
    with pytest.raises(ArgumentError, match="column 'choices' has 0 values for 1 id"):
        Examples(("a",), {"text": ("t",)}, lists={"choices": ()})
