"""Checks of what an answer says, on texts as models write them."""

import functools
import re
import subprocess
import sys
import unicodedata

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pytest_ptm import ArgumentError
from pytest_ptm.checks import (
    Written,
    contains,
    contains_any,
    exact_match,
    length,
    matches,
    no_copy,
    no_repetition,
    numbers,
    one_of,
    satisfies,
    stopped,
    written_in,
)
from pytest_ptm.checks.numbers import numbers_of
from pytest_ptm.checks.own import check_of
from pytest_ptm.checks.scripts import SCRIPTS, scripts_of


def holds(check, text, *references, **of):
    return check(Written(text, references=references, **of)) is None


@pytest.mark.parametrize(
    ("check", "yes", "no"),
    [
        (
            exact_match("the US dollar"),
            ["U.S. dollar", " us  dollar!\n"],
            ["", "dollar"],
        ),
        # An article that is the answer is not taken from it, and no answer is not it.
        (exact_match("A"), ["A", " a.\n", "(A)"], ["", "the", "B", "A B"]),
        (exact_match("東京"), ["東京"], ["東京です", ""]),
        (exact_match("Yes", normalise="verbatim"), ["Yes"], ["yes", "Yes ", ""]),
        (one_of("yes", "no"), ["yes", " no\n"], ["Yes", "yes.", "", "yes no"]),
        (one_of("Straße", ignore_case=True), ["STRASSE", "straße"], ["Strase"]),
        (contains("Paris", "Rome"), ["Rome, Paris"], ["Paris", "paris rome", ""]),
        (contains("paris", ignore_case=True), ["In PARIS."], ["Pa ris"]),
        (contains("café"), ["cafe\u0301 crème"], ["cafe"]),
        (contains_any("東京", "大阪"), ["大阪です"], ["京", ""]),
        (matches(r"^\d+$"), ["42"], ["a 42", ""]),
        (matches("a.c", whole=True), ["abc"], ["a\nc", "xabc"]),
        (matches(re.compile("a.c", re.DOTALL), whole=True), ["a\nc"], ["abcd"]),
        (length(of="words", least=1, most=2), ["it's well-known"], ["", "a b c", "…"]),
        (
            length(of="characters", most=3),
            ["abc\n", "e\u0301e\u0301e\u0301"],
            ["東京都民"],
        ),
        (
            length(of="sentences", most=1),
            ["Hi. ", "3.5 is it?"],
            ["A. B.", "东京。北京。"],
        ),
        (length(of="sentences", least=2), ["One!\n\nTwo", "你好！好。"], ["", "One"]),
        (
            written_in("Chinese"),
            ["东京是首都。", "１２ 東京"],
            ["Tokyo", "東京です", "42"],
        ),
        (
            written_in("Japanese"),
            ["東京です", "ﾄｳｷｮｳ", "コーヒー"],
            ["東京", "Tokyo", ""],
        ),
        (written_in("Korean"), ["한국어"], ["東京"]),
        (written_in("Cyrillic"), ["Привет!"], ["Privet", "Привет world"]),
        (written_in("Latin"), ["Ｔｏｋｙｏ", "ça va 😀 3"], ["Τοκυο", "😀", "123"]),
        (written_in("Arabic"), ["مَرْحَبًا"], ["שלום"]),
        (written_in("Han", "Latin"), ["東京 Tokyo"], ["Москва"]),
        (written_in("Latin", at_least=0.5), ["abc где"], ["a где"]),
        (no_repetition(2, at_most=1), ["a b c", "", "aa bb aa cc"], ["a b. A B"]),
        (no_repetition(2, at_most=2), ["好好学习"], ["好好好好", "!!!!"]),
        (no_repetition(3), ["a b c a b c"], ["x y z " * 3]),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_what_a_check_takes_and_what_it_refuses(check, yes, no):
    assert [text for text in yes if not holds(check, text)] == []
    assert [text for text in no if holds(check, text)] == []
    for text in no:
        assert check(text).startswith(f"{check.name}: ")


def test_scripts_are_those_of_unicode():
    letters = [
        letter
        for letter in map(chr, range(0x10000))
        if letter.isalpha() and unicodedata.normalize("NFKC", letter) == letter
    ]
    found = {letter: next(iter(scripts_of(letter))) for letter in letters}
    text, other = "".join(letters), []
    for script in SCRIPTS:
        own = {letter for letter in letters if found[letter] == script}
        theirs = set(regex.findall(rf"\p{{Script={script}}}", text))
        assert len(theirs) > 20
        other += own ^ theirs
    # Marks of several scripts, and letters that are named otherwise.
    assert set(other) <= set("ـーᴯᴻᵎℲⅎↃ〆〻")


def test_checks_against_what_people_wrote():
    assert holds(exact_match(), "paris", "Lutetia", "Paris")
    assert not holds(exact_match(), "Rome", "Paris")
    assert holds(contains_any(), "It is Paris.", "Paris", " ")
    assert not holds(contains_any(), "It is Rome.", "Paris", " ")
    # GSM8K's own answers end with their number.
    own = "She has 3 * 24 = 72 cups.\n#### 72"
    assert holds(numbers(take="last"), "72 - so the answer is 72.00", own)
    assert not holds(numbers(take="last"), "The answer is 71.", own)
    assert not holds(numbers(take="last"), "no idea", "none")
    for check in (exact_match(), contains_any(), numbers()):
        assert check.needs_references
        assert (~(check & contains("a"))).needs_references
    assert not exact_match("a").needs_references


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-1.5 to +2", "-1.5 2"),
        ("1,234,567.89", "1234567.89"),
        ("1,2345", "1 2345"),
        ("3-4, (5), x=-6", "3 4 5 -6"),
        ("-$5, US$6, $-7, €8", "-5 6 -7 8"),
        ("50% or 5 %", "0.50 0.05"),
        ("v1.2.3 GPT4", ""),
        ("it is...5", "5"),
        (".5, 1e3, 2E-1", "0.5 1E+3 0.2"),
        ("答案是42个，温度是-5度", "42 -5"),
        ("Größe-3 к-4", "3 4"),
        ("１２．５％ −５", "0.125 -5"),
        ("٣٤", "34"),
        ("1'000'000 1\u202f000", "1000000 1000"),
        ("2024-01-05", "2024 1 5"),
    ],
)
def test_the_numbers_of_a_text(text, found):
    assert " ".join(map(str, numbers_of(text))) == found


@given(st.decimals(-1e9, 1e9, places=3), st.sampled_from(["{}", "so {}.", "是{}个"]))
def test_a_number_is_found_however_it_is_written(number, sentence):
    for written in (f"{number:,}", f"{number}", f"{number * 100}%"):
        assert numbers_of(sentence.format(written)) == [number]
    swapped = f"{number:,}".translate(str.maketrans(",.", ".,"))
    assert numbers_of(sentence.format(swapped), ",") == [number]


def test_numbers_near_and_with_a_decimal_comma():
    assert holds(numbers(0.1), "0.10")
    assert not holds(numbers(0.1), "0.1000001")
    assert holds(numbers(0.1, tolerance=0.05), "0.15")
    assert not holds(numbers(0.1, tolerance=0.05), "0.1500001")
    assert holds(numbers(1, 2), "1 and 2")
    assert not holds(numbers(1, 2), "2 and 1")
    assert not holds(numbers(1), "1 and 2")
    assert holds(numbers("1.234,5", point=","), "1234,5 €")
    assert holds(numbers(np.float32(0.5)), "50%")


def test_reasons_tokens_and_the_prompt():
    assert holds(stopped("end", "stop"), "x", stopped="stop")
    assert not holds(stopped("end"), "x", stopped="length")
    assert holds(length(of="tokens", most=3), "", tokens=3)
    assert not holds(length(of="tokens", most=3), "", tokens=4)
    asked = "Translate: the rain in Spain. 東京は日本の首都です"
    copied = no_copy(3)(Written("well, The rain in Spain!", prompt=asked))
    assert copied == 'no_copy(3): "the rain in spain" stands in the prompt'
    assert holds(no_copy(4), "The rain in Spain", prompt=asked)
    assert not holds(no_copy(4), "東京は日本です", prompt=asked)
    assert holds(no_copy(6), "東京は大阪の首都です", prompt=asked)
    assert not holds(no_copy(0), "rain", prompt=asked)
    with pytest.raises(ArgumentError, match="a text alone"):
        length(of="tokens", most=3)("a text")


def test_checks_combine():
    a, b, c = contains("a"), contains("b"), contains("c")
    assert ((a | b) & c).name == '(contains("a") | contains("b")) & contains("c")'
    assert ((a & b) & c).name == check_of([a, b, c]).name
    assert (~(a & b)).name == '~(contains("a") & contains("b"))'
    assert [each.name for each in ((a | b) & ~c & a).parts] == [
        a.name,
        b.name,
        (~c).name,
    ]
    both = check_of([a, [b, str.islower]])
    assert both("ab") is None
    assert both("aB").count(";") == 1
    assert (a | b)("b") is None
    said = 'contains("a"): "a" is not in it and contains("b"): "b" is not in it'
    assert (a | b)("c") == said
    assert (~a)("a") == '~contains("a"): it holds'
    assert (~a)("b") is None
    assert (~(a | b))("b").startswith("~(contains")
    with pytest.raises(TypeError):
        a & str.islower


def test_a_name_differs_where_a_check_does():
    long = "x" * 70
    checks = [
        contains("a"),
        contains("a", ignore_case=True),
        contains("a", "b"),
        contains('a", "b'),
        contains("a\n"),
        contains("a\\n"),
        contains(f"{long}1"),
        contains(f"{long}2"),
        contains_any("a"),
        exact_match("a"),
        exact_match("a", normalise="verbatim"),
        matches("a"),
        matches(re.compile("a", re.IGNORECASE)),
        matches("a", whole=True),
        numbers(1),
        numbers(1, take="last"),
        numbers(1, point=","),
        numbers(1, tolerance=0.1),
        length(of="words", least=1),
        length(of="words", most=1),
        length(of="tokens", most=1),
        written_in("Han"),
        written_in("Han", at_least=0.5),
        no_repetition(2),
        no_repetition(2, at_most=3),
        no_copy(3),
        stopped("end"),
        satisfies(lambda text: len(text) < 3),
        satisfies(lambda text: len(text) < 4),
        satisfies(str.isupper),
        satisfies(len, fingerprint="1"),
        satisfies(len, fingerprint="2"),
    ]
    names = [check.name for check in checks]
    assert len(set(names)) == len(names)
    assert all(name.isprintable() for name in names)
    assert satisfies(str.isupper).name.startswith("isupper#")


def polite(text):
    return "please" in text


def test_a_function_is_known_by_its_content_in_every_process():
    code = "from pytest_ptm.checks import satisfies\n"
    code += "def polite(text):\n    return 'please' in text\n"
    code += "print(satisfies(polite).name)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == satisfies(polite).name


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: contains(), "checks nothing"),
        (lambda: contains(""), "is blank"),
        (lambda: contains(3), "expected texts"),
        (lambda: one_of(), "checks nothing"),
        (lambda: exact_match("a", normalise="bleu"), "expected one of"),
        (lambda: matches("("), r"matches\('\('"),
        (lambda: matches(b"a"), "a pattern of texts"),
        (lambda: matches(3), "matches"),
        (lambda: length(of="words"), "least=, most= or both"),
        (lambda: length(of="words", least=3, most=2), "is more than"),
        (lambda: length(of="words", most=-1), "whole number"),
        (lambda: length(of="lines", most=1), "expected one of"),
        (lambda: numbers("many"), "has 0 numbers"),
        (lambda: numbers(float("nan")), "expected numbers"),
        (lambda: numbers(True), "expected numbers"),
        (lambda: numbers(1, 2, take="last"), "one number, and 2"),
        (lambda: numbers(1, tolerance=-1), "tolerance=-1"),
        (lambda: written_in("Latn"), "Latin"),
        (lambda: written_in("Latin", at_least=0), "holds of any answer"),
        (lambda: written_in("Latin", at_least=90), "from 0 to 1"),
        (lambda: no_repetition(0), "whole number"),
        (lambda: no_copy(True), "whole number"),
        (lambda: stopped("eos"), "expected one of"),
        (lambda: satisfies(str), "a function of a text"),
        (lambda: satisfies(len, fingerprint=""), "is no text"),
        (lambda: satisfies(functools.partial(print, file=sys.stdout)), "fingerprint="),
        (lambda: check_of([]), "checks nothing"),
        (lambda: check_of("yes"), r'say exact_match\("yes"\)'),
        (lambda: check_of(re.compile("a")), "say matches"),
        (lambda: check_of({"type": "object"}), "valid_json"),
        (lambda: check_of(int), "valid_json"),
        (lambda: check_of(None), "expected a check"),
        (lambda: check_of(contains), r"call it, contains\("),
        (lambda: contains("a") and contains("b"), "combine checks with &"),
        (lambda: not contains("a"), "combine checks with &"),
    ],
)
def test_what_is_no_check_is_refused_when_it_is_made(make, why):
    with pytest.raises(ArgumentError, match=why):
        make()


def test_a_function_that_forgot_its_return_is_no_false():
    with pytest.raises(ArgumentError, match="expected True or False, got None"):
        satisfies(lambda text: None)("a")
    with pytest.raises(ArgumentError, match="expected True or False, got 1"):
        check_of(len)("a")
    assert satisfies(lambda text: np.bool_(True))("a") is None


def test_accents_are_the_same_composed_or_not_in_every_check_of_words():
    said = "cafe\u0301"
    for check in (exact_match, one_of, contains, contains_any):
        assert check("caf\u00e9")(said) is None
    assert exact_match("caf\u00e9", normalise="verbatim")(said) is not None
