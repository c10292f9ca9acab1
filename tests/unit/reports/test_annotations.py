"""Annotations, read as GitHub's runner reads them."""

import pytest
from ptm_rows import case, log_of, row
from ptm_texts import ODD, steers

from pytest_ptm.reports.annotations import Annotation, command, commands, remarks
from pytest_ptm.runs.log import Fate, TestRun

HOSTILE = (
    *ODD,
    "::add-mask::positive",
    "a\n::stop-commands::x",
    "a\r\n::error::x",
    "%0A::error::x",
    "%250A",
    "x,line=9,file=/etc/passwd",
    "title::error file=y::z",
    "##[error]x ##vso[task.complete]",
)


def obeyed(line):
    """Command, properties and message of one line, by the runner's own rules."""
    assert line.startswith("::")
    head, separator, message = line[2:].partition("::")
    assert separator
    name, _, told = head.partition(" ")
    properties = {}
    for pair in told.split(","):
        key, _, value = pair.partition("=")
        assert key not in properties
        properties[key] = unescaped(value, ":", ",")
    return name, properties, unescaped(message)


def unescaped(text, *also):
    for character in ("\r", "\n", *also):
        text = text.replace(f"%{ord(character):02X}", character)
    return text.replace("%25", "%")


def inside(file):
    return file.removeprefix("/repo/") if file.startswith("/repo/") else None


def found(log):
    return remarks(log, relative=inside)


def test_a_red_verdict_stands_at_the_users_line():
    (line,) = commands(found(log_of(row(capability="negation"))))
    name, properties, message = obeyed(line)
    assert name == "error"
    assert properties == {
        "file": "tests/test_it.py",
        "line": "7",
        "title": "accuracy 0.8000 < 0.9000 (n=5)",
    }
    assert message.split("\n") == [
        "test_it.py::test_it[candidate]",
        "model candidate = ./candidate on cpu",
        "capability negation",
        "interval 0.3755 .. 0.9638 at 95 %",
        "worst 1 of 1: rev-5",
    ]


def test_a_file_outside_the_repository_is_named_in_the_message():
    log = log_of(row(at={"file": "/elsewhere/test_it.py", "line": 3}))
    (line,) = commands(found(log))
    _, properties, message = obeyed(line)
    assert "file" not in properties
    assert message.endswith("at /elsewhere/test_it.py:3")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_can_end_a_command_or_begin_one(text):
    annotation = Annotation("error", text or "empty", text, text or "empty", 3)
    name, properties, message = obeyed(command(annotation))
    assert name == "error"
    assert properties == {
        "file": text or "empty",
        "line": "3",
        "title": text or "empty",
    }
    assert message == text
    assert "\n" not in command(annotation)
    assert "\r" not in command(annotation)


@pytest.mark.parametrize("text", HOSTILE)
def test_verdicts_of_hostile_data_take_one_visible_line_each(text):
    log = log_of(
        row(
            f"test_it.py::test_it[{text}]",
            capability=text,
            headline=text,
            cases=[case(text)],
            at={"file": f"/repo/{text}", "line": 1},
        )
    )
    log.problems = [("PTM103", text)]
    log.errors = [{"nodeid": f"test_b.py::{text}", "message": text, "at": None}]
    lines = commands(found(log))
    assert len(lines) == 3
    for line in lines:
        assert len(line.splitlines()) == 1
        assert not steers(line)
        name, properties, message = obeyed(line)
        assert name == "error"
        assert set(properties) <= {"file", "line", "title"}
        assert not any(each.lstrip().startswith("::") for each in message.split("\n"))


@pytest.mark.parametrize(
    ("outcome", "how", "ended", "level"),
    [
        ("failed", "fail", "failed", "error"),
        ("failed", "fail", "crashed", "error"),
        ("failed", "fail", "xfailed", None),
        ("failed", "pass", "failed", "error"),
        ("failed", "fail", "passed", "error"),
        ("failed", "fail", "skipped", "error"),
        ("inconclusive", "fail", "passed", "error"),
        ("inconclusive", "fail", "failed", "error"),
        ("inconclusive", "fail", "xfailed", None),
        ("inconclusive", "skip", "skipped", "warning"),
        ("inconclusive", "xfail", "xfailed", "warning"),
        ("inconclusive", "xfail", "failed", "error"),
        ("inconclusive", "pass", "passed", "warning"),
        ("inconclusive", "pass", "failed", "warning"),
        ("inconclusive", "pass", "xfailed", None),
        ("passed", "fail", "passed", None),
        ("passed", "fail", "failed", None),
    ],
)
def test_a_remark_is_as_loud_as_what_became_of_the_test(outcome, how, ended, level):
    log = log_of(row(outcome=outcome, on_inconclusive=how), test_it=ended)
    assert [each.level for each in found(log)] == ([level] if level else [])


def test_a_test_nobody_saw_end_counts_as_failed():
    log = log_of(row())
    log.tests.clear()
    assert [each.level for each in found(log)] == ["error"]


def test_the_worst_come_first():
    log = log_of(
        row("t.py::near[m]", value=0.89),
        row("t.py::open[m]", outcome="inconclusive", headline="inconclusive"),
        row("t.py::far[m]", value=0.1),
        row("t.py::gap[m]", at_least=None, at_most=0.1, value=0.5),
        row(
            "t.py::limit[m]",
            value=0.95,
            limits=[
                {
                    "metric": "ece",
                    "value": 0.7,
                    "n": 5,
                    "at_least": None,
                    "at_most": 0.1,
                    "met": False,
                }
            ],
        ),
    )
    log.errors = [{"nodeid": "t.py::e", "message": "PTM205 x", "at": ["/repo/t.py", 2]}]
    log.problems = [("PTM102", "2 tests produced no result")]
    titles = [each.message.split("\n")[0] for each in found(log)]
    assert titles == [
        "2 tests produced no result",
        *("t.py::far[m]", "t.py::limit[m]", "t.py::gap[m]", "t.py::near[m]"),
        "t.py::e",
        "t.py::open[m]",
    ]


def test_an_error_of_a_test_that_was_to_fail_is_not_told():
    log = log_of(row(outcome="passed"))
    error = {"nodeid": next(iter(log.tests)), "message": "PTM205 x", "at": None}
    log.errors = [error]
    assert found(log) == []
    log.tests[error["nodeid"]].outcome = "failed"
    assert [each.title for each in found(log)] == ["no verdict: PTM205 x"]


@pytest.mark.parametrize(("number", "printed"), [(10, 10), (11, 10), (150, 10)])
def test_as_many_are_printed_as_are_shown_and_the_last_says_how_many_more(
    number, printed
):
    log = log_of(*(row(f"t.py::t{i}[m]") for i in range(number)))
    lines = commands(found(log))
    assert len(lines) == printed
    told = [line for line in lines if "more" in line]
    assert told == lines[-1:] * (number > 10)
    if number > 10:
        rest = f"{number - 10} error{'s' * (number > 11)}"
        assert obeyed(told[0])[2].endswith(
            f"\n… and {rest} more: the log names them all"
        )


def test_warnings_do_not_take_the_place_of_errors():
    taken = [
        row(f"t.py::t{i}[m]", outcome="inconclusive", on_inconclusive="pass")
        for i in range(30)
    ]
    lines = commands(found(log_of(*taken, row("t.py::red[m]"))))
    assert [obeyed(line)[0] for line in lines] == ["error", *["warning"] * 10]


def test_a_failure_that_is_expected_is_no_remark():
    log = log_of(row(outcome="failed", on_inconclusive="fail"), test_it="passed")
    (only,) = log.rows
    log.add(only, Fate(TestRun(), brought=None, expected=True))
    assert found(log) == []
