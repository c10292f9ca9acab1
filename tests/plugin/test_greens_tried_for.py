"""Ways to exit code 0 with something red, lost or swallowed that were open once."""

import json

import pytest
from ptm_suite import KEYWORD

MODEL = f"--ptm-model=candidate={KEYWORD}"
HEAD = """
import os
import time
import pytest
from pytest_ptm import DataError, assert_accuracy
from reviews import REVIEWS

def bad(model):
    assert_accuracy(model, REVIEWS, at_least=0.9)

def good(model):
    assert_accuracy(model, REVIEWS, at_least=0.5)
"""
BAD = HEAD + "def test_bad(ptm_model):\n    bad(ptm_model)\n"
ERRORS = (
    HEAD
    + """
def refused(model):
    try:
        assert_accuracy(model, "gone.csv", at_least=0.5)
    except DataError:
        return None

def test_is_caught(ptm_model):
    good(ptm_model)
    refused(ptm_model)

@pytest.fixture
def tried(ptm_model):
    refused(ptm_model)

def test_of_a_fixture(tried, ptm_model):
    good(ptm_model)

def test_skips(ptm_model):
    refused(ptm_model)
    pytest.skip("no data")

def test_xfails(ptm_model):
    refused(ptm_model)
    pytest.xfail("no data")

def test_expects_it(ptm_model):
    good(ptm_model)
    with pytest.raises(DataError):
        assert_accuracy(ptm_model, [], at_least=0.5)
    with pytest.RaisesGroup(DataError):
        try:
            assert_accuracy(ptm_model, (), at_least=0.5)
        except DataError as error:
            raise ExceptionGroup("all", [error]) from None
"""
)


def test_an_assertion_whose_error_was_caught_is_red_where_its_test_passed(suite):
    suite.makepyfile(test_it=ERRORS)
    result = suite.runpytest_inprocess(MODEL)
    assert result.ret == 1
    result.assert_outcomes(passed=3, failed=1, skipped=1, xfailed=1)
    said = result.stdout.str().partition("\nPTM117 ")[2].partition("\n====")[0]
    for name in ("is_caught", "of_a_fixture"):
        assert f"test_it.py::test_{name}[candidate] passed, and the one at " in said
    assert said.count("ended by PTM202") == said.count("so nothing was judged") == 2


FORWARD = (
    HEAD
    + """
def test_it(ptm_model, subtests, monkeypatch):
    later = time.time() + 1e6
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: later)
        try:
            bad(ptm_model)
        except AssertionError:
            pass
    with subtests.test("known"):
        pytest.xfail("known")
"""
)


def test_a_clock_put_forward_moves_no_verdict_into_a_subtest(suite):
    suite.makepyfile(test_it=FORWARD)
    result = suite.runpytest_inprocess(MODEL)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM114 1 verdict red in a test that is not*"])


HOOKS = {
    "wrapped": (
        "@pytest.hookimpl(wrapper=True, tryfirst=True)\n"
        "def pytest_cmdline_main():\n    yield\n    return 0\n"
    ),
    "unconfigure": "def pytest_unconfigure():\n    raise SystemExit\n",
    "finish": "def pytest_sessionfinish():\n    raise SystemExit(0)\n",
    "summary": "def pytest_terminal_summary():\n    raise SystemExit(0)\n",
}


@pytest.mark.parametrize("hook", HOOKS)
def test_no_hook_at_the_end_has_a_red_run_exit_with_0(suite, hook):
    suite.makepyfile(test_it=BAD)
    suite.makeconftest("import pytest\n\n" + HOOKS[hook])
    assert _code(suite) == 1
    # What is green stays as they have it.
    suite.makepyfile(test_it=BAD.replace("    bad(", "    good("))
    assert not _code(suite)


def _code(suite):
    try:
        return suite.inline_run(MODEL, "-q").ret
    except SystemExit as end:
        return end.code


EXECS = HEAD + "def test_it():\n    os.execvp('true', ['true'])\n"
AT_EXIT = BAD + "import atexit\natexit.register({end})\n"


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (EXECS, "os.exec"),
        (AT_EXIT.format(end="lambda: os._exit(0)"), "os._exit(0)"),
        pytest.param(
            AT_EXIT.format(end="lambda: os.execvp('true', ['true'])"),
            "os.exec",
            marks=pytest.mark.heavy,
        ),
    ],
    ids=["exec", "exit-at-the-end", "exec-at-the-end"],
)
def test_nothing_that_ends_the_process_makes_a_red_run_green(suite, test, said):
    suite.makepyfile(test_it=test)
    result = suite.runpytest_subprocess(MODEL)
    assert result.ret == 1
    result.stderr.fnmatch_lines([f"*{said} ended a run that is not green; the exit*"])


def test_what_a_green_run_ends_with_stays_its_own(suite):
    green = AT_EXIT.format(end="lambda: os._exit(0)").replace("    bad(", "    good(")
    suite.makepyfile(test_it=green)
    assert suite.runpytest_subprocess(MODEL).ret == 0


LONG = (
    HEAD
    + """
@pytest.mark.parametrize("what", [1], ids=["i" * 200_000])
def test_it(ptm_model, what):
    long = {"id": "x" * 200_000, "text": "good " * 200_000, "label": "negative"}
    rows = [{**REVIEWS[0], **long}, *REVIEWS]
    assert_accuracy(ptm_model, rows, at_least=0.9)
"""
)


def test_an_id_and_a_text_beyond_all_measure_are_red_and_reports_stay_readable(suite):
    suite.makepyfile(test_it=LONG)
    reports = ("--ptm-json=r.json", "--ptm-markdown=r.md", "--junitxml=r.xml")
    result = suite.runpytest_inprocess(MODEL, *reports)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["E *accuracy 0.6667 < 0.9000 (n=6)*"])
    document = json.loads((suite.path / "r.json").read_text("utf-8"))
    assert [each["outcome"] for each in document["verdicts"]] == ["failed"]
    assert 'failures="1"' in (suite.path / "r.xml").read_text("utf-8")
    assert "RED" in (suite.path / "r.md").read_text("utf-8").partition("\n")[0]
    # The id stands in each a few times, the text in none.
    for report in ("r.json", "r.md", "r.xml"):
        text = (suite.path / report).read_text("utf-8")
        assert len(text) < 5_000_000
        assert "good " * 20_000 not in text


LEAVES = """
import os
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    if hasattr(session.config, "workerinput"):
        os._exit(0)
"""


@pytest.mark.heavy
def test_a_worker_that_ends_before_it_told_all_is_red(suite):
    suite.makepyfile(test_it=BAD.replace("    bad(", "    good("))
    suite.makeconftest(LEAVES)
    how = ("-n1", "--max-worker-restart=0")
    result = suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM102 1 worker ended before saying what *'gw0'*"])


KILLED = (
    HEAD
    + """
@pytest.mark.xdist_group("one")
def test_a(ptm_model):
    good(ptm_model)

@pytest.mark.xdist_group("one")
def test_dies(ptm_model):
    os.kill(os.getpid(), 9)
"""
)


@pytest.mark.heavy
@pytest.mark.parametrize("dist", ["loadgroup", "loadscope", "loadfile", "worksteal"])
def test_a_worker_that_is_killed_is_red_however_tests_are_shared_out(suite, dist):
    suite.makepyfile(test_it=KILLED)
    how = ("-n2", f"--dist={dist}", "--max-worker-restart=1")
    result = suite.runpytest_inprocess(MODEL, *how, "--ptm-markdown=r.md")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*worker 'gw*' crashed while running *test_dies*"])
    assert "RED" in (suite.path / "r.md").read_text().partition("\n")[0]


@pytest.mark.heavy
def test_a_worker_that_dies_each_time_it_loads_a_model_is_red(suite):
    suite.makepyfile(
        test_it=BAD, fatal="import os\n\ndef model():\n    os.kill(os.getpid(), 9)\n"
    )
    result = suite.runpytest_inprocess(
        "--ptm-model=m=python:fatal:model", "-n2", "--max-worker-restart=1"
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*worker 'gw*' crashed while running *test_bad*"])
