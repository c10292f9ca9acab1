"""Figures of written texts against a stored run, by the sums that it keeps."""

from __future__ import annotations

import json
import textwrap

TESTS = """
    import os
    import pytest
    from pytest_ptm import assert_not_worse, from_writer, load_references

    LOST = os.environ.get("LOST", "nothing")
    CUT = os.environ.get("CUT", "13a")

    def translated(texts):
        return [text.upper().replace(LOST, "") for text in texts]

    writer = from_writer(translated, fingerprint=f"v{LOST}")
    rows = load_references([
        {
            "text": f"the cat {n} sat on mat {n} of house",
            "references": [
                f"{'SO ' * (n % 2)}THE CAT {n} SAT ON MAT {n} OF HOUSE", "A CAT SAT"
            ],
        }
        for n in range(60)
    ])

    @pytest.mark.parametrize("metric", [f"bleu(tokenize={CUT})", "ter", "rougeL"])
    def test_texts(metric):
        assert_not_worse(writer, rows, than="baseline", metric=metric, margin=0.01)

    def test_numbers():
        assert_not_worse(writer, rows, than="baseline", metric="numbers_kept")
"""


def test_figures_are_held_against_a_stored_run(pytester, monkeypatch):
    pytester.makepyfile(test_it=textwrap.dedent(TESTS))
    base = ["-p", "no:cacheprovider", "--ptm-baseline", "base.json", "--ptm-require"]
    run = pytester.runpytest_inprocess
    run(*base, "--ptm-baseline-update").assert_outcomes(passed=4)
    assert json.loads((pytester.path / "base.json").read_text())
    run(*base).assert_outcomes(passed=4)
    monkeypatch.setenv("LOST", "SAT ")
    worse = run(*base)
    worse.assert_outcomes(passed=1, failed=3)
    worse.stdout.fnmatch_lines(
        [
            "*gain in bleu over baseline -*",
            "*gain in ter over baseline -*",
            "*gain in rougeL over baseline -*",
        ]
    )


def test_a_figure_that_was_counted_otherwise_is_no_baseline(pytester, monkeypatch):
    pytester.makepyfile(test_it=textwrap.dedent(TESTS).replace('[f"bleu', '[f"bleu'))
    base = ["-p", "no:cacheprovider", "--ptm-baseline", "base.json", "-k", "bleu"]
    run = pytester.runpytest_inprocess
    run(*base, "--ptm-baseline-update").assert_outcomes(passed=1)
    monkeypatch.setenv("CUT", "char")
    run(*base).assert_outcomes(skipped=1)
