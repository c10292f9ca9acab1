"""Worst cases, laid out for a terminal: what was changed is found at a glance."""

import pytest

from pytest_ptm.results import Case
from pytest_ptm.runs.document import CaseRow
from pytest_ptm.runs.rows import case_of, case_row
from pytest_ptm.verdicts.cases import case_words, marked, worst_lines

LONG = "It was a film that everybody should have seen at least once in their life, "


def lines(*cases, width=80):
    return worst_lines([case_words(each) for each in cases], len(cases), width)


def case(shown="a text", **changed):
    return Case("rev-1", shown, "positive", "negative 0.998", 0.998, **changed)


def test_a_short_text_stands_beside_its_answers():
    assert lines(case()) == [
        "  worst 1 of 1",
        '    rev-1  expected positive  got negative 0.998  "a text"',
    ]


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_line_is_wider_than_the_terminal(width):
    cases = [
        case(LONG * 3),
        case(LONG),
        case("x" * 45, note="of a group"),
        case(f"{LONG} → {LONG.upper()}", pair=(LONG * 2, LONG.upper() * 2)),
        case("b", pair=(f"{LONG * 4}good", f"{LONG * 4}bad")),
    ]
    assert max(map(len, lines(*cases, width=width))) <= width
    assert lines(case(LONG))[2] == (f'      "{LONG[:60]}… (15 more)"')


def test_what_was_changed_is_marked():
    pair = ("a good film", "a godo film, really")
    assert lines(case(" → ".join(pair), pair=pair, note="typos"))[1:] == [
        "    rev-1  expected positive  got negative 0.998  typos",
        '      before  "a good film"',
        '      after   "a godo film, really"',
        "                   ^ ^    ^^^^^^^^",
    ]


def test_a_difference_far_in_is_cut_around():
    one, other, marks = marked(f"{LONG}good", f"{LONG}bad", 40)
    assert one == f"…{LONG[-16:]}good"
    assert other == f"…{LONG[-16:]}bad"
    # Of "good" and "bad" the last letter is one.
    assert [other[place] for place, mark in enumerate(marks) if mark == "^"] == [
        "b",
        "a",
    ]


def test_nothing_is_marked_where_both_go_on_alike():
    one, other, marks = marked(f"good {LONG}", f"bad {LONG}", 30)
    assert len(one) == len(other) == 30
    assert marks == "^^"


@pytest.mark.parametrize(
    ("before", "after", "marks"),
    [
        ("same", "same", ""),
        ("a b c", "a c", "  ^"),
        ("a b", "a", " ^"),
        ("", "new", "^^^"),
        ("映画は good", "映画は bad", "       ^^"),
    ],
)
def test_marks_stand_below_what_they_mean(before, after, marks):
    assert marked(before, after, 40) == (before, after, marks)


def test_two_models_stand_on_two_lines():
    sides = ("in-use", "positive 0.700"), ("candidate", "negative 0.998")
    assert lines(case(sides=sides))[1:] == [
        '    rev-1  expected positive  "a text"',
        "      in-use     positive 0.700",
        "      candidate  negative 0.998",
    ]
    assert lines(case(LONG, sides=sides, note="of a group"))[1:] == [
        "    rev-1  expected positive  of a group",
        f'      "{LONG[:60]}… (15 more)"',
        "      in-use     positive 0.700",
        "      candidate  negative 0.998",
    ]


@pytest.mark.parametrize(
    "found",
    [
        case(LONG, note="of a group"),
        case("a → b", pair=("a", "b")),
        case(sides=(("in-use", "positive"), ("candidate", "negative 0.998"))),
    ],
)
def test_a_case_of_the_run_document_is_laid_out_as_in_the_message(found):
    written = CaseRow.model_validate_json(case_row(found).model_dump_json())
    assert lines(case_of(written)) == lines(found)


def test_what_would_steer_a_terminal_is_escaped():
    text = lines(case("x", pair=("a\x1b[31mb", "a\u202eb")))
    assert "\x1b" not in "".join(text)
    assert r"a\x1b[31mb" in text[2]


@pytest.mark.parametrize("letter", ["\uff21", "\u6771"])
def test_the_mark_below_a_wide_letter_is_as_wide(letter):
    assert marked("a b", f"a {letter}", 40) == ("a b", f"a {letter}", "  ^^")
