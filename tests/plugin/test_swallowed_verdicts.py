"""A verdict that failed is red, whatever swallowed it (RELIABILITY G11)."""

import json

import pytest
from ptm_suite import KEYWORD

MODEL = f"--ptm-model=candidate={KEYWORD}"

HEAD = """
import asyncio, threading, unittest
import pytest
from pytest_ptm import BehaviourFailure, Inconclusive, assert_accuracy
from reviews import REVIEWS

def bad(model, **how):
    assert_accuracy(model, REVIEWS, at_least=0.9, **how)
"""

SWALLOWED = """
def test_except(ptm_model):
    try:
        bad(ptm_model)
    except AssertionError:
        pass

def test_thread(ptm_model):
    thread = threading.Thread(target=bad, args=(ptm_model,))
    thread.start()
    thread.join()

def test_task(ptm_model):
    async def ask():
        bad(ptm_model)
    async def main():
        task = asyncio.create_task(ask())
        await asyncio.sleep(0.01)
    asyncio.run(main())

def test_flipped(ptm_model):
    bad(ptm_model)

@pytest.fixture
def tried(ptm_model):
    try:
        bad(ptm_model)
    except AssertionError:
        pass
    yield
    try:
        bad(ptm_model)
    except AssertionError:
        pass

def test_fixture(tried):
    pass

@pytest.fixture(scope="module")
def shared(ptm_model):
    try:
        bad(ptm_model)
    except AssertionError:
        pass

def test_shared(shared):
    pass

def test_skips(ptm_model):
    try:
        bad(ptm_model)
    except AssertionError:
        pytest.skip("flaky")

@pytest.mark.xfail(strict=False)
def test_unexpectedly(ptm_model):
    try:
        bad(ptm_model)
    except AssertionError:
        pass

def test_subtest(ptm_model, subtests):
    with subtests.test("one"):
        try:
            bad(ptm_model)
        except AssertionError:
            pass

def test_subtest_xfails(ptm_model, subtests):
    try:
        bad(ptm_model)
    except AssertionError:
        pass
    with subtests.test("another"):
        pytest.xfail("known")

@pytest.fixture(scope="module")
def shared_with_xfail(ptm_model):
    try:
        bad(ptm_model)
    except AssertionError:
        pass

@pytest.mark.xfail
def test_xfails_first(shared_with_xfail):
    raise ValueError

def test_needs_it_too(shared_with_xfail):
    pass

def test_other_raises(ptm_model):
    with pytest.raises(RuntimeError):
        try:
            bad(ptm_model)
        except AssertionError as error:
            raise RuntimeError from error

def test_wrong_match(ptm_model):
    try:
        with pytest.raises(BehaviourFailure, match="recall"):
            bad(ptm_model)
    except AssertionError:
        pass

def test_inconclusive(ptm_model):
    try:
        bad(ptm_model, confidence=0.9)
    except AssertionError:
        pass
"""

FLIP = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if item.originalname == "test_flipped":
        report.outcome = "passed"
    return report
"""

EXPECTED = """
def test_raises(ptm_model):
    with pytest.raises(BehaviourFailure, match="accuracy 0.8000 < 0.9000"):
        bad(ptm_model)
    with pytest.raises(AssertionError):
        bad(ptm_model)
    pytest.raises(BehaviourFailure, bad, ptm_model)

def test_raises_of_a_thread(ptm_model):
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(bad, ptm_model)
    with pytest.raises(BehaviourFailure):
        future.result()

def test_raises_group(ptm_model):
    async def ask():
        bad(ptm_model)
    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(ask())
    with pytest.RaisesGroup(BehaviourFailure):
        asyncio.run(main())

def test_inconclusive(ptm_model):
    with pytest.raises(Inconclusive):
        bad(ptm_model, confidence=0.9)
    bad(ptm_model, confidence=0.9, on_inconclusive="pass")

class TestUnit(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def take(self, ptm_load):
        self.model = ptm_load("candidate")

    def test_raises(self):
        with self.assertRaises(BehaviourFailure):
            bad(self.model)
        with self.assertRaisesRegex(AssertionError, "accuracy"):
            bad(self.model)

@pytest.mark.xfail
def test_marked(ptm_model):
    bad(ptm_model)

def test_xfails(ptm_model):
    try:
        bad(ptm_model)
    except AssertionError:
        pytest.xfail("known")

def test_subtest_xfails(ptm_model, subtests):
    with subtests.test("known"):
        try:
            bad(ptm_model)
        except AssertionError:
            pytest.xfail("known")

@pytest.mark.parametrize("how", ["skip", "xfail"])
def test_taken(ptm_model, how):
    bad(ptm_model, confidence=0.9, on_inconclusive=how)

def test_evaluates(ptm_model):
    from pytest_ptm import evaluate_accuracy
    try:
        assert evaluate_accuracy(ptm_model, REVIEWS).value > 0.9
    except AssertionError:
        pass
"""


@pytest.mark.parametrize(
    "how", [(), ("-n", "1")], ids=["in-this-process", "in-a-worker"]
)
def test_a_failure_that_no_test_shows_makes_the_run_red(suite, how):
    suite.makepyfile(test_it=HEAD + SWALLOWED)
    suite.makeconftest(FLIP)
    result = suite.runpytest_inprocess(
        *(MODEL, "--ptm-markdown=run.md", "--junitxml=junit.xml", "-Wdefault"), *how
    )
    assert result.ret == 1
    result.assert_outcomes(passed=12, skipped=1, xpassed=1, xfailed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*PTM114 15 verdicts red in a test that is not: *",
            "  accuracy 0.8000 < 0.9000 (n=5) in test_it.py::*",
            "  … and 10 more",
            "*say so: with pytest.raises(BehaviourFailure), or pytest.mark.xfail",
            "FAILED pytest-ptm::PTM114*",
        ]
    )
    assert 'failures="1"' in (suite.path / "junit.xml").read_text()
    first = (suite.path / "run.md").read_text().split("\n")[0]
    assert first == "## pytest-ptm: RED · 15 failed, its test did not"


def test_a_failure_that_is_said_to_be_expected_is_none(suite):
    suite.makepyfile(test_it=HEAD + EXPECTED)
    result = suite.runpytest_inprocess(
        MODEL, "--ptm-markdown=run.md", "--ptm-json=run.json"
    )
    assert result.ret == 0, result.stdout.str()
    result.assert_outcomes(passed=7, xfailed=3, skipped=1)
    assert "\nFAILED" not in result.stdout.str()
    result.stdout.fnmatch_lines(["expected accuracy 0.8000 < 0.9000*test_raises*"])
    first = (suite.path / "run.md").read_text().split("\n")[0]
    assert first.startswith("## pytest-ptm: GREEN · ")
    assert json.loads((suite.path / "run.json").read_text())["problems"] == []


def test_a_hook_at_the_end_does_not_make_a_red_run_green(suite):
    suite.makepyfile(test_it=HEAD + "def test_bad(ptm_model):\n    bad(ptm_model)\n")
    flips = {
        "report": """
            import pytest
            @pytest.hookimpl(tryfirst=True)
            def pytest_runtest_logreport(report):
                report.outcome = "passed"
            """,
        "exit code": """
            def pytest_sessionfinish(session):
                session.exitstatus = 0
            """,
        "exit": """
            import pytest
            def pytest_sessionfinish(session):
                pytest.exit("fine", returncode=0)
            """,
    }
    for name, source in flips.items():
        suite.makeconftest(source)
        assert suite.runpytest_inprocess(MODEL).ret == 1, name


ENDS = """
import os

def test_it(ptm_model):
    try:
        bad(ptm_model)
    finally:
        os._exit(0)
"""
UNCONFIGURES = """
import os

def pytest_unconfigure():
    os._exit(0)
"""


@pytest.mark.parametrize(
    ("test", "conftest", "status"),
    [
        (ENDS, "", 1),
        ("def test_bad(ptm_model):\n    bad(ptm_model)\n", UNCONFIGURES, 1),
        ("def test_it():\n    pass\n", UNCONFIGURES, 0),
    ],
    ids=["test", "end-of-red", "end-of-green"],
)
def test_ending_the_process_makes_no_red_run_green(suite, test, conftest, status):
    suite.makepyfile(test_it=HEAD + test)
    suite.makeconftest(conftest)
    result = suite.runpytest_subprocess(MODEL)
    assert result.ret == status
    said = "os._exit(0) ended a run that is not green; the exit code is 1"
    assert (said in result.stderr.str()) == (status == 1)


LATE = """
gate = threading.Event()

class Rows(list):
    def __iter__(self):
        begun.set()
        gate.wait(60)
        return super().__iter__()

begun = threading.Event()

def late(model):
    assert_accuracy(model, Rows(REVIEWS), at_least=0.9)

def test_first(ptm_model):
    global thread
    thread = threading.Thread(target=late, args=(ptm_model,), daemon=True)
    thread.start()
    begun.wait(60)
"""

THEN = """
def test_second(ptm_model):
    gate.set()
    thread.join()
    assert_accuracy(ptm_model, REVIEWS, at_least=0.5)
"""

NEVER = """
def test_second(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.5)

import atexit
atexit.register(gate.set)
"""


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (THEN, "test_it.py::test_first[candidate] was over when a verdict on accuracy"),
        (NEVER, "test_it.py::test_first[candidate]: an assertion was still asking"),
    ],
    ids=["in-another-test", "after-the-run"],
)
def test_a_verdict_that_comes_too_late_is_red_and_no_other_tests(suite, then, said):
    suite.makepyfile(test_it=HEAD + LATE + then)
    # A thread that outlives its run would fail in another test of this process.
    result = suite.runpytest_subprocess(MODEL, "--ptm-json=run.json", "-Wdefault")
    assert result.ret == 1
    result.assert_outcomes(passed=2, failed=1)
    assert said in result.stdout.str()
    (row,) = json.loads((suite.path / "run.json").read_text())["verdicts"]
    assert (row["nodeid"], row["place"], row["outcome"]) == (
        *("test_it.py::test_second[candidate]", 0, "passed"),
    )
