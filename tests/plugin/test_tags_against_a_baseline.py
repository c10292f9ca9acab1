"""Figures of entities against a stored run, also with workers."""

from __future__ import annotations

import json
import textwrap

import pytest
from ptm_suite import ways

TESTS = """
    import os
    from pytest_ptm import assert_not_worse, from_tagger, load_tagged

    MISSED = os.environ.get("MISSED", "")

    def names(rows):
        return [
            ["B-x" if word.istitle() and word != missed else "O" for word in row]
            for row in rows
        ]

    missed = MISSED
    tagger = from_tagger(names, tags=["O", "B-x", "I-x"], fingerprint=f"v{MISSED}")
    people = ["Ann", "Bob", "Eve", "Joe"]
    rows = load_tagged([
        {"words": [people[n % 4], "left", str(n)], "tags": ["B-x", "O", "O"]}
        for n in range(60)
    ])

    def test_entities():
        assert_not_worse(tagger, rows, than="baseline", metric="f1", margin=0.05)

    def test_types():
        assert_not_worse(tagger, rows, than="baseline", metric="f1_macro", margin=0.05)
"""


# A worker imports for seconds what tags are judged by.
@pytest.mark.parametrize("how", ways("alone"))
def test_f1_is_held_against_a_stored_run(pytester, monkeypatch, how):
    pytester.makepyfile(test_it=textwrap.dedent(TESTS))
    base = ["-p", "no:cacheprovider", "--ptm-baseline", "base.json", *how]
    run = pytester.runpytest_inprocess
    run(*base, "--ptm-baseline-update").assert_outcomes(passed=2)
    assert json.loads((pytester.path / "base.json").read_text())
    run(*base).assert_outcomes(passed=2)
    monkeypatch.setenv("MISSED", "Bob")
    worse = run(*base)
    worse.assert_outcomes(failed=2)
    worse.stdout.fnmatch_lines(["*gain in f1 over baseline -0.14*"])


OF_PERSONS = """
    import os
    from pytest_ptm import assert_metric, from_tagger, load_tagged

    missed = os.environ.get("MISSED", "")
    KINDS = {"Ann": "B-person", "Bob": "B-person", "Rome": "B-place", "Oslo": "B-place"}

    def names(rows):
        return [
            ["O" if word == missed else KINDS.get(word, "O") for word in row]
            for row in rows
        ]

    tagger = from_tagger(
        names, tags=["O", "B-person", "B-place"], fingerprint=f"v{missed}"
    )
    rows = load_tagged([
        {"id": f"{name}-{n}", "words": [name, "left", where, str(n)],
         "tags": ["B-person", "O", "B-place", "O"]}
        for n in range(4) for name, where in (("Ann", "Oslo"), ("Bob", "Rome"))
    ])

    def test_persons():
        assert_metric(tagger, rows, metric="recall", positive="person", at_least=0)
"""
KNOWN = 'version = 1\n[[tests]]\nid = "test_it.py::test_persons"\nfailing = []\n'


def test_a_list_and_then_and_now_are_of_the_type_that_is_gated(pytester, monkeypatch):
    """What is missed of places is no failure of a gate of persons."""
    pytester.makepyfile(test_it=textwrap.dedent(OF_PERSONS))
    (pytester.path / "ptm-known-failures.toml").write_text(KNOWN)
    base = ["-p", "no:cacheprovider", "--ptm-baseline", "base.json"]
    pytester.runpytest_inprocess(*base, "--ptm-baseline-update").assert_outcomes(
        passed=1
    )
    monkeypatch.setenv("MISSED", "Rome")
    places = pytester.runpytest_inprocess(*base)
    places.assert_outcomes(passed=1)
    assert "newly broken" not in places.stdout.str()
    monkeypatch.setenv("MISSED", "Bob")
    persons = pytester.runpytest_inprocess(*base)
    persons.assert_outcomes(passed=1, failed=1)
    persons.stdout.fnmatch_lines(["*newly broken*Bob-0*", "*PTM110*"])
