import dataclasses
import pickle

import numpy as np
import pytest

from pytest_ptm import Examples
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.ground.errors import ArgumentError


@pytest.fixture
def examples():
    return Examples(
        ids=("a", "b", "c", "d"),
        inputs={"text": ("one", "two", "three", "four")},
        labels=(0, 1, 0, 1),
        groups={"size": ("s", "s", "l", "l")},
    )


def test_a_row_is_a_view_of_the_columns(examples):
    row = examples[2]
    assert (row.id, row.inputs["text"], row.label, row.groups["size"]) == (
        "c",
        "three",
        0,
        "l",
    )
    assert [example.id for example in examples] == ["a", "b", "c", "d"]


def test_slices_filters_and_groups_give_new_examples(examples):
    assert examples[1:3].ids == ("b", "c")
    assert examples.where(size="l").ids == ("c", "d")
    assert examples.filter(lambda row: row.label == 1).ids == ("b", "d")
    assert examples.take([3, 0]).inputs["text"] == ("four", "one")
    assert len(examples) == 4


def test_a_sample_is_seeded_and_keeps_the_order(examples):
    sample = examples.sample(2, seed=1)
    assert sample.ids == examples.sample(2, seed=1).ids
    assert list(sample.ids) == sorted(sample.ids)
    assert examples.sample(9) is examples
    drawn = {examples.sample(2, seed=seed).ids for seed in range(20)}
    assert len(drawn) > 1


def test_nothing_can_be_changed(examples):
    with pytest.raises(dataclasses.FrozenInstanceError):
        examples.ids = ()
    with pytest.raises(TypeError):
        examples.inputs["text"] = ()


def test_the_fingerprint_is_of_the_content(examples):
    same = Examples(examples.ids, examples.inputs, examples.labels, examples.groups)
    assert same.fingerprint == examples.fingerprint
    assert (
        dataclasses.replace(examples, source="elsewhere").fingerprint
        == same.fingerprint
    )
    others = [
        dataclasses.replace(examples, ids=("a", "b", "c", "x")),
        dataclasses.replace(examples, labels=(0, 1, 0, "1")),
        dataclasses.replace(examples, labels=None),
        dataclasses.replace(examples, groups={}),
        dataclasses.replace(examples, inputs={"text": ("onet", "wo", "three", "four")}),
        examples[::-1],
    ]
    assert len({other.fingerprint for other in others} | {same.fingerprint}) == 7


def test_columns_of_different_length_are_refused():
    with pytest.raises(ArgumentError, match="'text' has 1 value for 2 ids"):
        Examples(("a", "b"), {"text": ("x",)})


def test_an_unknown_group_lists_the_known_ones(examples):
    with pytest.raises(ArgumentError, match=r"no group column 'color'; it has 'size'"):
        examples.where(color="red")
    with pytest.raises(ArgumentError, match=r"no example has size='m'; found 'l', 's'"):
        examples.where(size="m")


def test_the_repr_says_what_is_in_it(examples):
    assert repr(examples).startswith("<4 examples from examples: text, size, labels ·")


def many(n=10_000):
    return Examples(
        ids=tuple(f"row-{i}" for i in range(n)),
        inputs={"text": tuple(f"a text of some length {i}" for i in range(n))},
        labels=tuple(i % 2 for i in range(n)),
        groups={"size": tuple("sl"[i % 2] for i in range(n))},
        numbers={"wanted": Ragged.of([[i, 7][: i % 3] for i in range(n)])},
        label_names=("no", "yes"),
        mapped=True,
    )


def test_examples_can_be_pickled(examples):
    for each in (examples, many(50)):
        again = pickle.loads(pickle.dumps(each))
        assert again.fingerprint == each.fingerprint
        held = ("ids", "inputs", "labels", "groups", "source", "label_names", "mapped")
        for name in held:
            assert getattr(again, name) == getattr(each, name)
        assert again.numbers.keys() == each.numbers.keys()
        with pytest.raises(TypeError):
            again.inputs["text"] = ()


@pytest.mark.parametrize(
    "rows", [slice(0, 2), slice(9_998, None), slice(0, None, 5_000)]
)
def test_a_slice_holds_only_itself(rows):
    examples = many()
    part = examples[rows]
    assert len(part) == 2
    assert len(pickle.dumps(part)) < 2_000
    assert part.numbers["wanted"].values.base is None


def test_columns_of_numbers_are_cut_and_counted_like_texts():
    examples = many(9)
    part = examples.take([8, 2, 0])
    assert [part.numbers["wanted"][row].tolist() for row in range(3)] == [
        [8, 7],
        [2, 7],
        [],
    ]
    assert part.sample(2, seed=1).numbers["wanted"].counts.tolist() in ([2, 2], [2, 0])
    with pytest.raises(ArgumentError, match="'wanted' has 1 value for 2 ids"):
        Examples(("a", "b"), {}, numbers={"wanted": Ragged.of([[1]])})


def test_numbers_are_content_and_texts_alone_have_the_fingerprint_they_had(examples):
    assert examples.fingerprint == (
        "4aefcef5163bbaa44c95497a3ef951d36a9d88b9db9725c7768da073015de724"
    )
    given = [[[1, 2], []], [[1], [2]], [[], [1, 2]], [[2, 1], []]]
    found = {
        dataclasses.replace(
            examples[:2], numbers={"wanted": Ragged.of(rows)}
        ).fingerprint
        for rows in given
    }
    assert len(found | {examples[:2].fingerprint}) == 5


def test_examples_with_numbers_are_equal_where_all_of_them_are():
    def numbered(*rows, kind=np.int32):
        held = Ragged.of(rows)
        held = Ragged(held.values.astype(kind), held.counts)
        return Examples(("1", "2"), {"text": ("a", "b")}, numbers={"wanted": held})

    one = numbered([1, 2], [3])
    again = pickle.loads(pickle.dumps(one))
    assert (again == one, again.fingerprint == one.fingerprint) == (True, True)
    for other in (
        numbered([1], [2, 3]),
        numbered([1, 2], [4]),
        numbered([1, 2], [3], kind=np.int64),
    ):
        assert one != other
        assert one.fingerprint != other.fingerprint
