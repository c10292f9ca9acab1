"""PTM110 says what to type: each step it prints can be taken, and leads out."""

import subprocess
import sys

import pytest
from ptm_suite import KEYWORD
from test_known_failures import ACCEPT, FILE, MODEL, NEGATION, write

SELECTED = {
    "typed -k": (("-k", "negation"), "[pytest]\n"),
    "typed id": (("test_it.py::test_negation",), "[pytest]\n"),
    "limit": (("--ptm-limit=5",), "[pytest]\n"),
    "addopts -k": ((), "[pytest]\naddopts = -k negation\n"),
    "addopts -m": ((), '[pytest]\naddopts = -m "not slow"\n'),
    "deselect": (("--deselect", "test_it.py::test_other"), "[pytest]\n"),
}
OTHER = """
from pytest_ptm import evaluate_accuracy

@pytest.mark.slow
def test_other(ptm_model):
    evaluate_accuracy(ptm_model, [{"text": "good", "label": "positive"}])
"""


@pytest.fixture
def two_tests(suite):
    suite.makepyfile(test_it=NEGATION + OTHER, test_more="def test_it():\n    pass\n")
    suite.makeconftest(
        "def pytest_configure(config):\n"
        "    config.addinivalue_line('markers', 'slow: takes long')\n"
    )
    return suite


def advised(result):
    (at,) = [n for n, x in enumerate(result.outlines) if "to accept them" in x]
    return result.outlines[at], result.outlines[at + 1].strip()


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(what, marks=[] if what == "typed -k" else pytest.mark.heavy)
        for what in SELECTED
    ],
)
def test_the_command_that_is_advised_makes_the_run_green(two_tests, what):
    arguments, ini = SELECTED[what]
    two_tests.makeini(ini)
    write(two_tests)
    result = two_tests.runpytest_inprocess(MODEL, *arguments)
    assert result.ret == 1
    _, command = advised(result)
    assert command.startswith(f"pytest test_it.py --ptm-model=candidate={KEYWORD}")
    assert command.endswith(ACCEPT)
    rest = command.removeprefix("pytest ")
    taken = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m pytest {rest}"],
        check=False,
        cwd=two_tests.path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert taken.returncode == 0, taken.stdout + taken.stderr
    assert "rev-5" in (two_tests.path / FILE).read_text()
    assert two_tests.runpytest_inprocess(MODEL, *arguments).ret == 0


@pytest.mark.parametrize(
    ("ini", "first"),
    [
        ("ptm_limit = 5", "first take out ptm_limit = 5 in the ini file; then run"),
        ("addopts = --ignore=x", "first take --ignore out of addopts; then run"),
    ],
)
def test_what_no_command_line_undoes_is_to_be_undone_first(two_tests, ini, first):
    two_tests.makeini(f"[pytest]\n{ini}\n")
    write(two_tests)
    line, _ = advised(two_tests.runpytest_inprocess(MODEL))
    assert first in line


def test_a_new_failure_beyond_the_worst_is_told_with_its_text(two_tests):
    """The worst twenty are all listed: the run document holds no more than those."""
    two_tests.makeini("[pytest]\n")
    two_tests.makepyfile(
        test_it=NEGATION.replace(
            "REVIEWS, at", "[{**REVIEWS[4], 'id': f'r{i}'} for i in range(30)], at"
        )
    )
    write(two_tests, *(f"r{n}" for n in range(30) if n != 27))
    result = two_tests.runpytest_inprocess(MODEL)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ['    r27  expected negative  got positive*"not so good"']
    )
