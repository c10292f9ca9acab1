"""The lines of a run's verdicts: of what passed, the notes too."""

from ptm_rows import MODEL, log_of, row

from pytest_ptm.runs.verdict_lines import verdict_lines

TIES = "3 of 200 answers are ties: a tie counts as wrong"


def noted(name, *, outcome="passed", data="9c41e0d2", test="test_one"):
    return row(
        f"test_it.py::{test}[{name}]",
        outcome=outcome,
        headline=f"{outcome} of {name}",
        notes=[TIES],
        model={**MODEL, "name": name},
        data=data,
    )


def said(*rows):
    lines = verdict_lines(log_of(*rows), most_passed=None, more="")
    return [line.text.split("of ")[1][:1] for line in lines if TIES not in line.text], [
        place for place, line in enumerate(lines) if line.text == f"  note {TIES}"
    ]


def test_a_note_stands_under_each_model_that_it_is_of():
    assert said(noted("a"), noted("b")) == (["a", "b"], [1, 3])


def test_a_note_that_the_message_of_a_failed_test_has_is_still_said_of_others():
    assert said(noted("a", outcome="failed"), noted("b")) == (["a", "b"], [2])
    one, two = noted("a", outcome="failed"), noted("a", test="test_two")
    assert said(one, two) == (["a", "a"], [])


def test_a_note_is_said_once_of_one_model_over_the_same_data():
    one, two = noted("a"), noted("a", test="test_two")
    assert said(one, two) == (["a", "a"], [1])
    elsewhere = noted("a", test="test_two", data="1b2c3d4e")
    assert said(one, elsewhere) == (["a", "a"], [1, 3])
