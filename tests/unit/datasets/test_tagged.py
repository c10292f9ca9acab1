"""Words and tags: rows of lists, and files in columns."""

from __future__ import annotations

import pickle

import pytest

import pytest_ptm as ptm
from pytest_ptm.datasets.tagged import load_tagged
from pytest_ptm.datasets.tags import Tags, misplaced, parted, rewritten

ROW = {"words": ["Ann", "left"], "tags": ["B-person", "O"]}


def written(tmp_path, text, name="rows.conll"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_rows_of_lists():
    rows = load_tagged([{**ROW, "id": "a", "who": "f"}], groups=["who"])
    assert rows.ids == ("a",)
    assert rows.lists["words"] == (("Ann", "left"),)
    assert rows.labels == (Tags(("B-person", "O")),)
    assert rows.group("who") == ("f",)
    assert pickle.loads(pickle.dumps(rows)).fingerprint == rows.fingerprint


def test_tags_have_an_order_and_stand_in_the_fingerprint():
    other = load_tagged([{**ROW, "tags": ["O", "B-person"]}])
    assert load_tagged([ROW]).fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"words": ["Ann"], "tags": ["O", "O"]}, "2 tags for 1 word; each"),
        ({"words": [], "tags": []}, "no word; leave the row out"),
        ({"words": "Ann", "tags": ["O"]}, "expected a list of words"),
        ({"words": ["Ann"], "tags": "O"}, "expected a list of tags"),
        ({"words": ["Ann", " "], "tags": ["O", "O"]}, "a list of words, got one"),
        ({"words": ["Ann"], "tags": [None]}, "a list of tags, got one"),
        ({"words": ["\ud800"], "tags": ["O"]}, "lone surrogate"),
    ],
)
def test_a_wrong_row_is_named(row, why):
    with pytest.raises(ptm.DataError, match=rf"PTM205 .*row 2.*{why}"):
        load_tagged([ROW, row])


def test_columns_as_conll_has_them(tmp_path):
    path = written(
        tmp_path,
        "-DOCSTART- -X- O O\n\nEU NNP I-NP B-ORG\nrejects VBZ I-VP O\n \n"
        "Peter\u00a0B. NNP I-NP B-PER\r\n",
    )
    rows = load_tagged(path)
    assert rows.lists["words"] == (("EU", "rejects"), ("Peter\u00a0B.",))
    assert [each.each for each in rows.labels] == [("B-ORG", "O"), ("B-PER",)]
    assert rows.ids == ("row-1", "row-2")
    parts = load_tagged(path, tags=1)
    assert parts.labels[0] == Tags(("NNP", "VBZ"))


def test_any_separator_and_any_column(tmp_path):
    path = written(tmp_path, "# text\nO,Ann Lee,x\nB-place,Rome,y\n", "rows.csv")
    rows = load_tagged(path, words=1, tags=0, separator=",", comments="# ")
    assert rows.lists["words"] == (("Ann Lee", "Rome"),)
    tabs = written(tmp_path, "#\tO\nof a kind\tO\n")
    assert load_tagged(tabs).lists["words"] == (("#", "of a kind"),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Ann B-PER\nleft\n", r"line 2 has 1 column, and line 1 has 2: 'left'"),
        ("# id 1\nAnn B-PER\n", r"line 2 has 2 columns, .*comments="),
        ("\n \n", "has 0 examples"),
        ("Ann B-PER\nleft X-PER\n", "'X-PER' is no tag of IOB2"),
        ("a O\n\nAnn I-PER\n", "line 3.*I-PER at word 1, 'Ann', cannot stand there"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, text, why):
    with pytest.raises(ptm.DataError, match=why):
        load_tagged(written(tmp_path, text), scheme="IOB2")


def test_an_entity_is_read_by_its_scheme(tmp_path):
    path = written(tmp_path, "a I-X\nb I-X\nc B-X\nd O\n")
    (label,) = load_tagged(path, scheme="IOB1").labels
    assert label.each == ("B-X", "I-X", "B-X", "O")


def test_arguments_go_with_the_source(tmp_path):
    path = written(tmp_path, "a O\n")
    for wrong in (
        {"groups": ["who"]},
        {"words": "words"},
        {"separator": ""},
        {"scheme": "BIO"},
    ):
        with pytest.raises(ptm.ArgumentError):
            load_tagged(path, **wrong)
    for wrong in ({"separator": ","}, {"words": 0}):
        with pytest.raises(ptm.ArgumentError):
            load_tagged([ROW], **wrong)
    with pytest.raises(ptm.DataError, match="column 4 is asked for"):
        load_tagged(path, tags=4)


def test_wnut17_is_read_whole(shared_data):
    folder = shared_data / "wnut17"
    rows = load_tagged(folder / "emerging.test.annotated", scheme="IOB2")
    assert len(rows) == 1287
    assert sum(map(len, rows.lists["words"])) == 23_394
    kinds = {parted(tag)[1] for tags in rows.labels for tag in tags.each}
    assert sorted(kinds - {""}) == [
        "corporation",
        "creative-work",
        "group",
        "location",
        "person",
        "product",
    ]
    assert len(load_tagged(folder / "emerging.dev.conll", scheme="IOB2")) == 1009


@pytest.mark.parametrize(
    ("tags", "scheme", "then"),
    [
        ("O I-a I-a I-b O", "IOB2", "O B-a I-a B-b O"),
        ("B-a B-a I-a", "IOB1", "I-a B-a I-a"),
        ("B-a I-a I-a O B-b B-b", "IOBES", "B-a I-a E-a O S-b S-b"),
        ("S-a B-a E-a", "BILOU", "U-a B-a L-a"),
        ("U-a U-a L-a I-b", "IOB2", "B-a B-a B-a B-b"),
    ],
)
def test_the_same_entities_in_another_scheme(tags, scheme, then):
    found = rewritten(tags.split(), scheme)
    assert " ".join(found) == then
    assert misplaced(found, scheme) is None
    assert rewritten(found, scheme) == found


def test_what_is_no_tag_of_an_entity_is_not_rewritten():
    with pytest.raises(ValueError, match="NN is no tag"):
        rewritten(["O", "NN"], "IOB2")
