"""Answers in words held against checks, in a run with workers."""

from __future__ import annotations

import pytest

TESTS = """
    import os
    import pytest
    from ptm_written import FakeWriter, referred
    from pytest_ptm import assert_generates, assert_invariant, assert_not_worse
    from pytest_ptm import ModelError, from_encoder, from_function
    from pytest_ptm.checks import contains, exact_match, judged, length

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

    def agrees(texts):
        return [[0.1, 0.9] if "yes" in text else [0.8, 0.2] for text in texts]

    agreeing = judged(from_function(agrees, classes=["no", "yes"]), is_="yes")

    def test_judged():
        assert_generates(writer, asked, expect=agreeing, at_least=0)

    def agreeing_model():
        return from_function(agrees, classes=["no", "yes"])

    @pytest.mark.ptm(task="text-generation")
    def test_judged_by_a_model_of_a_spec(ptm_load):
        by = ptm_load("judge=python:test_it:agreeing_model")
        check = judged(by, is_="yes")
        result = assert_generates(writer, asked, expect=check, at_least=0.5)
        assert any("judge is judge = " in note for note in result.notes)
        with pytest.raises(ModelError, match="similarity judge: "):
            assert_invariant(writer, asked, under=str, similarity=by, tolerance=0.1)

    def test_not_worse_by_a_judge():
        assert_not_worse(writer, asked, than="baseline", expect=agreeing, margin=0.02)

    def lengths(texts):
        return [[1.0, len(text)] for text in texts]

    def test_the_same_in_meaning():
        assert_invariant(
            writer, ["ask 290", "ask 299"], under=lambda text: f"Please {text}",
            similarity=from_encoder(lengths), tolerance=0.1,
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
        '[[tests]]\nid = "test_it.py::test_judged"\nfailing = []\n'
    )
    common = ["-p", "no:cacheprovider", "--ptm-baseline=base.json"]
    stored = writers.runpytest_inprocess(*common, "--ptm-baseline-update")
    stored.assert_outcomes(passed=9)
    monkeypatch.setenv("SPOILT", "15")
    worse = writers.runpytest_subprocess(*common, "-n", "2", "-v")
    worse.assert_outcomes(passed=7, failed=3)
    worse.stdout.fnmatch_lines_random(
        [
            "*gain in passes over baseline -0.05*test_it.py::test_not_worse",
            "*gain in passes over baseline -0.05*test_it.py::test_not_worse_by_a_judge",
            "*judge is agrees = from_function(agrees)*",
            "*PTM110 30 examples fail that are not known to: test_it.py::test_known*",
            '*row-1  expected exact_match()*"no"*',
            "*test_it.py::test_judged on writer: 'row-1'*",
            '*row-1  expected judged("yes", by=*"no"*no 0.800, yes 0.2000*',
            "*similarity is lengths = from_encoder(lengths)*",
        ]
    )
