"""Case, marks and short forms, by the rules of what people write."""

import random
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ptm.perturbations import casing, contractions, punctuation


def once(perturbation, text):
    return perturbation(text, random.Random(0))


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("don't panic", "Don't Panic"),
        ("DON'T PANIC", "Don't Panic"),
        ("it\u2019s rock'n'roll", "It\u2019s Rock'n'roll"),
        ("the 'best' film", "The 'Best' Film"),
        # As in SST-2, taken apart.
        ("she ca n't see makhmalbaf 's film", "She Ca n't See Makhmalbaf 's Film"),
        ("'so' she said 's'", "'So' She Said 's'"),
        ("state-of-the-art", "State-Of-The-Art"),
        ("the 3rd of snake_case", "The 3rd Of Snake_Case"),
        ("cafe\u0301s in \u00e9t\u00e9", "Cafe\u0301s In \u00c9t\u00e9"),
        ("\u01c6ep", "\u01c5ep"),
        ("Good Film", None),
        ("123 !", None),
    ],
)
def test_a_title_begins_each_word_and_nothing_inside_one(text, changed):
    assert once(casing("title"), text) == changed


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("I CAN'T", "I CANNOT"),
        ("Can't you? I can't.", "Cannot you? I cannot."),
        ("I'M here, I'm here, i'm here", "I AM here, I am here, i am here"),
        ("WON\u2019T", "WILL NOT"),
        # What is not written out stays as it is, and so do its apostrophes.
        ("The film\u2019s end: I don\u2019t", "The film\u2019s end: I do not"),
        ("'it's' \u2018it's\u2019", "'it is' \u2018it is\u2019"),
        ("she'll", None),
        ("a couldn't've, a can't-miss", None),
        # The one short form of two.
        (
            "It's been good, it's never got old",
            "It has been good, it has never got old",
        ),
        ("IT'S BEEN; it's being", "IT HAS BEEN; it is being"),
        # Letters that only look like those of a short form.
        ("\u0131t's i\u017fn't", None),
    ],
)
def test_short_forms_are_written_out(text, changed):
    assert once(contractions("expand"), text) == changed


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("I know what it is.", None),
        ("Yes, I am.", None),
        ("Yes, I am", None),
        ("I know who they are", None),
        ("who they are, and where we are; as you are!", None),
        ("I know what it is and who you are but not why", None),
        ("You have to go", None),
        ("I am not sure it is good", "I'm not sure it's good"),
        ("I AM SURE", "I'M SURE"),
        ("I do not. I DO NOT!", "I don't. I DON'T!"),
        ("No, I cannot.", "No, I can't."),
        ("Cannot do, CANNOT do", "Can't do, CAN'T do"),
        ("it is \ue000.", "it's \ue000."),
        # In a text that sets them, an apostrophe is set.
        ("It\u2019s late, I do not go", "It\u2019s late, I don\u2019t go"),
    ],
)
def test_short_forms_stand_where_a_clause_goes_on(text, changed):
    assert once(contractions("contract"), text) == changed


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("\u201cGood\u201d, she said.", "Good she said"),
        ("\u00abBon\u00bb ! \u00bfQu\u00e9 tal? \u00a1Hola!", "Bon Qu\u00e9 tal Hola"),
        ("good\u2014no, great \u2013 really\u2026", "good no great really"),
        ("\u4f60\u597d\u3002\u4e16\u754c\uff01", "\u4f60\u597d \u4e16\u754c"),
        ("\u0905\u091a\u094d\u091b\u093e\u0964", "\u0905\u091a\u094d\u091b\u093e"),
        ("rock\u2019n\u2019roll, dogs' food", "rock\u2019n\u2019roll dogs food"),
        ("cafe\u0301's, well\u2010read", "cafe\u0301's well\u2010read"),
        ("3.5 of 1,000 at 10:30, please", "3.5 of 1,000 at 10:30 please"),
        ("good,bad and (very)good", "good bad and very good"),
        ("It costs $5 (+2 \u20ac).", "It costs $5 +2 \u20ac"),
        ("@you: #love 100%", "you love 100"),
        ("me@home.org, and/or AT&T", "me@home.org and/or AT&T"),
        ("Good.\n(Bad.)  End", "Good\nBad  End"),
        ("the \ue000's end \ue000.", "the \ue000's end \ue000"),
        ("two  spaces stay", None),
        ("\u2026!?", ""),
    ],
)
def test_marks_of_all_scripts_are_stripped(text, changed):
    assert once(punctuation("strip"), text) == changed


@pytest.mark.parametrize(
    "text",
    [
        "good.",
        "good\u2026",
        'She said "good."',
        "She said \u201cgood!\u201d",
        "(It was good.)",
        "\u00abBon?\u00bb ",
        "\u201eGut.\u201c",
        "\u300c\u597d\u3002\u300d",
        "\u597d\u3002",
        "\u597d\uff01",
        "\u597d\uff1f",
        "\u0905\u091a\u094d\u091b\u093e\u0964",
        "\u062c\u064a\u062f\u061f",
        "good,",
        "good \u2014",
        "good :)",
    ],
)
def test_no_stop_is_added_after_a_stop(text):
    assert once(punctuation("add"), text) is None


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ('She said "good"', 'She said "good".'),
        ("good (very)", "good (very)."),
        ("\u00abBon\u00bb", "\u00abBon\u00bb."),
        ("100%", "100%."),
        ("'", "'."),
    ],
)
def test_a_stop_is_added_where_none_is(text, changed):
    assert once(punctuation("add"), text) == changed


def texts():
    marks = st.sampled_from(
        ".,;:!?'\"-\u2014\u201c\u201d\u00ab\u00bb\u00bf\u3002\u2019()_@ \n"
    )
    words = st.sampled_from(["a", "it's", "don\u2019t", "3", "$", "\u4f60", "\ue000"])
    return st.one_of(st.text(), st.lists(st.one_of(marks, words)).map("".join))


def said(text):
    """What is no mark and no space."""
    return [
        letter
        for letter in text
        if not letter.isspace() and unicodedata.category(letter)[0] != "P"
    ]


@given(texts())
def test_stripping_takes_marks_alone_and_all_at_once(text):
    changed = once(punctuation("strip"), text)
    then = text if changed is None else changed
    assert said(then) == said(text)
    for before, mark, after in zip(f" {then}", then, f"{then} "[1:], strict=False):
        if unicodedata.category(mark)[0] == "P":
            assert not before.isspace()
            assert not after.isspace()
    if changed is not None:
        assert once(punctuation("strip"), changed) is None


@given(texts())
def test_a_stop_is_added_once(text):
    changed = once(punctuation("add"), text)
    if changed is not None:
        assert changed == f"{text.rstrip()}."
        assert once(punctuation("add"), changed) is None


def letters(text):
    """Without regard to case, also of a Turkish ı, which is large as an i is."""
    return unicodedata.normalize("NFD", text.upper().casefold())


@given(texts())
def test_a_title_changes_the_case_alone(text):
    changed = once(casing("title"), text)
    if changed is not None:
        assert letters(changed) == letters(text)
        assert not re.search(r"(?<=[^\W\d_]['\u2019])[A-Z]", changed)
        assert once(casing("title"), changed) is None


@given(
    st.lists(
        st.sampled_from(
            [
                "it",
                "is",
                "I",
                "am",
                "do",
                "not",
                "cannot",
                "DO",
                "NOT",
                ".",
                ",",
                "good",
            ]
        ),
        max_size=12,
    ).map(" ".join)
)
def test_what_is_contracted_expands_to_what_it_was(text):
    contracted = once(contractions("contract"), text)
    if contracted is not None:
        assert "'" in contracted
        assert once(contractions("expand"), contracted).lower() == text.lower()
        assert not re.search(r"'(?:s|m)\b(?! \w)", contracted)
