"""What was reached is judged, whatever becomes of the report it came on (G19, G20)."""

import json

import pytest
from ptm_rows import row
from ptm_suite import KEYWORD, RUN_AGAIN

from pytest_ptm.runs.log import RunLog
from pytest_ptm.runs.standing import standing
from pytest_ptm.shell.noting import note_report

MODEL = f"--ptm-model=m={KEYWORD}"
HEAD = """
from contextlib import suppress
import pytest
from pytest_ptm import BehaviourFailure, assert_accuracy
from reviews import REVIEWS

def bad(model):
    assert_accuracy(model, REVIEWS, at_least=0.9)
"""
BAD = HEAD + "def test_bad(ptm_model):\n    bad(ptm_model)\n"

TWICE = """
runs = []

def test_twice(ptm_model):
    runs.append(1)
    expects = len(runs) == {expects}
    with pytest.raises(BehaviourFailure) if expects else suppress(AssertionError):
        bad(ptm_model)

def test_in_turn(ptm_model):
    if len(runs) == {expects}:
        pytest.xfail("known")
    with suppress(AssertionError):
        bad(ptm_model)
"""


@pytest.mark.parametrize("expects", [1, 2])
def test_a_test_that_runs_twice_answers_for_each_run(suite, expects):
    suite.makepyfile(test_it=HEAD + TWICE.format(expects=expects))
    result = suite.runpytest_inprocess(
        MODEL, "--keep-duplicates", "test_it.py", "test_it.py"
    )
    assert result.ret == 1
    result.assert_outcomes(passed=3, xfailed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*PTM114 2 verdicts red in a test that is not*",
            "*test_it.py::test_in_turn*",
            "*test_it.py::test_twice*",
        ]
    )


ATTEMPTS = """
attempts = []

@pytest.fixture
def tried(ptm_model):
    attempts.append(1)
    expects = len(attempts) == {expects}
    with pytest.raises(BehaviourFailure) if expects else suppress(AssertionError):
        bad(ptm_model)

def test_again(tried, ptm_model):
    if len(attempts) == 1:
        bad(ptm_model)
"""


@pytest.mark.parametrize("expects", [1, 2])
def test_each_attempt_of_a_test_answers_for_itself(suite, expects):
    suite.makeconftest(RUN_AGAIN)
    suite.makepyfile(test_it=HEAD + ATTEMPTS.format(expects=expects))
    result = suite.runpytest_inprocess(MODEL)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM114 1 verdict red in a test that is not*"])
    result.stdout.no_fnmatch_line("*PTM119*")


SECOND_TIME = """
attempts = []

def test_second_time(ptm_model):
    attempts.append(1)
    if len(attempts) == 1:
        bad(ptm_model)
"""
RETRIES = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and report.failed:
        # As pytest-retry does it: what fails is told as an outcome of its own, and the
        # next attempt is put onto the same report.
        report.outcome = "retried"
        item.ihook.pytest_runtest_logreport(report=report)
        again = pytest.CallInfo.from_call(
            lambda: item.ihook.pytest_runtest_call(item=item), when="call"
        )
        later = pytest.TestReport.from_item_and_call(item, again)
        report.outcome, report.longrepr = later.outcome, later.longrepr
    return report

def pytest_report_teststatus(report):
    if report.outcome == "retried":
        return "retried", "R", "RETRY"
"""


def test_an_outcome_that_is_a_plugins_own_is_heard_and_the_verdict_stays(suite):
    suite.makeconftest(RETRIES)
    suite.makepyfile(test_it=HEAD + SECOND_TIME)
    result = suite.runpytest_inprocess(MODEL)
    assert result.ret == 1
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*PTM114 1 verdict red in a test that is not*"])


@pytest.mark.parametrize("first", [True, False])
def test_a_fixture_that_several_workers_set_up_answers_for_each(first):
    log, shared = RunLog(), row("conftest.py::checked[m]")
    for worker, expected in (("gw0", first), ("gw1", not first)):
        report = pytest.TestReport(
            *("test_it.py::test_one", ("test_it.py", 1, "test_one"), {}),
            *("passed", None, "setup"),
        )
        report.worker_id = worker
        report.ptm = {
            "rows": [shared.model_dump(mode="json")],
            "gone": [[]],
            "unlisted": [[]],
            "expected": [expected],
            "within": [True],
        }
        note_report(log, report)
    assert [standing(each, log) for each in log.rows] == ["caught"]


DELETES = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if vars(report).pop("ptm", None):
        report.outcome, report.longrepr = "passed", None
    return report
"""
ANEW = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    return pytest.TestReport(
        report.nodeid, report.location, {}, "passed", None, report.when
    )
"""
HEARS_FIRST = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    if report.nodeid.startswith("test_it"):
        report.outcome = "passed"
        vars(report).pop("ptm", None)
"""
ALTERS = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.outcome, report.longrepr = "passed", None
    for row in getattr(report, "ptm", {}).get("rows", []):
        row["outcome"] = "passed"
    return report
"""
KEEPS = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    from _pytest.runner import runtestprotocol
    for report in runtestprotocol(item, nextitem=None, log=False):
        if report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True
"""


@pytest.mark.parametrize(
    "hook",
    [DELETES, ANEW, HEARS_FIRST, ALTERS, KEEPS],
    ids=["deletes", "builds-anew", "hears-first", "alters", "keeps-back"],
)
def test_a_verdict_that_a_hook_takes_away_is_red(suite, hook):
    suite.makepyfile(test_it=BAD)
    suite.makeconftest(hook)
    result = suite.runpytest_inprocess(MODEL, "--ptm-json=run.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["PTM119 1 verdict reached, *'failed: accuracy in test_it.py::test_bad*"]
    )
    document = json.loads((suite.path / "run.json").read_text(encoding="utf-8"))
    assert "PTM119" in [problem["code"] for problem in document["problems"]]


def test_nor_is_one_missed_where_no_option_of_ours_is_given(suite):
    load = f'load_model("{KEYWORD}")'
    test = f"from pytest_ptm import load_model\ndef test_bad():\n    bad({load})\n"
    suite.makepyfile(test_it=HEAD + test)
    suite.makeconftest(DELETES)
    result = suite.runpytest_inprocess()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM119 1 verdict reached, *"])


DIES = """
import os

def pytest_sessionfinish(session):
    if hasattr(session.config, "workerinput"):
        os._exit(0)  # after its last test: no crash that xdist reports a test for
"""


@pytest.mark.parametrize(
    "hook",
    [DELETES, DELETES + DIES, KEEPS.replace("report.passed", "False")],
    ids=["ends", "dies", "reports-no-more"],
)
def test_a_worker_that_reached_it_says_so_whatever_its_reports_say(suite, hook):
    suite.makepyfile(test_it=BAD)
    suite.makeconftest(hook)
    result = suite.runpytest_inprocess(MODEL, "-n1")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM119 1 verdict reached, *"])


LATEST = """
@pytest.fixture(scope="session")
def checked(ptm_load):
    yield
    with suppress(AssertionError):
        bad(ptm_load("m"))

def test_first(checked):
    pass

def test_never(checked):
    pass
"""
STOPS = """
def pytest_runtest_teardown(item, nextitem):
    item.session.shouldstop = "enough"

def pytest_sessionfinish(session):
    session.exitstatus = 0
"""


def test_what_a_fixture_asserts_after_the_last_report_is_red(suite):
    suite.makepyfile(test_it=HEAD + LATEST)
    suite.makeconftest(STOPS)
    assert suite.runpytest_inprocess(MODEL).ret == 1


SPOILS = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.outcome, report.longrepr = "passed", None
    for row in getattr(report, "ptm", {}).get("rows", []):
        SPOIL
    return report
"""


UNREADABLE = [
    ('del row["headline"]', "headline: Field required"),
    ('row["outcome"] = "fine"', "outcome: Input should be 'passed', 'failed'"),
    ('row["value"] = "much"', "value: Input should be a valid number"),
    ("row.clear()", "nodeid: Field required"),
]


@pytest.mark.parametrize(
    ("spoil", "why", "workers"),
    [
        *((*each, ()) for each in UNREADABLE),
        (*UNREADABLE[0], ("-n1",)),
        *(
            pytest.param(*each, ("-n1",), marks=pytest.mark.heavy)
            for each in UNREADABLE[1:]
        ),
    ],
)
def test_a_verdict_that_cannot_be_read_is_red_and_named(suite, spoil, why, workers):
    suite.makepyfile(test_it=BAD)
    suite.makeconftest(SPOILS.replace("SPOIL", spoil))
    result = suite.runpytest_inprocess(MODEL, "--ptm-json=run.json", *workers)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "PTM106 pytest reported 1 internal error; results may be lost. First: the "
            "report of test_it.py::test_bad* brought a verdict that cannot be read: "
            f"{why}*",
            "PTM119 1 verdict reached, *'failed: accuracy in test_it.py::test_bad*",
        ]
    )
    document = json.loads((suite.path / "run.json").read_text(encoding="utf-8"))
    assert document["verdicts"] == []


def test_a_verdict_that_cannot_be_read_keeps_no_other_from_the_log():
    log, whole = RunLog(), row("test_it.py::test_one")
    report = pytest.TestReport(
        *("test_it.py::test_one", ("test_it.py", 1, "test_one"), {}),
        *("passed", None, "call"),
    )
    report.ptm = {
        "rows": [{}, whole.model_dump(mode="json")],
        "gone": [[], []],
        "unlisted": [[], []],
        "expected": [False] * 2,
        "within": [True] * 2,
    }
    note_report(log, report)
    assert log.rows == [whole]
    assert len(log.internal_errors) == 1
