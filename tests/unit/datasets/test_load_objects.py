"""Examples from what stands in a test: rows, columns, frames, data sets."""

import json
import subprocess
import sys

import numpy as np
import pytest

from pytest_ptm import Examples, load_examples
from pytest_ptm.ground.errors import ArgumentError, DataError

ROWS = [{"text": "fine", "label": 1, "g": "x"}, {"text": "dull", "label": 0, "g": "y"}]


def test_a_list_of_dictionaries():
    examples = load_examples(ROWS, groups=["g"])
    assert examples.labels == (1, 0)
    assert examples.groups["g"] == ("x", "y")


def test_any_iterable_of_dictionaries():
    assert len(load_examples(row for row in ROWS)) == 2


def test_texts_and_labels():
    examples = load_examples((["fine", "dull"], np.array([1, 0])))
    assert examples.labels == (1, 0)
    assert load_examples((("fine", "dull"), None)).labels is None


def test_a_data_frame():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    examples = load_examples(pandas.DataFrame(ROWS), groups=["g"])
    assert examples.inputs["text"] == ("fine", "dull")
    assert examples.labels == (1, 0)
    holes = pandas.DataFrame({"text": ["fine", None], "label": [1.0, 2.0]})
    with pytest.raises(DataError, match="DataFrame row 2: 'text': expected a text"):
        load_examples(holes)


def test_a_data_frame_with_two_columns_of_a_name_is_refused():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame([["x", "y", 1]], columns=["text", "text", "label"])
    with pytest.raises(DataError, match="names columns twice: 'text'"):
        load_examples(frame)


def test_what_pandas_calls_missing_is_missing():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame({"text": ["x"], "label": [pandas.NA]})
    with pytest.raises(DataError, match="got <NA>: the value is missing"):
        load_examples(frame)


def test_a_hugging_face_data_set():
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    examples = load_examples(datasets.Dataset.from_list(ROWS), groups=["g"])
    assert examples.inputs["text"] == ("fine", "dull")
    assert examples.groups["g"] == ("x", "y")
    numpy = datasets.Dataset.from_list(ROWS).with_format("numpy")
    assert load_examples(numpy).fingerprint == load_examples(ROWS).fingerprint
    splits = datasets.DatasetDict(test=numpy)
    with pytest.raises(ArgumentError, match=r"a DatasetDict of 'test'\. Pick one"):
        load_examples(splits)


def test_parquet(tmp_path):
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "data.parquet"
    parquet.write_table(arrow.Table.from_pylist(ROWS), path)
    assert load_examples(path).labels == (1, 0)
    offsets, content = np.array([0, 2], np.int32), b"\xff\xfe"
    buffers = [None, arrow.py_buffer(offsets.tobytes()), arrow.py_buffer(content)]
    broken = arrow.Array.from_buffers(arrow.string(), 1, buffers)
    parquet.write_table(arrow.table({"text": broken, "label": [1]}), path)
    with pytest.raises(DataError, match=r"PTM202 .* cannot be read: 'utf-8'"):
        load_examples(path)
    path.write_bytes(b"no parquet")
    with pytest.raises(DataError, match="PTM202"):
        load_examples(path)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "data.parquet"
    path.write_bytes(b"")
    with pytest.raises(ImportError, match=r'pip install "pytest-ptm\[parquet\]"'):
        load_examples(path)


def test_examples_are_taken_as_they_are():
    examples = load_examples(ROWS)
    assert load_examples(examples) is examples
    with pytest.raises(ArgumentError, match="these examples are loaded already"):
        load_examples(examples, groups=["g"])


def test_a_pair_of_texts():
    rows = [{"a": "x", "b": "y", "label": 1}]
    examples = load_examples(rows, text="a", text_pair="b")
    assert dict(examples.inputs) == {"text": ("x",), "text_pair": ("y",)}


def test_several_labels_are_kept_as_a_set_of_them():
    assert load_examples([{"text": "x", "label": ["a", "b"]}]).labels == (("a", "b"),)


@pytest.mark.parametrize(
    ("source", "error", "why"),
    [
        ([], DataError, "PTM201 examples has 0 examples"),
        ([{}], DataError, "has no column 'text'"),
        (["fine"], DataError, r"expected a dictionary, got str.*\(texts, labels\)"),
        ((["x"], [1, 0]), ArgumentError, "1 text and 2 labels"),
        (("x", [1]), ArgumentError, "put it into a list"),
        (3, ArgumentError, "got int"),
        ({"text": ["x"]}, ArgumentError, "got a dict of 'text'"),
        ((["x"], "1"), ArgumentError, "labels is one text"),
        ([ROWS[0], {**ROWS[0], "id": 7}], DataError, "row 2: it has an 'id', and row"),
        ([ROWS[0], {"text": "x"}], DataError, "row 2: 'label' is missing"),
    ],
)
def test_what_cannot_be_examples_is_refused(source, error, why):
    with pytest.raises(error, match=why):
        load_examples(source)


def test_groups_given_as_one_text_is_a_likely_slip():
    with pytest.raises(ArgumentError, match=r"such as \['g'\]"):
        load_examples(ROWS, groups="g")


def test_optional_libraries_are_not_imported():
    code = (
        "import sys; from pytest_ptm import load_examples; "
        "load_examples([{'text': 'x', 'label': 1}]); "
        "print({'pandas', 'datasets', 'pyarrow', 'torch'} & set(sys.modules))"
    )
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.strip() == "set()"


def test_a_million_rows_share_their_labels():
    examples = load_examples(
        [{"text": "x", "label": "pos" + "itive"} for _ in range(3)]
    )
    assert isinstance(examples, Examples)
    assert len({id(label) for label in examples.labels}) == 1


def test_a_column_named_text_pair_is_the_second_text():
    """Left out, a model of pairs would be asked about the first text alone."""
    rows = [{"text": "a", "text_pair": "b", "label": 1.0}]
    assert dict(load_examples(rows).inputs) == {"text": ("a",), "text_pair": ("b",)}
    other = load_examples([{**rows[0], "text_b": "c"}], text_pair="text_b")
    assert other.inputs["text_pair"] == ("c",)
    grouped = load_examples(rows, groups=["text_pair"])
    assert list(grouped.inputs) == ["text"]
    alone = load_examples(rows, text="text_pair")
    assert dict(alone.inputs) == {"text": ("b",)}


def test_a_second_text_that_the_first_row_has_not_is_refused(tmp_path):
    rows = [{"text": "a", "label": 1}, {"text": "b", "text_pair": "c", "label": 1}]
    with pytest.raises(DataError, match="PTM204 examples row 2: it has a 'text_pair'"):
        load_examples(rows)
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(DataError, match=r"line 2 has a 'text_pair', and line 1 has"):
        load_examples(path)


def test_labels_may_be_mapped_to_numbers():
    rows = [{"text": "a", "label": "low"}, {"text": "b", "label": "high"}]
    found = load_examples(rows, label_map={"low": 0.5, "high": 4})
    assert found.labels == (0.5, 4)


@pytest.mark.parametrize("pair", [({"a", "b"}, ["x", "y"]), (["a", "b"], {"x", "y"})])
def test_a_set_has_no_order_to_be_paired_in(pair):
    with pytest.raises(ArgumentError, match="are a set, which has no order"):
        load_examples(pair)


def test_another_text_goes_with_no_second_one_that_nobody_named():
    rows = [{"body": "a", "text": "b", "text_pair": "c", "label": 1}]
    assert list(load_examples(rows, text="body").inputs) == ["text"]
