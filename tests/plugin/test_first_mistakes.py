"""What a first try gets wrong is answered in one line that says what to type."""

import os
import re

import pytest
from ptm_suite import ACCURACY, KEYWORD

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.runs.planning import plans
from pytest_ptm.shell.progress import Line

MODEL = f"--ptm-model=candidate={KEYWORD}"
SEVERAL = """
import pytest
from pytest_ptm import assert_accuracy
from reviews import REVIEWS

@pytest.mark.parametrize("n", range(4))
def test_is_right(ptm_model, n):
    assert_accuracy(ptm_model, REVIEWS, at_least=0.5)
"""
WHAT_TO_TYPE = "no model given: type --ptm-model=PATH"


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("--ptm-confidence=95", "*--ptm-confidence 95.0: *; did you mean 0.95?"),
        ("--ptm-max-truncated=5", "*--ptm-max-truncated 5.0: *; did you mean 0.05?"),
    ],
)
def test_a_percentage_is_recognised(accuracy_suite, option, hint):
    result = accuracy_suite.runpytest_inprocess(MODEL, option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([hint])


def test_what_is_no_percentage_is_not_called_one(accuracy_suite):
    for value in ("1.5", "-3", "950"):
        result = accuracy_suite.runpytest_inprocess(MODEL, f"--ptm-confidence={value}")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert "did you mean" not in result.stderr.str()


def test_a_percentage_is_recognised_by_the_command():
    with pytest.raises(ArgumentError, match=r"power .* got 80; did you mean 0\.8\?"):
        plans([], drop=0.02, power=80)


def test_a_forgotten_model_is_told_once(suite, how):
    suite.makepyfile(test_it=SEVERAL)
    result = suite.runpytest_inprocess(*how)
    result.assert_outcomes(skipped=4)
    assert result.stdout.str().count(WHAT_TO_TYPE) == 1
    result.stdout.fnmatch_lines([f"ptm: 4 tests ran on nothing: {WHAT_TO_TYPE}*"])


def test_with_a_model_nothing_of_the_kind_is_told(accuracy_suite):
    result = accuracy_suite.runpytest_inprocess(MODEL)
    assert WHAT_TO_TYPE not in result.stdout.str()


def test_several_models_have_a_line_each(accuracy_suite):
    second = f"--ptm-model=second={KEYWORD}"
    result = accuracy_suite.runpytest_inprocess(MODEL, second)
    result.stdout.fnmatch_lines(
        [
            f"ptm: candidate = {KEYWORD}",
            f"ptm: second = {KEYWORD}",
            "ptm: device auto · float32 · seed 0",
        ],
        consecutive=True,
    )


@pytest.fixture
def loads(suite):
    """Tests that load a model by a name which they are given, beside a folder."""
    (suite.path / "my-model").mkdir()
    (suite.path / "my-model/config.json").write_text("{}")

    def loading(*names):
        """What was printed of each: one run, a process that knows no hub yet."""
        files = {
            f"test_{place}": ACCURACY.format(bound=0.5)
            .replace("(ptm_model)", "(ptm_load)")
            .replace("(ptm_model,", f"(ptm_load({name!r}),")
            for place, name in enumerate(names)
        }
        suite.makepyfile(**files)
        shown = suite.runpytest_subprocess(MODEL).stdout.str()
        # The first part is what stands before any failure.
        return shown, re.split(r"_{5,} test_is_right _{5,}", shown)[1:]

    return loading


def test_a_name_that_is_nearly_one_is_not_looked_for_on_a_hub(loads, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    meant = {"candidat": "'candidate'", "mymodel": "'./my-model'"}
    _, parts = loads(*meant)
    for name, part in zip(meant, parts, strict=True):
        assert (
            f"PTM301 no model of the run is called {name!r}; did you mean "
            f"{meant[name]}?" in part
        )
        assert "The run has 'candidate'; folders here: 'my-model'" in part
        assert f"type {name}@main" in part


def test_no_network_error_is_shown(loads, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    names = ("xyzzy", "org/xyzzy")
    shown, parts = loads(*names)
    for name, part in zip(names, parts, strict=True):
        assert f"PTM301 model {name!r} is neither a local folder nor a hub id" in part
        assert "the hub could not be reached" in part
        assert "The run has 'candidate'" in part
    for raw in ("Traceback", "ConnectError", "Errno", "httpx", "Max retries"):
        assert raw not in shown


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize(
    ("live", "verbose", "told"),
    [(True, False, True), (False, True, True), (False, False, False)],
)
def test_loading_is_told_to_who_watches(pipe, live, verbose, told):
    reading, writing = pipe
    line = Line(writing, live=live, verbose=verbose)
    os.write(writing, b".")
    line.loading("minilm\x1b[2J … 91 MB")
    shown = os.read(reading, 4_096).decode()
    assert ("ptm: loading minilm\\x1b[2J … 91 MB" in shown) is told
    line.loading("")
    os.write(writing, b".")
    erased = os.read(reading, 4_096).decode()
    assert ("\x1b[2K" in erased) is live
    line.close()


@pytest.mark.heavy
@pytest.mark.parametrize(("arguments", "times"), [(("-v",), 1), ((), 0)])
def test_a_checkpoint_is_loaded_with_a_word_under_v_only(
    suite, request, arguments, times
):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.0))
    models = request.config.rootpath / "examples/models"
    result = suite.runpytest_subprocess(f"--ptm-model=m={models}/reviews", *arguments)
    found = [x for x in result.outlines if x.startswith("ptm: loading m … ")]
    assert len(found) == times
    assert all(x.endswith(" MB") for x in found)
