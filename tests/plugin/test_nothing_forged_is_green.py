"""What reports bring is believed only as it was put onto them (G19, G20)."""

from types import SimpleNamespace

import pytest
from ptm_suite import KEYWORD, RUN_AGAIN, in_a_worker, in_workers

from pytest_ptm.runs.log import RunLog
from pytest_ptm.session import Session
from pytest_ptm.shell.arrival import hand_on, take
from pytest_ptm.shell.workers import encodable, transportable

MODEL = f"--ptm-model=m={KEYWORD}"
HEAD = """
import pytest
from pytest_ptm import assert_accuracy, evaluate_accuracy
from reviews import REVIEWS

def bad(model, at_least=0.9, **how):
    assert_accuracy(model, REVIEWS, at_least=at_least, **how)
"""
BAD = HEAD + "def test_bad(ptm_model):\n    bad(ptm_model)\n"

HOOK = """
import pytest

held = []

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    brought = getattr(report, "ptm", {})
    rows = brought.get("rows", [])
    FORGE
    return report
"""
PASSES = 'if rows: report.outcome, report.longrepr = "passed", None\n    '


def forging(statement, *, passes=True):
    return HOOK.replace("FORGE", PASSES * passes + statement)


@in_workers
def test_no_hook_says_for_a_test_that_it_expects_a_failure(suite, how):
    suite.makepyfile(test_it=BAD)
    suite.makeconftest(forging('brought["expected"] = [True for _ in rows]'))
    result = suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["PTM119 1 verdict reached, *'failed: accuracy in test_it.py::test_bad*"]
    )


OPEN = HEAD + (
    "def test_open(ptm_model):\n"
    '    bad(ptm_model, 0.8, confidence=0.95, on_inconclusive="fail")\n'
)
TOGETHER = HEAD + (
    "def test_together(ptm_model):\n"
    '    bad(ptm_model, 0.99, confidence=0.95, on_inconclusive="pass")\n'
)
LOADED = HEAD + (
    "from pytest_ptm import load_model\n"
    f'def test_bad():\n    bad(load_model("{KEYWORD}"))\n'
)


@pytest.mark.parametrize(
    ("test", "forge", "options"),
    [
        (OPEN, 'row["on_inconclusive"] = "pass"', ()),
        (
            TOGETHER,
            'row["deferred"], row["power"]["p_missed"] = False, 1.0',
            ("--ptm-adjust=holm-gate",),
        ),
        (LOADED, 'report.outcome = "rerun"', ()),
        (LOADED, 'report.outcome = "tolerated"', ()),
    ],
    ids=["inconclusive", "together", "runs-again", "outcome-of-its-own"],
)
def test_nor_makes_another_verdict_of_one_that_is_red(suite, test, forge, options):
    suite.makepyfile(test_it=test)
    suite.makeconftest(forging(f"for row in rows: {forge}"))
    result = suite.runpytest_inprocess(MODEL, *options)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM119 1 verdict reached, *"])


MOVES = """if rows:
        held.append(vars(report).pop("ptm") | {"within": [True]})
    elif hasattr(report, "wasxfail") and held:
        report.ptm = held.pop()"""
IN_A_TEST = (
    BAD
    + """
@pytest.mark.xfail
def test_known(ptm_model):
    assert False
"""
)
IN_A_SUBTEST = (
    HEAD
    + """
def test_parts(ptm_model, subtests):
    with subtests.test("bad"):
        bad(ptm_model)
    with subtests.test("known"):
        pytest.xfail("known")
"""
)


@pytest.mark.parametrize("test", [IN_A_TEST, IN_A_SUBTEST], ids=["test", "subtest"])
def test_a_verdict_is_not_moved_to_what_fails_as_expected(suite, test):
    suite.makepyfile(test_it=test)
    suite.makeconftest(forging(MOVES))
    result = suite.runpytest_inprocess(MODEL)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM119 1 verdict reached, *brought what was never*"])


KNOWN = """
version = 1

[[tests]]
id = "test_it.py::test_it"
failing = ["rev-1"]
"""


def test_no_new_failure_is_hidden_from_the_list_of_known_ones(suite):
    suite.makepyfile(test_it=HEAD + "def test_it(ptm_model):\n    bad(ptm_model, 0.5)")
    hides = 'for row in rows: row["test"] = "test_it.py::other"'
    (suite.path / "ptm-known-failures.toml").write_text(KNOWN, encoding="utf-8")
    suite.makeconftest(forging(hides, passes=False))
    listed = "--ptm-known-failures=ptm-known-failures.toml"
    result = suite.runpytest_inprocess(MODEL, listed)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM119 1 verdict reached, *"])


ASKS_NOTHING = HEAD + "def test_it(ptm_model):\n    pass\n"
COST = (
    '[{"examples": 5, "distinct": 5, "forwarded": 5, "passes": 1, "seconds": 0.1, '
    '"halvings": 0}]'
)


@in_a_worker
@pytest.mark.parametrize(
    ("forge", "code"),
    [
        ('vars(report).pop("ptm", None)', "PTM103"),
        (f'brought["costs"] = {COST}', "PTM119"),
    ],
    ids=["no-model", "a-cost"],
)
def test_who_asked_nothing_is_known_whatever_reports_say(suite, forge, code, how):
    suite.makepyfile(test_it=ASKS_NOTHING)
    suite.makeconftest(forging(forge))
    result = suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"{code} *"])


def test_a_report_that_brings_what_nobody_put_there_is_red(suite):
    suite.makepyfile(test_it="def test_it():\n    pass\n")
    suite.makeconftest(forging(f'report.ptm = {{"costs": {COST}}}'))
    result = suite.runpytest_inprocess("--ptm-require")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM119 1 report brought what was never put onto it*"])


ONCE_BAD = (
    HEAD
    + """
attempts = []

def test_it(ptm_model):
    attempts.append(1)
    if len(attempts) == 1:
        bad(ptm_model)
    bad(ptm_model, 0.5)
"""
)


def test_a_test_that_is_run_again_and_then_passes_stays_green(suite):
    suite.makepyfile(test_it=ONCE_BAD)
    suite.makeconftest(RUN_AGAIN)
    result = suite.runpytest_inprocess(MODEL)
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*PTM119*")


KEEPS = """
def pytest_runtest_protocol(item):
    from _pytest.runner import runtestprotocol
    reports = runtestprotocol(item, nextitem=None, log=False)
    if any(report.failed for report in reports):  # as flaky does it: not a word of it
        reports = runtestprotocol(item, nextitem=None, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    return True
"""
PLAIN = (
    HEAD
    + """
attempts = []

def test_it(ptm_model):
    attempts.append(1)
    evaluate_accuracy(ptm_model, REVIEWS)
    assert len(attempts) == 2
"""
)


def test_nor_is_a_report_missed_that_brought_no_verdict(suite):
    suite.makepyfile(test_it=PLAIN)
    suite.makeconftest(KEEPS)
    result = suite.runpytest_inprocess(MODEL)
    assert result.ret == 0
    result.assert_outcomes(passed=1)


def test_what_can_be_sent_only_as_an_escape_arrives_all_the_same():
    log, session, call = RunLog(), Session(of_run=True), SimpleNamespace(when="call")
    call.start = 12.5
    payload = {
        "unmatched": ["test_\udc80.py: not there", "C:\\new"],
        "uses_model": True,
    }
    hand_on(session, "test_\udc80.py::test_it", call, payload)
    report = pytest.TestReport(
        *(encodable("test_\udc80.py::test_it"), ("test_it.py", 1, "test_it"), {}),
        *("passed", None, "call"),
        start=12.5,
    )
    take(log, report, transportable(payload), again=False)
    assert [one.mark for one in log.arrived] == [session.handed_on[0].mark]
