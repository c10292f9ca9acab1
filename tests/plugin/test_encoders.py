"""Sentence encoders in a run: a red message, and a limit."""

import pytest

TESTS = """
from ptm_vectors import of_letters
from pytest_ptm import assert_closer, assert_retrieval

ENCODER = of_letters(name="letters")
WORDS = ["abba", "hello", "kettle", "mississippi"]

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
