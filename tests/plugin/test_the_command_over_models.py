"""`ptm compare` and `suggest`: like with like, several models, arguments that exist."""

import json
import re

import pytest
from ptm_suite import KEYWORD

from pytest_ptm.command.main import main

MODELS = """
from ptm_fakes import FakeClassifier, by_word

def flipping(*numbers):
    texts = {f"good {i}" for i in numbers}
    return FakeClassifier(
        lambda text: by_word()(text)[::-1] if text in texts else by_word()(text),
        name=f"flips {len(numbers)}",
    )

def three():
    return flipping(100, 101, 102)

def two():
    return flipping(100, 101)
"""

ROWS = """
ROWS = [{"text": f"good {i}", "label": "positive"} for i in range(200)]
"""

# Accuracy and F1 are two verdicts over one data.
SUITE = f"""
from pytest_ptm import assert_accuracy, assert_metric
{ROWS}
def test_it(ptm_model):
    assert_accuracy(ptm_model, ROWS, at_least=0.5)
    assert_metric(ptm_model, ROWS, metric="f1", positive="positive", at_least=0.5)
"""

NOT_WORSE = f"""
from pytest_ptm import assert_not_worse
{ROWS}
def test_it(ptm_model):
    assert_not_worse(ptm_model, ROWS, than="baseline", margin=0.02)
"""


@pytest.fixture
def run(suite, capsys):
    """A run by these models, named, and its document; nothing of it is shown."""
    suite.makepyfile(models=MODELS)

    def recorded(name, *arguments, **models):
        specs = [f"--ptm-model={name}={spec}" for name, spec in models.items()]
        suite.runpytest_inprocess(*specs, f"--ptm-json={name}", *arguments)
        capsys.readouterr()
        return str(suite.path / name)

    return recorded


THREE, TWO = "python:models:three", "python:models:two"


def test_an_example_of_two_verdicts_over_one_data_turns_once(suite, run, capsys):
    suite.makepyfile(test_it=SUITE)
    files = run("then.json", a=KEYWORD), run("now.json", a=THREE)
    assert main(["compare", *files]) == 0
    shown = capsys.readouterr().out
    assert shown.count("newly broken 3: ") == 2
    assert shown.endswith("\n3 examples newly broken, 0 fixed\n")


SLICES = """
from pytest_ptm import assert_accuracy
ROWS = [
    {"id": f"rev-{i}", "text": f"good {i}", "label": "positive"} for i in range(200)
]
BARE = [{"text": row["text"], "label": row["label"]} for row in ROWS[90:120]]
OTHER = [{"text": row["text"], "label": row["label"]} for row in ROWS[91:120]]
def test_it(ptm_model):
    for rows in (ROWS, ROWS[100:], ROWS[101:103], BARE, OTHER):
        assert_accuracy(ptm_model, rows, at_least=0.0)
"""


def test_an_example_of_several_slices_turns_once(suite, run, capsys):
    suite.makepyfile(test_it=SLICES)
    files = run("then.json", a=KEYWORD), run("now.json", a=THREE)
    assert main(["compare", *files]) == 0
    shown = capsys.readouterr().out
    assert shown.count("newly broken ") == 5
    # Three by their ids; and three in each data whose rows have only numbers.
    assert shown.endswith("\n9 examples newly broken, 0 fixed\n")


def test_models_are_paired_by_name(suite, run, capsys):
    suite.makepyfile(test_it=SUITE)
    then = run("then.json", a=KEYWORD, b=THREE, gone=KEYWORD)
    now = run("now.json", b=TWO, a=THREE, new=KEYWORD)
    assert main(["compare", then, now]) == 0
    shown = capsys.readouterr().out
    assert "\nonly then: gone\nonly now: new\n" in shown
    assert "3 examples newly broken, 0 fixed on a\n" in shown
    assert "0 examples newly broken, 1 fixed on b\n" in shown
    assert shown.count("only then: accuracy 1.0000") == 1
    assert "cannot be compared" not in shown


def test_nothing_to_compare_is_not_nothing_changed(suite, run, capsys):
    suite.makepyfile(test_it=SUITE)
    then, now = run("then.json", a=KEYWORD, b=KEYWORD), run("now.json", c=THREE)
    assert main(["compare", then, now]) == 0
    shown = capsys.readouterr().out
    assert "no verdict of one run could be compared with one of the other" in shown
    assert "newly broken" not in shown


def test_a_gain_is_not_subtracted_from_the_figure_it_is_stored_with(suite, run, capsys):
    suite.makepyfile(test_it=NOT_WORSE)
    then = run("then.json", "--ptm-baseline=b.json", "--ptm-baseline-update", a=KEYWORD)
    now = run("now.json", "--ptm-baseline=b.json", a=THREE)
    assert main(["compare", then, now]) == 0
    shown = capsys.readouterr().out
    assert "accuracy 1.0000 then, gain in accuracy over" in shown
    assert "-0.0150 now: figures of two kinds, not subtracted" in shown
    assert "newly broken 3: row-101, row-102, row-103" in shown
    assert main(["compare", "--json", then, now]) == 0
    (each,) = json.loads(capsys.readouterr().out)
    assert each["change"] is None
    assert (each["metric_then"], each["then"]) == ("accuracy", 1.0)


EVERY = f"""
import pytest
from pytest_ptm import (
    assert_accuracy, assert_agrees, assert_bias_gap, assert_directional,
    assert_invariant, assert_metric, assert_not_worse, load_examples,
)
from pytest_ptm.perturbations import typos
{ROWS.replace('"label"', '"half": str(i % 2), "label"')}

def test_accuracy(ptm_model):
    assert_accuracy(ptm_model, ROWS, at_least=0.5)

def test_loss(ptm_model):
    assert_metric(ptm_model, ROWS, metric="log_loss", at_most=9.5)

def test_recall_is_not_too_good(ptm_model):
    assert_metric(
        ptm_model, ROWS, metric="recall", positive="positive", at_most=1.0
    )

def test_gap(ptm_model):
    rows = load_examples(ROWS, groups=["half"])
    assert_bias_gap(ptm_model, rows, group="half", at_most=0.5)

def test_typos(ptm_model):
    assert_invariant(ptm_model, ROWS, under=typos(rate=0.1), at_most=0.5)

def test_agrees(ptm_model, ptm_against):
    assert_agrees(ptm_model, ROWS, than=ptm_against, at_least=0.5)

def test_worse(ptm_model, ptm_against):
    assert_not_worse(ptm_model, ROWS, than=ptm_against, margin=0.5)

def test_better(ptm_model, ptm_against):
    assert_not_worse(ptm_against, ROWS, than=ptm_model, margin=0.5)
"""


def test_every_suggestion_is_an_argument_that_holds(suite, run, capsys):
    path = suite.makepyfile(test_it=EVERY)
    more = f"--ptm-against={KEYWORD}"
    document = run("run.json", more, a=THREE)
    assert main(["suggest", document]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"margin=0\.0\d+   now margin=0\.5, shown at 95 %", shown)
    assert main(["suggest", "--json", document]) == 0
    found = json.loads(capsys.readouterr().out)
    lines, pasted = path.read_text().split("\n"), set()
    for each in found:
        function = each["nodeid"].split("::")[1].split("[")[0]
        start = lines.index(next(x for x in lines if x.startswith(f"def {function}(")))
        assert each["strictest"] is not None, each
        for n in range(start + 1, start + 5):
            if re.search(r"(at_least|at_most|margin)=", lines[n]):
                new = f"{each['argument']}={each['strictest']:.4f}"
                lines[n] = re.sub(r"(at_least|at_most|margin)=[\d.]+", new, lines[n])
                assert new in lines[n]
                pasted.add(new.split("=")[0])
                break
    assert pasted == {"at_least", "at_most", "margin"}
    suite.makepyfile(test_it="\n".join(lines))
    result = suite.runpytest_inprocess(
        f"--ptm-model=a={THREE}", more, "--ptm-confidence=0.95"
    )
    result.assert_outcomes(passed=len(found))


def test_of_several_models_the_weakest_is_suggested(suite, run, capsys):
    suite.makepyfile(test_it=SUITE)
    document = run("run.json", a=KEYWORD, b=THREE)
    assert main(["suggest", "--json", document]) == 0
    weakest = min(
        each["strictest"]
        for each in json.loads(capsys.readouterr().out)
        if each["metric"] == "accuracy"
    )
    assert main(["suggest", document]) == 0
    shown = capsys.readouterr().out
    assert "what every model of the run clears:\n" in shown
    assert f"  at_least={weakest:.4f}  test_it.py::test_it\n" in shown
