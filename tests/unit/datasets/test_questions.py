"""Questions and answers from every source, and what is refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

import pytest_ptm as ptm
from pytest_ptm.datasets.gold_answers import GoldAnswers

CONTEXT = "東京 is the capital of Japan; it was called Edo."
ROW = {
    "id": "q1",
    "question": "What was it called?",
    "context": CONTEXT,
    "answers": {"text": ["Edo", "東京"], "answer_start": [42, 0]},
}
NONE = {**ROW, "id": "q2", "answers": {"text": [], "answer_start": []}}


def squad(rows, **more):
    questions = [
        {
            "id": row["id"],
            "question": row["question"],
            "answers": [
                {"text": text, "answer_start": start}
                for text, start in zip(*row["answers"].values(), strict=True)
            ],
            **more,
        }
        for row in rows
    ]
    paragraph = {"context": CONTEXT, "qas": questions}
    return {"version": "v2.0", "data": [{"title": "Tokyo", "paragraphs": [paragraph]}]}


def test_rows_have_answers_with_their_places():
    examples = ptm.load_questions([ROW, NONE])
    assert examples.labels == (GoldAnswers(("Edo", "東京"), (42, 0)), GoldAnswers())
    assert dict(examples[0].inputs) == {
        "question": ROW["question"],
        "context": CONTEXT,
    }
    assert examples.ids == ("q1", "q2")
    assert pickle.loads(pickle.dumps(examples)).fingerprint == examples.fingerprint


def test_the_answers_are_in_the_fingerprint():
    other = {**ROW, "answers": {"text": ["Edo"], "answer_start": [42]}}
    first, second = (ptm.load_questions([row]) for row in (ROW, other))
    assert first.fingerprint != second.fingerprint


def test_every_source_gives_the_same(tmp_path: Path):
    datasets = pytest.importorskip("datasets")
    pandas = pytest.importorskip("pandas")
    rows = [ROW, NONE]
    expected = ptm.load_questions(rows)
    (tmp_path / "rows.jsonl").write_text(
        "".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8"
    )
    (tmp_path / "squad.json").write_text(json.dumps(squad(rows)), encoding="utf-8")
    datasets.Dataset.from_list(rows).to_parquet(str(tmp_path / "rows.parquet"))
    parts = [
        {
            **row,
            "answers": [
                {"text": text, "answer_start": start}
                for text, start in zip(*row["answers"].values(), strict=True)
            ],
        }
        for row in rows
    ]
    for source in (
        tmp_path / "rows.jsonl",
        tmp_path / "squad.json",
        tmp_path / "rows.parquet",
        datasets.Dataset.from_list(rows),
        pandas.DataFrame(rows),
        parts,
    ):
        assert ptm.load_questions(source).fingerprint == expected.fingerprint


def test_columns_may_have_other_names():
    row = {"q": "Who?", "c": "Ann left.", "a": {"text": ["Ann"], "answer_start": [0]}}
    found = ptm.load_questions(
        [{**row, "kind": "who"}],
        question="q",
        context="c",
        answers="a",
        groups=["kind"],
    )
    assert found[0].label == GoldAnswers(("Ann",), (0,))
    assert found.group("kind") == ("who",)
    assert (
        ptm.load_questions([row], question="q", context="c", answers=None).labels
        is None
    )


def test_an_article_is_a_group(tmp_path: Path):
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(squad([ROW])), encoding="utf-8")
    found = ptm.load_questions(path, groups=["title", "paragraph"])
    assert dict(found[0].groups) == {"title": "Tokyo", "paragraph": "1.1"}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (
            {"text": ["Edo"], "answer_start": [41]},
            r"row 1 \(id .q1.\).*'answers': the answer .Edo. is not at character 41 .*"
            r"holds . Ed. there; the first place with it is character 42",
        ),
        ({"text": ["Kyoto"], "answer_start": [42]}, "nowhere in it"),
        ({"text": ["Edo"], "answer_start": [400]}, "is over by then"),
        ({"text": ["Edo"], "answer_start": [-4]}, "from 0 on, got .-4"),
        ({"text": ["Edo"], "answer_start": ["42"]}, "from 0 on, got"),
        ({"text": ["Edo", "東京"], "answer_start": [42]}, "2 answers and 1 place"),
        ({"text": [""], "answer_start": [0]}, "got an empty text; where there is none"),
        ({"text": "Edo", "answer_start": 42}, "expected {.text.: "),
        ("Edo", "expected {.text.: "),
        (None, "the value is missing"),
    ],
)
def test_an_answer_that_is_none_names_the_row(answers, said):
    with pytest.raises(ptm.DataError, match=f"PTM205 .*{said}"):
        ptm.load_questions([{**ROW, "answers": answers}])


@pytest.mark.parametrize("field", ["question", "context"])
def test_a_blank_text_is_refused(field):
    with pytest.raises(ptm.DataError, match="PTM205"):
        ptm.load_questions([{**ROW, field: " "}])


def test_a_missing_column_is_named_by_its_own_argument():
    with pytest.raises(ptm.DataError, match=r"PTM204 .*Name it with question="):
        ptm.load_questions([{"query": "Who?", "context": "Ann", "answers": {}}])
    with pytest.raises(ptm.DataError, match=r"answers=…, or pass answers=None"):
        ptm.load_questions([{"question": "Who?", "context": "Ann"}])


def test_what_is_no_file_of_squad_is_refused(tmp_path: Path):
    path = tmp_path / "dev.json"
    for text, said in (
        ("{", "is no JSON"),
        ("[]", "has no list 'data'"),
        (
            '{"data": [{"paragraphs": [{"context": "a"}]}]}',
            r"data\[0\] paragraphs\[0\] has no list 'qas'",
        ),
        ('{"data": [3]}', r"data\[0\] is no object"),
        (
            json.dumps(squad([ROW], is_impossible=True)),
            "is_impossible=true and 2 answers",
        ),
        (
            json.dumps(squad([NONE], is_impossible=False)),
            "is_impossible=false and 0 answers",
        ),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ptm.DataError, match=f"PTM203 .*{said}"):
            ptm.load_questions(path)
    path.write_text('{"data": []}', encoding="utf-8")
    with pytest.raises(ptm.DataError, match="PTM201"):
        ptm.load_questions(path)


def test_xquad_is_read_in_full(shared_data):
    examples = ptm.load_questions(shared_data / "xquad" / "xquad.en.json")
    assert len(examples) == 1190
    assert len(set(examples.inputs["context"])) == 240
    assert examples.labels is not None
    assert all(isinstance(label, GoldAnswers) for label in examples.labels)
