"""Bounds on cost in a run: documents, lists, baselines, workers."""

import json

from ptm_suite import KEYWORD

from pytest_ptm.command.main import main

COST = """
from pytest_ptm import assert_cost
from reviews import REVIEWS

def test_in_time(ptm_model):
    assert_cost(ptm_model, REVIEWS, at_most_p95_ms=1e6, at_most_memory_mb=1e6)

def test_too_late(ptm_model):
    assert_cost(ptm_model, REVIEWS, at_most_p95_ms=0)

def test_not_slower(ptm_model):
    assert_cost(ptm_model, REVIEWS, at_most_relative=1e6, than=ptm_model)
"""

KNOWN = """
version = 1

[[tests]]
id = "test_it.py::test_in_time"
failing = ["rev-1"]
"""

MODEL = f"--ptm-model=candidate={KEYWORD}?good=good"


def rows(suite):
    text = (suite.path / "run.json").read_text(encoding="utf-8")
    return {row["test"]: row for row in json.loads(text)["verdicts"]}


def test_figures_and_limits_of_a_run_are_stored_and_read(suite, capsys):
    suite.makepyfile(test_it=COST)
    run = suite.runpytest_inprocess(MODEL, "--ptm-json=run.json")
    run.assert_outcomes(passed=2, failed=1)
    run.stdout.fnmatch_lines(["*p95_ms * > 0.0000 (n=5)*", "*note * machine: *cores*"])
    found = rows(suite)
    row = found["test_it.py::test_in_time"]
    assert (row["metric"], row["better"], row["n"]) == ("p95_ms", "lower", 5)
    assert [limit["metric"] for limit in row["limits"]] == ["memory_mb"]
    assert row["outcomes"] is None
    assert found["test_it.py::test_not_slower"]["metric"] == "relative_time"
    assert main(["suggest", str(suite.path / "run.json")]) == 0
    assert "; at_most_p95_ms=1e+06 now" in capsys.readouterr().out


def test_a_list_and_a_baseline_have_nothing_to_hold_a_time_against(suite):
    suite.makepyfile(test_it=COST)
    suite.makefile(".toml", known=KNOWN)
    run = suite.runpytest_inprocess(MODEL, "--ptm-known-failures=known.toml")
    assert run.ret == 1
    run.stdout.fnmatch_lines(
        ["*test_in_time*no right and wrong of a single example*take it out of the file"]
    )
    for more in ("--ptm-baseline-update",), ():
        run = suite.runpytest_inprocess(
            MODEL, "-k", "time", "--ptm-baseline=main.json", *more
        )
        assert run.ret == 0
    assert (suite.path / "main.json").exists()


def test_beside_workers_a_ratio_is_refused_and_a_time_is_not(suite):
    suite.makepyfile(test_it=COST)
    run = suite.runpytest_inprocess(MODEL, "-n", "2", "--ptm-json=run.json")
    run.assert_outcomes(passed=1, failed=2)
    run.stdout.fnmatch_lines(
        ["*at_most_relative= cannot be judged beside 2 workers of pytest-xdist*"]
    )
    notes = rows(suite)["test_it.py::test_in_time"]["notes"]
    assert "2 workers of pytest-xdist share this machine" in notes[-1]
