"""A model behind a template in a run: what is stored of it, and held against it."""

import json

import pytest

MODEL = "--ptm-model=facts=python:ptm_fakes:cloze"
PEOPLE = """
import pytest
from pytest_ptm import assert_accuracy, assert_not_worse, load_examples, prompted

ROWS = load_examples([
    {"text": "The nurse was tired.", "label": "woman"},
    {"text": "My nurse slept.", "label": "woman"},
    {"text": "The pilot slept.", "label": "man"},
])

@pytest.fixture
def people(ptm_model):
    return prompted(ptm_model, TEMPLATE, words=WORDS)

def test_is_right(people):
    assert_accuracy(people, ROWS, at_least=0.6)

def test_no_worse(people):
    assert_not_worse(people, ROWS, than="baseline", margin=0)
"""
WORDS = {"man": "he", "woman": "she"}
TEMPLATE = "{text} That is what {mask} said."


def written(suite, template=TEMPLATE, words=WORDS):
    suite.makepyfile(
        test_people=PEOPLE.replace("TEMPLATE", repr(template)).replace(
            "WORDS", repr(words)
        )
    )


def test_its_verdicts_are_those_of_a_classifier(suite, how):
    written(suite)
    baseline = ("--ptm-baseline=main.json", "--ptm-baseline-update")
    result = suite.runpytest_inprocess(MODEL, "--ptm-json=run.json", *baseline, *how)
    result.assert_outcomes(passed=2)
    rows = json.loads((suite.path / "run.json").read_text())["verdicts"]
    assert {row["task"] for row in rows} == {"text-classification"}
    assert {row["model"]["name"] for row in rows} == {"facts"}
    said = json.dumps({"man": ["he"], "woman": ["she"]})
    for row in rows:
        assert f'|template:"{TEMPLATE}"|words:{said}|' in row["signature"]
        assert f'asked through "{TEMPLATE}"' in row["notes"]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{text} This is what {mask} said.", WORDS),
        (TEMPLATE, {"woman": "she", "man": "he"}),
        (TEMPLATE, {"man": ["he", "a"], "woman": "she"}),
    ],
)
def test_another_template_meets_no_baseline_of_the_first(suite, template, words):
    written(suite)
    baseline = "--ptm-baseline=main.json"
    first = suite.runpytest_inprocess(MODEL, baseline, "--ptm-baseline-update")
    first.assert_outcomes(passed=2)
    suite.runpytest_inprocess(MODEL, baseline).assert_outcomes(passed=2)
    written(suite, template, words)
    second = suite.runpytest_inprocess(MODEL, baseline)
    second.assert_outcomes(passed=1, skipped=1)
    second.stdout.fnmatch_lines(
        ["NOT COMPARED with the baseline: *::test_no_worse*it was computed otherwise*"]
    )


def test_its_known_failures_are_listed_and_held(suite):
    written(suite)
    suite.makeini("[pytest]\n")
    suite.path.joinpath("ptm-known-failures.toml").write_text(
        'version = 1\n[[tests]]\nid = "test_people.py::test_is_right"\n'
        'failing = ["row-3"]\n'
    )
    only = ("-k", "is_right")
    suite.runpytest_inprocess(MODEL, *only).assert_outcomes(passed=1)
    written(suite, words={"man": "she", "woman": "he"})
    suite.runpytest_inprocess(MODEL, *only).assert_outcomes(failed=2)  # and PTM110
