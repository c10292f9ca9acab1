"""A verdict is a test's, or a shared fixture's own; nobody's is refused, and red."""

import json
import os
from contextlib import suppress

import pytest
from ptm_fakes import keyword
from ptm_suite import KEYWORD

from pytest_ptm import assert_accuracy
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.session import Session, activated
from pytest_ptm.session.running_test import RunningTest

ONCE = """
from contextlib import suppress
from pytest_ptm import assert_accuracy, load_model
from reviews import REVIEWS

def check(bound=0.75):
    assert_accuracy(load_model("python:ptm_fakes:keyword"), REVIEWS, at_least=bound)
"""
TEST = """
from pytest_ptm import assert_accuracy
from reviews import REVIEWS

def test_is_right(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.75)
"""
ROWS = [{"text": "good", "label": "positive"}]


def verdicts(suite):
    document = json.loads((suite.path / "run.json").read_text(encoding="utf-8"))
    return [
        (row["nodeid"], row["place"], row["outcome"]) for row in document["verdicts"]
    ]


@pytest.fixture
def run(suite):
    """Runs the suite's one test, which is green, beside what a test writes."""
    suite.makepyfile(once=ONCE, test_it=TEST)

    def run(*options):
        return suite.runpytest_inprocess(
            f"--ptm-model=m={KEYWORD}", "--ptm-json=run.json", *options
        )

    return run


def test_an_assertion_at_the_import_of_a_test_file_is_an_error(suite, run):
    suite.makepyfile(test_other="from once import check\n\ncheck()\n")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*PTM117 the assertion at *once.py:6 was called*"])


def test_one_whose_error_is_caught_makes_the_run_red(suite, run):
    suite.makepyfile(
        test_other="""
        from once import check, suppress

        for bound in (0.0, 1.0):  # whether it would pass or fail
            with suppress(Exception):
                check(bound)
        """
    )
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*FAILED pytest-ptm::PTM117*"])
    assert verdicts(suite) == [("test_it.py::test_is_right[m]", 0, "passed")]


def test_nor_does_a_conftest_assert_anything_unheard(suite, run):
    suite.makeconftest(
        """
        from once import check, suppress

        with suppress(Exception):
            check()

        def pytest_configure():
            with suppress(Exception):
                check()

        def pytest_runtest_logfinish(nodeid):
            if nodeid.startswith("test_it"):
                check()  # after the test's last report
        """
    )
    result = run()
    result.stdout.fnmatch_lines(["*FAILED pytest-ptm::PTM117*"])
    told = next(line for line in result.outlines if line.startswith("PTM117"))
    assert told.count("no test was running") == 2
    assert told.count("test_is_right[m] was over when a verdict on accuracy") == 1
    assert result.ret == 1


def test_nor_does_a_hook_after_the_last_test(suite, run):
    suite.makeconftest(
        """
        from once import check, suppress

        def pytest_sessionfinish():
            with suppress(Exception):
                check()
        """
    )
    assert run().ret == 1


def test_what_is_asked_at_import_is_no_tests_question(suite, run):
    suite.makepyfile(
        test_it="""
        from pytest_ptm import evaluate_accuracy, load_model
        from reviews import REVIEWS

        RESULT = evaluate_accuracy(load_model("python:ptm_fakes:keyword"), REVIEWS)

        def test_asks_nothing(ptm_model):
            assert RESULT.value > 0.5
        """
    )
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*FAILED pytest-ptm::PTM103*"])


SHARED = """
import pytest
from pytest_ptm import assert_accuracy
from reviews import REVIEWS

@pytest.fixture(scope="{scope}")
def checked(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least={bound})
    yield ptm_model
    assert_accuracy(ptm_model, REVIEWS, at_least=0.5)
"""
TWO_TESTS = """
from pytest_ptm import assert_accuracy
from reviews import REVIEWS

def test_one(checked):
    assert_accuracy(checked, REVIEWS, at_least=0.75)

def test_two(checked):
    assert_accuracy(checked, REVIEWS, at_least=0.75)
"""


FORKS = """
import os
from pytest_ptm import assert_accuracy
from reviews import REVIEWS

def test_forks(ptm_model):
    child = os.fork()
    if child == 0:
        try:
            assert_accuracy(ptm_model, REVIEWS, at_least=0.9)
        finally:
            os._exit(0)
    os.waitpid(child, 0)

def test_asks(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.5)
"""

OF_TWO_TESTS = [
    ("conftest.py::checked[m]", 0, "passed"),
    ("conftest.py::checked[m]", 1, "passed"),
    ("test_it.py::test_one[m]", 0, "passed"),
    ("test_it.py::test_two[m]", 0, "passed"),
]


@pytest.mark.parametrize("scope", ["session", "module"])
def test_a_verdict_of_a_shared_fixture_is_its_own_whoever_comes_first(
    suite, run, scope
):
    suite.makeconftest(SHARED.format(scope=scope, bound=0.75))
    suite.makepyfile(test_it=TWO_TESTS)
    run("test_it.py::test_two", "test_it.py::test_one").assert_outcomes(passed=2)
    assert sorted(verdicts(suite)) == OF_TWO_TESTS


def test_workers_tell_a_shared_fixtures_verdict_and_a_stray_one_once(suite, run):
    suite.makeconftest(SHARED.format(scope="session", bound=0.75))
    stray = "from once import check, suppress\nwith suppress(Exception): check()\n"
    suite.makepyfile(test_it=stray + TWO_TESTS)
    result = run("-n", "2")
    result.assert_outcomes(passed=2, failed=1)
    (told,) = [line for line in result.outlines if line.startswith("PTM117")]
    assert told.count("no test was running") == 1
    assert sorted(verdicts(suite)) == OF_TWO_TESTS


def test_a_shared_fixture_that_fails_is_red_in_every_test_that_needs_it(suite, run):
    suite.makeconftest(SHARED.format(scope="session", bound=1.0))
    suite.makepyfile(test_it=TWO_TESTS)
    run().assert_outcomes(errors=2)
    assert verdicts(suite) == [("conftest.py::checked[m]", 0, "failed")]


def test_a_process_that_a_test_forks_asserts_nothing():
    session = Session(of_run=True)
    session.test = RunningTest("test_it.py::test_it")
    with activated(session):
        assert_accuracy(keyword(), ROWS, at_least=1.0)
        child = os.fork()
        if child == 0:
            with suppress(ArgumentError):
                assert_accuracy(keyword(), ROWS, at_least=1.0)
                os._exit(0)
            os._exit(17)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 17


def test_a_run_hears_of_an_assertion_in_a_process_that_a_test_forked(suite, run, how):
    suite.makepyfile(test_it=FORKS)
    result = run(*how)
    result.assert_outcomes(passed=2, failed=1)
    (told,) = [line for line in result.outlines if line.startswith("PTM117")]
    assert told.count("called in a process that was forked") == 1


def test_outside_pytest_an_assertion_needs_no_test():
    with activated(Session()):
        assert assert_accuracy(keyword(), ROWS, at_least=1.0).value == 1
