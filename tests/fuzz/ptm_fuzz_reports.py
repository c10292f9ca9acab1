"""Run documents of any content, and what is printed of them."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

from ptm_fuzzing import Target
from ptm_mutants import Plain
from ptm_texts import ODD, steers

from pytest_ptm.command.main import main
from pytest_ptm.ground.display import clip, presentable, quoted, visible
from pytest_ptm.reports.annotations import commands, remarks
from pytest_ptm.reports.markdown import COMMENT_LIMIT, render
from pytest_ptm.runs.reading import read_run
from pytest_ptm.runs.recorded import log_of
from pytest_ptm.shell.outgoing import clean_data

SUITE = """
import pytest
from pytest_ptm import (
    assert_accuracy, assert_bias_gap, assert_metric, from_function, load_examples,
)
ROWS = [
    {"id": f"r-{i}", "text": f"a {w} film {i}", "label": l, "by": "ab"[i % 2]}
    for i, (w, l) in enumerate([("good", "pos"), ("bad", "neg"), ("odd", "neg")] * 4)
]
MODEL = from_function(
    lambda texts: [[0.9, 0.1] if "bad" in t else [0.2, 0.8] for t in texts],
    classes=["neg", "pos"],
)
def test_right(): assert_accuracy(MODEL, ROWS, at_least=0.9)
def test_sure(): assert_accuracy(MODEL, ROWS, at_least=0.5, confidence=0.95)
def test_loss(): assert_metric(MODEL, ROWS, metric="log_loss", at_most=2.0)
def test_alike():
    rows = load_examples(ROWS, groups=["by"])
    assert_bias_gap(MODEL, rows, group="by", at_most=1.0, min_group_size=2)
"""


@functools.cache
def recorded() -> bytes:
    """The document of a small run of all outcomes."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "test_it.py").write_text(SUITE)
        (Path(name) / "pytest.ini").write_text("[pytest]\n")
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--ptm-json=run.json"],
            cwd=name,
            check=False,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "CI": ""},
        )
        return (Path(name) / "run.json").read_bytes()


def _told(path: Path) -> None:
    """All that is said of a run, which has to be fit to be shown."""
    log = log_of(read_run(path))
    markdown = render(log)
    assert len(markdown.encode()) <= COMMENT_LIMIT
    assert not steers(markdown, lines=True), "Markdown steers"
    for line in commands(remarks(log, relative=lambda file: file)):
        assert len(line.splitlines()) == 1
        assert not steers(line), "an annotation steers"
    for words in (["plan"], ["suggest"], ["show", "--cases"], ["show"]):
        said = _printed([*words, str(path)])
        assert not steers(said, lines=True), f"{words} steers"
    for words in (["suggest", "--json"], ["plan", "--json"]):
        json.loads(_printed([*words, str(path)]))
    _printed(["show", "--cases", "--csv", str(path)])


def _printed(words: list[str]) -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        main(words)
    out.flush()
    return out.buffer.getvalue().decode()


def _bytes(value: Plain, folder: Path) -> None:
    (folder / "run.json").write_bytes(value)
    _told(folder / "run.json")


def _structure(value: Plain, folder: Path) -> None:
    path = folder / "run.json"
    path.write_text(json.dumps(value, default=str), encoding="utf-8")
    _told(path)
    (folder / "then.json").write_bytes(recorded())
    said = _printed(["compare", str(folder / "then.json"), str(path)])
    assert not steers(said, lines=True), "compare steers"


def _words(value: Plain, folder: Path) -> None:
    """One text in every place of a document where a person's text stands."""
    document = json.loads(recorded())
    for row in document["verdicts"]:
        row.update(headline=value, capability=value, nodeid=value, test=value)
        row["notes"] = [value]
        for case in row["cases"]:
            case.update(shown=value, expected=value, observed=value, note=value)
        for group in row["by_group"]:
            group["group"] = value
    _structure(document, folder)


def _display(value: Plain, folder: Path) -> None:
    assert not steers(visible(value))
    assert not steers(clip(value, 40))
    assert not steers(quoted(value))
    assert not steers(presentable(value).replace("\t", ""), lines=True)
    assert visible(visible(value)) == visible(value)
    fit = clean_data({"a": [value], "b": (value, {"c": value})})
    ET.fromstring(f"<a>{_escaped(str(fit['a'][0]))}</a>")
    json.dumps(fit).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


PROSE = [
    "accuracy 0.8 < 0.9 (n=5)",
    "a very long text " * 2_000,
    "| a | b |\n|---|---|\n```\n<b>@someone</b> #12",
    *ODD,
]
REPORTS = [
    Target("texts that are shown", PROSE, _display),
    Target("run documents, byte by byte", [recorded()], _bytes),
    Target("run documents, part by part", [json.loads(recorded())], _structure),
    Target(
        "texts in a run document",
        [text for text in PROSE if text.strip() and len(text) < 1000],
        _words,
    ),
]
