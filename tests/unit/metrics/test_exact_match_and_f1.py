"""Exact match and F1 by hand, and against the definition written another way."""

from __future__ import annotations

import random
import re
import string
from dataclasses import replace

import numpy as np
import pytest
from ptm_questions import spans

import pytest_ptm as ptm
from pytest_ptm.metrics.answer_spans.figures import best_threshold
from pytest_ptm.metrics.answer_spans.table import KIND
from pytest_ptm.metrics.finding import scale_of
from pytest_ptm.tasks.answer_spans.overlap import exact, f1, normalised


def golden(*rows):
    found = np.empty(len(rows), dtype=object)
    found[:] = rows
    return found


def value(metric, gold, said):
    return KIND.measure(metric, gold, said).value


BY_HAND = [
    # said, right ones, exact, F1
    ("the Rome", ("Rome",), 1, 1.0),
    ("ROME!", ("Rome",), 1, 1.0),
    ("U.S.", ("US",), 1, 1.0),
    ("in Rome", ("Rome",), 0, 2 / 3),
    ("well-known man", ("well known man",), 0, 2 * 1 / 5),
    ("Rome", ("Oslo", "Rome", "in Rome"), 1, 1.0),
    ("in old Rome", ("Rome", "old Rome"), 0, 0.8),
    # A word that stands twice counts twice, and no oftener than it stands there.
    ("ho ho ho", ("ho ho",), 0, 0.8),
    ("Oslo", ("Rome",), 0, 0.0),
    # No answer: all or nothing.
    ("", (), 1, 1.0),
    ("Rome", (), 0, 0.0),
    ("", ("Rome",), 0, 0.0),
    # An answer of articles alone is none.
    ("the", (), 1, 1.0),
    ("Rome", ("the", "Rome"), 1, 1.0),
    ("", ("The.",), 1, 1.0),
    ("theatre", ("atre",), 0, 0.0),
    # No other script's punctuation is left out, as it never was.
    ("東京。", ("東京",), 0, 0.0),
    ("東京", ("東京",), 1, 1.0),
]


@pytest.mark.parametrize(("said", "gold", "hit", "overlap"), BY_HAND)
def test_by_hand(said, gold, hit, overlap):
    assert exact(said, gold) == hit
    assert f1(said, gold) == pytest.approx(overlap)


def independent_words(text):
    """The words of an answer, character by character and word by word."""
    plain, word = [], ""
    for character in [*text.lower(), " "]:
        if character in string.punctuation:
            continue
        if character.isspace():
            plain.append(word)
            word = ""
        else:
            word += character
    # An article ends where no letter, digit or underscore follows, also in "a“b".
    parts = " ".join(plain)
    pieces = re.split(r"(\w+)", parts)
    kept = "".join(" " if piece in ("a", "an", "the") else piece for piece in pieces)
    return kept.split()


def independent_scores(said, gold):
    accepted = [each for each in gold if independent_words(each)] or [""]
    best_exact, best_f1 = 0.0, 0.0
    own = independent_words(said)
    for each in accepted:
        other = list(independent_words(each))
        best_exact = max(best_exact, float(own == other))
        if not own or not other:
            best_f1 = max(best_f1, float(own == other))
            continue
        hits = 0
        for word in own:
            if word in other:
                other.remove(word)
                hits += 1
        if hits:
            precision, recall = hits / len(own), hits / len(independent_words(each))
            best_f1 = max(best_f1, 2 * precision * recall / (precision + recall))
    return best_exact, best_f1


PIECES = [
    "the",
    "The",
    "a",
    "an",
    "A.",
    "Rome",
    "rome,",
    "U.S.",
    "—",
    "“an”",
    "é",
    "東京",
    "  ",
    "\t",
    "x-y",
    "a_b",
    "n’t",
    "!",
    "'",
    "\u00a0",
    "Ann's",
]


def test_thousands_of_answers_against_the_definition():
    drawn = random.Random(0)

    def text():
        glue = drawn.choice([" ", "", "-"])
        return glue.join(drawn.choices(PIECES, k=drawn.randint(0, 5)))

    hits = 0
    for _ in range(3_000):
        said, gold = text(), [text() for _ in range(drawn.randint(0, 3))]
        if gold and drawn.random() < 0.3:
            said = gold[0].upper()
        expected = independent_scores(said, gold)
        assert float(exact(said, gold)) == expected[0], (said, gold)
        assert f1(said, gold) == pytest.approx(expected[1], abs=1e-12), (said, gold)
        hits += 0 < expected[1] < 1
    assert hits > 60


def test_normalised_has_words_apart_by_single_spaces():
    assert normalised(" The\tbig,  a “an” dog ") == "big “ ” dog"


def test_figures_are_means_of_rows():
    gold = golden(("Rome",), ("old Rome",), ("Oslo", "Bergen"), ("東京タワー",))
    said = spans("Rome", "Rome", "Ann", "東京")
    assert value("exact_match", gold, said) == 0.25
    assert value("f1", gold, said) == pytest.approx((1 + 2 / 3) / 4)
    # Of characters: Rome in oldRome, one n of Ann in Bergen, two of five in the last.
    expected = (1 + 8 / 11 + 2 / 9 + 4 / 7) / 4
    assert value("f1_characters", gold, said) == pytest.approx(expected)
    scores = KIND.scores("f1", gold, said)
    assert scores.tolist() == pytest.approx([1, 2 / 3, 0, 0])
    found = KIND.measure("f1", gold, said)
    assert found.evidence is not None
    assert found.better == "higher"


def test_a_name_has_one_range_whatever_it_is_of():
    for name in ("f1", "exact_match"):
        assert KIND.metrics[name].scale == scale_of(name)


def test_a_tie_adds_nothing():
    gold = golden(("Rome",), ("Rome",))
    said = replace(spans("Rome", "Rome"), undecided=np.array([True, False]))
    assert value("exact_match", gold, said) == value("f1", gold, said) == 0.5


def test_nothing_to_measure_is_refused():
    with pytest.raises(ptm.DataError, match=r"PTM207 .*f1 is undefined: there are no"):
        value("f1", golden(), spans())
    with pytest.raises(ptm.ArgumentError, match="the answers to 1 questions"):
        value("f1", golden((), ()), spans("a"))


def slow_best(gold, said):
    """Every threshold between and at the differences, one after the other."""
    away = said.nulls - said.scores
    found = []
    for threshold in sorted([np.nextafter(away.min(), -np.inf), *away]):
        texts = [
            "" if far > threshold else said.span(row) for row, far in enumerate(away)
        ]
        scores = [f1(text, own) for text, own in zip(texts, gold, strict=True)]
        found.append((float(np.mean(scores)), float(threshold)))
    best = max(mean for mean, _ in found)
    return next(each for each in found if each[0] >= best - 1e-12)


def test_the_best_threshold_is_that_of_all():
    drawn = random.Random(3)
    for _ in range(200):
        n = drawn.randint(1, 8)
        texts = [drawn.choice(["Rome", "Oslo", "old Rome"]) for _ in range(n)]
        gold = golden(*[drawn.choice([(), ("Rome",), ("Oslo",)]) for _ in range(n)])
        nulls = [drawn.choice([-1.0, 0.0, 0.5, 2.0]) for _ in range(n)]
        said = spans(*texts, nulls=nulls, threshold=0.0)
        threshold, mean = best_threshold(gold, said)
        slow_mean, lowest = slow_best(gold, said)
        assert mean == pytest.approx(slow_mean)
        away = said.nulls - said.scores
        assert np.array_equal(away > threshold, away > lowest)


def test_the_best_threshold_is_told_and_not_taken():
    gold = golden(("Rome",), (), ())
    said = spans("Rome", "Oslo", "Ann", nulls=[1.0, 2.0, 3.0], threshold=0.0)
    assert value("f1", gold, said) == pytest.approx(2 / 3)
    kinds, best = KIND.remarks(gold, said)
    assert (
        kinds
        == "f1 by kind of question: has answer 0.0000 (n=1), no answer 1.0000 (n=2)"
    )
    assert best.startswith(
        "of all no-answer thresholds 1.0 has the highest f1 over these"
    )
    assert KIND.remarks(golden(("Ann",)), spans("Ann", threshold=0.0)) == ()
    assert KIND.remarks(gold, spans("Rome", "Oslo", "Ann")) == ()
