"""A backend that an installed package brings, named on the command line."""

import pytest
from ptm_brought import installed, recipe
from ptm_suite import ACCURACY, in_a_worker


@pytest.fixture
def brought(suite):
    """The backend of docs/extending.md, installed where the suite's tests are."""
    module, points = recipe()
    installed(suite.path, points, words_backend=module)
    suite.makepyfile(test_it=ACCURACY.format(bound=0.75))
    return suite


@in_a_worker
def test_its_scheme_is_a_model_like_any_other(brought, how):
    # A worker has the path that its controller started with.
    run = brought.runpytest_subprocess if how else brought.runpytest_inprocess
    result = run("--ptm-model=w=words:good,great", *how)
    result.assert_outcomes(passed=1)


def test_its_check_fails_the_test_that_asks(brought):
    result = brought.runpytest_inprocess("--ptm-model=words:good,")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*words:good, has an empty word*"])


def test_an_option_it_does_not_have_ends_the_run_before_collection(brought):
    result = brought.runpytest_inprocess("--ptm-model=words:good?fodl=true")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*the option 'fodl' is unknown; known: task, fold*"])
    result.stdout.no_fnmatch_line("*collected*")
