"""The list of known failures: what it makes red, and what may be written to it.

The keyword model is wrong on rev-5 alone ("not so good"). "inverted" is wrong on all
five but that one.
"""

import tomllib

import pytest
from ptm_suite import KEYWORD, in_a_worker, ways

MODEL = f"--ptm-model=candidate={KEYWORD}"
UPDATE = "--ptm-known-failures-update"
ACCEPT = f"{UPDATE}=accept"
FILE = "ptm-known-failures.toml"

NEGATION = """
import pytest
from pytest_ptm import assert_accuracy
from reviews import REVIEWS

@pytest.mark.ptm(capability="negation")
def test_negation(ptm_model):
    assert_accuracy(ptm_model, REVIEWS, at_least=0)
"""

LIST = """
version = 1
[[tests]]
id = "test_it.py::test_negation"
failing = [{ids}]
"""


@pytest.fixture
def negation_suite(suite):
    """One test that only its list can make red."""
    suite.makeini("[pytest]\n")
    suite.makepyfile(test_it=NEGATION)
    return suite


def write(suite, *ids, more=""):
    listed = ", ".join(f'"{name}"' for name in ids)
    (suite.path / FILE).write_text(LIST.format(ids=listed) + more)


def read(suite):
    return tomllib.loads((suite.path / FILE).read_text())


def test_a_listed_failure_is_green(negation_suite, how):
    write(negation_suite, "rev-5")
    result = negation_suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 0
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["known failures: 1 listed in 1 test of */" + FILE])


def test_a_failure_that_is_not_listed_is_red(negation_suite, how):
    write(negation_suite)
    result = negation_suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "PTM110 1 example fails that is not known to: "
            "test_it.py::test_negation on candidate: 'rev-5'",
            '    rev-5  expected negative  got positive*"not so good"',
            f"*run the same with {ACCEPT}",
            "FAILED pytest-ptm::PTM110*",
        ]
    )


def test_a_listed_failure_that_goes_well_is_told_as_fixed(negation_suite, how):
    write(negation_suite, "rev-1", "rev-5")
    result = negation_suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [f"  fixed: 'rev-1' in test_it.py::test_negation; take them out with {UPDATE}"]
    )


@pytest.mark.parametrize("how", ways("alone"))
def test_a_listed_id_that_is_not_in_the_data_is_stale(negation_suite, how):
    write(negation_suite, "rev-5", "rev-99")
    result = negation_suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  stale, no such example: 'rev-99' in test_it.py*"])
    result = negation_suite.runpytest_inprocess(MODEL, "--ptm-require", *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM111 *no example is called 'rev-99'*"])


def test_updating_takes_out_and_never_adds(negation_suite, how):
    write(negation_suite, "rev-1", "rev-99")
    result = negation_suite.runpytest_inprocess(MODEL, UPDATE, "--ptm-require", *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM110 *'rev-5'", "*2 taken out, 0 added*"])
    assert read(negation_suite)["tests"] == [
        {"id": "test_it.py::test_negation", "capability": "negation", "failing": []}
    ]


def test_accepting_adds_too_and_is_green(negation_suite, how):
    write(negation_suite, "rev-1")
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT, *how)
    assert result.ret == 0
    assert read(negation_suite)["tests"][0]["failing"] == ["rev-5"]
    assert negation_suite.runpytest_inprocess(MODEL, *how).ret == 0


def test_accepting_without_a_file_begins_one_for_every_capability(negation_suite, how):
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT, *how)
    assert result.ret == 0
    assert read(negation_suite) == {
        "version": 1,
        "capabilities": {"negation": {}},
        "tests": [
            {
                "id": "test_it.py::test_negation",
                "capability": "negation",
                "failing": ["rev-5"],
            }
        ],
    }


def test_a_capability_with_an_entry_holds_tests_that_are_not_listed(negation_suite):
    (negation_suite.path / FILE).write_text("version = 1\n[capabilities.negation]\n")
    result = negation_suite.runpytest_inprocess(MODEL)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM110 1 example fails*"])


def test_a_test_of_another_capability_is_untouched(negation_suite):
    (negation_suite.path / FILE).write_text("version = 1\n[capabilities.typos]\n")
    assert negation_suite.runpytest_inprocess(MODEL).ret == 0


CAP = "\n[capabilities.negation]\nat_most = 0\n"


def test_more_known_failures_than_the_cap_are_red(negation_suite, how):
    write(negation_suite, "rev-5", more=CAP)
    result = negation_suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["PTM112 capability 'negation' has 1 known failure, where its at_most*0*"]
    )


def test_the_cap_holds_right_after_accepting(negation_suite):
    write(negation_suite, more=CAP)
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM112 *"])
    assert "PTM110" not in result.stdout.str()
    assert read(negation_suite)["tests"][0]["failing"] == ["rev-5"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--ptm-limit=4"], "--ptm-limit left examples out"),
        (["-k", "negation"], "-k may have left tests out"),
        (["test_it.py::test_negation"], "single tests were named"),
        (["--deselect", "test_it.py::test_plain"], "1 test deselected"),
    ],
)
def test_a_part_of_a_run_updates_nothing_and_says_why(
    negation_suite, how, arguments, why
):
    negation_suite.makepyfile(test_it=NEGATION + "\ndef test_plain():\n    pass\n")
    write(negation_suite, "rev-1")
    before = (negation_suite.path / FILE).read_bytes()
    # Last but one: what stands behind the option would be taken for its value.
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT, *arguments, *how)
    assert (negation_suite.path / FILE).read_bytes() == before
    result.stdout.fnmatch_lines([f"known failures: * was NOT updated: {why}"])


def test_a_run_stopped_at_its_first_failure_updates_nothing(negation_suite, how):
    negation_suite.makepyfile(test_it="def test_a():\n    assert 0\n" + NEGATION)
    write(negation_suite, "rev-1")
    before = (negation_suite.path / FILE).read_bytes()
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT, "-x", *how)
    assert result.ret in {1, 2}
    assert (negation_suite.path / FILE).read_bytes() == before
    result.stdout.fnmatch_lines(
        ["known failures: * was NOT updated: the run did not reach its end"]
    )


def test_a_crashed_worker_keeps_the_list_as_it_is(negation_suite):
    negation_suite.makepyfile(
        test_it=NEGATION + "\ndef test_dies():\n    import os\n    os._exit(9)\n"
    )
    write(negation_suite, "rev-1")
    before = (negation_suite.path / FILE).read_bytes()
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT, "-n", "2")
    assert result.ret == 1
    assert (negation_suite.path / FILE).read_bytes() == before
    result.stdout.fnmatch_lines(["known failures: * was NOT updated: tests were lost*"])


def test_a_list_that_changes_during_the_run_is_not_overwritten(negation_suite):
    negation_suite.makepyfile(
        test_it=NEGATION
        + "\ndef test_edits():\n"
        + f"    with open({FILE!r}, 'a') as file:\n        file.write('# merged')\n"
    )
    write(negation_suite, "rev-1")
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT)
    result.stdout.fnmatch_lines(["*was NOT updated: the file changed during the run"])
    assert (negation_suite.path / FILE).read_text().endswith("# merged")
    assert read(negation_suite)["tests"][0]["failing"] == ["rev-1"]


OTHER = '\n[[tests]]\nid = "test_it.py::test_gone"\nfailing = ["rev-5"]\n'


def test_a_listed_test_that_is_gone_is_stale_in_a_whole_run_only(negation_suite, how):
    write(negation_suite, "rev-5", more=OTHER)
    result = negation_suite.runpytest_inprocess(MODEL, "--ptm-require", *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM111 *test_gone: there is no such test any more*"])
    one = negation_suite.runpytest_inprocess(
        MODEL, "--ptm-require", "test_it.py::test_negation", *how
    )
    assert one.ret == 0


@in_a_worker
def test_a_listed_test_that_was_deselected_is_not_stale(negation_suite, how):
    negation_suite.makepyfile(test_it=NEGATION + NEGATION.replace("negation", "gone"))
    write(negation_suite, "rev-5", more=OTHER)
    result = negation_suite.runpytest_inprocess(
        MODEL, "--ptm-require", "--deselect=test_it.py::test_gone", *how
    )
    assert result.ret == 0
    assert "stale," not in result.stdout.str()


def test_updating_takes_a_missing_test_out(negation_suite):
    write(negation_suite, "rev-5", more=OTHER)
    result = negation_suite.runpytest_inprocess(MODEL, UPDATE, "--ptm-require")
    assert result.ret == 0
    assert [test["id"] for test in read(negation_suite)["tests"]] == [
        "test_it.py::test_negation"
    ]


def test_a_listed_test_without_right_and_wrong_is_an_error(negation_suite):
    negation_suite.makepyfile(
        test_it="""
        from pytest_ptm import assert_masked_gap

        def test_negation(ptm_model):
            text = "The nurse said that [MASK] was tired."
            assert_masked_gap(ptm_model, text, between=("he", "she"), at_most=1)
        """
    )
    write(negation_suite, "rev-5")
    result = negation_suite.runpytest_inprocess("--ptm-model=python:ptm_fakes:cloze")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM111 *no right and wrong of a single example*"])


TWO = """
from pytest_ptm import assert_accuracy
from reviews import REVIEWS

def test_negation(ptm_model):
    assert_accuracy(ptm_model, REVIEWS[:4], at_least=1)
    assert_accuracy(ptm_model, REVIEWS, at_least=0)
"""


def test_a_test_with_several_verdicts_needs_the_place(negation_suite, how):
    negation_suite.makepyfile(test_it=TWO)
    write(negation_suite, "rev-5")
    result = negation_suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["PTM111 *reaches 2 verdicts; say which with place = *"]
    )
    write(negation_suite, "rev-5", more="place = 1\n")
    assert negation_suite.runpytest_inprocess(MODEL, *how).ret == 0
    write(negation_suite, "rev-5", more="place = 0\n")
    result = negation_suite.runpytest_inprocess(MODEL, *how)
    # The first verdict has nothing wrong; the second is held to no list.
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  stale, no such example: 'rev-5' in * place 0*"])


def test_a_list_without_a_model_holds_for_each(negation_suite, how):
    write(negation_suite, "rev-5")
    other = f"--ptm-model=other={KEYWORD}?good=bad"
    result = negation_suite.runpytest_inprocess(MODEL, other, *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM110 * on other: 'rev-*"])
    accepted = negation_suite.runpytest_inprocess(MODEL, other, ACCEPT, *how)
    assert accepted.ret == 0
    assert negation_suite.runpytest_inprocess(MODEL, other, *how).ret == 0


def test_each_model_may_have_a_list_and_none_has_that_of_another(negation_suite, how):
    write(negation_suite, "rev-5", more='model = "candidate"\n')
    assert negation_suite.runpytest_inprocess(MODEL, *how).ret == 0
    renamed = f"--ptm-model=release={KEYWORD}"
    result = negation_suite.runpytest_inprocess(renamed, *how)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM110 * on release: 'rev-5'"])
    negation_suite.runpytest_inprocess(MODEL, renamed, ACCEPT, *how)
    assert [test["model"] for test in read(negation_suite)["tests"]] == [
        "candidate",
        "release",
    ]


def test_an_update_by_one_of_two_models_leaves_the_list_of_the_other(negation_suite):
    written = "version = 1\n"
    for model, ids in ("candidate", '"rev-1"'), ("other", '"rev-1", "rev-2"'):
        written += (
            '[[tests]]\nid = "test_it.py::test_negation"\n'
            f'model = "{model}"\nfailing = [{ids}]\n'
        )
    (negation_suite.path / FILE).write_text(written)
    negation_suite.runpytest_inprocess(MODEL, ACCEPT)
    by_model = {
        test["model"]: test["failing"] for test in read(negation_suite)["tests"]
    }
    assert by_model == {"candidate": ["rev-5"], "other": ["rev-1", "rev-2"]}


def test_taking_out_of_a_list_for_all_models_says_so(negation_suite):
    write(negation_suite, "rev-1", "rev-5")
    result = negation_suite.runpytest_inprocess(MODEL, UPDATE)
    result.stdout.fnmatch_lines(
        [
            "known failures: wrote *: 1 taken out, 0 added *",
            "  what candidate has right was taken out of lists without `model`, *",
        ]
    )
    result = negation_suite.runpytest_inprocess(MODEL, UPDATE)
    assert "taken out of lists" not in result.stdout.str()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 1\n[[tests]\n", "*it is no TOML: *(at line 2*"),
        ("tests = []\n", "*version is missing*version = 1*"),
        (
            LIST.format(ids="") + "failling = []\n",
            "*(line 3, test_it.py::test_negation)*unknown key 'failling'; did you*",
        ),
    ],
)
def test_a_broken_list_ends_the_run_before_the_first_test(
    negation_suite, how, text, said
):
    (negation_suite.path / FILE).write_text(text)
    result = negation_suite.runpytest_inprocess(MODEL, *how)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: PTM111 *{FILE}: {said}"])


def test_a_named_list_that_is_not_there_is_refused(negation_suite):
    result = negation_suite.runpytest_inprocess(MODEL, "--ptm-known-failures=no.toml")
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*no.toml: there is no such file*{ACCEPT}*"])


def test_a_link_that_leads_nowhere_is_not_passed_over(negation_suite):
    (negation_suite.path / FILE).symlink_to("elsewhere.toml")
    assert negation_suite.runpytest_inprocess(MODEL).ret == 4


def test_the_list_is_found_by_option_environment_and_ini(negation_suite, monkeypatch):
    folder = negation_suite.mkdir("lists")
    (folder / "mine.toml").write_text(LIST.format(ids=""))
    path = "lists/mine.toml"
    typed = negation_suite.runpytest_inprocess(MODEL, f"--ptm-known-failures={path}")
    assert typed.ret == 1
    monkeypatch.setenv("PTM_KNOWN_FAILURES", path)
    assert negation_suite.runpytest_inprocess(MODEL).ret == 1
    monkeypatch.delenv("PTM_KNOWN_FAILURES")
    assert negation_suite.runpytest_inprocess(MODEL).ret == 0
    negation_suite.makeini(f"[pytest]\nptm_known_failures = {path}\n")
    monkeypatch.chdir(folder)
    assert negation_suite.runpytest_inprocess(MODEL, "..").ret == 1


def test_only_a_person_updates_the_list(negation_suite):
    negation_suite.makeini(f"[pytest]\naddopts = {ACCEPT}\n")
    write(negation_suite)
    result = negation_suite.runpytest_inprocess(MODEL)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*{UPDATE} counts only when a person types it*"])


def test_a_path_behind_the_option_is_not_taken_for_its_value(negation_suite):
    write(negation_suite)
    result = negation_suite.runpytest_inprocess(MODEL, UPDATE, "test_it.py")
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*put it last, or write {UPDATE}=remove*"])


def test_a_run_that_asks_no_model_says_nothing_of_the_list(suite, how, monkeypatch):
    monkeypatch.setenv("CI", "true")
    suite.makeini("[pytest]\n")
    suite.makepyfile(test_it="def test_plain():\n    pass\n")
    write(suite, "rev-5")
    result = suite.runpytest_inprocess(*how)
    assert result.ret == 0
    assert "known failures" not in result.stdout.str()


def test_collecting_judges_and_writes_nothing(negation_suite):
    write(negation_suite)
    before = (negation_suite.path / FILE).read_bytes()
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT, "--collect-only")
    assert result.ret == 0
    assert (negation_suite.path / FILE).read_bytes() == before


def test_a_failing_bound_is_red_as_always(negation_suite):
    negation_suite.makepyfile(test_it=NEGATION.replace("at_least=0", "at_least=0.9"))
    write(negation_suite, "rev-5")
    result = negation_suite.runpytest_inprocess(MODEL)
    result.assert_outcomes(failed=1)


def test_a_test_that_is_not_listed_may_stop_early(negation_suite):
    negation_suite.makepyfile(
        test_other="""
        from pytest_ptm import assert_accuracy

        ROWS = [
            {"text": f"good {i}", "label": "positive"} for i in range(5_000)
        ]

        def test_stops(ptm_model):
            assert_accuracy(ptm_model, ROWS, at_least=0.01, early_stop="certain")
        """
    )
    result = negation_suite.runpytest_inprocess(MODEL, f"{UPDATE}=accept")
    assert result.ret == 0
    assert "rev-5" in (negation_suite.path / FILE).read_text()


def test_an_early_end_leaves_a_listed_test_unjudged_and_red(negation_suite):
    negation_suite.makepyfile(
        test_it="""
        from pytest_ptm import assert_accuracy

        ROWS = [
            {"id": f"row-{i}", "text": f"good {i}", "label": "positive"}
            for i in range(5000)
        ]

        def test_negation(ptm_model):
            assert_accuracy(ptm_model, ROWS, at_least=0.01, early_stop="certain")
        """
    )
    write(negation_suite)
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT)
    assert result.ret == 1
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["PTM111 *asking ended early, after *of 5,000 examples*", "*NOT updated: ask*"]
    )


def test_verdicts_count_from_the_first_when_a_test_is_run_again(negation_suite):
    negation_suite.makeconftest(
        """
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            runtestprotocol(item, nextitem=nextitem, log=False)
            item._initrequest()
            runtestprotocol(item, nextitem=nextitem)
            return True
        """
    )
    write(negation_suite, more="place = 0\n")
    result = negation_suite.runpytest_inprocess(MODEL)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM110 *test_negation place 0 on candidate: 'rev-5'"])


def test_of_many_only_some_are_shown(negation_suite):
    negation_suite.makepyfile(
        test_it=NEGATION.replace(
            "REVIEWS, at",
            "[{**r, 'id': f'{r[\"id\"]}-{i}'} for r in REVIEWS for i in range(9)], at",
        )
    )
    write(negation_suite)
    result = negation_suite.runpytest_inprocess(MODEL)
    result.stdout.fnmatch_lines(
        ["PTM110 9 examples fail that are not known to: *'rev-5-4', … (4 more)"]
    )
    assert "rev-5-7" not in result.stdout.str()


def test_a_list_that_cannot_be_written_is_red(negation_suite, monkeypatch):
    write(negation_suite, "rev-1")
    before = (negation_suite.path / FILE).read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pytest_ptm.ground.files.NamedTemporaryFile", full)
    result = negation_suite.runpytest_inprocess(MODEL, ACCEPT)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["PTM105 *No space left*", "*it could not be written"])
    assert (negation_suite.path / FILE).read_bytes() == before
