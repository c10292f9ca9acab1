"""Texts and their references, from rows and from files that run side by side."""

from __future__ import annotations

import pytest

from pytest_ptm import load_questions, load_tagged
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.references import References
from pytest_ptm.datasets.written import load_parallel, load_references
from pytest_ptm.ground.errors import ArgumentError, DataError


def texts(examples: Examples) -> list[tuple[str, ...]]:
    return [example.label.texts for example in examples]


def test_references_are_a_text_or_several_or_columns():
    rows = load_references([{"text": "a", "references": "b"}])
    assert texts(rows) == [("b",)]
    several = [
        {"text": "a", "references": ["b", "c"]},
        {"text": "d", "references": "e"},
    ]
    assert texts(load_references(several)) == [("b", "c"), ("e",)]
    columns = [{"q": "a", "one": "b", "two": ["c", "d"], "from": "x", "no": "7"}]
    rows = load_references(
        columns, text="q", references=["one", "two"], groups=["from"], id="no"
    )
    assert texts(rows) == [("b", "c", "d")]
    assert rows.ids == ("7",)
    assert rows.group("from") == ("x",)
    assert len(References()) == 0


def test_rows_may_have_no_reference_where_that_is_said():
    rows = load_references([{"text": "a"}, {"text": "b"}], references=None)
    assert rows.labels is None
    assert rows.inputs["text"] == ("a", "b")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"text": "a", "references": []}, "expected a text that somebody wrote"),
        ({"text": "a", "references": None}, "expected a text that somebody wrote"),
        ({"text": "a", "references": ["b", 3]}, "expected a text that somebody wrote"),
        ({"text": "a", "references": ["b", " "]}, "a reference is blank"),
        ({"text": "a", "references": "\ud800"}, "surrogate|half"),
        ({"text": "", "references": "b"}, "text"),
        ({"text": "a", "answer": "b"}, "'references'"),
    ],
)
def test_a_row_that_is_none_is_refused_by_its_name(row, why):
    good = {"text": "x", "references": "y"}
    rows = [good, row] if row.keys() == good.keys() else [row]
    with pytest.raises(DataError, match=why) as caught:
        load_references(rows)
    if len(rows) == 2:
        assert "row 2" in caught.value.message
        # It takes no such argument.
        assert "allow_empty" not in caught.value.message


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"references": []}, "expected the name of a column"),
        ({"references": ["a", 3]}, "expected the name of a column"),
        ({"groups": "lang"}, r"such as \['lang'\]"),
    ],
)
def test_an_argument_that_is_none_is_refused(given, why):
    with pytest.raises(ArgumentError, match=why):
        load_references([{"text": "a", "references": "b"}], **given)
    with pytest.raises(ArgumentError, match="loaded already"):
        load_references(load_references([{"text": "a", "references": "b"}]))


@pytest.mark.parametrize("load", [load_references, load_questions, load_tagged])
def test_no_row_is_no_data(load):
    with pytest.raises(DataError, match="0 examples") as caught:
        load([])
    assert caught.value.code == "PTM201"


@pytest.fixture
def written(tmp_path):
    def write(name: str, content: str | bytes):
        path = tmp_path / name
        data = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(data)
        return path

    return write


def test_files_belong_together_line_by_line(written):
    source = written("de", "Eins\u2028zwei\nDrei\x0cvier\n")
    first, second = written("en", "One\nThree"), written("pt", "Um\r\nTrês\r\n")
    rows = load_parallel(source, str(first), second)
    # Only a line feed parts lines.
    assert rows.inputs["text"] == ("Eins\u2028zwei", "Drei\x0cvier")
    assert texts(rows) == [("One", "Um"), ("Three", "Três")]
    assert rows.ids == ("line-1", "line-2")
    assert rows.source == str(source)
    latin = written("latin", "é\n".encode("latin-1"))
    one = load_parallel(latin, latin, encoding="latin-1")
    assert texts(one) == [("é",)]


def test_a_mark_of_the_byte_order_is_no_text(written):
    rows = load_parallel(written("a", "\ufeffA\n"), written("b", "B\n"))
    assert rows.inputs["text"] == ("A",)


@pytest.mark.parametrize(
    ("source", "target", "code", "why"),
    [
        ("a\nb\n", "x\n", "PTM205", "1 line, and .* 2"),
        ("a\n\n", "x\ny\n", "PTM205", "line 2 is blank"),
        ("a\nb\n", "x\n \n", "PTM205", "line 2 is blank"),
        ("", "", "PTM201", "0 examples"),
        ("a\n", b"\xff\xfe\n", "PTM202", "cannot be read"),
        ("a\n", None, "PTM202", "cannot be read"),
    ],
)
def test_files_that_do_not_fit_are_refused(written, source, target, code, why):
    paths = [written("s", source)]
    paths.append(paths[0].parent / "none" if target is None else written("t", target))
    with pytest.raises(DataError, match=why) as caught:
        load_parallel(*paths)
    assert caught.value.code == code


def test_files_without_references_are_refused(written):
    with pytest.raises(ArgumentError, match="the file of the texts and those"):
        load_parallel(written("s", "a\n"))
