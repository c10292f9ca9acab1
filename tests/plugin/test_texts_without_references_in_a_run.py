"""Figures without references: lists of known failures, and stored runs."""

from __future__ import annotations

import textwrap

TESTS = """
    import os
    from pytest_ptm import assert_metric, assert_not_worse, from_writer, load_references

    MADE_UP = os.environ.get("MADE_UP", "nothing")

    def summary(texts):
        return [text.replace(f"day {MADE_UP} ", "day 99 ") for text in texts]

    writer = from_writer(summary, fingerprint=MADE_UP)
    rows = load_references(
        [{"text": f"On day {n} it rained."} for n in range(20)], references=None
    )

    def test_known():
        assert_metric(writer, rows, metric="numbers_known", at_least=0.9)

    def test_not_worse():
        assert_not_worse(
            writer, rows, than="baseline", metric="numbers_known", margin=0
        )
"""


def test_runs_are_compared_and_failures_known(pytester, monkeypatch):
    pytester.makepyfile(test_it=textwrap.dedent(TESTS))
    run, base = pytester.runpytest_inprocess, ["--ptm-baseline", "b.json"]
    run(*base, "--ptm-baseline-update").assert_outcomes(passed=2)
    run(*base, "--ptm-require").assert_outcomes(passed=2)
    monkeypatch.setenv("MADE_UP", "7")
    worse = run(*base, "--ptm-require")
    worse.assert_outcomes(passed=1, failed=1)
    worse.stdout.fnmatch_lines(["*gain in numbers_known over baseline -0.0500*"])
    listed = pytester.path / "ptm-known-failures.toml"
    listed.write_text(
        'version = 1\n[[tests]]\nid = "test_it.py::test_known"\nfailing = ["row-8"]\n'
    )
    known = ["-k", "test_known", "-v"]
    run(*known).assert_outcomes(passed=1)
    monkeypatch.setenv("MADE_UP", "8")
    other = run(*known)
    other.assert_outcomes(passed=1, failed=1)
    other.stdout.fnmatch_lines(["*PTM110 1 example fails that *test_known*row-9*"])
