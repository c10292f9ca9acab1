"""What a run, and the command over it, print: whole, as a person reads it."""

import re

import pytest
from ptm_suite import KEYWORD

from pytest_ptm.command.main import main

MODULE = "python:models:"

MODELS = """
from ptm_fakes import FakeClassifier, by_word

def keyword():
    return FakeClassifier(by_word(), name="keyword")

def turned():
    # Says the opposite of two texts in five.
    def logits(text):
        said = by_word()(text)
        return said[::-1] if text.split()[-1] in {"1", "4"} else said
    return FakeClassifier(logits, name="turned")
"""

SUITE = """
import pytest
from pytest_ptm import (
    assert_accuracy, assert_directional, assert_invariant, assert_not_worse,
)

ROWS = [
    {"id": f"rev-{i}", "text": f"a good film, said {i} of {i % 5}", "label": "positive"}
    for i in range(60)
]

def worsened(text):
    return text.replace("good", "bad")

@pytest.mark.ptm(capability="length")
def test_short(ptm_model):
    assert_accuracy(ptm_model, ROWS[:20], at_least=0.5)

def test_all(ptm_model):
    assert_accuracy(ptm_model, ROWS, at_least=0.9)

def test_worsened(ptm_model):
    assert_invariant(ptm_model, ROWS[:3], under=worsened, at_most=0.1)

def test_goes_down(ptm_model):
    assert_directional(
        ptm_model, ROWS[:3], under=worsened, expect="increase", of="positive"
    )

@pytest.mark.ptm(model="turned")
def test_shown_good(ptm_model):
    assert_accuracy(ptm_model, ROWS, at_least=0.6, confidence=0.95)

@pytest.mark.ptm(model="turned")
def test_no_worse(ptm_model, ptm_against):
    assert_not_worse(ptm_model, ROWS, than=ptm_against, margin=0.02)
"""

KNOWN = """version = 1

[[tests]]
id = "test_it.py::test_short"
capability = "length"
failing = ["rev-1"]
"""


@pytest.fixture
def reviewed(suite, monkeypatch):
    """A suite whose every kind of message is printed once, by two models."""
    monkeypatch.setenv("COLUMNS", "80")
    suite.makeini("[pytest]\n")
    suite.makepyfile(models=MODELS, test_it=SUITE)
    (suite.path / "ptm-known-failures.toml").write_text(KNOWN)
    return suite


def masked(suite, lines):
    """What is ours of the lines, without what differs from one moment to another."""
    text = "\n".join(line.rstrip() for line in lines).replace(str(suite.path), "<here>")
    text = re.sub(r"\d+\.\d+ s\b", "<time> s", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", "<when>", text)
    return re.sub("={4,}", "====", text)


def ours(result):
    """Header and messages; then the problems of the run, its section, the summary."""
    lines = result.outlines
    end = next(n for n, line in enumerate(lines) if re.search("=== .* in .* ===", line))
    begin = next(n for n, line in enumerate(lines) if " pytest-ptm ==" in line)
    begin = next((n for n, line in enumerate(lines) if "_ PTM1" in line), begin)
    told = [x for x in lines[:begin] if x.startswith(("E  ", "ptm:", "test_it.py::"))]
    return [*told, *lines[begin:end]]


def test_a_red_run_of_two_models(reviewed, golden, capsys):
    def run(name, *specs):
        models = (f"--ptm-model={spec}" for spec in specs)
        against = f"--ptm-against=in-use={MODULE}keyword"
        return reviewed.runpytest_inprocess(*models, against, f"--ptm-json={name}")

    one = f"keyword={MODULE}keyword"
    run("then.json", one, f"turned={MODULE}keyword").assert_outcomes(failed=4, passed=6)
    result = run("now.json", one, f"turned={MODULE}turned")
    result.assert_outcomes(failed=8, passed=3)
    golden("run_of_two_models", masked(reviewed, ours(result)))
    capsys.readouterr()
    for words in (["compare", "then.json"], ["suggest"], ["show"]):
        assert main([*words, "now.json"]) == 0
    shown = capsys.readouterr().out.split("\n")
    golden("command_over_two_models", masked(reviewed, shown))


def test_a_green_run_with_v(accuracy_suite, golden, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    model = f"--ptm-model=candidate={KEYWORD}"
    result = accuracy_suite.runpytest_inprocess(model, "-v")
    golden("green_run_with_v", masked(accuracy_suite, ours(result)))


def test_a_run_without_a_model(reviewed, golden):
    result = reviewed.runpytest_inprocess("-q")
    (line,) = [line for line in result.outlines if line.startswith("ptm: ")]
    golden("run_without_a_model", line)


def test_mistakes_in_what_is_typed(reviewed, golden):
    said = []
    for mistake in ("--ptm-confidence=95", "--ptm-json=reprots/run.json"):
        result = reviewed.runpytest_inprocess(f"--ptm-model={MODULE}keyword", mistake)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        said += result.errlines
    golden("mistakes", masked(reviewed, said))
