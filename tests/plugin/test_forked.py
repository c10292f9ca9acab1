"""Where tests end with processes of their own, a run is refused and says what to do."""

import pytest
from ptm_suite import KEYWORD

pytest.importorskip("pytest_forked")


def test_forked_tests_are_refused_with_what_to_type(accuracy_suite):
    result = accuracy_suite.runpytest_inprocess(f"--ptm-model=m={KEYWORD}", "--forked")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*use pytest-xdist: -n 1 in place of --forked*"])


def test_so_is_a_single_one(accuracy_suite):
    path = accuracy_suite.path / "test_it.py"
    marked = path.read_text("utf-8").replace(
        "def test", "@pytest.mark.forked\ndef test"
    )
    path.write_text("import pytest\n" + marked, encoding="utf-8")
    result = accuracy_suite.runpytest_inprocess(f"--ptm-model=m={KEYWORD}")
    result.stdout.fnmatch_lines(["*-n 1, without @pytest.mark.forked*"])
    assert result.ret != 0


def test_a_run_without_models_is_left_to_pytest_forked(pytester):
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_inprocess("--forked")
    assert "use pytest-xdist" not in result.stdout.str() + result.stderr.str()
