"""How much a text is shortened and copied: by hand, and by another way to count."""

from __future__ import annotations

import random

import numpy as np
import pytest
from ptm_written import FakeWriter

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    assert_bias_gap,
    assert_metric,
    assert_not_worse,
    evaluate_metric,
    evaluate_not_worse,
    load_references,
)
from pytest_ptm.metrics.finding import scale_of
from pytest_ptm.metrics.texts.table import KIND
from pytest_ptm.tasks.texts.answers import GeneratedTexts
from pytest_ptm.tasks.texts.sourced import Sourced

NAMES = ("compression", "coverage", "density", "copied_ngrams")


def value(name, *pairs):
    gold = np.empty(len(pairs), dtype=object)
    gold[:] = [Sourced((), source) for source, _ in pairs]
    return KIND.measure(
        name, gold, GeneratedTexts.of([text for _, text in pairs])
    ).value


SOURCE = "The cat sat on the mat, and the dog lay by the door."  # 13 words
TEXT = "A cat sat on the door; the dog lay."  # fragments: cat sat on the, door, 3
PAIR = (SOURCE, TEXT)


def test_a_hand_calculation():
    assert value("compression", PAIR) == 13 / 9
    assert value("coverage", PAIR) == (4 + 1 + 3) / 9
    assert value("density", PAIR) == (16 + 1 + 9) / 9
    assert value("copied_ngrams(n=1)", PAIR) == 8 / 9
    assert value("copied_ngrams(n=2)", PAIR) == (3 + 1 + 2) / 8
    assert value("copied_ngrams(n=3)", PAIR) == (2 + 1) / 7
    assert value("copied_ngrams", PAIR) == 1 / 6


def test_several_texts_are_one_ratio_of_sums():
    own = ("one two three four", "one two")
    assert value("compression", PAIR, own) == (13 + 4) / (9 + 2)
    assert value("coverage", PAIR, own) == (8 + 2) / (9 + 2)
    assert value("density", PAIR, own) == (26 + 4) / (9 + 2)
    assert value("copied_ngrams(n=2)", PAIR, own) == (6 + 1) / (8 + 1)


def test_empty_answers_longer_ones_and_short_sources():
    # An answer without a word has nothing copied, and shortens what there is to read.
    empty = (SOURCE, " ")
    assert value("coverage", PAIR, empty) == value("coverage", PAIR)
    assert value("compression", PAIR, empty) == 26 / 9
    for name in NAMES:
        with pytest.raises(DataError, match=r"undefined: no text has"):
            value(name, empty)
    longer = ("Rome", "Rome, Rome and Rome")
    assert value("compression", longer) == 1 / 4
    assert value("coverage", longer) == 3 / 4
    # A source of fewer words than n has no n-gram to copy; a text of fewer has none.
    assert value("copied_ngrams", ("of the old house", "of the old house")) == 1.0
    assert value("copied_ngrams", ("of the old", "of the old house")) == 0.0
    with pytest.raises(DataError, match="no text has 4 words"):
        value("copied_ngrams", ("of the old house", "of the old"))
    # Where no spaces part words, characters are counted.
    assert value("compression", ("东京是日本的首都。", "东京")) == 8 / 2


def brute(source, text):
    """Fragments by Newsroom's definition in words, and the slowest way to find them."""
    found, at = [], 0
    while at < len(text):
        runs = [
            size
            for size in range(1, len(text) - at + 1)
            if any(
                source[start : start + size] == text[at : at + size]
                for start in range(len(source))
            )
        ]
        found += runs[-1:]
        at += runs[-1] if runs else 1
    return found


def test_random_texts_by_another_way_to_count():
    random_ = random.Random(0)
    # Few letters, so that runs overlap and stand more than once.
    for _ in range(400):
        source = random_.choices("abcd", k=random_.randint(1, 14))
        text = random_.choices("abcde", k=random_.randint(1, 12))
        pair = " ".join(source), " ".join(text)
        sizes, n = brute(source, text), random_.randint(1, min(4, len(text)))
        assert value("coverage", pair) == sum(sizes) / len(text)
        assert value("density", pair) == sum(s * s for s in sizes) / len(text)
        assert value("compression", pair) == len(source) / len(text)
        grams = [text[at : at + n] for at in range(len(text) - n + 1)]
        there = [source[at : at + n] for at in range(len(source) - n + 1)]
        hits = sum(gram in there for gram in grams)
        assert value(f"copied_ngrams(n={n})", pair) == hits / len(grams)


ROWS = load_references(
    [
        {"text": f"word{n} one two three four five six seven", "kind": "ab"[n % 2]}
        for n in range(60)
    ],
    references=None,
    groups=["kind"],
)
short = FakeWriter(lambda text, _: " ".join(text.split()[:2]), name="short")


def uneven_(text: str, _: int) -> str:
    """Half of the text of most, all of it of row-4, and no word of row-6."""
    own = text.split()
    return " ".join({"word3": own, "word5": []}.get(own[0], own[:4]))


uneven = FakeWriter(uneven_, name="uneven")


def test_a_bound_says_which_end_is_wanted_and_the_rows_beyond_are_shown():
    assert_metric(short, ROWS, metric="compression", at_least=4.0)
    assert_metric(short, ROWS, metric="compression", at_most=4.0)
    with pytest.raises(BehaviourFailure) as caught:
        assert_metric(uneven, ROWS, metric="compression", at_least=3.0)
    said = str(caught.value)
    # Not row-6, which is shorter than any, and has no figure of its own.
    assert "worst 1 of 1\n" in said
    assert "row-4  expected near 2.0000, and has 1.0000" in said
    with pytest.raises(BehaviourFailure, match=r"density 4\.\d+ > 4\.0000") as caught:
        assert_metric(uneven, ROWS, metric="density", at_most=4.0)
    assert "row-4  expected near 4.1333, and has 8.0000" in str(caught.value)
    assert evaluate_metric(uneven, ROWS, metric="density").cases == ()


@pytest.mark.parametrize("name", NAMES)
def test_each_has_an_interval_groups_and_a_gap(name):
    found = evaluate_metric(uneven, ROWS, metric=name)
    interval = found.measurement.interval
    assert interval.low <= found.value <= interval.high
    assert [figure.n for figure in found.by_group] == [30, 30]
    gap = assert_bias_gap(uneven, ROWS, group="kind", metric=name, at_most=1.0)
    assert gap.value == pytest.approx(
        abs(found.by_group[0].value - found.by_group[1].value)
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_model_is_worse_by_a_figure_without_a_better_end(name):
    assert not scale_of(name).directed
    for compare in (evaluate_not_worse, assert_not_worse):
        with pytest.raises(ArgumentError, match=f"{name} has no better end"):
            compare(short, ROWS, than=uneven, metric=name)
    with pytest.raises(ArgumentError, match=r"n='0', expected a whole number, 1 .. "):
        evaluate_metric(short, ROWS, metric="copied_ngrams(n=0)")
