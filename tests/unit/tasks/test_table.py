"""Answers as columns: taken, joined and written by one piece of code."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.tasks.table import Table, concatenate, take
from pytest_ptm.tasks.text_classification import Classification

WORDS = Ragged.of([[7, 12], [], [3], [5, 5, 5]])
PAIRS = Ragged.of([[(0, 7)], [], [(1, 2), (0, 3)], [(9, 9)]], shape=(2,))


def table(**shared):
    scores = np.arange(8, dtype=np.float32).reshape(4, 2)
    return Table({"scores": scores, "words": WORDS, "pairs": PAIRS}, shared)


def told(given):
    return {
        name: [np.asarray(column[row]).tolist() for row in range(len(given))]
        for name, column in given.columns.items()
    }


def test_rows_are_taken_of_every_kind_of_column():
    assert told(table().take(np.array([3, 0, 3]))) == {
        "scores": [[6, 7], [0, 1], [6, 7]],
        "words": [[5, 5, 5], [7, 12], [5, 5, 5]],
        "pairs": [[[9, 9]], [[0, 7]], [[9, 9]]],
    }
    assert len(table().take(np.array([], dtype=np.intp))) == 0


def test_what_is_taken_holds_nothing_of_the_others():
    part = table().take(np.array([0]))
    assert part.columns["words"].values.tolist() == [7, 12]
    assert part.columns["words"].values.base is None
    assert part.columns["scores"].base is None


@given(st.lists(st.lists(st.integers(-9, 9), max_size=4), max_size=6), st.data())
def test_parts_of_any_order_join_to_the_whole(rows, data):
    whole = Ragged.of(rows)
    order = data.draw(st.permutations(range(len(rows))))
    cut = data.draw(st.integers(0, len(rows)))
    parts = [
        whole[np.array(part, dtype=np.intp)] for part in (order[:cut], order[cut:])
    ]
    joined = Ragged.concatenate(parts)
    assert [joined[row].tolist() for row in range(len(joined))] == [
        rows[row] for row in order
    ]


def test_tables_that_mean_something_else_do_not_join():
    assert len(Table.concatenate([table(a=["x"]), table(a=("x",))])) == 8
    with pytest.raises(ValueError, match="shared beside"):
        Table.concatenate([table(a=["x"]), table(a=["y"])])
    with pytest.raises(ValueError, match="columns"):
        Table.concatenate([table(), Table({"words": WORDS}, {})])


@pytest.mark.parametrize("dtype", ["?", "i1", "<i4", ">i4", "u8", "f2", "f4", "f8"])
def test_numbers_of_every_kind_come_back_as_they_were(dtype):
    column = np.array([[0, 1], [3, 5]]).astype(dtype)
    whole = Table(
        {"it": column, "ragged": Ragged(column, np.array([2, 0], np.int32))}, {}
    )
    again = Table.from_bytes(whole.to_bytes())
    for found in (again.columns["it"], again.columns["ragged"].values):
        assert found.dtype == column.dtype.newbyteorder("=")
        assert found.tolist() == column.tolist()


def test_bytes_say_all_that_the_table_says():
    whole = table(names=["a", "ü"], several=False)
    again = Table.from_bytes(whole.to_bytes())
    assert told(again) == told(whole)
    assert again.shared == {"names": ["a", "ü"], "several": False}
    assert again.columns["words"].counts.dtype == np.int32
    empty = Table.from_bytes(whole.take(np.array([], dtype=np.intp)).to_bytes())
    assert (len(empty), empty.columns["pairs"].values.shape) == (0, (0, 2))


def changed(header):
    """The bytes of a table with something else in its header."""
    data = table().to_bytes()
    size = int.from_bytes(data[12:20], "little")
    told = header(json.loads(data[20 : 20 + size]))
    new = json.dumps(told).encode()
    return data[:12] + len(new).to_bytes(8, "little") + new + data[20 + size :]


def with_column(name, described):
    return changed(lambda h: {**h, "columns": {**h["columns"], name: described}})


BROKEN = {
    "nothing": b"",
    "something else": b"\x80\x04K\x01." * 9,
    "cut off": table().to_bytes()[:-1],
    "too long": table().to_bytes() + b"\0",
    "no header": table().to_bytes()[:40],
    "no columns": changed(lambda h: {"shared": {}}),
    "columns that are none": changed(lambda h: {**h, "columns": {"a": 3}}),
    "objects": with_column("scores", [["|O", [4, 2]]]),
    "texts": with_column("scores", [["<U4", [4, 1]]]),
    "no dtype": with_column("scores", [["pickle", [4, 2]]]),
    "one value": with_column("scores", [["<f4", []]]),
    "less than nothing": with_column("scores", [["<f4", [-4, -2]]]),
    "a third array": with_column("scores", [["<f4", [4, 2]]] * 3),
    "other counts": with_column("words", [["<i4", [5]], ["|u1", [4]]]),
    "counts of halves": with_column("words", [["<i4", [6]], ["<f2", [2]]]),
    "columns of unequal length": with_column("scores", [["<f4", [8]]]),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=list(BROKEN))
def test_bytes_of_anything_else_are_refused(data):
    with pytest.raises(ValueError, match=r"."):
        Table.from_bytes(data)


def test_only_numbers_are_written():
    with pytest.raises(ValueError, match="no number"):
        Table({"it": np.array(["a"])}, {}).to_bytes()
    with pytest.raises(ValueError, match="no number"):
        Table({"it": np.array([{}], dtype=object)}, {}).to_bytes()


def answers(n=1_000):
    logits = np.random.default_rng(0).normal(size=(n, 2)).astype(np.float32)
    return Classification(logits, ("no", "yes"))


def test_any_answers_are_taken_and_joined():
    whole = answers(10)
    parts = [take(whole, np.arange(4, 10)), whole.take(np.arange(4))]
    again = concatenate(parts)
    assert again.logits.tolist() == np.roll(whole.logits, -4, axis=0).tolist()
    assert again.class_names == ("no", "yes")
    other = Classification(whole.logits, ("yes", "no"))
    with pytest.raises(ValueError, match="shared beside"):
        concatenate([whole, other])


def test_an_answer_of_two_classes_is_eight_bytes():
    whole = answers()
    # What was derived meanwhile stays at home.
    assert whole.probabilities.shape == (1_000, 2)
    one, all_ = (len(pickle.dumps(each)) for each in (whole.take(np.arange(1)), whole))
    assert all_ - one <= 8 * 999 + 8
    assert one < 400
    again = pickle.loads(pickle.dumps(whole))
    assert (again.logits == whole.logits).all()
    assert (again.class_names, again.multi_label) == (("no", "yes"), False)
