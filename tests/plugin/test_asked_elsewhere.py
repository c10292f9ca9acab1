"""Verdicts from before a run, after it, and from other tests' threads (G21 … G23)."""

import json

import pytest
from ptm_suite import RUN_AGAIN

HEAD = """
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from pytest_ptm import assert_accuracy, load_model
from reviews import REVIEWS

def check(bound):
    assert_accuracy(load_model("python:ptm_fakes:keyword"), REVIEWS, at_least=bound)
"""
STARTS = (
    HEAD
    + """
gate = threading.Event()

def later():
    gate.wait(60)
    with suppress(Exception):
        check({bound})

def nested():
    gate.wait(60)
    own = threading.Thread(target=later)
    own.start()
    own.join()

def test_first():
    global thread
    thread = threading.Thread(target={target})
    thread.start()

def test_second():
    gate.set()
    thread.join()
    check(0.75)
"""
)


def verdicts(suite):
    document = json.loads((suite.path / "run.json").read_text(encoding="utf-8"))
    return [(row["nodeid"], row["outcome"]) for row in document["verdicts"]]


@pytest.mark.parametrize("target", ["later", "nested"])
@pytest.mark.parametrize("bound", [0.5, 0.9])
def test_a_thread_that_asks_in_another_test_is_none_of_it(suite, target, bound):
    suite.makepyfile(test_it=STARTS.format(target=target, bound=bound))
    result = suite.runpytest_inprocess("--ptm-json=run.json")
    assert result.ret == 1
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["PTM117 *called on a thread that the running test did not start. Call it on*"]
    )
    assert verdicts(suite) == [("test_it.py::test_second", "passed")]


ATTEMPTS = """
def test_again():
    if "thread" not in globals():
        test_first()
        raise RuntimeError
    test_second()
"""


def test_a_thread_that_asks_in_another_attempt_is_none_of_it(suite):
    tests = STARTS.format(target="later", bound=0.5) + ATTEMPTS
    suite.makepyfile(test_it=tests)
    suite.makeconftest(RUN_AGAIN)
    result = suite.runpytest_inprocess("--ptm-json=run.json", "-k", "test_again")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["PTM117 *the running test did not start*"])
    assert verdicts(suite) == [("test_it.py::test_again", "passed")]


POOL = (
    HEAD
    + """
pool = ThreadPoolExecutor(1)

def test_first():
    pool.submit(check, 0.75).result()

def test_second():
    pool.submit({call}check, 0.75).result()

def test_third():
    pool.shutdown()
"""
)


def test_a_pool_that_tests_share_is_told_whose_a_call_is(suite):
    suite.makepyfile(test_it=POOL.format(call="copy_context().run, "))
    result = suite.runpytest_inprocess("--ptm-json=run.json")
    result.assert_outcomes(passed=3)
    assert [nodeid for nodeid, _ in verdicts(suite)] == [
        "test_it.py::test_first",
        "test_it.py::test_second",
    ]


def test_a_pool_that_tests_share_is_not_guessed_at(suite):
    suite.makepyfile(test_it=POOL.format(call=""))
    result = suite.runpytest_inprocess()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*on a pool that tests share, submit it as *"])


GREEN = HEAD + "def test_it():\n    check(0.75)\n"
IMPORTED = """
with suppress(Exception):
    check({bound})
"""
THREADED = """
with ThreadPoolExecutor(1) as pool:
    pool.submit(check, {bound})
"""


@pytest.mark.parametrize(
    ("given", "bound"),
    [(IMPORTED, 0.5), (IMPORTED, 0.9), (THREADED, 0.5)],
    ids=["passes", "fails", "thread"],
)
def test_a_module_named_with_p_asserts_nothing_unheard(suite, given, bound):
    suite.makepyfile(test_it=GREEN, given=HEAD + given.format(bound=bound))
    result = suite.runpytest_subprocess("-p", "given")
    assert result.ret == 1
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["PTM117 *given.py:9 was called while pytest was load*"]
    )


def test_one_that_swallows_nothing_is_not_loaded(suite):
    suite.makepyfile(test_it=GREEN, given=HEAD + "check(0.5)\n")
    result = suite.runpytest_subprocess("-p", "given")
    assert result.ret not in (0, 5)
    result.stderr.fnmatch_lines(["*PTM117 *given.py:9 was called while pytest was*"])


UNCONFIGURES = """
def pytest_unconfigure():
    with suppress(Exception):
        check({bound})
"""
CLEANS_UP = """
def end():
    with suppress(Exception):
        check({bound})

def pytest_configure(config):
    config.add_cleanup(end)
"""


@pytest.mark.parametrize("hook", [UNCONFIGURES, CLEANS_UP])
def test_a_hook_after_the_verdict_on_the_run_is_red(suite, capfd, hook):
    suite.makepyfile(test_it=GREEN)
    suite.makeconftest(HEAD + hook.format(bound=0.5))
    assert suite.runpytest_inprocess().ret == 1
    assert "was called while no test was running" in capfd.readouterr().err


AT_EXIT = """
import atexit, contextlib, io

def quietly():
    with contextlib.redirect_stdout(io.StringIO()), suppress(Exception):
        check({bound})

atexit.register(quietly)
"""
OUTLIVES = """
def outlive():
    threading.main_thread().join()
    check({bound})

thread = threading.Thread(target=outlive)

def test_starts():
    thread.start()
"""
OTHERS = """
import atexit
from pathlib import Path

atexit.register(Path("saved").touch)
"""


FIRST_AND_SO_LAST = """
import atexit

atexit.register(check, {bound})
"""


@pytest.mark.parametrize(
    ("first", "late", "passed"),
    [("", AT_EXIT, 1), ("", OUTLIVES, 2), (HEAD + FIRST_AND_SO_LAST, "", 1)],
    ids=["atexit", "thread", "registered-before-ours"],
)
def test_a_verdict_after_the_end_leaves_no_exit_code_of_success(
    suite, first, late, passed
):
    suite.makepyfile(
        test_it=GREEN + late.format(bound=0.9), first=OTHERS + first.format(bound=0.9)
    )
    result = suite.runpytest_subprocess("-p", "first")
    result.assert_outcomes(passed=passed)
    assert result.ret == 120
    result.stderr.fnmatch_lines(["pytest-ptm: the assertion at *was called while*"])
    assert (suite.path / "saved").exists()  # what others do at the end is done


@pytest.mark.parametrize(
    "late",
    [
        pytest.param(AT_EXIT, id="atexit"),
        pytest.param(OUTLIVES, id="thread", marks=pytest.mark.heavy),
    ],
)
def test_nor_does_one_in_a_worker_that_has_told_all(suite, capfd, late):
    suite.makepyfile(test_it=GREEN + late.format(bound=0.9))
    assert suite.runpytest_inprocess("-n1").ret == 1
    assert "was called while no test was running" in capfd.readouterr().err


SCRIPT = (
    HEAD
    + """
import pytest

for at in range(2):
    with suppress(AssertionError):
        check(0.9)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(check, 0.75).result()
    if at == 0:
        assert pytest.main(["test_it.py"]) == 0
print("came to its end")
"""
)


def test_a_script_asserts_before_and_after_a_run(suite):
    suite.makepyfile(test_it=GREEN, script=SCRIPT)
    result = suite.runpython(suite.path / "script.py")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["came to its end"])
