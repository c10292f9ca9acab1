"""Passed, failed and inconclusive, as a person and a machine read them."""

import json

import pytest
from ptm_suite import KEYWORD, in_workers

OPEN = "open and not keyword-fail"

SUITE = """
import pytest
from pytest_ptm import assert_accuracy

# The keyword model says positive where a text says good.
def rows(right, n):
    return [
        {"text": f"good {i}", "label": "positive" if i < right else "negative"}
        for i in range(n)
    ]

def test_shown_good(ptm_model):
    assert_accuracy(ptm_model, rows(199, 200), at_least=0.9)

def test_shown_bad(ptm_model):
    assert_accuracy(ptm_model, rows(150, 200), at_least=0.9)

@pytest.mark.parametrize("outcome", ["fail", "skip", "xfail", "pass"])
def test_open(ptm_model, outcome):
    assert_accuracy(ptm_model, rows(184, 200), at_least=0.9, on_inconclusive=outcome)
"""


@pytest.fixture
def three(suite):
    suite.makepyfile(test_it=SUITE)
    return suite


def run(suite, how, *more):
    return suite.runpytest(
        "--ptm-model", KEYWORD, "--ptm-confidence=0.95", "--ptm-json=run.json",
        "--junitxml=junit.xml", "-rA", *how, *more,
    )  # fmt: skip


@in_workers
def test_summary_json_and_junit_tell_the_three_apart(three, how):
    result = run(three, how)
    result.assert_outcomes(passed=2, failed=2, skipped=1, xfailed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = result.stdout.str()
    assert "INCONCLUSIVE at 95 %: accuracy 0.9200, at_least=0.9000" in text
    assert "FAILED accuracy 0.7500 < 0.9000 at 95 % (n=200)" in text
    assert "passed accuracy 0.9950 >= 0.9000 at 95 % (n=200)" in text
    assert "6 gates: 3 red unless shown good, 3 red only if shown bad" in text
    rows = json.loads((three.path / "run.json").read_text())["verdicts"]
    outcomes = {row["test"].rpartition("::")[2]: row["outcome"] for row in rows}
    assert outcomes == {
        "test_shown_good": "passed",
        "test_shown_bad": "failed",
        "test_open[fail]": "inconclusive",
        "test_open[skip]": "inconclusive",
        "test_open[xfail]": "inconclusive",
        "test_open[pass]": "inconclusive",
    }
    assert {row["more"] for row in rows if row["outcome"] == "inconclusive"} == {1165}
    junit = (three.path / "junit.xml").read_text()
    assert junit.count('name="ptm verdict" value="inconclusive"') == 4
    assert junit.count('name="ptm verdict" value="failed"') == 1


def test_the_word_of_an_inconclusive_test(three):
    result = three.runpytest("--ptm-model", KEYWORD, "--ptm-confidence=0.95", "-v")
    result.stdout.fnmatch_lines(["*test_open?keyword-fail? INCONCLUSIVE*"])
    result.stdout.fnmatch_lines(["*test_shown_bad?keyword? FAILED*"])


def test_too_many_inconclusive_verdicts_fail_the_run(three, how):
    result = run(three, how, "--ptm-max-inconclusive=3", "-k", OPEN)
    # Three are allowed, and three there are.
    result.assert_outcomes(passed=1, skipped=1, xfailed=1)
    assert result.ret == pytest.ExitCode.OK
    result = run(three, how, "--ptm-max-inconclusive=2", "-k", OPEN)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*PTM108 3 verdicts inconclusive*allows 2*"])


def test_too_many_expected_failures_fail_the_run(three, how):
    result = run(three, how, "--ptm-max-xfail=0", "-k", "keyword-xfail")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*PTM109 1 test failed as expected*allows 0*"])
    result = run(three, how, "--ptm-max-xfail=1", "-k", "keyword-xfail")
    assert result.ret == pytest.ExitCode.OK


def test_runxfail_lets_no_inconclusive_test_through(three):
    result = run(three, (), "--runxfail", "-k", "keyword-xfail")
    result.assert_outcomes(failed=1)


def test_holm_adjusts_what_was_missed(three):
    result = run(three, (), "--ptm-adjust=holm")
    text = result.stdout.str()
    assert "holm over 6 verdicts at a confidence:" in text
    assert text.count(" missed: accuracy") == 1
    assert text.count("not shown to miss: accuracy") == 5


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--ptm-confidence=95", "*--ptm-confidence*less than 1*"),
        ("--ptm-confidence=high", "*expected a number*"),
        ("--ptm-early-stop=soon", "*--ptm-early-stop 'soon'*"),
        ("--ptm-max-inconclusive=-1", "*--ptm-max-inconclusive*"),
        ("--ptm-adjust=bonferroni", "*--ptm-adjust*"),
    ],
)
def test_a_wrong_option_is_a_usage_error(three, option, message):
    result = three.runpytest("--ptm-model", KEYWORD, option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_the_ini_file_and_the_environment_set_the_confidence(three, monkeypatch):
    three.makeini("[pytest]\nptm_confidence = 0.95\n")
    result = three.runpytest("--ptm-model", KEYWORD, "-k", "keyword-fail")
    result.assert_outcomes(failed=1)
    monkeypatch.setenv("PTM_CONFIDENCE", "0.6")
    result = three.runpytest("--ptm-model", KEYWORD, "-k", "keyword-fail")
    result.assert_outcomes(passed=1)


def test_early_stopping_is_an_option_too(three, how):
    result = run(three, how, "--ptm-early-stop=confident", "-k", "shown")
    result.assert_outcomes(passed=1, failed=1)
    rows = json.loads((three.path / "run.json").read_text())["verdicts"]
    assert all(row["stopped"]["asked"] < 200 for row in rows)
    result.stdout.fnmatch_lines(["*of 200 examples*"])


MANY = """
import pytest
from pytest_ptm import assert_accuracy
from test_it import rows

@pytest.mark.parametrize("number", range(12))
def test_at_its_bound(ptm_model, number):
    assert_accuracy(ptm_model, rows(180, 200), at_least=0.9, on_inconclusive="pass")

@pytest.mark.parametrize("outcome", ["pass", "skip", "xfail"])
def test_unlucky(ptm_model, outcome):
    assert_accuracy(ptm_model, rows(169, 200), at_least=0.9, on_inconclusive=outcome)

def test_has_to_be_good(ptm_model):
    assert_accuracy(ptm_model, rows(169, 200), at_least=0.9)

def test_by_the_figure_itself(ptm_model):
    assert_accuracy(ptm_model, rows(179, 200), at_least=0.9, confidence="off",
                    on_inconclusive="pass")

def test_bad(ptm_model):
    assert_accuracy(ptm_model, rows(140, 200), at_least=0.9, on_inconclusive="skip")
"""


def test_holm_gate_judges_what_is_red_only_if_shown_bad_together(three, how):
    three.makepyfile(test_many=MANY)
    chosen = ("test_many.py", *how)
    gate = "--ptm-adjust=holm-gate"
    result = run(
        three, chosen, gate, "-k", "unlucky or bound", "--ptm-early-stop=confident"
    )
    result.assert_outcomes(passed=13, skipped=1, xfailed=1)
    assert result.ret == pytest.ExitCode.OK
    text = result.stdout.str()
    assert "accuracy 0.8450 < 0.9000 at 95 % alone, left to holm-gate (n=200)" in text
    assert "holm-gate over 15 verdicts at a confidence:" in text
    result = run(three, chosen, gate)
    # What has to be good, and what is judged by its figure, fail where they stand.
    result.assert_outcomes(passed=13, skipped=2, xfailed=1, failed=3)
    text = result.stdout.str()
    assert "PTM118 holm-gate: 1 verdict of 16 missed, judged together" in text
    assert "FAILED accuracy 0.8950 < 0.9000" in text


def test_a_run_that_ends_before_holm_gate_is_red(three):
    three.makepyfile(test_many=MANY)
    three.makeconftest(
        """
        import pytest

        @pytest.hookimpl(trylast=True)
        def pytest_runtest_logfinish(nodeid):
            pytest.exit("enough", returncode=0)
        """
    )
    result = run(three, ("test_many.py",), "--ptm-adjust=holm-gate", "-k", "unlucky")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
