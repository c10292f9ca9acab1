"""Examples that may fail, by id: anything else that fails makes the run red."""

import pytest
from ptm_suite import KEYWORD

from pytest_ptm.errors import SettingsError
from pytest_ptm.reports.known_failures import (
    Capability,
    Known,
    KnownFailures,
    hold,
    read_known,
    rendered,
)

SUITE = """
import pytest
from pytest_ptm import assert_accuracy, assert_masked_gap

def rows(wrong):
    return [
        {"id": f"rev-{i}", "text": f"good {i}",
         "label": "negative" if i in wrong else "positive"}
        for i in range(20)
    ]

@pytest.mark.ptm(capability="negation")
def test_negation(ptm_model):
    assert_accuracy(ptm_model, rows({3, 4}), at_least=0)

def test_plain(ptm_model):
    assert_accuracy(ptm_model, rows({7}), at_least=0)
"""

LISTED = """
version = 1

[[tests]]
id = "test_it.py::test_negation"
failing = [%s]
"""


@pytest.fixture
def listed(suite):
    suite.makepyfile(test_it=SUITE)

    def write(text):
        (suite.path / "ptm-known-failures.toml").write_text(text)

    suite.write = write
    return suite


def run(suite, *more):
    return suite.runpytest("--ptm-model", KEYWORD, *more)


def test_a_failure_that_is_not_listed_is_red(listed, how):
    listed.write(LISTED % '"rev-3"')
    result = run(listed, *how)
    result.assert_outcomes(passed=2, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["*PTM110 test_it.py::test_negation: 1 example that is not known to fail: *4'*"]
    )


def test_what_is_listed_may_fail_and_what_is_fixed_is_said(listed):
    listed.write(LISTED % '"rev-3", "rev-4", "rev-5"')
    result = run(listed)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "known failures: 3 examples of 1 verdict in ptm-known-failures.toml",
            "*1 example of test_it.py::test_negation fail no more: 'rev-5'*",
        ]
    )


def test_an_update_only_ever_removes(listed):
    listed.write(LISTED % '"rev-3", "rev-5"')
    result = run(listed, "--ptm-known-failures-update")
    # rev-5 is gone from the list, rev-4 is not in it, and the run stays red.
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    (entry,) = read_known(listed.path / "ptm-known-failures.toml").tests
    assert entry.failing == ["rev-3"]


def test_accepting_adds_and_lists_tests_of_a_capability(listed, how):
    result = run(listed, "--ptm-known-failures-update=accept", *how)
    assert result.ret == pytest.ExitCode.OK
    (entry,) = read_known(listed.path / "ptm-known-failures.toml").tests
    assert entry == Known(
        id="test_it.py::test_negation",
        capability="negation",
        failing=["rev-3", "rev-4"],
    )
    assert run(listed, *how).ret == pytest.ExitCode.OK


def test_a_cap_holds_also_after_accepting(listed):
    listed.write("version = 1\n[capabilities.negation]\nat_most = 1\n")
    result = run(listed, "--ptm-known-failures-update=accept")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*PTM112 too many*negation: 2 examples*cap is 1*"])
    listed.write("version = 1\n[capabilities.negation]\nat_most = 2\n")
    assert run(listed).ret == pytest.ExitCode.OK


def test_a_partial_run_writes_nothing(listed):
    text = LISTED % '"rev-3", "rev-4", "rev-5"'
    listed.write(text)
    result = run(listed, "--ptm-known-failures-update", "--ptm-limit=19")
    result.stdout.fnmatch_lines(["known failures not updated: --ptm-limit*"])
    stopped = run(listed, "--ptm-known-failures-update", "-x", "-k", "nothing or it")
    assert stopped.ret == pytest.ExitCode.OK
    assert (listed.path / "ptm-known-failures.toml").read_text() != text
    listed.write(text)
    listed.makepyfile(test_a="def test_red(): assert False")
    run(listed, "--ptm-known-failures-update", "-x")
    assert (listed.path / "ptm-known-failures.toml").read_text() == text


def test_an_entry_about_nothing_is_an_error_where_results_are_required(listed):
    listed.write('version = 1\n[[tests]]\nid = "test_it.py::test_gone"\n')
    result = run(listed)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*test_gone is listed*there is no such test any mo*"])
    result = run(listed, "--ptm-require")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*PTM111 test_it.py::test_gone is listed*"])
    # Somebody chose tests: the others are left out on purpose.
    assert run(listed, "--ptm-require", "-k", "plain").ret == pytest.ExitCode.OK


def test_a_listed_test_that_reaches_no_verdict_is_wrong(listed):
    listed.makepyfile(test_other="def test_nothing(ptm_model): pass")
    listed.write('version = 1\n[[tests]]\nid = "test_other.py::test_nothing"\n')
    result = run(listed, "--ptm-require")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*PTM111*test_nothing*reached no verdict*"])


def test_a_verdict_without_right_and_wrong_cannot_be_listed():
    known = KnownFailures(version=1, tests=[Known(id="t.py::a")])
    row = {"test": "t.py::a", "place": 0, "model": {"name": "m"}, "outcomes": None}
    (held,) = hold(known, [row])
    assert held.wrong == "has no right and wrong of single examples"


def test_another_file_can_be_named(listed, how):
    (listed.path / "lists").mkdir()
    (listed.path / "lists/known.toml").write_text(LISTED % '"rev-3", "rev-4"')
    option = "--ptm-known-failures=lists/known.toml"
    result = run(listed, option, *how)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["known failures: 2 examples of 1 verdict in known*"])
    result = run(listed, "--ptm-known-failures=absent.toml", *how)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*absent.toml: no such file; begin one with*"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = 2", "version"),
        ("", "version"),
        ("version = 1\nfoo = 1", "foo"),
        ("version = 1\n[[tests]]\nfailing = []", "tests.0.id"),
        ("version = 1\n[[tests]]\nid = 'a'\nfailing = [3]", "tests.0.failing.0"),
        ("version = 1\n[[tests]]\nid = 'a'\n[[tests]]\nid = 'a'", "a stands twice"),
        ("version = 1\n[[tests]]\nid = 'a'\nfailing = ['x', 'x']", "an id twice"),
        ("version = 1\n[capabilities.a]\nat_most = -1", "capabilities.a.at_most"),
        ("version = ", "Invalid value"),
    ],
)
def test_a_file_that_is_wrong_ends_the_run_before_the_first_test(listed, text, message):
    listed.write(text)
    result = run(listed)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.stderr.str()
    with pytest.raises(SettingsError):
        read_known(listed.path / "ptm-known-failures.toml")


def test_what_is_written_reads_back(tmp_path):
    strange = 'a "b" \\ c\t\u202e \u00e9 \U0001f600'
    known = KnownFailures(
        version=1,
        capabilities={"two words": Capability(at_most=3)},
        tests=[
            Known(id="t.py::a", failing=[strange, "b"]),
            Known(id="t.py::a", place=1, model="m", capability="c"),
        ],
    )
    path = tmp_path / "known.toml"
    path.write_text(rendered(known), encoding="utf-8")
    found = read_known(path)
    assert found.capabilities == known.capabilities
    assert found.tests[0].failing == sorted([strange, "b"])
    assert found.tests[1] == known.tests[1]
    assert rendered(found) == rendered(known)


def test_a_run_that_uses_nothing_of_it_is_not_told_of_the_list(suite):
    suite.makepyfile(test_it="def test_it(): pass")
    (suite.path / "ptm-known-failures.toml").write_text("version = 1\n")
    result = suite.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*known failures*")


def test_no_ini_file_can_update_the_list(listed):
    listed.makeini("[pytest]\naddopts = --ptm-known-failures-update=accept\n")
    result = run(listed)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*counts only when a person types it*"])
