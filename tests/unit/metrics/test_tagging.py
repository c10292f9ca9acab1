"""Figures of tags against seqeval itself, and by hand."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest
from ptm_tags import NAMES, FakeTagger, by_name, tagged, tagging
from seqeval import metrics as seqeval
from seqeval import scheme as schemes

import pytest_ptm as ptm
from pytest_ptm.metrics.finding import find_metric
from pytest_ptm.metrics.tagging.figures import Tagged
from pytest_ptm.metrics.tagging.table import KIND, METRICS
from pytest_ptm.statistics.repeats import Repeats
from pytest_ptm.tasks.tags.answers import Tagging
from pytest_ptm.tasks.tags.truth import what_is_right

BIOES = ("O", *(f"{place}-{kind}" for kind in ("x", "y-z") for place in "BIES"))
BILOU = ("O", *(f"{place}-{kind}" for kind in ("x", "y-z") for place in "BILU"))


def drawn(names, seed, rows=40):
    """Rows of tags, each mostly right; of any order, and so often misplaced."""
    random_ = random.Random(seed)
    gold = [random_.choices(names, k=random_.randint(1, 9)) for _ in range(rows)]
    said = [
        [tag if random_.random() < 0.7 else random_.choice(names) for tag in row]
        for row in gold
    ]
    return gold, said


def asked(gold, said, names):
    rows = tagged(
        *(" ".join(f"w/{tag}" for tag in row) for row in gold),
    )
    truth = what_is_right(rows, FakeTagger(by_name, tuple(names)))
    return truth, tagging(*(" ".join(row) for row in said), names=names)


def figure(name, truth, said, positive=None):
    return KIND.measure(name, truth.gold, said, positive=positive)


@pytest.mark.parametrize("names", [NAMES, BIOES], ids=["IOB2", "IOBES"])
@pytest.mark.parametrize("seed", range(4))
def test_figures_are_those_of_seqeval(names, seed):
    gold, said = drawn(names, seed)
    truth, answers = asked(gold, said, names)
    for name, score in (
        ("f1", seqeval.f1_score),
        ("precision", seqeval.precision_score),
        ("recall", seqeval.recall_score),
    ):
        assert figure(name, truth, answers).value == pytest.approx(score(gold, said))
    macro = seqeval.f1_score(gold, said, average="macro")
    assert figure("f1_macro", truth, answers).value == pytest.approx(macro)
    accuracy = seqeval.accuracy_score(gold, said)
    assert figure("token_accuracy", truth, answers).value == pytest.approx(accuracy)
    report = seqeval.classification_report(gold, said, output_dict=True)
    for number, kind in enumerate(truth.types):
        found = figure("f1", truth, answers, number).value
        assert found == pytest.approx(report[kind]["f1-score"])


@pytest.mark.parametrize(
    ("names", "scheme"),
    [(NAMES, schemes.IOB2), (BIOES, schemes.IOBES), (BILOU, schemes.BILOU)],
    ids=["IOB2", "IOBES", "BILOU"],
)
def test_strict_figures_are_those_of_seqeval(names, scheme):
    gold, said = drawn(names, 7, rows=200)
    truth, answers = asked(gold, said, names)
    for name, score in (
        ("f1_strict", seqeval.f1_score),
        ("precision_strict", seqeval.precision_score),
        ("recall_strict", seqeval.recall_score),
    ):
        expected = score(gold, said, mode="strict", scheme=scheme)
        assert figure(name, truth, answers).value == pytest.approx(expected)


def test_a_single_word_of_bilou_is_an_entity_by_itself():
    # seqeval's own lenient reading does not know U and L, and joins these two.
    truth, answers = asked([["U-x", "U-x"]], [["U-x", "O"]], BILOU)
    assert figure("recall", truth, answers).value == 0.5


def test_by_hand():
    rows = tagged(
        "Ann/B-person saw/O Rome/B-place", "New/B-place York/I-place Bob/B-person"
    )
    truth = what_is_right(rows, FakeTagger(by_name))
    said = tagging("B-person O B-place", "B-place O B-person")
    # Of four entities three are right, and the one cut short is another one.
    assert figure("recall", truth, said).value == 0.75
    assert figure("precision", truth, said).value == 0.75
    assert figure("f1", truth, said).value == 0.75
    # Persons: all of two; places: one of two, and two were found.
    assert figure("f1_macro", truth, said).value == 0.75
    assert figure("recall", truth, said, truth.positive("person")).value == 1.0
    assert figure("token_accuracy", truth, said).value == 5 / 6
    assert figure("exact_match", truth, said).value == 0.5
    assert truth.right(said).tolist() == [True, False]
    assert truth.away(said).tolist() == [0.0, 1.0]


def test_what_is_undecided_is_wrong_and_of_no_entity():
    truth = what_is_right(tagged("Ann/B-person saw/O"), FakeTagger(by_name))
    said = tagging("B-person? O?")
    assert figure("token_accuracy", truth, said).value == 0.0
    assert figure("recall", truth, said).value == 0.0
    assert said.tied.tolist() == [True]


def test_nothing_to_measure_is_an_error():
    truth = what_is_right(tagged("one/O two/O"), FakeTagger(by_name))
    silent = tagging("O O")
    for name in ("f1", "precision", "recall", "f1_macro"):
        with pytest.raises(ptm.DataError, match="PTM207"):
            figure(name, truth, silent)
    there = what_is_right(tagged("Ann/B-person two/O"), FakeTagger(by_name))
    with pytest.raises(ptm.DataError, match="the model found none"):
        figure("precision", there, silent)
    assert figure("f1", there, silent).value == 0.0
    with pytest.raises(ptm.DataError, match="no entity of 'place'"):
        figure("f1", there, silent, there.positive("place"))


@pytest.mark.parametrize("name", METRICS)
def test_the_mean_of_scores_is_the_figure_where_there_are_any(name):
    truth, said = asked(*drawn(NAMES, 3), NAMES)
    if KIND.unit_range(name, FakeTagger(by_name), None) is None:
        assert find_metric(name, Tagging).why_whole()
        return
    scores = KIND.scores(name, truth.gold, said)
    assert scores.mean() == pytest.approx(figure(name, truth, said).value)


@pytest.mark.parametrize("name", ["f1", "precision", "recall", "token_accuracy"])
def test_rows_are_what_was_drawn(name):
    truth, said = asked(*drawn(NAMES, 5, rows=60), NAMES)
    found = figure(name, truth, said)
    interval = found.interval
    assert interval.low < found.value < interval.high
    twice = np.repeat(np.arange(60), 2)
    doubled = figure(name, truth.take(twice), tagging_of(said, twice))
    assert doubled.value == pytest.approx(found.value)
    assert doubled.interval.high - doubled.interval.low < interval.high - interval.low
    apart = doubled.evidence.repeated(Repeats(twice)).interval()
    same = pytest.approx((interval.low, interval.high), abs=1e-3)
    assert (apart.low, apart.high) == same
    clustered = doubled.evidence.clustered(tuple(map(str, twice))).interval()
    assert (clustered.low, clustered.high) == pytest.approx((apart.low, apart.high))


def tagging_of(said, rows):
    return said.from_columns(said.columns().take(rows))


def test_macro_of_repeated_rows_is_that_of_rows():
    truth, said = asked(*drawn(NAMES, 5, rows=60), NAMES)
    twice = np.repeat(np.arange(60), 2)
    doubled = figure("f1_macro", truth.take(twice), tagging_of(said, twice))
    found = figure("f1_macro", truth, said).evidence.interval(side="lower")
    again = doubled.evidence.repeated(Repeats(twice)).interval(side="lower")
    assert again.low == pytest.approx(found.low)


def test_tags_of_no_entity_have_words_only():
    model = FakeTagger(lambda word: "NN", ("NN", "VB"), name="parts")
    rows = tagged("cats/NN sleep/VB")
    assert ptm.evaluate_metric(model, rows, metric="token_accuracy").value == 0.5
    with pytest.raises(ptm.ArgumentError, match="mark none: 'NN', 'VB'"):
        ptm.evaluate_metric(model, rows, metric="f1")
    with pytest.raises(ptm.ArgumentError, match="its tags are of none"):
        ptm.evaluate_metric(model, rows, metric="recall", positive="NN")


def test_without_seqeval_the_line_that_installs_it_is_said(monkeypatch):
    for name in [each for each in sys.modules if each.startswith("seqeval")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "seqeval", None)
    with pytest.raises(ptm.MissingExtraError, match=r"pytest-ptm\[metrics\]"):
        ptm.evaluate_metric(FakeTagger(by_name), tagged("Ann/B-person"), metric="f1")


def test_gold_of_other_lengths_is_refused():
    truth = what_is_right(tagged("Ann/B-person"), FakeTagger(by_name))
    with pytest.raises(ptm.ArgumentError, match="a tag for each word"):
        Tagged("f1", truth.gold, tagging("O O"))
