import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ptm.ground.display import (
    clip,
    counted,
    listed,
    presentable,
    quoted,
    visible,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\u202eb", r"a\u202eb"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
        ("naïve 🏳️‍🌈 שלום", "naïve 🏳️‍🌈 שלום"),
        ("::set-output", "\\::set-output"),
        ("  ::add-mask::x", "\\  ::add-mask::x"),
        ("a ##[add-mask]x", "a #\\#[add-mask]x"),
        ("a ##vso[task.x]", "a #\\#vso[task.x]"),
        ("###[x]", "##\\#[x]"),
        ("## a heading [x]", "## a heading [x]"),
    ],
)
def test_what_could_steer_a_terminal_is_an_escape(text, shown):
    assert visible(text) == shown


def test_a_message_of_several_lines_keeps_them_and_each_is_harmless():
    text = "one\ttab\r\n  ::two\n\n\x1b[2Jthree\rfour\u2028five"
    assert presentable(text).split("\n") == [
        "one\ttab",
        "\\  ::two",
        "",
        r"\x1b[2Jthree\rfour\u2028five",
    ]


@given(st.text())
def test_no_control_character_survives(text):
    shown = visible(text)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)
    shown.encode("utf-8")


def test_a_long_text_says_how_much_is_left_out():
    assert clip("x" * 1_100, 10) == "x" * 10 + "… (1,090 more)"
    assert quoted("ab") == '"ab"'


def test_names_are_listed_up_to_a_number():
    assert listed(["a", "b"]) == "'a', 'b'"
    assert listed(range(5), most=2) == "0, 1, … (3 more)"


def test_a_noun_follows_its_number():
    assert counted(1, "test") == "1 test"
    assert counted(1_200, "pass") == "1,200 passes"
