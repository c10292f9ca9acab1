"""Every strict reading of a file: what is refused, where, and what to do."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ptm import load_examples
from pytest_ptm.ground.errors import DataError

ROW = {"id": "a", "text": "fine", "label": "positive"}


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def jsonl(tmp_path, *rows):
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return write(tmp_path, "data.jsonl", "\n".join(lines) + "\n")


def refused(path, **arguments):
    with pytest.raises(DataError) as error:
        load_examples(path, **arguments)
    return str(error.value)


def test_jsonl_gives_columns_ids_labels_and_groups(tmp_path):
    path = jsonl(
        tmp_path,
        {**ROW, "origin": "x"},
        {"id": "b", "text": "dull", "label": "negative", "origin": 2, "more": [1]},
    )
    examples = load_examples(path, groups=["origin"])
    assert examples.ids == ("a", "b")
    assert examples.inputs["text"] == ("fine", "dull")
    assert examples.labels == ("positive", "negative")
    assert examples.groups["origin"] == ("x", "2")
    assert examples.source == str(path)


def test_without_ids_rows_are_numbered_from_one(tmp_path):
    path = jsonl(tmp_path, {"text": "x", "label": 0}, {"text": "y", "label": 1})
    assert load_examples(path).ids == ("row-1", "row-2")


def test_jsonl_keeps_what_is_inside_a_line(tmp_path):
    texts = [
        "a\u2028b",
        "c\x0cd",
        "e\x85f",
        "g\r\nh",
        "\ufeffx",
        "",
        " ",
        "\x00",
        "🏳️‍🌈 שלום",
    ]
    path = write(
        tmp_path,
        "data.jsonl",
        "".join(json.dumps({"text": t}, ensure_ascii=False) + "\r\n" for t in texts),
    )
    assert load_examples(path, label=None).inputs["text"] == tuple(texts)


def test_a_byte_order_mark_is_no_part_of_the_data(tmp_path):
    path = write(tmp_path, "data.csv", b"\xef\xbb\xbftext,label\nx,1\n")
    assert load_examples(path).inputs["text"] == ("x",)
    path = write(tmp_path, "data.jsonl", b'\xef\xbb\xbf{"text": "x"}\n')
    assert load_examples(path, label=None).inputs["text"] == ("x",)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "Expecting property name"),
        ('{"text": "x"} {"text": "y"}', "Extra data"),
        ('["x"]', "holds list, no object"),
        ('{"text": "x", "text": "y"}', "the key 'text' stands twice"),
        ('{"text": "x", "meta": {"a": 1, "a": 2}}', "the key 'a' stands twice"),
        ('{"text": "x", "score": NaN}', "NaN is no JSON"),
        ('{"text": "x", "score": -Infinity}', "-Infinity is no JSON"),
        ('{"text": "x", "n": ' + "9" * 5_000 + "}", "Exceeds the limit"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_json_line_is_named(tmp_path, line, why):
    message = refused(jsonl(tmp_path, ROW, line))
    assert message.startswith("PTM203")
    assert "data.jsonl line 2 " in message
    assert why in message


def test_a_missing_column_names_the_columns_there_are(tmp_path):
    message = refused(jsonl(tmp_path, {"sentence": "x", "label": 1}))
    assert message.startswith("PTM204")
    assert (
        "has no column 'text'; it has 'sentence', 'label'. Name it with text="
        in message
    )
    message = refused(jsonl(tmp_path, {"text": "x"}))
    assert "pass label=None for unlabelled data" in message


def test_a_value_missing_in_one_line_names_line_and_id(tmp_path):
    message = refused(jsonl(tmp_path, ROW, {"id": "rev-17", "text": "x"}))
    assert message.startswith("PTM204")
    assert "data.jsonl line 2: 'label' is missing (id rev-17)" in message


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"text": None}, "'text': expected a text, got None: the value is missing"),
        ({"text": 3}, "'text': expected a text, got \"3\" (int)"),
        ({"label": None}, "the value is missing"),
        ({"label": ""}, "the label is empty"),
        ({"label": False}, "the label is False, a truth value; quote it: 'False'"),
        ({"label": {"a": 1}}, "(dict)"),
        ({"label": ["a", None]}, "the value is missing"),
        ({"id": None}, "expected an id"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, change, why):
    message = refused(jsonl(tmp_path, ROW, {**ROW, "id": "b", **change}))
    assert message.startswith("PTM205")
    assert "data.jsonl line 2" in message
    assert why in message


def test_a_lone_surrogate_is_refused_with_its_code_point(tmp_path):
    message = refused(
        jsonl(tmp_path, ROW, r'{"id": "b", "text": "ab\ud800c", "label": 1}')
    )
    assert message.startswith("PTM205")
    assert "line 2" in message
    assert "character 3 is the lone surrogate U+D800" in message


def test_a_group_that_is_missing_is_refused(tmp_path):
    path = jsonl(tmp_path, {**ROW, "origin": "x"}, {**ROW, "id": "b", "origin": None})
    assert "expected a group" in refused(path, groups=["origin"])


def test_ids_that_stand_twice_are_listed_with_their_lines(tmp_path):
    message = refused(jsonl(tmp_path, ROW, {**ROW, "id": "b"}, ROW))
    assert message.startswith("PTM208")
    assert 'ids that stand more than once: 1, "a" (lines 1 and 3)' in message


@pytest.mark.parametrize("name", ["data.jsonl", "data.csv", "data.tsv"])
def test_no_rows_is_an_error(tmp_path, name):
    assert refused(write(tmp_path, name, "")).startswith("PTM201")
    if not name.endswith("jsonl"):
        header = write(
            tmp_path,
            name,
            "text,label\n".replace(",", "\t" if "t" in name[-3] else ","),
        )
        assert refused(header).startswith("PTM201")


def test_another_encoding_is_named_with_line_and_byte(tmp_path):
    path = write(tmp_path, "data.csv", "text,label\nfine,1\ncafé,0\n".encode("latin-1"))
    message = refused(path)
    assert message.startswith("PTM202")
    assert "line 3: byte 0xe9 is not utf-8; pass encoding=" in message
    assert load_examples(path, encoding="latin-1").inputs["text"] == ("fine", "café")


def test_utf_16_is_recognised_and_can_be_read(tmp_path):
    path = write(tmp_path, "data.tsv", "text\tlabel\nfine\t1\n".encode("utf-16"))
    assert "is UTF-16, not utf-8; pass encoding='utf-16'" in refused(path)
    assert load_examples(path, encoding="utf-16").inputs["text"] == ("fine",)


def test_an_unknown_encoding_is_an_error(tmp_path):
    for name in ("utf-9", "base64"):
        message = refused(jsonl(tmp_path, ROW), encoding=name)
        assert f"PTM202 encoding='{name}' is no text encoding" in message


def test_a_missing_file_suggests_its_neighbours(tmp_path):
    write(tmp_path, "reviews.jsonl", "{}")
    message = refused(tmp_path / "review.jsonl")
    assert message.startswith("PTM202")
    assert "did you mean 'reviews.jsonl'?" in message
    assert "is a folder" in refused(_folder(tmp_path))


def _folder(tmp_path):
    folder = tmp_path / "data.csv"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", ["data.json", "data.txt", "data"])
def test_an_unknown_format_lists_the_known_ones(tmp_path, name):
    message = refused(write(tmp_path, name, "[]"))
    assert message.startswith("PTM202")
    assert ".jsonl, .ndjson, .csv, .tsv, .parquet" in message


def test_csv_quotes_and_tsv_does_not(tmp_path):
    path = write(tmp_path, "data.csv", 'text,label\n"a, ""b""\nc",1\n')
    assert load_examples(path).inputs["text"] == ('a, "b"\nc',)
    path = write(tmp_path, "data.tsv", 'text\tlabel\n"a lone quote\t1\n')
    assert load_examples(path).inputs["text"] == ('"a lone quote',)
    assert load_examples(path, quoting=False).labels == ("1",)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("text,label\nfine,1\nfine\n", "line 3 has 1 field, "),
        ("text,label\na, b,1\n", "line 2 has 3 fields"),
        ('text,label\nfine,1\n"open,1\nx,2\n', "the row that begins at line 3"),
        ("text,text\nx,1\n", "line 1 names columns twice: 'text'"),
    ],
)
def test_a_malformed_csv_row_is_named(tmp_path, content, where):
    message = refused(write(tmp_path, "data.csv", content))
    assert message.startswith("PTM203")
    assert where in message


def test_a_large_field_is_read_up_to_the_limit_and_no_further(tmp_path):
    path = write(tmp_path, "data.csv", f"text,label\n{'x' * 200_000},1\n")
    assert len(load_examples(path).inputs["text"][0]) == 200_000
    assert "200,000 bytes, and 1,000 is the most" in refused(path, max_bytes=1_000)
    path = write(tmp_path, "data.csv", f"text,label\n{'x' * 1_100_000},1\n")
    assert "1,100,000 bytes, and 1,048,576 is the most" in refused(path)


def test_label_map_reads_digits_of_a_csv_as_numbers(tmp_path):
    path = write(tmp_path, "data.csv", "text,label\nx,0\ny,1\n")
    names = {0: "negative", 1: "positive"}
    assert load_examples(path, label_map=names).labels == ("negative", "positive")
    message = refused(path, label_map={0: "negative"})
    assert message.startswith("PTM206")
    assert "line 3: label_map has no '1'; it has 0" in message


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


@given(st.lists(texts, min_size=1, max_size=8))
def test_any_text_survives_jsonl(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("jsonl") / "data.jsonl"
    rows = [
        json.dumps({"text": value}, ensure_ascii=len(value) % 2 == 0)
        for value in values
    ]
    path.write_bytes("\n".join(rows).encode())
    assert load_examples(path, label=None).inputs["text"] == tuple(values)


# A file with a NUL in it is damaged; in JSON the character has an escape.
written = texts.filter(lambda text: "\0" not in text)


@given(st.lists(written, min_size=1, max_size=8))
def test_any_text_survives_csv(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    quoted = ['"' + value.replace('"', '""') + '",1' for value in values]
    path.write_bytes("\n".join(["text,label", *quoted]).encode())
    assert load_examples(path).inputs["text"] == tuple(values)


@given(st.lists(written, min_size=1, max_size=8))
def test_any_text_of_one_line_survives_tsv(tmp_path_factory, values):
    kept = [value.replace("\t", " ").replace("\n", " ") for value in values]
    path = tmp_path_factory.mktemp("tsv") / "data.tsv"
    rows = [f"{value}\t1\r\n" for value in kept]
    path.write_bytes("".join(["text\tlabel\r\n", *rows]).encode())
    assert load_examples(path).inputs["text"] == tuple(kept)
