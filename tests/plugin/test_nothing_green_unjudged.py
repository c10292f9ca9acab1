"""What was left over, mistyped or in the way makes no run green (RELIABILITY G12)."""

import json
import os
import socket

import pytest
from ptm_suite import ACCURACY, KEYWORD

MODEL = f"--ptm-model=candidate={KEYWORD}"
ADDOPTS = "[pytest]\naddopts = {}\n"

DECIDED_BY_A_PERSON = [
    ("--ptm-trust-remote-code", "PTM_TRUST_REMOTE_CODE", "0"),
    ("--ptm-allow-pickle", "PTM_ALLOW_PICKLE", "no"),
    ("--ptm-baseline-update", "PTM_BASELINE_UPDATE", "off"),
    ("--ptm-known-failures-update=accept", "PTM_KNOWN_FAILURES_UPDATE", "remove"),
]


@pytest.mark.parametrize(("option", "variable", "says"), DECIDED_BY_A_PERSON)
def test_a_variable_gives_what_it_says_and_not_what_addopts_say(
    accuracy_suite, monkeypatch, option, variable, says
):
    flag = option.partition("=")[0]
    refused = [f"*{flag} counts only when a person types it or sets {variable}*"]
    accuracy_suite.makeini(ADDOPTS.format(f"{option} --ptm-baseline=b.json"))
    for value in (says, ""):
        monkeypatch.setenv(variable, value)
        result = accuracy_suite.runpytest_inprocess(MODEL)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(refused)
    # Its own value says yes, whatever else does.
    monkeypatch.setenv(variable, option.partition("=")[2] or "yes")
    assert accuracy_suite.runpytest_inprocess(MODEL).ret == 0


def test_what_pytest_addopts_hold_was_not_typed_for_the_run(
    accuracy_suite, monkeypatch
):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--ptm-trust-remote-code")
    for arguments in ((), ("--", "--ptm-trust-remote-code")):
        result = accuracy_suite.runpytest_inprocess(MODEL, *arguments)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert accuracy_suite.runpytest_inprocess("--ptm-trust-remote-code").ret == 0


def test_an_empty_variable_is_one_that_is_not_set(accuracy_suite, monkeypatch):
    monkeypatch.setenv("CI", "true")
    for name in ("PTM_REQUIRE", "PTM_LIMIT", "PTM_MODEL", "PTM_JSON", "PTM_OFFLINE"):
        monkeypatch.setenv(name, " " if name == "PTM_JSON" else "")
    result = accuracy_suite.runpytest_inprocess()
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*no model given*--ptm-require is on*"])
    assert accuracy_suite.runpytest_inprocess(MODEL).ret == 0


LEFT_OVER = {
    "environment": "*PTM116 PTM_LIMIT=1 in the environment left examples out*",
    "ini": "*PTM116 ptm_limit = 1 in the ini file left examples out*",
    "addopts": "*PTM116 --ptm-limit=1 in addopts left examples out*",
}


@pytest.mark.parametrize("where", LEFT_OVER)
def test_a_limit_counts_under_require_only_where_it_is_typed(suite, monkeypatch, where):
    suite.makepyfile(test_it=ACCURACY.format(bound=0.95))
    if where == "environment":
        monkeypatch.setenv("PTM_LIMIT", "1")
    elif where == "ini":
        suite.makeini("[pytest]\nptm_limit = 1\n")
    else:
        suite.makeini(ADDOPTS.format("--ptm-limit=1"))
    result = suite.runpytest_inprocess(MODEL, "--ptm-require")
    assert result.ret == 1
    result.stdout.fnmatch_lines([LEFT_OVER[where]])
    result = suite.runpytest_inprocess(MODEL, "--ptm-require", "--ptm-limit=1")
    assert result.ret == 0
    assert suite.runpytest_inprocess(MODEL).ret == 0


WRITES = {
    "json": ("--ptm-json={}",),
    "markdown": ("--ptm-markdown={}",),
    "baseline": ("--ptm-baseline={}", "--ptm-baseline-update"),
    "known": ("--ptm-known-failures={}", "--ptm-known-failures-update=accept"),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_report_takes_the_place_of_a_file_only(accuracy_suite, what):
    folder = accuracy_suite.path
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("pipe")
    (folder / "folder").mkdir()
    before = (folder / "pipe").lstat()
    with socket.socket(socket.AF_UNIX) as bound:
        try:
            bound.bind(str(folder / "socket"))
        except OSError:
            pytest.skip("the path of the temporary folder is too long for a socket")
        for name, why in {
            "pipe": "it is a pipe; name a file",
            "link": "it is a pipe; name a file",
            "socket": "it is a socket; name a file",
            "folder": "it is a folder; name a file",
            "reprots/x.json": "there is no folder */reprots; mend the path*",
        }.items():
            result = accuracy_suite.runpytest_inprocess(
                MODEL, *(option.format(name) for option in WRITES[what])
            )
            assert result.ret == pytest.ExitCode.USAGE_ERROR
            result.stderr.fnmatch_lines(
                [f"*PTM105 the report *{name} could not be written: {why}"]
            )
        assert (folder / "socket").is_socket()
    assert (folder / "pipe").lstat() == before
    assert (folder / "link").is_symlink()
    assert not (folder / "reprots").exists()


def test_no_two_files_of_a_run_have_one_path(accuracy_suite):
    stored = accuracy_suite.path / "main.json"
    stored.write_text("{}")
    (accuracy_suite.path / "here").mkdir()
    result = accuracy_suite.runpytest_inprocess(
        MODEL, "--ptm-markdown=here/../main.json", "--ptm-baseline=main.json"
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*PTM105 --ptm-markdown and --ptm-baseline are both*"])
    assert stored.read_text() == "{}"


def test_a_place_that_was_taken_during_the_run_is_red(suite):
    suite.mkdir("out")
    suite.makepyfile(
        test_it=ACCURACY.format(bound=0.75)
        + "    import os\n    os.mkfifo('out/run.json')\n"
    )
    result = suite.runpytest_inprocess(MODEL, "--ptm-json=out/run.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM105 the report *out/run.json*: it is a pipe*"])
    assert (suite.path / "out" / "run.json").is_fifo()


def test_the_step_summary_is_appended_to_all_the_same(accuracy_suite, monkeypatch):
    summary = accuracy_suite.path / "summary.md"
    summary.write_text("before")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    accuracy_suite.runpytest_inprocess(MODEL, "--ptm-json=run.json")
    assert summary.read_text().startswith("before\n\n## pytest-ptm: GREEN")
    assert json.loads((accuracy_suite.path / "run.json").read_text())["complete"]


ENDS = {
    "test": "def test_ends():\n    pytest.exit('done', returncode=0)\n",
    "fixture": (
        "@pytest.fixture\ndef ends():\n    pytest.exit('done', returncode=0)\n\n"
        "def test_ends(ends):\n    pass\n"
    ),
    "collection": "",
}


@pytest.mark.parametrize("where", ENDS)
def test_a_run_that_was_ended_is_not_green_where_a_verdict_is_required(suite, where):
    suite.makepyfile(
        test_a=ACCURACY.format(bound=0.75), test_b=f"import pytest\n{ENDS[where]}"
    )
    if where == "collection":
        suite.makeconftest(
            "import pytest\n\ndef pytest_collection_modifyitems():\n"
            "    pytest.exit('done', returncode=0)\n"
        )
    result = suite.runpytest_inprocess(
        *(MODEL, "--ptm-require", "--ptm-json=run.json", "--junitxml=junit.xml")
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM115 pytest.exit() ended the run before its*"])
    document = json.loads((suite.path / "run.json").read_text())
    assert document["complete"] is False
    assert [each["code"] for each in document["problems"]] == ["PTM115"]
    if where != "collection":
        assert 'failures="1"' in (suite.path / "junit.xml").read_text()


def test_a_worker_that_was_ended_is_not_green(suite):
    suite.makepyfile(
        test_a=ACCURACY.format(bound=0.75), test_b=f"import pytest\n{ENDS['test']}"
    )
    result = suite.runpytest_inprocess(MODEL, "--ptm-require", "-n", "1")
    assert result.ret not in (0, 5)


def test_what_only_lists_is_not_called_incomplete(accuracy_suite):
    for option in ("--fixtures", "--collect-only", "--markers"):
        assert accuracy_suite.runpytest_inprocess("--ptm-require", option).ret == 0


CAPABILITY = """
import pytest

@pytest.mark.ptm(capability="negation")
def test_negation(ptm_model):
    from pytest_ptm import assert_accuracy
    from reviews import REVIEWS
    assert_accuracy(ptm_model, REVIEWS, at_least=0.5)

@pytest.mark.skip
@pytest.mark.ptm(capability="irony")
def test_irony(ptm_model):
    pass
"""
LIST = """
version = 1
[capabilities.negation]
at_most = 1
[capabilities.irony]
[capabilities.{name}]
at_most = 0
[[tests]]
id = "sub/test_it.py::test_negation"
failing = ["rev-5"]
"""


def test_a_capability_that_no_test_has_is_red_where_a_verdict_is_required(suite):
    suite.makeini("[pytest]\n")
    folder = suite.mkdir("sub")
    (folder / "test_it.py").write_text(CAPABILITY)
    listed = suite.path / "ptm-known-failures.toml"
    listed.write_text(LIST.format(name="negatoin"))
    said = (
        "PTM111 ptm-known-failures.toml: unknown capability 'negatoin'; "
        "did you mean 'negation'? Known: irony, negation. "
    )
    for arguments in ((), ("sub",)):
        result = suite.runpytest_inprocess(MODEL, "--ptm-require", *arguments)
        assert result.ret == 1
        assert said in result.stdout.str()
    # Of what was left out it knows nothing; without --ptm-require it is said.
    for arguments in (("-k", "negation"), ("sub/test_it.py",)):
        result = suite.runpytest_inprocess(MODEL, "--ptm-require", *arguments)
        assert result.ret == 0, result.stdout.str()
    result = suite.runpytest_inprocess(MODEL)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  holds nothing, no test of this *: 'negatoin'"])
    suite.makeini("[pytest]\ntestpaths = sub other\n")
    assert suite.runpytest_inprocess(MODEL, "--ptm-require", "sub").ret == 0
