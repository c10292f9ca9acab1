"""A value that pytest took for a test path must not cost the project its ini file."""

import pytest
from ptm_suite import KEYWORD


@pytest.fixture
def project(suite):
    """A project with an ini file, and a model beside it."""
    (suite.path / "models/x").mkdir(parents=True)
    folder = suite.mkdir("project")
    (folder / "tests").mkdir()
    (folder / "tests/test_it.py").write_text("def test_it():\n    pass\n")
    (folder / "models/y").mkdir(parents=True)
    return folder


def run(suite, project, monkeypatch, *arguments):
    monkeypatch.chdir(project)
    return suite.runpytest_inprocess(*arguments)


def test_a_model_outside_the_project_needs_an_equals_sign(suite, project, monkeypatch):
    (project / "pytest.ini").write_text("[pytest]\n")
    result = run(suite, project, monkeypatch, "--ptm-model", "../models/x")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: write --ptm-model=*models/x with '='.*"])
    result = run(suite, project, monkeypatch, "--ptm-model=../models/x")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["configfile: pytest.ini"])


def test_pytest_takes_what_stands_before_two_colons_for_a_path(
    suite, project, monkeypatch
):
    (project / "pytest.ini").write_text("[pytest]\n")
    result = run(suite, project, monkeypatch, "--ptm-model", "../models/x::y")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: write --ptm-model=../models/x::y with '='. *{suite.path}/models/x *"]
    )


def test_a_model_inside_the_project_may_stand_apart(suite, project, monkeypatch):
    (project / "pytest.ini").write_text("[pytest]\n")
    result = run(suite, project, monkeypatch, "tests", "--ptm-model", "models/y")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["configfile: pytest.ini"])


def test_one_ini_above_both_is_found_either_way(suite, project, monkeypatch):
    (suite.path / "pytest.ini").write_text("[pytest]\n")
    result = run(suite, project, monkeypatch, "--ptm-model", "../models/x")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["configfile: pytest.ini"])


@pytest.mark.parametrize(
    "how", [(), pytest.param(("-n", "1"), marks=pytest.mark.heavy)]
)
def test_without_any_ini_ids_are_relative_to_where_one_stands(
    suite, project, monkeypatch, how
):
    given = ("tests", "--ptm-model", "../models/x", "-v", *how)
    result = run(suite, project, monkeypatch, *given)
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"rootdir: {project}", "*tests/test_it.py::test_it*"])


def test_a_first_try_in_an_empty_folder(suite, project, monkeypatch):
    (project / "conftest.py").write_text("print('conftest of the folder')\n")
    (suite.path / "conftest.py").write_text("assert 0, 'beyond the rootdir'\n")
    (project / "test_here.py").write_text("def test_it():\n    pass\n")
    result = run(suite, project, monkeypatch, "--ptm-model", "../models/x", "-v")
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"rootdir: {project}", "test_here.py::test_it*"])


def test_what_is_added_to_the_command_line_counts_too(suite, project, monkeypatch):
    (project / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--ptm-model ../models/x")
    result = run(suite, project, monkeypatch)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: write --ptm-model=*models/x with '='.*"])


def test_an_ini_beside_the_model_is_not_the_project_s(suite, project, monkeypatch):
    (suite.path / "models/x/pytest.ini").write_text("[pytest]\n")
    result = run(suite, project, monkeypatch, "--ptm-model", "../models/x")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_an_ini_that_is_named_is_not_searched_for(suite, project, monkeypatch):
    (project / "pytest.ini").write_text("[pytest]\n")
    given = ("-c", "pytest.ini", "--ptm-model", "../models/x")
    assert run(suite, project, monkeypatch, *given).ret == 0


def test_a_name_or_a_scheme_is_no_path(suite, project, monkeypatch):
    (project / "pytest.ini").write_text("[pytest]\n")
    for value in ("x=../models/x", KEYWORD):
        result = run(suite, project, monkeypatch, "--ptm-model", value)
        assert result.ret == 0
        result.stdout.fnmatch_lines(["configfile: pytest.ini"])


def test_words_from_a_file_are_read_as_pytest_reads_them(suite, project, monkeypatch):
    """Else the project's ini file would be lost, and with it what makes a run red."""
    (project / "pytest.ini").write_text("[pytest]\nxfail_strict = true\n")
    (project / "words.txt").write_text("--ptm-model\n../models/x\n")
    result = run(suite, project, monkeypatch, "@words.txt")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: write --ptm-model=*models/x with '='.*"])


def test_a_conftest_that_somebody_asked_for_is_kept(suite, project, monkeypatch):
    """Red by the folder above, whichever way the model is written."""
    (suite.path / "conftest.py").write_text(
        "import pytest\n"
        "@pytest.fixture(autouse=True)\n"
        "def above():\n    raise RuntimeError('above')\n"
    )
    given = ("--ptm-model", "../models/x", f"--confcutdir={suite.path}")
    result = run(suite, project, monkeypatch, *given)
    result.assert_outcomes(errors=1)
