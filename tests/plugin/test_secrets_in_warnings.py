"""Warnings, and the other things said beside reports, repeat no secret either."""

import warnings

import pytest
from ptm_suite import KEYWORD

from pytest_ptm.shell.outgoing import clean_warning

CANARY = "canary-4711-of-the-hub"
# In a file of its own, for the controller imports it to know the category.
OWN = """
class Own(UserWarning):
    def __init__(self, said):
        super().__init__("arguments", said)

    def __str__(self):
        return self.args[1]
"""
SAYS = """
import os, warnings
import pytest
from pytest_ptm import assert_accuracy
from own import Own
from reviews import REVIEWS

SAID = f"{os.environ['MY_API_KEY']}\\n::add-mask::x\\x1b[2J"

warnings.warn(f"import {SAID}")

@pytest.fixture(scope="session")
def warned(ptm_model):
    warnings.warn(f"fixture {SAID}")
    return ptm_model

def test_it(warned):
    warnings.warn(Own(f"test {SAID}"))
    warnings.warn("harmless")
    assert_accuracy(warned, REVIEWS, at_least=0.75)

def test_expected(ptm_model):
    pytest.xfail(SAID)
"""


@pytest.fixture
def warning(suite, monkeypatch):
    monkeypatch.setenv("MY_API_KEY", CANARY)
    suite.makepyfile(own=OWN, test_it=SAYS)
    return suite


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "two-workers"])
def test_no_warning_repeats_a_secret_or_commands_a_runner(warning, options):
    result = warning.runpytest_inprocess(
        f"--ptm-model=m={KEYWORD}", "-W", "default", "-rxX", *options
    )
    # Every worker imports the file, and so warns.
    result.assert_outcomes(passed=1, xfailed=1, warnings=5 if options else 4)
    left = result.stdout.str() + result.stderr.str()
    for said in ("import", "fixture", "test"):
        assert (
            f"Warning: {said} [redacted]" in left or f"Own: {said} [redacted]" in left
        )
    assert "harmless" in left
    assert CANARY not in left
    assert "\x1b[2J" not in left
    assert not [line for line in result.outlines if line.lstrip().startswith("::")]


def test_nor_where_a_warning_is_an_error(warning):
    at_import = warning.runpytest_inprocess(f"--ptm-model=m={KEYWORD}", "-W", "error")
    at_import.assert_outcomes(errors=1)
    assert "import [redacted]" in at_import.stdout.str()
    assert CANARY not in at_import.stdout.str()
    warning.makepyfile(test_it=SAYS.replace('warnings.warn(f"import', '(f"import'))
    result = warning.runpytest_inprocess(
        f"--ptm-model=m={KEYWORD}", "-W", "error", "--junitxml=junit.xml"
    )
    result.assert_outcomes(errors=1, xfailed=1)
    left = result.stdout.str() + (warning.path / "junit.xml").read_text("utf-8")
    assert "[redacted]" in left
    assert CANARY not in left


def test_nor_does_a_crash_of_pytest(warning):
    warning.makeconftest(
        """
        import os

        def pytest_runtest_logfinish():
            raise RuntimeError(os.environ["MY_API_KEY"])
        """
    )
    result = warning.runpytest_inprocess(f"--ptm-model=m={KEYWORD}", "-W", "ignore")
    left = result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR> RuntimeError: [redacted]" in left
    assert CANARY not in left
    assert result.ret == 3


def test_a_run_without_models_is_left_alone(suite, monkeypatch):
    monkeypatch.setenv("MY_API_KEY", CANARY)
    suite.makepyfile(
        test_it="""
        import os, warnings

        def test_it():
            warnings.warn(os.environ["MY_API_KEY"])
        """
    )
    result = suite.runpytest_inprocess("-W", "default")
    result.stdout.fnmatch_lines([f"*UserWarning: {CANARY}"])


def test_a_warning_that_says_nothing_of_the_kind_stays_itself(monkeypatch):
    monkeypatch.setenv("MY_API_KEY", CANARY)
    plain, secret = UserWarning("plain"), UserWarning(f"the key {CANARY}")
    for message, kept in ((plain, True), (secret, False)):
        found = warnings.WarningMessage(message, UserWarning, __file__, 1)
        clean_warning(found)
        assert (found.message is message) is kept
    assert found.message == "the key [redacted]"
