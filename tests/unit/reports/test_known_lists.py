"""The lists of known failures as values: read, compared, written."""

import tomllib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from ptm_rows import MODEL
from ptm_rows import row as row_of_a_run

from pytest_ptm.ground.errors import SettingsError
from pytest_ptm.known.compare import Seen, compare, not_in_data
from pytest_ptm.known.file import (
    Capability,
    KnownFailures,
    KnownTest,
    parse,
    read_text,
    written,
)
from pytest_ptm.known.updates import extended, opened, over_cap, reduced
from pytest_ptm.results import Outcomes
from pytest_ptm.runs.packed import pack

IDS = tuple(f"rev-{number}" for number in range(1, 6))
PATH = Path("known.toml")


def row(*failing, test="t.py::a", place=0, model="m", capability=None, **more):
    outcomes = Outcomes(IDS, right=np.array([name not in failing for name in IDS]))
    packed = pack(outcomes)
    told = {
        "test": test,
        "place": place,
        "model": {**MODEL, "name": model},
        "capability": capability,
        "outcomes": asdict(packed),
        **more,
    }
    return row_of_a_run(more.pop("nodeid", f"{test}[{model}]"), **told)


def seen(*rows, tests=None, models=("m",), gone=None, left_out=(), covers=True):
    if tests is None:
        tests = {one.nodeid: "passed" for one in rows}
    return Seen(rows, tests, models, models, left_out, gone or {}, lambda test: covers)


def known(*tests, **capabilities):
    return KnownFailures(
        tests=tests,
        capabilities={n: Capability(at_most=most) for n, most in capabilities.items()},
    )


def one(*failing, **more):
    return KnownTest(id="t.py::a", failing=failing, **more)


def test_what_fails_is_new_listed_or_fixed():
    found = compare(known(one("rev-1", "rev-2")), seen(row("rev-2", "rev-3")))
    assert [new.test.failing for new in found.new] == [("rev-3",)]
    assert [test.failing for test in found.fixed] == [("rev-1",)]
    assert found.wrong == found.gone == found.missing == ()


def test_an_id_that_the_data_do_not_hold_is_gone_and_not_fixed():
    gone = {("t.py::a[m]", 0): ["rev-9"]}
    found = compare(known(one("rev-1", "rev-9")), seen(row(), gone=gone))
    assert [test.failing for test in found.fixed] == [("rev-1",)]
    assert [test.failing for test in found.gone] == [("rev-9",)]


def test_an_id_is_fixed_once_no_model_fails_on_it():
    rows = row("rev-1", model="m"), row("rev-2", model="other")
    found = compare(
        known(one("rev-1", "rev-2", "rev-3")), seen(*rows, models=("m", "other"))
    )
    assert [test.failing for test in found.fixed] == [("rev-3",)]
    assert found.new == ()


def test_nothing_is_fixed_while_one_of_the_models_gave_no_verdict():
    tests = {"t.py::a[m]": "passed", "t.py::a[other]": "failed"}
    found = compare(
        known(one("rev-1")), seen(row(), tests=tests, models=("m", "other"))
    )
    assert found.fixed == ()


def test_of_a_sample_new_failures_are_told_and_nothing_is_called_fixed():
    found = compare(known(one("rev-1")), seen(row("rev-2", partial_of=100)))
    assert [new.test.failing for new in found.new] == [("rev-2",)]
    assert found.fixed == ()


def test_the_list_of_a_model_goes_before_the_one_for_all():
    both = known(one("rev-1"), one("rev-2", model="m"))
    found = compare(both, seen(row("rev-1"), row("rev-1", model="other")))
    assert [(new.model, new.test.failing) for new in found.new] == [("m", ("rev-1",))]


def test_capabilities_that_differ_are_wrong():
    found = compare(
        known(one(capability="negtion")), seen(row("rev-1", capability="negation"))
    )
    assert found.new == ()
    assert "'negtion', the test's marker 'negation'" in found.wrong[0]


def test_an_unlisted_verdict_of_a_capability_without_right_and_wrong_is_untouched():
    gap = row(capability="negation", outcomes=None)
    assert compare(known(negation=None), seen(gap)).wrong == ()


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("failed", None),
        ("crashed", None),
        ("skipped", "skipped"),
        ("passed", "unjudged"),
        ("xfailed", "unjudged"),
    ],
)
def test_a_listed_test_without_a_verdict_is_told_by_what_became_of_it(outcome, kind):
    found = compare(known(one()), seen(tests={"t.py::a[m]": outcome}))
    told = {name for name in ("missing", "unjudged", "skipped") if getattr(found, name)}
    assert told == ({kind} if kind else set())


def test_a_listed_test_is_missing_only_where_the_run_would_have_run_it():
    file = known(one())
    assert compare(file, seen(tests={})).missing == file.tests
    assert compare(file, seen(tests={}, covers=False)).missing == ()
    assert compare(file, seen(tests={}, left_out=["t.py::a[m]"])).missing == ()
    assert compare(known(one(model="x")), seen(tests={})).missing == ()


def test_a_list_that_becomes_empty_stays_and_still_holds():
    file = known(one("rev-1"))
    left = reduced(file, compare(file, seen(row())))
    assert left.tests == (one(),)
    assert compare(left, seen(row("rev-1"))).new != ()


def test_accepting_leaves_nothing_new_and_removing_adds_nothing():
    rows = seen(row("rev-2", capability="negation"), row("rev-3", test="t.py::plain"))
    file = opened(known(one("rev-1")), rows.rows)
    found = compare(file, rows)
    assert reduced(file, found).tests == (one(capability="negation"),)
    accepted = extended(reduced(file, found), found)
    assert accepted.tests == (one("rev-2", capability="negation"),)
    again = compare(accepted, rows)
    assert again.new == again.fixed == ()


def test_a_cap_counts_what_one_model_may_fail():
    file = known(
        one("rev-1", capability="negation"),
        one("rev-2", "rev-3", model="m", capability="negation"),
        KnownTest(id="t.py::b", failing=("rev-1",)),
        negation=2,
    )
    assert over_cap(file, {}) == []
    # By its marker t.py::b is of that capability: 2 of m's own and this one.
    assert over_cap(file, {("t.py::b", None, None): "negation"}) == [("negation", 3, 2)]


def test_ids_are_looked_for_as_reports_show_them():
    outcomes = Outcomes(("plain", "odd\n"))
    assert not_in_data(["plain", "odd\\n", "gone"], outcomes) == ["gone"]
    assert not_in_data(["gone"], None) == []


STRANGE = KnownFailures(
    capabilities={"two words": Capability(at_most=3, reason="a \"b\" \\ ' # ["),
                  "plain-1": Capability()},
    tests=(
        KnownTest(
            id='t.py::b[é-"x\\n"]',
            place=1,
            model="m@1",
            capability="two words",
            reason="seen first in 1.2\nand again",
            failing=("b\x7f", "a\\x1b", "😀", '"'),
        ),
        KnownTest(id="t.py::a"),
    ),
)  # fmt: skip


def test_what_is_written_is_sorted_and_reads_back_as_it_was():
    text = written(STRANGE)
    found = parse(text, path=PATH)
    assert found.capabilities == STRANGE.capabilities
    assert [test.id for test in found.tests] == ["t.py::a", 't.py::b[é-"x\\n"]']
    assert set(found.tests[1].failing) == set(STRANGE.tests[0].failing)
    assert found.tests[1].reason == STRANGE.tests[0].reason
    assert written(found) == text
    assert tomllib.loads(text)["tests"][1]["failing"] == sorted(
        STRANGE.tests[0].failing
    )


def test_one_more_failure_is_one_more_line():
    before, after = (
        written(known(one(*ids))).splitlines()
        for ids in (("rev-1", "rev-3"), ("rev-3", "rev-2", "rev-1"))
    )
    assert [line for line in after if line not in before] == ['    "rev-2",']
    assert len(after) == len(before) + 1


ENTRY = 'version = 1\n[[tests]]\nid = "t.py::a"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "version is missing; this pytest-ptm reads: version = 1"),
        ("version = 2", "version is 2; this pytest-ptm reads: version = 1"),
        ("version = true", "version is True"),
        ("version = ", "it is no TOML: Invalid value (at end of document"),
        ("version = 1\nx = " + "[" * 5000, "it is no TOML"),
        ("version = 1\ncapability = 1", "unknown key 'capability'; did you mean"),
        ("version = 1\n[[tests]]", "tests[0].id (line 2) is missing"),
        ("version = 1\n[[tests]]\nid = 'a'", "tests[0].id (line 2, a) = 'a': expected"),
        (ENTRY + "faling = []", "(line 2, t.py::a): unknown key 'faling'; did you"),
        (ENTRY + "failing = [3]", "tests[0].failing[0] (line 2, t.py::a) = 3"),
        (ENTRY + "failing = 'x'", "tests[0].failing (line 2, t.py::a) = 'x'"),
        (ENTRY + "failing = ['x', 'x']", "'x' stands twice; delete one"),
        (ENTRY + "place = true", "tests[0].place (line 2, t.py::a) = True"),
        (ENTRY + "place = -1", "tests[0].place"),
        (ENTRY + "model = ' '", "tests[0].model"),
        (ENTRY + ENTRY[12:], "t.py::a stands twice; make one list of the two"),
        (ENTRY + ENTRY[12:] + "place = 1", "stands with a place and without"),
        ("version = 1\ntests = 1", "tests = 1"),
        ("version = 1\ntests = [1]", "tests[0] (counted from 0) = 1"),
        ("version = 1\n[capabilities.a]\nat_most = -1", "capabilities.a.at_most = -1"),
        ("version = 1\n[capabilities.a]\nat_most = 1.5", "capabilities.a.at_most"),
        ("version = 1\n[capabilities.a]\nmax = 1", "capabilities.a.max: unknown key"),
        ("version = 1\n[capabilities]\na = 1", "capabilities.a = 1"),
    ],
)
def test_a_file_that_is_wrong_is_refused_saying_where(text, said):
    with pytest.raises(SettingsError) as refused:
        parse(text, path=PATH)
    assert str(refused.value).startswith("PTM111 known.toml: ")
    assert said in str(refused.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="there is no such file"):
        read_text(tmp_path / "absent.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_text(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(SettingsError, match="no UTF-8"):
        read_text(tmp_path / "latin.toml")
