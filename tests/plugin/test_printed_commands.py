"""Commands that a run prints, run by a shell exactly as they are printed."""

import shutil
import subprocess
import sys

import pytest
from ptm_suite import ACCURACY, KEYWORD

pytestmark = pytest.mark.skipif(
    shutil.which("bash") is None, reason="needs a POSIX shell"
)


def printed(result) -> list[str]:
    """The rerun lines of a run, in their order."""
    lines = [line for line in result.stdout.lines if line.startswith("E ")]
    return [line.split("rerun", 1)[1].strip() for line in lines if " rerun " in line]


def by_a_shell(suite, command):
    """Run a command by bash, with the pytest of this Python."""
    pytest_, _, rest = command.partition(" ")
    assert pytest_ == "pytest"
    return subprocess.run(
        ["bash", "-c", f"{sys.executable} -m pytest -p no:cacheprovider {rest}"],
        check=False,
        cwd=suite.path,
        capture_output=True,
        text=True,
        timeout=120,
    )


NASTY = (
    'double"quote',
    "back`tick`",
    "$HOME",
    "it's",
    "a b",
    "bang!",
    "star*",
    "back\\slash",
    "a::b",
    "semi;colon",
    "$(date)",
)


def test_the_rerun_line_runs_the_test_again(suite):
    suite.mkdir("sub")
    (suite.path / "pytest.ini").write_text("[pytest]\n")
    (suite.path / "sub" / "test_deep.py").write_text(ACCURACY.format(bound=0.9))
    result = suite.runpytest_inprocess(
        f"--ptm-model=candidate={KEYWORD}", "--ptm-seed=7"
    )
    assert printed(result) == [
        'pytest "sub/test_deep.py::test_is_right[candidate]" '
        f"--ptm-model=candidate={KEYWORD} --ptm-seed=7"
    ]


def nasty_run(suite):
    """A red test for each nasty id, on two models whose specs are nasty as well."""
    suite.makepyfile(
        test_it=f"""
        import pytest
        from pytest_ptm import assert_accuracy
        from reviews import REVIEWS

        @pytest.mark.parametrize("what", {NASTY!r})
        def test_is_right(ptm_model, what):
            assert_accuracy(ptm_model, REVIEWS, at_least=0.9)
        """
    )
    return suite.runpytest_inprocess(
        f"--ptm-model=candidate={KEYWORD}?longest=9", "--ptm-known-failures=a $b.toml"
    )


def test_ids_run_as_they_are_printed(suite):
    (suite.path / "a $b.toml").write_text("version = 1\n")
    commands = printed(nasty_run(suite))
    assert len(commands) == len(NASTY)
    # One process for all: their ids, each as a word of one command.
    ids = [command.removeprefix("pytest ").split(" --ptm-")[0] for command in commands]
    options = {command.split(" --ptm-", 1)[1] for command in commands}
    assert len(options) == 1
    again = by_a_shell(suite, f"pytest {' '.join(ids)} --ptm-{options.pop()}")
    assert f"{len(NASTY)} failed" in again.stdout, again.stdout + again.stderr


@pytest.mark.heavy
def test_each_of_them_runs_alone(suite):
    (suite.path / "a $b.toml").write_text("version = 1\n")
    for command in printed(nasty_run(suite)):
        again = by_a_shell(suite, command)
        assert "1 failed" in again.stdout, again.stdout + again.stderr


@pytest.mark.heavy
def test_a_model_s_path_runs_as_it_is_printed(suite, request):
    models = request.config.rootpath / "examples/models"
    place = suite.path / "my models' $HOME `x`"
    place.symlink_to(models)
    suite.makepyfile(test_it=ACCURACY.format(bound=1.0))
    result = suite.runpytest_subprocess(f"--ptm-model=m={place.name}/reviews")
    (command,) = printed(result)
    again = by_a_shell(suite, command)
    assert "1 failed" in again.stdout, again.stdout + again.stderr


def test_a_test_that_names_its_model_last_is_given_it(suite):
    suite.makepyfile(
        test_it="""
        import pytest
        from pytest_ptm import assert_accuracy
        from reviews import REVIEWS

        def pytest_generate_tests(metafunc):
            metafunc.parametrize("what", ["upper"])

        def test_is_right(what, ptm_model):
            assert_accuracy(ptm_model, REVIEWS, at_least=0.9)
        """
    )
    result = suite.runpytest_inprocess(
        f"--ptm-model=one={KEYWORD}", f"--ptm-model=two={KEYWORD}"
    )
    for name, command in zip(("one", "two"), printed(result), strict=True):
        assert f"--ptm-model={name}=" in command
        assert command.count("--ptm-model") == 1


def test_an_option_that_is_switched_off_is_not_typed(accuracy_suite, monkeypatch):
    accuracy_suite.makepyfile(test_it=ACCURACY.format(bound=0.9))
    monkeypatch.setenv("PTM_OFFLINE", "0")
    result = accuracy_suite.runpytest_inprocess(f"--ptm-model=candidate={KEYWORD}")
    (command,) = printed(result)
    assert "offline" not in command
