"""What tags are right, and what answers of tags are worth."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from ptm_fakes import FakeClassifier
from ptm_tags import NAMES, FakeTagger, by_name, tagged, tagging

import pytest_ptm as ptm
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.tags import Tags
from pytest_ptm.tasks.table import Table, concatenate
from pytest_ptm.tasks.tags.answers import Tagging, tag_names
from pytest_ptm.tasks.tags.truth import in_our_order, what_is_right
from pytest_ptm.tasks.task import BoundModel

MODEL = FakeTagger(by_name)
IOBES = FakeTagger(by_name, ("O", "B-person", "I-person", "E-person", "S-person"))


def test_tags_travel_as_columns():
    said = tagging("B-person I-person", "O", "B-place?")
    again = Tagging.from_columns(Table.from_bytes(said.columns().to_bytes()))
    assert again.tags(0) == ("B-person", "I-person")
    assert pickle.loads(pickle.dumps(said)).tied.tolist() == [False, False, True]
    whole = concatenate([said.take(np.array([2])), said.take(np.array([0, 1]))])
    assert [whole.said(row) for row in range(3)] == ["B-place", *map(said.said, (0, 1))]
    windows = said.joined(np.array([2, 1], dtype=np.int32))
    assert windows.said(0) == "B-person I-person O"


def test_what_differs_and_how_far():
    before = tagging("B-person O", "O O", "O", "B-place")
    after = tagging("B-person O", "O B-place", "O O", "B-place")
    moved = replace(after, probabilities=after.probabilities - np.float32(0.25))
    assert before.differs(after).tolist() == [False, True, True, False]
    assert before.shift(moved).tolist() == [0.25, 1.0, 1.0, 0.25]
    assert before.differs(moved, tolerance=0.3).tolist() == [False, True, True, False]
    assert before.differs(moved, tolerance=0.2).all()


def test_numbers_that_are_no_tags_are_refused():
    with pytest.raises(ptm.ModelError, match="a model gave tags 0"):
        replace(tagging("O O"), predicted=np.array([0, 7], dtype=np.int32))
    with pytest.raises(ptm.ModelError, match="its counts say that there are 1 words"):
        replace(tagging("O O"), counts=np.array([1], dtype=np.int32))
    unsure = replace(tagging("O O"), probabilities=np.array([0.5, np.nan], np.float32))
    assert unsure.valid.tolist() == [False]
    with pytest.raises(ptm.ModelError, match="no class_names"):
        tag_names(object())


def test_a_map_of_types_keeps_where_a_word_stands():
    rows = tagged("Ann/B-PER Lee/I-PER Ford/B-car")
    truth = what_is_right(rows, MODEL, label_map={"PER": "person", "car": "O"})
    assert truth.expected(0) == "B-person I-person O"
    whole = {"B-PER": "B-person", "I-PER": "O", "car": "O"}
    assert what_is_right(rows, MODEL, label_map=whole).expected(0) == "B-person O×2"
    with pytest.raises(ptm.DataError, match="neither 'B-car' of row-1 nor its type"):
        what_is_right(rows, MODEL, label_map={"PER": "person"})


def test_unknown_tags_are_named_with_a_map_to_fill_in():
    rows = tagged("a/O", "Ann/B-PER Lee/I-PER")
    with pytest.raises(ptm.DataError, match=r"row-2.*label_map=\{'PER': …\}"):
        what_is_right(rows, MODEL)


@pytest.mark.parametrize("tags", ["B-person I-person O B-person", "O S-person O O"])
def test_the_same_entities_are_written_as_the_model_does(tags):
    words = " ".join(f"w/{tag}" for tag in tags.split())
    truth = what_is_right(tagged(words), IOBES)
    then = {"B": "B-person E-person O S-person", "O": "O S-person O×2"}[tags[0]]
    assert truth.expected(0) == then
    back = what_is_right(tagged("w/S-person w/B-person w/E-person"), MODEL)
    assert back.expected(0) == "B-person×2 I-person"


def test_numbers_are_tags_by_the_names_of_the_data():
    rows = replace(tagged("Ann/O left/O"), labels=(Tags((2, 0)),))
    assert what_is_right(rows, MODEL).expected(0) == "I-person O"
    named = replace(rows, label_names=("O", "x", "B-place"))
    assert what_is_right(named, MODEL).expected(0) == "B-place O"
    with pytest.raises(ptm.DataError, match="the tag 9, and there are 5"):
        what_is_right(replace(rows, labels=(Tags((9, 0)),)), MODEL)


@pytest.mark.parametrize("label", ["O", ("O", "B-person"), Tags(("O",)), None])
def test_a_label_is_a_tag_for_each_word(label):
    rows = tagged("Ann/O left/O")
    labels = None if label is None else (label,)
    with pytest.raises(ptm.DataError, match=r"row-1 has .* for 2 words; load it"):
        what_is_right(replace(rows, labels=labels), MODEL)


def test_another_models_tags_come_into_our_order():
    other = FakeTagger(by_name, NAMES[::-1], name="other")
    ours, theirs = BoundModel("ours", MODEL), BoundModel("theirs", other)
    said = tagging("B-person O", names=NAMES[::-1])
    assert in_our_order(ours, theirs)(said).predicted.tolist() == [1, 0]
    less = FakeTagger(by_name, (*NAMES, "S-x"), name="less")
    with pytest.raises(
        ptm.ArgumentError, match="types of entities: only one of them has 'x'"
    ):
        in_our_order(ours, BoundModel("less", less))


def test_tags_are_no_labels_of_other_tasks():
    rows = Examples(("a",), {"text": ("good",)}, (Tags(("positive",)),))
    with pytest.raises(ptm.DataError, match="tags of words"):
        ptm.evaluate_accuracy(FakeClassifier(lambda text: [0, 1]), rows)


def test_a_tie_that_moves_to_another_word_is_a_change():
    before, after = tagging("B-person? O"), tagging("B-person O?")
    assert before.differs(after).tolist() == [True]
    assert before.differs(tagging("B-person? O")).tolist() == [False]


def test_entities_are_read_before_their_types_become_one():
    rows = tagged("a/I-P b/I-L")
    truth = what_is_right(rows, MODEL, label_map={"P": "place", "L": "place"})
    assert truth.expected(0) == "B-place×2"


def test_a_map_that_leaves_nothing_is_refused():
    with pytest.raises(ptm.DataError, match="label_map makes 'O' of every tag"):
        what_is_right(tagged("a/B-P b/O"), MODEL, label_map={"P": "O"})


def test_a_map_of_numbers_says_what_the_numbers_are():
    rows = replace(tagged("Ann/O left/O"), labels=(Tags((1, 7)),))
    numbers = {7: "O", 1: "B-person"}
    assert what_is_right(rows, MODEL, label_map=numbers).expected(0) == "B-person O"
    with pytest.raises(ptm.DataError, match="'3'"):
        what_is_right(replace(rows, labels=(Tags((1, 3)),)), MODEL, label_map=numbers)


def test_types_without_their_place_are_told_so():
    with pytest.raises(ptm.DataError, match="B-person where it begins"):
        what_is_right(tagged("Ann/person"), MODEL)
