"""A classifier by hypotheses in a run: stored, listed, clustered, and with workers."""

import json

import pytest

MODEL = "--ptm-model=nli=python:ptm_fakes:infers"
TOPICS = """
import pytest
from pytest_ptm import assert_accuracy, assert_bias_gap, assert_not_worse
from pytest_ptm import load_examples, zero_shot

ROWS = load_examples([
    {"text": "a bank by the river", "label": "money", "by": "ann", "doc": "1"},
    {"text": "he won a match", "label": "sport", "by": "ann", "doc": "1"},
    {"text": "a match at a bank", "label": "money", "by": "bob", "doc": "2"},
    {"text": "a bank is closed", "label": "money", "by": "bob", "doc": "3"},
], groups=["by", "doc"])

@pytest.fixture
def topics(ptm_model):
    phrases = {"sport": "a match", "money": "a bank"}
    return zero_shot(ptm_model, phrases, hypothesis=HYPOTHESIS)

def test_is_right(topics):
    assert_accuracy(topics, ROWS, at_least=0.7, cluster="doc")

def test_no_worse(topics):
    assert_not_worse(topics, ROWS, than="baseline", margin=0)

def test_for_all(topics):
    assert_bias_gap(topics, ROWS, group="by", at_most=0.5, min_group_size=2)
"""
USUAL = "This example is {}."


def written(suite, hypothesis=USUAL):
    suite.makepyfile(test_topics=TOPICS.replace("HYPOTHESIS", repr(hypothesis)))


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_its_verdicts_are_those_of_a_classifier(suite, workers):
    written(suite)
    baseline = ("--ptm-baseline=main.json", "--ptm-baseline-update")
    run = suite.runpytest_inprocess(MODEL, "--ptm-json=run.json", *baseline, *workers)
    run.assert_outcomes(passed=3)
    rows = json.loads((suite.path / "run.json").read_text())["verdicts"]
    assert {row["task"] for row in rows} == {"text-classification"}
    said = json.dumps({"sport": "a match", "money": "a bank"})
    for row in rows:
        signed = f'|hypothesis:"{USUAL}"|classes:{said}|entails:entailment|'
        assert signed in row["signature"]
        assert any(USUAL in note for note in row["notes"])
    if workers:
        return
    # What was computed by another sentence is no baseline of this one.
    written(suite, "So it is {}.")
    second = suite.runpytest_inprocess(MODEL, "--ptm-baseline=main.json")
    second.assert_outcomes(passed=2, skipped=1)
    second.stdout.fnmatch_lines(
        ["NOT COMPARED with the baseline: *::test_no_worse*it was computed otherwise*"]
    )


def test_its_known_failures_are_listed_and_held(suite):
    written(suite)
    suite.makeini("[pytest]\n")
    suite.path.joinpath("ptm-known-failures.toml").write_text(
        'version = 1\n[[tests]]\nid = "test_topics.py::test_is_right"\n'
        'failing = ["row-3"]\n'
    )
    only = ("-k", "is_right")
    suite.runpytest_inprocess(MODEL, *only).assert_outcomes(passed=1)
    # The fake reads what stands behind " is ": without it all classes are one.
    written(suite, "It was {}.")
    suite.runpytest_inprocess(MODEL, *only).assert_outcomes(failed=2)  # and PTM110
