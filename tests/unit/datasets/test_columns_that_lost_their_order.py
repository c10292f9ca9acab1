"""Columns, masks and lists on their way through other tools: refused, not guessed."""

import json
import re

import pandas as pd
import pytest

from pytest_ptm import load_examples, load_references
from pytest_ptm.ground.errors import ArgumentError, DataError

FRAME = pd.DataFrame({"text": ["x", "y", "z"], "label": ["a", "b", "b"]})
ROWS = load_examples(FRAME)


def test_a_column_that_was_shuffled_alone_is_refused():
    """By place "x" would be paired with the label of "z"."""
    turned = FRAME["label"][::-1]
    with pytest.raises(ArgumentError, match="one index in two orders"):
        load_examples((FRAME["text"], turned))
    both = FRAME[::-1]
    assert load_examples((both["text"], both["label"])).labels == ("b", "b", "a")
    other = turned.reset_index(drop=True)
    assert load_examples((FRAME["text"][1:], other[1:])).labels == ("b", "a")


async def waits(row):
    return False


@pytest.mark.parametrize(
    "keep",
    [
        lambda row: row.label.isupper,
        lambda row: None,
        lambda row: re.search("x", row.inputs["text"]),
        pytest.param(
            waits, marks=pytest.mark.filterwarnings("ignore:coroutine 'waits'")
        ),
    ],
    ids=["method", "none", "match", "coroutine"],
)
def test_what_says_neither_true_nor_false_keeps_no_rows(keep):
    with pytest.raises(ArgumentError, match=r"filter\(\): expected True or False, got"):
        ROWS.filter(keep)


REFERENCES = pd.DataFrame(
    {"text": ["x", "y"], "references": [["a cat", "the cat"], ["it's a dog"]]}
)


def test_lists_that_a_spreadsheet_made_texts_of_are_no_references(tmp_path):
    path = tmp_path / "rows.csv"
    REFERENCES.to_csv(path, index=False)
    with pytest.raises(DataError, match=r"PTM205.*line 2.* a list written as a text"):
        load_references(path)
    one = pd.concat([REFERENCES, pd.DataFrame({"text": ["z"], "references": ["a"]})])
    one.to_csv(path, index=False)
    assert load_references(path)[2].label.texts == ("a",)
    printed = tmp_path / "rows.jsonl"
    row = {"text": "print(sorted(x))", "references": "['a', 'b']"}
    printed.write_text(json.dumps(row), encoding="utf-8")
    assert load_references(printed)[0].label.texts == ("['a', 'b']",)


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("https://host/rows.csv", "no data are downloaded: save it, give its path"),
        ("~/rows.csv", "write Path(…).expanduser()"),
        ("rows/*.csv", "one file is loaded at a time, and no pattern"),
        ("owner/name", "datasets.load_dataset('owner/name', split=…)"),
    ],
)
def test_what_names_no_file_is_told_what_to_give(source, advice):
    with pytest.raises(DataError, match="PTM202 there is no file") as raised:
        load_examples(source)
    assert str(raised.value).endswith(advice)
