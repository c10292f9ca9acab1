"""Sentence encoders in a run: a red message, a limit, a list, and a stored run."""

import tomllib

import pytest

TESTS = """
import os
import pytest
from ptm_vectors import letters, of_letters
from pytest_ptm import assert_closer, assert_metric, assert_not_worse, assert_retrieval
from pytest_ptm import from_encoder, load_examples

MISSED = os.environ.get("MISSED", "")

def without(texts):
    return letters([text.replace(MISSED, "") if MISSED else text for text in texts])

ENCODER = from_encoder(without, name="letters", fingerprint=f"v{MISSED}")
PAIRS = from_encoder(without, fingerprint=f"v{MISSED}", task="similarity")
WORDS = ["abba", "hello", "kettle", "mississippi"]

@pytest.mark.ptm(capability="meaning")
def test_triples():
    near = [word.upper() for word in WORDS]
    far = ["xyz", "world", "kettle", "river"]
    assert_closer(ENCODER, WORDS, near, far, at_least=0.5)

def test_search():
    pages = [{"id": word, "text": word} for word in WORDS]
    queries = [{"id": word, "text": f"{word} zzz", "label": word} for word in WORDS]
    queries[0]["label"] = "hello"
    assert_retrieval(ENCODER, queries, pages, metric="ndcg@3", at_least=0.99)
"""

STORED = """
def test_pairs():
    pairs = [(one, other) for one in WORDS for other in WORDS if one < other]
    rows = load_examples(
        [
            {"text": a, "text_pair": b, "label": len({*a} & {*b}) / len({*a, *b})}
            for a, b in pairs
        ],
        text_pair="text_pair",
    )
    metric = "mean_absolute_error"
    assert_not_worse(PAIRS, rows, than="baseline", metric=metric, margin=0.01)
"""

LISTED = """
version = 1
[[tests]]
id = "test_it.py::{test}"
failing = []
"""


@pytest.fixture
def encoders(suite):
    suite.makeini("[pytest]\n")
    suite.makepyfile(test_it=TESTS)
    return suite


def test_what_a_run_says(encoders):
    result = encoders.runpytest_inprocess("-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*ndcg@3 0.* < 0.9900*n=4*",
            "*abba  expected 'hello' first  got at 2 (ndcg@3 0.631); first abba: abba",
        ]
    )


def test_a_limit_draws_queries_and_triples(encoders):
    result = encoders.runpytest_inprocess("--ptm-limit=2")
    result.stdout.fnmatch_lines(["*(n=2, PARTIAL: 2 of 4 by --ptm-limit)*"] * 2)


def test_a_list_of_known_failures_holds_triples(encoders):
    path = encoders.path / "ptm-known-failures.toml"
    path.write_text(LISTED.format(test="test_triples"))
    result = encoders.runpytest_inprocess("-k", "triples")
    result.assert_outcomes(passed=1, failed=1, deselected=1)
    result.stdout.fnmatch_lines(
        [
            "PTM110 *test_it.py::test_triples on letters: 'row-3'",
            "    row-3  expected the second closer to the first  got cosines *",
            '      "kettle | KETTLE | kettle"',
        ]
    )
    path.unlink()
    result = encoders.runpytest_inprocess("--ptm-known-failures-update=accept")
    result.assert_outcomes(passed=1, failed=1)
    listed = tomllib.loads(path.read_text())["tests"]
    assert [(each["id"], each["failing"]) for each in listed] == [
        ("test_it.py::test_triples", ["row-3"])
    ]
    assert encoders.runpytest_inprocess("-k", "triples").ret == 0


def test_no_list_holds_queries_whose_figures_are_no_right_and_wrong(encoders):
    path = encoders.path / "ptm-known-failures.toml"
    path.write_text(LISTED.format(test="test_search"))
    encoders.runpytest_inprocess().stdout.fnmatch_lines(
        ["PTM111 *::test_search: its verdict has no right and wrong of a single*"]
    )


def test_figures_are_held_against_a_stored_run_and_a_list(encoders, monkeypatch):
    """Both in one process; what is read of them in two."""
    encoders.makepyfile(test_it=TESTS + STORED)
    base = "--ptm-baseline=base.json"

    encoders.runpytest_inprocess(base, "--ptm-baseline-update").stdout.fnmatch_lines(
        ["baseline *written anew"]
    )
    result = encoders.runpytest_inprocess(base)
    result.assert_outcomes(passed=2, failed=1)
    same = result.stdout.str()
    assert "closer 0.7500 → 0.7500 (+0.0000, 95 % Tango" in same
    assert "ndcg@3 0.9077 → 0.9077, failed as before" in same
    assert "gain in mean_absolute_error over baseline 0.0000" in same
    path = encoders.path / "ptm-known-failures.toml"
    path.write_text(LISTED.format(test="test_triples"))
    monkeypatch.setenv("MISSED", "abba")
    result = encoders.runpytest_inprocess(base, "-n", "2")
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines_random(
        [
            "FAILED gain in mean_absolute_error over baseline -0.*::test_pairs",
            "then → now closer 0.7500 → 0.5000 (-0.2500, *newly broken row-1*",
            "then → now ndcg@3 0.9077 → 0.*test_it.py::test_search on letters",
            "PTM110 2 examples fail *::test_triples on letters: 'row-1', 'row-3'",
        ]
    )
