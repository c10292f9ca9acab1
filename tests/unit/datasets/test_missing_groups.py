"""Rows without a group: refused with their number, or given one that is asked for."""

import pytest

from pytest_ptm import load_examples
from pytest_ptm.ground.errors import ArgumentError, DataError

HATECHECK = {"text": "test_case", "label": "label_gold", "groups": ["target_ident"]}


def rows(*groups):
    return [
        {"id": f"r{i}", "text": f"text {i}", "label": 1, "g": group}
        for i, group in enumerate(groups)
    ]


def test_the_real_file_needs_a_group_for_its_blank_ones(shared_data):
    path = shared_data / "hatecheck/test_suite_cases.csv"
    with pytest.raises(DataError) as raised:
        load_examples(path, **HATECHECK)
    message = str(raised.value)
    assert message.startswith("PTM205 ")
    assert "'target_ident': expected a group" in message
    assert "got an empty text, as in 291 rows more; " in message
    assert 'missing_group="none"' in message
    examples = load_examples(path, **HATECHECK, missing_group="none")
    assert len(examples) == 3_728
    assert len(examples.where(target_ident="none")) == 292
    assert len(examples.where(target_ident="women")) == 509


def test_what_is_missing_is_given_the_group():
    examples = load_examples(
        rows("x", "", " \t", None, float("nan"), 3), groups=["g"], missing_group="none"
    )
    assert examples.groups["g"] == ("x", "none", "none", "none", "none", "3")


def test_what_pandas_calls_missing_is_given_it_too():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(rows("x", pandas.NA, pandas.NaT, None))
    examples = load_examples(frame, groups=["g"], missing_group="none")
    assert examples.groups["g"] == ("x", "none", "none", "none")


def test_one_row_without_a_group_is_named():
    with pytest.raises(DataError) as raised:
        load_examples(rows("x", None), groups=["g"])
    assert str(raised.value) == (
        "PTM205 examples row 2 (id \"r1\"): 'g': expected a group (text or whole "
        "number), got None: the value is missing; give such rows one of their own, as "
        'in missing_group="none", or leave them out'
    )


def test_what_is_wrong_is_refused_still():
    with pytest.raises(
        DataError, match=r"'g': expected a group .*, got .2\.5. \(float"
    ):
        load_examples(rows("x", 2.5, None), groups=["g"], missing_group="none")


def test_a_group_that_the_data_have_is_not_mixed_with_what_is_missing():
    with pytest.raises(DataError) as raised:
        load_examples(rows("x", None, "none"), groups=["g"], missing_group="none")
    assert str(raised.value) == (
        "PTM205 examples row 3 (id \"r2\"): 'g': the group 'none' is one of the data's "
        "own; name with missing_group= one that no row has"
    )
    # Nothing is missing, so nothing is mixed.
    held = load_examples(rows("x", "none"), groups=["g"], missing_group="none")
    assert held.groups["g"] == ("x", "none")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"groups": ["g"], "missing_group": " "}, "missing_group=' ': expected a name"),
        ({"groups": ["g"], "missing_group": 0}, "missing_group=0: expected a name"),
        ({"groups": ["g"], "missing_group": "\ud800"}, "half of a character"),
        ({"missing_group": "none"}, "missing_group= needs groups="),
    ],
)
def test_a_name_that_is_none_is_refused(given, why):
    with pytest.raises(ArgumentError, match=why):
        load_examples(rows("x", None), **given)


def test_examples_that_are_loaded_take_none():
    examples = load_examples(rows("x"), groups=["g"])
    with pytest.raises(ArgumentError, match=r"loaded already; pass .*missing_group="):
        load_examples(examples, missing_group="none")
