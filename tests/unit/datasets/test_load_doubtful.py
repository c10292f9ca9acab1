"""Files and values that look harmless and would have changed a figure in silence."""

import csv
import gzip
import json

import numpy as np
import pytest

from pytest_ptm import load_examples
from pytest_ptm.ground.errors import ArgumentError, DataError

ROW = {"text": "fine", "label": "positive"}
# pytest would write the number into the test's name, and Python refuses to.
HUGE = pytest.param(10**5_000, id="huge")


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(source, **arguments):
    with pytest.raises(DataError) as error:
        load_examples(source, **arguments)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "code", "why"),
    [
        ("a.tsv", "text\tlabel\nx\0y\t1\n", "PTM203", "line 2 holds a NUL"),
        ("a.csv", 'text,label\nx,1\n"x\0y",1\n', "PTM203", "line 3 holds a NUL"),
        ("a.jsonl", '{"text": "x\0y"}\n', "PTM203", "Invalid control character"),
        ("a.csv", "text\nx\n\ny\n", "PTM203", "line 3 is blank"),
        ("a.tsv", "text\tlabel\nx\t1\n\ny\t0\n", "PTM203", "line 3 is blank"),
        ("a.csv", "text\nx\n\n", "PTM203", "line 3 is blank"),
        ("a.csv", "\ntext\nx\n", "PTM203", "line 1 is blank"),
        ("a.csv", "text\nx\ry\n", "PTM203", "a lone carriage return"),
        ("a.csv", "text;label\nx;1\n", "PTM204", "holds a semicolon"),
        ("a.csv", "text\tlabel\nx\t1\n", "PTM204", "Call the file .tsv"),
        ("a.jsonl", '{"text": "x"}\n\u2003\n', "PTM203", "line 2 is not one JSON"),
        ("a.jsonl", '{"text": "x"}\u2028\n', "PTM203", "Extra data"),
        (
            "a.jsonl",
            r'{"text": "x", "te\u0078t": "y"}',
            "PTM203",
            "'text' stands twice",
        ),
        (
            "a.csv",
            gzip.compress(b"text\nx\n", mtime=0),
            "PTM202",
            "is a gzip file; unpack it",
        ),
        ("a.csv", b"PAR1\x15\x00", "PTM202", "call it .parquet"),
        ("a.tsv", "text\nx\n".encode("utf-16-le"), "PTM202", "encoding='utf-16-le'"),
        ("a.tsv", "text\nx\n".encode("utf-16-be"), "PTM202", "encoding='utf-16-be'"),
        ("a.gz", b"", "PTM202", "unpack it first"),
    ],
)
def test_a_doubtful_file_is_refused(tmp_path, name, content, code, why):
    message = refused(write(tmp_path, name, content), label=None)
    assert message.startswith(code)
    assert why in message


def test_blank_lines_at_the_end_are_no_rows(tmp_path):
    assert len(load_examples(write(tmp_path, "a.csv", "text,label\nx,1\n\n\r\n"))) == 1
    assert len(load_examples(write(tmp_path, "a.tsv", "text\tlabel\nx\t1\n\n"))) == 1
    path = write(tmp_path, "a.jsonl", '{"text": "x", "label": 1}\n\n \r\n')
    assert len(load_examples(path)) == 1


def test_a_carriage_return_in_quotation_marks_is_a_character(tmp_path):
    path = write(tmp_path, "a.csv", 'text,label\n"x\ry\r\nz",1\r\n')
    assert load_examples(path).inputs["text"] == ("x\ry\r\nz",)


def test_an_error_after_a_text_of_several_lines_names_the_line_of_the_file(tmp_path):
    path = write(tmp_path, "a.csv", 'text,label\n"x\ny",1\nz,\n')
    assert "line 4: 'label': the label is empty" in refused(path)


def test_ids_that_begin_in_a_later_line_are_not_dropped(tmp_path):
    rows = [ROW, {**ROW, "id": "b"}]
    path = write(tmp_path, "a.jsonl", "\n".join(json.dumps(row) for row in rows))
    assert "line 2 has an 'id', and line 1 has none" in refused(path)
    assert refused(rows).startswith("PTM204 examples row 2")


@pytest.mark.parametrize("encoding", ["UTF_8", "utf8", "U8", "utf-8-sig"])
def test_a_byte_order_mark_is_dropped_however_utf_8_is_spelled(tmp_path, encoding):
    path = write(tmp_path, "a.csv", b"\xef\xbb\xbftext,label\nx,1\n")
    assert load_examples(path, encoding=encoding).inputs["text"] == ("x",)


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ([0.5, "a"], 'got one that holds "0.5" (float)'),
        ([["a"], "b"], "(list)"),
        (["a", "a"], "holds 'a' twice"),
        (["a", True], "the label is True"),
        (" ", "the label is empty"),
        pytest.param("\ud800", "lone surrogate U+D800", id="surrogate"),
        (float("nan"), "the value is missing"),
        (float("inf"), '"inf" (float)'),
        pytest.param(10**5_000, "the number has 16,610 bits", id="huge"),
        (np.bool_(True), "the label is True, a truth value"),
        (b"a", "(bytes)"),
    ],
)
def test_a_doubtful_label_is_refused(label, why):
    message = refused([{**ROW, "id": "k7", "label": label}])
    assert message.startswith("PTM205 examples row 1 (id \"k7\"): 'label': ")
    assert why in message


@pytest.mark.parametrize("value", [None, "", " ", True, 1.0, "\ud800", HUGE, []])
@pytest.mark.parametrize("column", ["g", "key"])
def test_a_doubtful_group_or_id_is_refused(column, value):
    message = refused(
        [{**ROW, "g": "x", "key": 1, column: value}], groups=["g"], id="key"
    )
    assert message.startswith("PTM205 examples row 1 (id ")
    assert f"'{column}': " in message


def test_a_number_no_report_could_hold_is_no_text_either():
    assert "a number too long to show" in refused([{**ROW, "text": 10**5_000}])


def test_an_error_shows_the_id_of_the_column_that_holds_it():
    message = refused([{**ROW, "text": None, "key": "k7"}], id="key")
    assert "row 1 (id \"k7\"): 'text'" in message


def test_many_ids_that_stand_twice_are_a_short_list():
    message = refused([{**ROW, "id": row % 9} for row in range(50)])
    assert message.startswith("PTM208")
    assert '"0" (rows 1, 10, 19 and 3 more)' in message
    assert "… (4 more)" in message


def test_values_of_numpy_are_values():
    rows = [{"text": np.str_("x"), "label": np.int64(1), "g": np.int32(2)}]
    examples = load_examples(rows, groups=["g"])
    assert examples.labels == (1,)
    assert examples.groups["g"] == ("2",)
    assert type(examples.inputs["text"][0]) is str
    assert type(examples.labels[0]) is int
    assert load_examples((np.array(["x"]), [np.array([1, 2])])).labels == ((1, 2),)


def test_label_map_says_what_truth_values_mean():
    rows = [{**ROW, "label": True}, {**ROW, "label": False}]
    names = {True: "yes", False: "no"}
    assert load_examples(rows, label_map=names).labels == ("yes", "no")
    # 1 and True are one key of a dictionary, but only one of them is a truth value.
    assert "truth value" in refused(rows, label_map={1: "yes", 0: "no"})


@pytest.mark.parametrize("label", ["01", " 1", "+1", "٣", "9" * 5_000])
def test_label_map_takes_only_the_plain_digits_of_a_number(label):
    message = refused([{**ROW, "label": label}], label_map={1: "a", 3: "b"})
    assert message.startswith("PTM206")
    assert len(message) < 500


def test_label_map_shows_both_sets_where_a_label_is_missing():
    rows = [{**ROW, "label": label} for label in ("neg", "pos", "neutral")]
    message = refused(rows, label_map={"neg": "negative", "pos": "positive"})
    assert message == (
        "PTM206 examples row 3: label_map has no 'neutral'; it has 'neg', 'pos', and "
        "the data have 'neg', 'neutral', 'pos'"
    )


def test_label_map_brings_several_labels_together():
    rows = [{**ROW, "label": ["anger", "rage", "joy"]}, {**ROW, "label": []}]
    names = {"anger": "bad", "rage": "bad", "joy": "good"}
    assert load_examples(rows, label_map=names).labels == (("bad", "good"), ())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"quoting": "no"}, "expected True, False or"),
        ({"max_bytes": 0}, "expected a whole number, 1 or more"),
        ({"label": None, "label_map": {"a": "b"}}, "label_map= needs labels"),
    ],
)
def test_an_argument_that_cannot_be_meant_is_refused(arguments, why):
    with pytest.raises(ArgumentError, match=why):
        load_examples([ROW], **arguments)


def test_text_from_a_file_cannot_steer_a_terminal(tmp_path):
    name, steering = "\x1b[31m", "\x1b[2J\u202e"
    path = write(tmp_path, f"{name}.csv", f"{steering},{'x' * 99_999}\na,1\n")
    message = refused(path)
    assert message.isprintable()
    assert len(message) < 1_000


def test_the_limit_of_the_csv_module_is_as_it_was(tmp_path):
    before = csv.field_size_limit()
    refused(write(tmp_path, "a.csv", 'text,label\n"open,1\n'))
    assert csv.field_size_limit() == before


def test_a_text_is_counted_in_bytes():
    assert load_examples([{**ROW, "text": "é" * 5}], max_bytes=10).labels
    assert "has 10 bytes, and 9 is the most" in refused(
        [{**ROW, "text": "é" * 5}], max_bytes=9
    )


def test_a_missing_folder_is_named(tmp_path):
    message = refused(tmp_path / "nowhere" / "a.csv")
    assert "there is no folder" in message


@pytest.mark.parametrize("blank", ["", " ", "\t\r\n", "\u00a0\u2003"])
def test_empty_texts_are_refused_with_their_rows_where_they_may_not_be(tmp_path, blank):
    rows = [{"text": text, "label": 1} for text in ("x", blank, "y", blank, "z")]
    assert load_examples(rows).inputs["text"][1] == blank
    with pytest.raises(DataError) as refused:
        load_examples(rows, allow_empty=False)
    assert str(refused.value) == (
        "PTM205 examples: 'text': 2 texts empty or blank (rows 2 and 4); fill them in, "
        "leave them out, or say allow_empty=True"
    )
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows[:3]))
    with pytest.raises(DataError, match=r"'text': 1 text empty or blank \(line 2\)"):
        load_examples(path, allow_empty=False)
    assert len(load_examples(rows[::2], allow_empty=False)) == 3


def test_an_empty_second_text_is_refused_too():
    rows = [{"a": "x", "b": " "}]
    with pytest.raises(DataError, match=r"'b': 1 text empty or blank \(row 1\)"):
        load_examples(rows, text="a", text_pair="b", label=None, allow_empty=False)


def test_fewer_examples_than_there_should_be_are_an_error():
    rows = [{"text": "x", "label": 1}] * 3
    assert len(load_examples(rows, min_examples=3)) == 3
    with pytest.raises(
        DataError, match=r"PTM201 .* has 3 examples, and min_examples=4"
    ):
        load_examples(rows, min_examples=4)


@pytest.mark.parametrize(
    "arguments", [{"allow_empty": False}, {"min_examples": 2}], ids=str
)
def test_what_is_loaded_already_is_not_checked_again_in_silence(arguments):
    loaded = load_examples([{"text": "x", "label": 1}])
    with pytest.raises(ArgumentError, match="are loaded already"):
        load_examples(loaded, **arguments)


def test_a_missing_group_column_lists_the_columns_there_are():
    with pytest.raises(DataError) as refused:
        load_examples([{"text": "x", "label": 1, "origin": "a"}], groups=["orgin"])
    assert refused.value.code == "PTM204"
    assert "no column 'orgin'; it has 'text', 'label', 'origin'" in str(refused.value)
