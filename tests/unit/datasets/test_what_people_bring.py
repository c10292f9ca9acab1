"""Files and objects that people bring and that hold no examples: named as such."""

import codecs
import json

import pytest

from pytest_ptm import load_examples
from pytest_ptm.ground.errors import ArgumentError, DataError

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
)


def refused(source, **arguments):
    with pytest.raises((DataError, ArgumentError)) as raised:
        load_examples(source, **arguments)
    return str(raised.value)


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_an_apostrophe_of_windows_is_advised_its_own_encoding(tmp_path):
    content = "text,label\nfine,1\nit\u2019s caf\u00e9,0\n".encode("cp1252")
    path = write(tmp_path, "a.csv", content)
    message = refused(path)
    assert message == (
        f"PTM202 {path} line 3: byte 0x92 is not utf-8; pass encoding=, such as "
        "encoding='cp1252', or save the file as UTF-8"
    )
    texts = load_examples(path, encoding="cp1252").inputs["text"]
    assert texts == ("fine", "it\u2019s caf\u00e9")


def test_the_whole_file_tells_the_encoding_and_not_its_first_letter(tmp_path):
    content = "text,label\ncaf\u00e9,1\nit\u2019s,0\n".encode("cp1252")
    message = refused(write(tmp_path, "a.csv", content))
    assert "line 2: byte 0xe9" in message
    assert "such as encoding='cp1252'" in message


def test_without_such_letters_latin_1_will_do(tmp_path):
    message = refused(
        write(tmp_path, "a.csv", "text,label\ncaf\u00e9,1\n".encode("l1"))
    )
    assert "such as encoding='latin-1', or save" in message


def test_what_is_neither_is_advised_neither(tmp_path):
    # 0x81 begins half the letters of Shift-JIS, and is none of cp1252.
    content = "text,label\n\u3042\u3044\u3002,1\n".encode("shift-jis")
    message = refused(write(tmp_path, "a.csv", content))
    assert "is not utf-8; pass encoding=, the one it was written in, or save" in message


def test_one_byte_that_is_wrong_in_utf_8_is_no_other_encoding(tmp_path):
    content = "text,label\ncaf\u00e9 \u2019 \u00fc,1\n".encode() + b"it\x92s,0\n"
    message = refused(write(tmp_path, "a.csv", content))
    assert message.endswith(
        "line 3: byte 0x92 is not utf-8, and the rest of the file is; mend the line, "
        "or save the file as UTF-8"
    )


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "latin-1"])
def test_a_mark_of_utf_8_is_no_letter_of_another_encoding(tmp_path, encoding):
    path = write(tmp_path, "a.csv", "\ufefftext,label\ncaf\u00e9,1\n")
    assert refused(path, encoding=encoding) == (
        f"PTM202 {path} begins with the byte order mark of UTF-8, and "
        f"encoding={codecs.lookup(encoding).name!r}; leave encoding= out"
    )
    assert load_examples(path).inputs["text"] == ("caf\u00e9",)


def test_a_mark_of_utf_16_is_no_letter_of_windows(tmp_path):
    path = write(tmp_path, "a.csv", "text,label\nfine,1\n".encode("utf-16"))
    assert "is UTF-16, not cp1252; pass encoding='utf-16'" in refused(
        path, encoding="cp1252"
    )


NO_TEXT = (
    "'text_pair': expected a text, got None: the value is missing; leave the row out, "
    'or write "" for an empty text (CSV has none)'
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,text,text_pair,label\na,b,c,1\nd,e,,0\n"),
        ("a.tsv", "id\ttext\ttext_pair\tlabel\na\tb\tc\t1\nd\te\t\t0\n"),
        (
            "a.jsonl",
            '{"id": "a", "text": "b", "text_pair": "c", "label": 1}\n'
            '{"id": "d", "text": "e", "text_pair": null, "label": 0}\n',
        ),
    ],
)
def test_a_second_text_that_is_missing_is_no_empty_one(tmp_path, name, content):
    path = write(tmp_path, name, content)
    line = 2 if name == "a.jsonl" else 3
    assert refused(path) == f'PTM205 {path} line {line} (id "d"): {NO_TEXT}'


@pytest.mark.parametrize("pair", ["Text_Pair", " text_pair", "text-pair", "TextPair"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_second_text_by_nearly_the_name_is_not_passed_over(tmp_path, name, pair):
    content = f"text,{pair},label\na,b,1\n"
    if name == "a.jsonl":
        content = json.dumps({"text": "a", pair: "b", "label": 1})
    path = write(tmp_path, name, content)
    where = f"{path} line 1" if name == "a.jsonl" else str(path)
    assert refused(path) == (
        f"PTM204 {where} has the column {pair!r}, which would not be asked about: only "
        f"'text_pair' is taken by itself. Write text_pair={pair!r}, or give it another "
        "name if it is no second text"
    )
    assert load_examples(path, text_pair=pair).inputs["text_pair"] == ("b",)
    assert list(load_examples(path, groups=[pair]).inputs) == ["text"]


def test_a_name_in_another_case_is_one_to_write(tmp_path):
    path = write(tmp_path, "a.csv", "Text, label\na,1\n")
    assert refused(path).endswith("it has 'Text', ' label'. Name it with text='Text'")
    assert refused(path, text="Text").endswith("Name it with label=' label'")


@pytest.mark.parametrize(
    ("label_map", "said"),
    [
        (
            {0: "bad", 1: 1},
            'says a class name for "0", and a number for "1"; write all alike',
        ),
        (
            {"a": 0.5, "b": "bad"},
            'says a number for "a", and a class name for "b"; write all alike',
        ),
        (
            {0: None},
            'says None: the value is missing for "0"; expected a class name, a class '
            "id or a score",
        ),
        (
            {0: True},
            'says "True" (bool) for "0"; expected a class name, a class id or a score',
        ),
    ],
)
def test_a_label_map_is_checked_before_anything_is_read(label_map, said):
    message = refused("no-such-file.csv", label_map=label_map)
    assert message == f"label_map= {said}"


def test_a_list_is_no_label_map():
    assert refused("no-such-file.csv", label_map=["bad", "good"]) == (
        "label_map=: expected a dictionary from labels of the data to classes "
        'of the model, such as {0: "negative"}, got list'
    )


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv", "a.parquet"])
def test_what_git_lfs_left_is_named(tmp_path, name):
    path = write(tmp_path, name, POINTER)
    assert refused(path) == (
        f"PTM202 {path} is a git-lfs pointer of {len(POINTER)} bytes, not the file "
        f"itself; run: git -C {tmp_path} lfs pull"
    )


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv", "a.parquet"])
@pytest.mark.parametrize(
    "start",
    [
        b"<!DOCTYPE html>\n<html>",
        b"\xef\xbb\xbf\r\n <!doctype HTML>",
        b"<html lang='en'>",
        b"<HTML>\n",
        b"<!-- saved -->\n<!DOCTYPE html>",
        b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "">',
    ],
)
def test_a_page_of_the_web_is_named(tmp_path, name, start):
    path = write(tmp_path, name, start + b"<title>Sign in</title>\n")
    assert refused(path) == (
        f"PTM202 {path} is a web page (HTML), as one gets for a link to a page about "
        "the file, or that needs a login; download the file itself"
    )


@pytest.mark.parametrize("start", [b"<!---->", b"<?xml ?>", b"<?xml", b" ", b"<!--"])
def test_what_only_begins_as_a_page_costs_nothing(tmp_path, start):
    content = start * 500 + b"text,label\nfine,1\n"
    assert refused(write(tmp_path, "a.csv", content)).startswith("PTM20")


def test_a_text_about_html_is_a_text(tmp_path):
    path = write(tmp_path, "a.csv", "text,label\n<html> is a tag,1\n")
    assert len(load_examples(path)) == 1
    path = write(tmp_path, "a.tsv", "text\tlabel\nversion https://git-lfs\t1\n")
    assert len(load_examples(path)) == 1


LINE_1 = "Line 1 names the columns, and here it reads like a row of data"


@pytest.mark.parametrize(
    ("name", "content", "arguments", "header"),
    [
        (
            "a.csv",
            "A lovely hotel.,positive\nNever again.,negative\n",
            {},
            "text,label",
        ),
        ("a.csv", "1,I would not go there again\n0,Fine.\n", {}, "label,text"),
        (
            "a.tsv",
            "a charming film .\t1\nso so\t0\n",
            {"text": "sentence"},
            "sentence\tlabel",
        ),
        (
            "a.tsv",
            "gj04\t1\t*\tOur friends won't buy this analysis.\n",
            {},
            "column_1\tlabel\tcolumn_3\ttext",
        ),
        ("a.csv", "I would not go there again\nFine.\n", {"label": None}, "text"),
        ("a.csv", '"Never, ever.",negative\nx,y\n', {}, "text,label"),
        # Short texts: a number beside one, or a label that comes again below.
        ("a.csv", "good,1\nbad,0\n", {}, "text,label"),
        ("a.csv", "good,positive\nbad,negative\nso so,positive\n", {}, "text,label"),
    ],
)
def test_a_file_without_a_header_is_told_how_to_write_one(
    tmp_path, name, content, arguments, header
):
    path = write(tmp_path, name, content)
    message = refused(path, **arguments)
    assert message.startswith(f"PTM204 {path} has no column ")
    assert message.endswith(
        f". {LINE_1}: if it is one, write a line of names before it: {header}"
    )
    path.write_text(f"{header}\n{content}")
    assert len(load_examples(path, **arguments)) == content.count("\n")


@pytest.mark.parametrize(
    ("content", "arguments"),
    [
        ("review,stars\nfine,1\n", {}),
        ("review,stars\nfine,good,bad\nfine,1,stars\n", {}),
        # As pandas numbers columns that have no name.
        ("0,1\ngood,1\n", {}),
        ('review,stars\nfine,"1\n', {}),
        ("text of the review,label of it\nfine,1\n", {}),
        # The text is there: it is only another column that is not.
        ("text,A lovely hotel.\nfine,1\n", {}),
    ],
)
def test_names_that_are_others_are_names(tmp_path, content, arguments):
    message = refused(write(tmp_path, "a.csv", content), **arguments)
    assert message.startswith("PTM204")
    assert LINE_1 not in message


def rows():
    yield {"text": "fine", "label": 1}
    yield {"text": "dull", "label": 0}


USED_UP = (
    "is used up: what is read once holds nothing for the next test. Make a list of it, "
    "list(…), or load it once with load_examples(…)"
)


def test_a_generator_that_was_read_is_named():
    once = rows()
    assert len(load_examples(once)) == 2
    assert refused(once) == f"PTM201 examples has 0 examples: this generator {USED_UP}"


def test_an_iterator_that_has_none_may_be_used_up():
    assert refused(map(dict, [])) == (
        "PTM201 examples has 0 examples: this map held none, or " + USED_UP
    )


@pytest.mark.parametrize("labels", [None, [1, 0]])
def test_texts_that_were_read_are_named(labels):
    texts = (text for text in ["fine", "dull"])
    assert len(load_examples((texts, labels))) == 2
    message = refused((texts, labels))
    assert message == f"PTM201 texts has 0 examples: this generator {USED_UP}"


def test_labels_that_were_read_are_named():
    labels = iter([1, 0])
    load_examples((["fine", "dull"], labels))
    assert refused((["fine", "dull"], labels)) == (
        "PTM201 labels has 0 examples: this list_iterator held none, or " + USED_UP
    )


def test_an_empty_list_is_no_generator():
    assert refused([]) == "PTM201 examples has 0 examples"
    assert refused(([], [])) == "PTM201 examples has 0 examples"
