"""Readers of files and of rows, handed what people and accidents write."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from ptm_fuzzing import Target
from ptm_mutants import Plain

import pytest_ptm as ptm
from pytest_ptm.known.file import parse, read_text, written

ROWS = [
    {"id": "a", "text": "A lovely hotel.", "label": "pos", "stars": 5, "tags": ["x"]},
    {"id": "b", "text": "Never again,\nno.", "label": "neg", "stars": 1, "tags": []},
    {"id": "c", "text": 'a "fine" day', "label": "pos", "stars": 5, "tags": ["y", "z"]},
]
SQUAD = {
    "version": "2.0",
    "data": [
        {
            "title": "Rome",
            "paragraphs": [
                {
                    "context": "Rome lies on the Tiber.",
                    "qas": [
                        {
                            "id": "q1",
                            "question": "Where?",
                            "answers": [{"text": "the Tiber", "answer_start": 13}],
                        },
                        {
                            "id": "q2",
                            "question": "When?",
                            "answers": [],
                            "is_impossible": True,
                        },
                    ],
                }
            ],
        }
    ],
}
QUESTIONS = [
    {
        "question": "Where?",
        "context": "Rome lies on the Tiber.",
        "answers": {"text": ["the Tiber"], "answer_start": [13]},
    },
    {"question": "When?", "context": "Nobody knows.", "answers": []},
]
CHATS = [
    {
        "id": "c1",
        "messages": [
            {"role": "system", "content": "One word."},
            {"role": "user", "content": "Capital of France?"},
            {"role": "assistant", "content": "Paris"},
        ],
    },
    {"id": "c2", "messages": [{"from": "human", "value": "Hi"}]},
]
TAGGED = [
    {"words": ["Ann", "is", "in", "Rome"], "tags": ["B-per", "O", "O", "B-loc"]},
    {"words": ["Bob", "Lee"], "tags": ["B-per", "I-per"]},
]
WRITTEN = [
    {"text": "Hallo", "references": ["Hello", "Hi"]},
    {"text": "Ja", "references": "Yes"},
]
PAIRS = [{"better": "It is.", "worse": "It are."}, {"better": "I am", "worse": "I is"}]
TRIPLES = [{"anchor": "a dog", "near": "a puppy", "far": "a car"}]
CHOICES = [{"text": "It rained.", "choices": ["wet", "dry"], "label": 0}]
KNOWN = """\
version = 1

[capabilities.negation]
at_most = 7

[[tests]]
id = "test_reviews.py::test_negation"
capability = "negation"
model = "candidate"
place = 0
reason = "issue 12"
failing = [
    "rev-0173",
    "rev-0211",
]
"""
CONLL = """\
-DOCSTART- -X- O O

EU NNP I-NP I-ORG
rejects VBZ I-VP O

Peter NNP I-NP I-PER
"""


def _lines(rows: list[dict[str, Plain]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def _delimited(separator: str) -> bytes:
    rows = [("id", "text", "label", "stars")]
    rows += [("a", '"A lovely, ""quiet"" hotel"', "1", "5"), ("b", "No.", "0", "1")]
    return "\r\n".join(separator.join(row) for row in rows).encode()


def _parquet(rows: list[dict[str, Plain]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def _picture(kind: str, mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (12, 9), (9, 90, 200)[: len(mode)]).save(buffer, kind)
    return buffer.getvalue()


def _file(name: str, load: Callable[[Path], object]) -> Callable[[Plain, Path], None]:
    def do(value: Plain, folder: Path) -> None:
        (folder / name).write_bytes(value)
        load(folder / name)

    return do


def _grouped(path: Path) -> None:
    ptm.load_examples(path, groups=["stars"], label_map={"pos": "good", "neg": "bad"})


def _unlabelled(path: Path) -> None:
    ptm.load_examples(path, label=None, allow_empty=False)


def _plain(path: Path) -> None:
    ptm.load_examples(path, text_pair="stars")


def _pictures(value: Plain, folder: Path) -> None:
    (folder / "a.png").write_bytes(value)
    rows = ptm.load_images([{"image": "a.png", "label": "x"}], root=folder)
    rows.fingerprint  # noqa: B018 - which decodes every image


def _folder(value: Plain, folder: Path) -> None:
    (folder / "rows.jsonl").write_bytes(value)
    (folder / "a.png").write_bytes(_picture("PNG"))
    rows = ptm.load_images(folder / "rows.jsonl", groups=["by"])
    rows.fingerprint  # noqa: B018


def _parallel(value: Plain, folder: Path) -> None:
    (folder / "de").write_bytes(value)
    (folder / "en").write_bytes(b"Good morning!\nYes.\n")
    ptm.load_parallel(folder / "de", folder / "en")


def _known(value: Plain, folder: Path) -> None:
    path = folder / "known.toml"
    path.write_bytes(value)
    known = parse(read_text(path), path=path)
    # What is read is written so that it is read as the same.
    assert written(parse(written(known), path=path)) == written(known)


def _columns(two: Plain) -> object:
    return ptm.load_examples(tuple(two) if isinstance(two, list) else two)


def _rows(load: Callable[..., object]) -> Callable[[Plain, Path], None]:
    return lambda value, folder: load(value) and None


FILES = [
    Target("csv", [_delimited(",")], _file("a.csv", _plain)),
    Target("tsv", [_delimited("\t")], _file("a.tsv", _plain)),
    Target("jsonl", [_lines(ROWS)], _file("a.jsonl", _grouped)),
    Target("jsonl without labels", [_lines(ROWS)], _file("a.jsonl", _unlabelled)),
    Target("parquet", [_parquet(ROWS)], _file("a.parquet", _grouped)),
    Target("tagged parquet", [_parquet(TAGGED)], _file("a.parquet", ptm.load_tagged)),
    Target("squad", [json.dumps(SQUAD).encode()], _file("a.json", ptm.load_questions)),
    Target("questions", [_lines(QUESTIONS)], _file("a.jsonl", ptm.load_questions)),
    Target("chats", [_lines(CHATS)], _file("a.jsonl", ptm.load_chats)),
    Target("tagged", [_lines(TAGGED)], _file("a.jsonl", ptm.load_tagged)),
    Target("conll", [CONLL.encode()], _file("a.conll", ptm.load_tagged)),
    Target("references", [_lines(WRITTEN)], _file("a.jsonl", ptm.load_references)),
    Target("parallel", [b"Guten Morgen!\nJa.\n"], _parallel),
    Target("pairs", [_lines(PAIRS)], _file("a.jsonl", ptm.load_pairs)),
    Target("triples", [_lines(TRIPLES)], _file("a.jsonl", ptm.load_triples)),
    Target(
        "choices",
        [_lines(CHOICES)],
        _file("a.jsonl", lambda path: ptm.load_examples(path, choices="choices")),
    ),
    Target(
        "pictures",
        [
            *(_picture(kind) for kind in ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")),
            _picture("PNG", "LA"),
        ],
        _pictures,
    ),
    Target(
        "rows of pictures",
        [_lines([{"image": "a.png", "label": "x", "by": "me"}])],
        _folder,
    ),
    Target("known failures", [KNOWN.encode()], _known),
]
"""Files, mutated byte by byte."""

OBJECTS = [
    Target(
        "rows", [ROWS], _rows(lambda rows: ptm.load_examples(rows, groups=["stars"]))
    ),
    Target(
        "columns",
        [[["a", "b"], [0, 1]]],
        _rows(_columns),
    ),
    Target(
        "choice rows",
        [CHOICES],
        _rows(lambda rows: ptm.load_examples(rows, choices="choices")),
    ),
    Target("question rows", [QUESTIONS], _rows(ptm.load_questions)),
    Target("chat rows", [CHATS], _rows(ptm.load_chats)),
    Target("tagged rows", [TAGGED], _rows(ptm.load_tagged)),
    Target("written rows", [WRITTEN], _rows(ptm.load_references)),
    Target("pair rows", [PAIRS], _rows(ptm.load_pairs)),
    Target("triple rows", [TRIPLES], _rows(ptm.load_triples)),
    Target(
        "picture rows",
        [
            [
                {"image": _picture("PNG"), "label": "x"},
                {"image": _picture("BMP"), "label": "y"},
            ]
        ],
        _rows(lambda rows: ptm.load_images(rows).fingerprint),
    ),
]
"""Rows of dictionaries, a part of them something else."""
