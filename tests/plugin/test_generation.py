"""Answers in words held against checks, in a run with workers."""

from __future__ import annotations

import pytest

TESTS = """
    import os
    import pytest
    from ptm_written import FakeWriter, referred
    from pytest_ptm import assert_generates, assert_not_worse
    from pytest_ptm.checks import contains, exact_match, length

    SPOILT = int(os.environ.get("SPOILT", "0"))

    def answers(text, sample):
        number = int(text.split()[-1])
        return "no" if number < SPOILT else f"yes {number}"

    writer = FakeWriter(answers, name="writer")
    asked = referred(
        *[(f"ask {n}", f"yes {n}") for n in range(300)],
        document=[f"doc {n // 10}" for n in range(300)],
    )

    def test_known():
        assert_generates(writer, asked, expect=exact_match(), at_least=0)

    def test_clusters():
        assert_generates(
            writer, asked, expect=contains("yes"), at_least=0.7, confidence=0.9,
            cluster="document",
        )

    def test_stops():
        result = assert_generates(
            writer, asked, expect=contains("yes"), at_least=0.5, early_stop="certain"
        )
        assert result.stopped.asked < 300

    def test_samples():
        assert_generates(
            writer, asked, expect=[contains("yes"), length(of="words", most=2)],
            samples=3, k=2, at_least=0.5,
        )

    def test_not_worse():
        assert_not_worse(
            writer, asked, than="baseline", expect=contains("yes"), margin=0.02
        )
"""


@pytest.fixture
def writers(suite):
    suite.makeini("[pytest]\n")
    suite.makepyfile(test_it="".join(line[4:] for line in TESTS.splitlines(True)))
    return suite


def test_a_run_with_a_baseline_and_known_failures(writers, monkeypatch):
    listed = writers.path / "ptm-known-failures.toml"
    listed.write_text(
        'version = 1\n[[tests]]\nid = "test_it.py::test_known"\nfailing = []\n'
    )
    common = ["-p", "no:cacheprovider", "--ptm-baseline=base.json"]
    stored = writers.runpytest_inprocess(*common, "--ptm-baseline-update")
    stored.assert_outcomes(passed=5)
    monkeypatch.setenv("SPOILT", "15")
    worse = writers.runpytest_inprocess(*common, "-n", "2", "-v")
    worse.assert_outcomes(passed=4, failed=2)
    worse.stdout.fnmatch_lines(
        [
            "*gain in passes over baseline -0.05*",
            "*PTM110 15 examples fail that are not known to: test_it.py::test_known*",
            '*row-1  expected exact_match()*"no"*',
        ]
    )
