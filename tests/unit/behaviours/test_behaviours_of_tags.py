"""Every behaviour of answers that are tags, none of which knows them by name."""

from __future__ import annotations

import pytest
from ptm_tags import FakeTagger, by_name, tagged

import pytest_ptm as ptm
from pytest_ptm.behaviours.prediction import predict
from pytest_ptm.perturbations import casing, contractions, typos, whitespace

MODEL = FakeTagger(by_name)
LOWER = FakeTagger(lambda word: by_name(word.title()), name="lower")
BLIND = FakeTagger(
    lambda word: "O" if word == "Bob" else by_name(word), name="blind to Bob"
)
ROWS = tagged(
    *["Ann/B-person is/O in/O Rome/B-place"] * 2,
    "Bob/B-person isn't/O in/O Oslo/B-place",
    "Bob/B-person left/O Ann/B-person",
    "nobody/O came/O",
    who=["Ann", "Ann", "Bob", "Bob", "none"],
)


def test_figures_and_the_worst_rows():
    ptm.assert_metric(MODEL, ROWS, metric="f1", at_least=1.0)
    with pytest.raises(ptm.BehaviourFailure) as failed:
        ptm.assert_metric(BLIND, ROWS, metric="recall", at_least=0.9)
    said = str(failed.value)
    assert "recall 0.7500 < 0.9000" in said
    assert "Bob isn't in Oslo" in said
    assert "B-person O×2 B-place" in said
    result = ptm.evaluate_metric(BLIND, ROWS, metric="f1", positive="person")
    assert result.value == pytest.approx(2 * 3 / (3 + 5))
    assert [group.value for group in result.by_group] == [1.0, 0.5, None]


def test_a_row_is_wrong_where_the_figure_counts_a_mistake():
    """Known failures, flips and cases are of what is judged, and of nothing else."""
    rows = tagged(
        "Ann/B-person is/O in/O Rome/B-place",
        "Rome/B-place fell/O",
        "Ann/B-person Lee/I-person left/O",
        "nobody/O came/O",
    )
    no_rome = FakeTagger(
        lambda word: "O" if word == "Rome" else by_name(word), name="no rome"
    )

    def wrong(model, metric, **about):
        found = ptm.evaluate_metric(model, rows, metric=metric, **about)
        cases = sorted(case.example_id for case in found.cases)
        assert cases == sorted(found.outcomes.failing)
        assert found.failing == len(cases)
        return cases

    assert wrong(no_rome, "f1", positive="person") == ["row-3"]
    assert wrong(no_rome, "f1", positive="place") == ["row-1", "row-2"]
    assert wrong(no_rome, "recall") == ["row-1", "row-2", "row-3"]
    # "Ann" alone is found, and is no entity of the labels.
    assert wrong(no_rome, "precision") == ["row-3"]
    assert wrong(no_rome, "exact_match") == ["row-1", "row-2", "row-3"]
    # Of I- behind O the figure makes the same entity, and the tag is another.
    inside = FakeTagger(
        lambda word: {"Ann": "I-person", "Lee": "I-person"}.get(word, by_name(word)),
        name="inside",
    )
    assert wrong(inside, "f1") == []
    assert wrong(inside, "f1_strict") == wrong(inside, "exact_match")
    assert wrong(inside, "exact_match") == ["row-1", "row-3"]
    lost = ptm.evaluate_not_worse(
        no_rome, rows, than=inside, metric="f1", positive="place"
    )
    assert [case.example_id for case in lost.cases] == ["row-1", "row-2"]
    lost = ptm.evaluate_not_worse(
        no_rome, rows, than=inside, metric="f1", positive="person"
    )
    assert [case.example_id for case in lost.cases] == ["row-3"]


def test_accuracy_says_which_figures_there_are():
    with pytest.raises(ptm.ArgumentError, match="token_accuracy"):
        ptm.assert_accuracy(MODEL, ROWS, at_least=0.9)


def test_entities_stay_where_words_do():
    result = ptm.evaluate_invariant(MODEL, ROWS, under=casing("lower"))
    assert result.value == 1.0  # of the four rows with a name
    assert result.cases[0].pair == (
        "Ann is in Rome",
        "ann is in rome",
    )
    ptm.assert_invariant(LOWER, ROWS, under=casing("upper"), at_most=0.0)
    # "isn't" becomes two words, and spaces make others: neither applies.
    with pytest.raises(ptm.DataError, match="PTM210"):
        ptm.evaluate_invariant(MODEL, ROWS, under=contractions("expand"))
    with pytest.raises(ptm.DataError, match="PTM210"):
        ptm.evaluate_invariant(MODEL, ROWS, under=whitespace())
    typed = ptm.evaluate_invariant(MODEL, ROWS, under=typos(rate=0.2), seed=1)
    assert typed.n < len(ROWS) + 1


def test_names_are_swapped_by_a_function_of_the_text():
    def swapped(text):
        return text.replace("Ann", "Bob")

    ptm.assert_invariant(MODEL, ROWS, under=swapped, at_most=0.0)
    result = ptm.evaluate_invariant(BLIND, ROWS, under=swapped)
    assert (result.value, result.n) == (1.0, 3)


def test_recall_of_names_by_group():
    rows = ROWS.filter(lambda row: row.groups["who"] != "none")
    gap = {"group": "who", "metric": "recall", "positive": "person"}
    ptm.assert_bias_gap(MODEL, rows, **gap, at_most=0.0, min_group_size=2)
    result = ptm.evaluate_bias_gap(BLIND, rows, **gap, min_group_size=2)
    assert result.value == pytest.approx(1.0 - 1 / 3)


@pytest.mark.parametrize("metric", ["f1", "recall", "f1_macro", "exact_match"])
def test_no_worse_than_another_model(metric):
    rows = ROWS.take([0, 2, 3, 4] * 20)
    rows = ptm.Examples(
        tuple(f"row-{n}" for n in range(len(rows))),
        {},
        rows.labels,
        lists={
            "words": tuple(
                (*words, str(n)) for n, words in enumerate(rows.lists["words"])
            )
        },
    )
    rows = ptm.Examples(
        rows.ids,
        {},
        tuple(type(each)((*each.each, "O")) for each in rows.labels),
        lists=rows.lists,
    )
    worse = ptm.evaluate_not_worse(BLIND, rows, than=MODEL, metric=metric)
    own = [ptm.evaluate_metric(m, rows, metric=metric).value for m in (BLIND, MODEL)]
    assert worse.value == pytest.approx(own[0] - own[1])
    low, high = worse.measurement.interval.low, worse.measurement.interval.high
    assert low < worse.value < high < 0
    better = ptm.evaluate_not_worse(MODEL, rows, than=BLIND, metric=metric)
    assert better.value == -worse.value
    same = ptm.evaluate_not_worse(BLIND, rows, than=BLIND, metric=metric)
    assert same.value == 0.0


def test_two_models_agree_where_every_tag_does():
    result = ptm.evaluate_agrees(BLIND, ROWS, than=MODEL)
    assert (result.value, result.n) == (0.6, 5)
    assert result.cases[0].shown == "Bob isn't in Oslo"


def test_a_row_is_settled_early():
    rows = [{"words": ["Ann", str(n)], "tags": ["B-person", "O"]} for n in range(2_000)]
    examples = ptm.load_tagged(rows)
    how = {"metric": "exact_match", "at_least": 0.5, "early_stop": "certain"}
    result = ptm.assert_metric(MODEL, examples, **how)
    assert result.measurement.n < 2_000
    with pytest.raises(ptm.ArgumentError, match="f1 is a ratio of sums"):
        ptm.assert_metric(MODEL, examples, **{**how, "metric": "f1"})


def test_words_are_asked_without_labels():
    first, second = predict(BLIND, [["Bob", "left", "Ann"], ["Rome"]])
    assert (first.said, second.said) == ("O×2 B-person", "B-place")
    with pytest.raises(ptm.ArgumentError, match="a list of words"):
        predict(BLIND, [["Bob"], "Ann left"])
    with pytest.raises(ptm.ArgumentError, match="a list of words"):
        predict(BLIND, [["Bob", 3]])


MANY = tagged(*["Ann/B-person is/O in/O Rome/B-place"] * 20)


def notes_of(model, rows=MANY, **how):
    result = ptm.evaluate_metric(model, rows, metric="token_accuracy", **how)
    return " ".join(result.notes)


def test_what_finds_nothing_or_the_wrong_type_or_place_is_said():
    silent = FakeTagger(lambda word: "O", name="silent")
    assert "finds no entity in any row" in notes_of(silent)
    assert "gives token_accuracy 0.5000" in notes_of(silent)
    assert "no label is an entity" in notes_of(MODEL, tagged("a/O b/O"))
    wrong = {"B-person": "B-place", "B-place": "B-person"}
    swapped = FakeTagger(lambda word: wrong.get(by_name(word), "O"), name="swapped")
    assert "types look exchanged: 100%" in notes_of(swapped)
    off = tagged(*["Ann/O is/B-person in/O Rome/O ./B-place"] * 20)
    assert "tags look shifted: 40 of 40" in notes_of(MODEL, off)
    assert "look" not in notes_of(MODEL)


def test_rows_whose_words_are_parted_are_told():
    rows = tagged("Ann/B-person isn't/O in/O", "Bob/B-person left/O today/O")

    def changed(text):
        return text.replace("isn't", "is not").replace("left", "went")

    result = ptm.evaluate_invariant(MODEL, rows, under=changed)
    assert result.n == 1
    assert any("1 row left out, of which more or fewer" in n for n in result.notes)
