"""Every way to a false green, and that it is red (RELIABILITY A5 to A10)."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from ptm_suite import ACCURACY, KEYWORD, in_a_worker, in_every_way

MODEL = f"--ptm-model=candidate={KEYWORD}"

ASKS_NOTHING = """
def test_forgets_to_ask(ptm_model):
    assert ptm_model.name

def test_plain():
    pass
"""


def test_without_a_model_tests_skip_and_say_what_to_type(accuracy_suite, how):
    result = accuracy_suite.runpytest_inprocess("-rs", *how)
    result.assert_outcomes(skipped=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["SKIPPED*no model given: type --ptm-model=PATH*"])


@pytest.mark.parametrize("switch", ["--ptm-require", "CI"])
def test_without_a_model_a_run_that_requires_one_is_red(
    accuracy_suite, how, switch, monkeypatch
):
    arguments = (switch,) if switch != "CI" else ()
    if switch == "CI":
        monkeypatch.setenv("CI", "true")
    result = accuracy_suite.runpytest_inprocess(*arguments, *how)
    assert result.ret == 1
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no model given*--ptm-require is on*"])


def test_no_ptm_require_switches_off_what_ci_switches_on(accuracy_suite, monkeypatch):
    monkeypatch.setenv("CI", "true")
    result = accuracy_suite.runpytest_inprocess("--no-ptm-require")
    assert result.ret == 0


@in_a_worker
def test_tests_that_took_a_model_and_asked_nothing_are_red(suite, how):
    suite.makepyfile(test_it=ASKS_NOTHING)
    result = suite.runpytest_inprocess(MODEL, "--junitxml=junit.xml", *how)
    assert result.ret == 1
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*PTM103 1 test took a model and passed, but no model was asked anything: "
            "'test_it.py::test_forgets_to_ask*",
            "FAILED pytest-ptm::PTM103*",
        ]
    )
    assert 'failures="1"' in (suite.path / "junit.xml").read_text()


IDLE = (
    ACCURACY.format(bound=0.75)
    + """
import pytest
from pytest_ptm import DataError, evaluate_accuracy

@pytest.fixture(scope="module")
def found(ptm_model):
    return evaluate_accuracy(ptm_model, REVIEWS)

@pytest.fixture(scope="module")
def shared(ptm_model):
    return ptm_model

@pytest.fixture
def checked(ptm_model):
    yield ptm_model
    assert_accuracy(ptm_model, REVIEWS, at_least=0.5)

def test_a_result_is_shared(ptm_model, found):
    assert found.value > 0.5

def test_a_result_is_shared_again(ptm_model, found):
    assert found.value < 0.9

def test_asks_at_its_end(checked):
    pass

def test_of_something_else(tmp_path, request):
    request.getfixturevalue("shared")

def test_loops_over_nothing(ptm_model):
    for rows in ():
        assert_accuracy(ptm_model, rows, at_least=0.9)

async def ask(model):
    assert_accuracy(model, REVIEWS, at_least=0.9)

def test_awaits_nothing(shared):
    ask(shared).close()

def test_is_patched(ptm_model, monkeypatch):
    monkeypatch.setattr(__name__ + ".assert_accuracy", lambda *_, **__: None)
    assert_accuracy(ptm_model, REVIEWS, at_least=0.9)

def test_is_run_by_nobody(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.9)

def test_skips(ptm_model):
    pytest.skip("nothing to ask today")

def test_expects_an_error(ptm_model):
    with pytest.raises(DataError):
        assert_accuracy(ptm_model, [], at_least=0.9)
"""
)
RUNS_NOBODY = """
def pytest_pyfunc_call(pyfuncitem):
    return True if "by_nobody" in pyfuncitem.name else None
"""


@in_a_worker
def test_each_test_that_took_a_model_has_to_ask_it(suite, how):
    suite.makepyfile(test_it=IDLE)
    suite.makeconftest(RUNS_NOBODY)
    result = suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    result.assert_outcomes(passed=10, failed=1, skipped=1)
    said = result.stdout.str().partition("PTM103 4 tests took a model, passed, ")[2]
    for name in ("loops_over", "awaits_nothing", "is_patched", "is_run_by_nobody"):
        assert f"'test_it.py::test_{name}" in said.partition(". Call an ")[0]


def test_a_plain_test_beside_models_in_the_ini_stays_green(suite, how, monkeypatch):
    monkeypatch.setenv("CI", "true")
    suite.makeini(f"[pytest]\nptm_model = candidate={KEYWORD}\n")
    suite.makepyfile(test_it="def test_plain():\n    pass\n")
    result = suite.runpytest_inprocess(*how)
    assert result.ret == 0
    result.assert_outcomes(passed=1)


def test_require_is_red_when_every_test_with_a_model_was_left_out(suite, how):
    suite.makepyfile(test_it=ASKS_NOTHING)
    result = suite.runpytest_inprocess(MODEL, "--ptm-require", "-k", "plain", *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM104 --ptm-require is on and no model was asked*"])


def test_an_evaluation_without_an_assert_helper_counts_as_asking(suite, how):
    suite.makepyfile(
        test_it="""
        from pytest_ptm import evaluate_accuracy
        from reviews import REVIEWS

        def test_it(ptm_model):
            assert evaluate_accuracy(ptm_model, REVIEWS).value >= 0.75
        """
    )
    result = suite.runpytest_inprocess(MODEL, "--ptm-require", *how)
    assert result.ret == 0


@pytest.mark.parametrize("is_scrubbed", [True, False], ids=["scrubbed", "not-scrubbed"])
def test_a_report_that_cannot_travel_is_never_green(suite, monkeypatch, is_scrubbed):
    suite.makepyfile(
        test_it="""
        from pytest_ptm import assert_accuracy
        from reviews import REVIEWS

        def test_one(ptm_model):
            assert_accuracy(ptm_model, REVIEWS, at_least=0.5)

        def test_two(ptm_model):
            raise ValueError("half a character: \\ud800")
        """
    )
    if not is_scrubbed:
        # What would happen if the first line of defence were gone.
        suite.makeconftest(
            "import pytest_ptm.shell.workers\n"
            "pytest_ptm.shell.workers.transportable = lambda value: value\n"
        )
    result = suite.runpytest_subprocess(MODEL, "-n", "1")
    assert result.ret in (1, 3)
    if is_scrubbed:
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.fnmatch_lines(["*half a character: ?ud800*"])


@in_a_worker
def test_a_test_without_a_result_is_red(suite, how):
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.5) + "\ndef test_lost(ptm_model):\n    pass\n"
    )
    suite.makeconftest(
        """
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            return True if "lost" in item.name else None
        """
    )
    result = suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["*PTM102 1 test produced no result: 'test_it.py::test_lost[[]candidate]'*"]
    )


@in_a_worker
def test_a_run_stopped_at_its_first_failure_is_not_called_lost(suite, how):
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.9) + "\ndef test_after(ptm_model):\n    pass\n"
    )
    result = suite.runpytest_inprocess(MODEL, "-x", "--ptm-json=run.json", *how)
    assert result.ret != 0
    assert "PTM102" not in result.stdout.str()
    assert json.loads((suite.path / "run.json").read_text())["complete"] is False


def test_an_empty_data_set_is_an_error(suite, how):
    suite.makepyfile(
        test_it="""
        from pytest_ptm import assert_accuracy, load_examples

        def test_it(ptm_model, tmp_path):
            (tmp_path / "empty.csv").write_text("text,label\\n")
            assert_accuracy(ptm_model, tmp_path / "empty.csv", at_least=0.0)
        """
    )
    result = suite.runpytest_inprocess(MODEL, *how)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*PTM201 *empty.csv has 0 examples"])


def test_nan_answers_are_an_error_and_never_scored(suite, how):
    suite.makepyfile(
        test_it="""
        from pytest_ptm import assert_accuracy

        def test_it(ptm_model):
            rows = [{"text": "odd", "label": 0}, {"text": "fine", "label": 0}]
            assert_accuracy(ptm_model, rows, at_least=0.0)
        """
    )
    result = suite.runpytest_inprocess("--ptm-model=python:ptm_fakes:nan", *how)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*PTM401 1 of 2 rows gave NaN*first: row-1*"])


def test_a_model_that_cannot_load_is_tried_once(suite, monkeypatch):
    monkeypatch.setenv("PTM_FAKE_LOADS", str(suite.path / "loads.txt"))
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.5)
        + "\ndef test_again(ptm_model):\n"
        + "    assert_accuracy(ptm_model, REVIEWS, at_least=0.1)\n"
    )
    result = suite.runpytest_inprocess("--ptm-model=python:ptm_fakes:unloadable")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["FAILED *PTM310 the fake cannot be loaded"])
    assert (suite.path / "loads.txt").read_text() == "load\n"


def test_a_report_that_cannot_be_written_is_red(suite, how):
    suite.mkdir("out")
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.75) + "    import os\n    os.rmdir('out')\n"
    )
    result = suite.runpytest_inprocess(MODEL, "--ptm-json=out/run.json", *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM105 the report *run.json could not be written*"])


@pytest.mark.parametrize(
    "option",
    [
        ("--ptm-json", "test_it.py"),
        ("--ptm-markdown", "test_it.py"),
        ("--ptm-baseline-update", "--ptm-baseline=test_it.py"),
    ],
)
def test_a_test_file_that_was_typed_for_a_report_stays(accuracy_suite, option):
    """It was deleted before it was collected."""
    before = (accuracy_suite.path / "test_it.py").read_text()
    result = accuracy_suite.runpytest_inprocess(MODEL, *option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*PTM105 the report *test_it.py could not be*"])
    assert (accuracy_suite.path / "test_it.py").read_text() == before


def test_a_stale_report_is_gone_before_the_first_test(suite):
    (suite.path / "run.json").write_text('{"schema_name": "pytest-ptm/run"}')
    suite.makepyfile(
        test_it="""
        import pathlib

        def test_it():
            assert not pathlib.Path("run.json").exists()
        """
    )
    result = suite.runpytest_inprocess("--ptm-json=run.json")
    result.assert_outcomes(passed=1)
    assert json.loads((suite.path / "run.json").read_text())["complete"] is True


def test_collecting_leaves_an_old_report_alone(accuracy_suite):
    (accuracy_suite.path / "run.json").write_text("{}")
    result = accuracy_suite.runpytest_inprocess(
        MODEL, "--collect-only", "--ptm-json=run.json", "--ptm-require"
    )
    assert result.ret == 0
    assert "run document" not in result.stdout.str()
    assert (accuracy_suite.path / "run.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("option", "more"),
    [
        ("--setup-plan", ()),
        ("--setup-only", ()),
        ("--setup-only", ("-n", "1")),
        pytest.param("--setup-plan", ("-n", "1"), marks=pytest.mark.heavy),
    ],
)
def test_a_run_that_only_sets_up_is_not_red_and_says_that_it_tested_nothing(
    accuracy_suite, option, more
):
    (accuracy_suite.path / "run.json").write_text("{}")
    given = (MODEL, option, "--ptm-json=run.json", "--ptm-require")
    result = accuracy_suite.runpytest_inprocess(*given, *more)
    assert result.ret == 0
    said = result.stdout.str()
    assert "ptm: nothing was tested: 1 test with a model only set up" in said
    assert "PTM" not in said
    assert "run document" not in said
    assert (accuracy_suite.path / "run.json").read_text() == "{}"


def test_a_bound_that_a_fixture_misses_is_red_also_where_tests_are_only_set_up(suite):
    suite.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy

        ROWS = [{"text": "a good film", "label": "negative"}]

        @pytest.fixture
        def checked(ptm_model):
            assert_accuracy(ptm_model, ROWS, at_least=1)

        @pytest.fixture
        def hidden(ptm_model):
            try:
                assert_accuracy(ptm_model, ROWS, at_least=1)
            except AssertionError:
                pass

        def test_first(checked): ...
        def test_second(hidden): ...
        """
    )
    result = suite.runpytest_inprocess(MODEL, "--setup-only", "-k", "first")
    result.assert_outcomes(errors=1)
    assert result.ret == 1
    # Swallowed, and nobody is there to judge it but the end of the run.
    assert suite.runpytest_inprocess(MODEL, "--setup-only", "-k", "second").ret == 1


def test_a_report_is_written_in_place_of_a_link_never_through_it(accuracy_suite):
    precious = accuracy_suite.path / "precious.txt"
    precious.write_text("kept")
    (accuracy_suite.path / "run.json").symlink_to(precious)
    accuracy_suite.runpytest_inprocess(MODEL, "--ptm-json=run.json")
    assert precious.read_text() == "kept"
    assert not (accuracy_suite.path / "run.json").is_symlink()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_a_document_that_says_so(suite, number):
    (suite.path / "run.json").write_text('{"schema_name": "pytest-ptm/run"}')
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.5)
        + "\ndef test_slow():\n"
        + "    import pathlib, time\n"
        + "    pathlib.Path('ready').touch()\n"
        + "    time.sleep(600)\n"
    )
    # A shell starts what it puts in the background with this signal ignored.
    code = (
        "import signal, sys, pytest\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.exit(pytest.main(sys.argv[1:]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, MODEL, "--ptm-json=run.json"],
        cwd=suite.path,
        stdout=subprocess.DEVNULL,
    )
    while not (suite.path / "ready").exists() and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, number)
    process.wait()
    assert process.returncode == 2
    document = json.loads((suite.path / "run.json").read_text())
    assert document["complete"] is False
    assert len(document["verdicts"]) == 1


def test_a_limited_run_is_marked_everywhere(suite, how):
    suite.makepyfile(test_it=ACCURACY.format(bound=1.0))
    result = suite.runpytest_inprocess(
        MODEL, "--ptm-limit=4", "--ptm-json=run.json", *how
    )
    result.stdout.fnmatch_lines(
        [
            "ptm: PARTIAL: at most 4 examples of each data set",
            "*PARTIAL: --ptm-limit left examples out of every figure",
            "*n=4, PARTIAL: 4 of 5 by --ptm-limit*",
        ]
    )
    document = json.loads((suite.path / "run.json").read_text())
    assert document["partial"] is True
    assert document["verdicts"][0]["partial_of"] == 5
    assert "|limit:4" in document["verdicts"][0]["signature"]


@in_every_way
def test_a_plain_session_is_left_alone(suite, how, monkeypatch):
    monkeypatch.setenv("CI", "true")
    suite.makepyfile(test_it="def test_plain():\n    pass\n")
    result = suite.runpytest_inprocess(*how)
    assert result.ret == 0
    assert "ptm" not in result.stdout.str().replace("plugins: ptm-", "")
