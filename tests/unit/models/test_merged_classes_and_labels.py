"""What labels mean to merged classes, and what a map is."""

from __future__ import annotations

import pytest
from ptm_fakes import FakeClassifier

import pytest_ptm as ptm

NAMES = ("contradiction", "neutral", "entailment")
NLI = {"neutral": "not-entailment", "contradiction": "not-entailment"}
MODEL = FakeClassifier(
    lambda text: [float(text == name) for name in NAMES], NAMES, name="nli"
)


def rows(*labels):
    return [
        {"text": text, "label": label}
        for text, label in zip(("entailment", "neutral"), labels, strict=True)
    ]


@pytest.mark.parametrize("of", [int, str])
def test_an_id_of_two_readings_is_refused_with_a_map_for_each(of):
    model = ptm.merged(MODEL, NLI)
    assert model.class_names == ("not-entailment", "entailment")
    # HANS numbers entailment 0 and this model 2; what is merged is numbered anew.
    with pytest.raises(ptm.DataError) as refused:
        ptm.assert_accuracy(model, rows(of(0), of(1)), at_least=0.0)
    said = str(refused.value)
    assert "PTM206" in said
    assert "the merged class with id 1, 'entailment', or the model's own" in said
    for how, pairs in (
        ("by id", {0: "not-entailment", 1: "entailment"}),
        ("by the model's own id", dict.fromkeys((0, 1), "not-entailment")),
    ):
        expected = {of(key): name for key, name in pairs.items()}
        assert f"{how} label_map={expected!r}" in said
    hans = {of(0): "entailment", of(1): "not-entailment"}
    result = ptm.evaluate_accuracy(model, rows(of(0), of(1)), label_map=hans)
    assert result.value == 1.0


def test_ids_that_mean_one_class_either_way_are_taken():
    names = ("entailment", "neutral", "contradiction")
    model = ptm.merged(
        FakeClassifier(
            lambda text: [float(text == name) for name in names], names, name="other"
        ),
        NLI,
    )
    assert ptm.evaluate_accuracy(model, rows(0, 1)).value == 1.0


def test_a_map_is_one_map_in_any_order():
    one, other = (ptm.merged(MODEL, dict(pairs)) for pairs in _both_ways(NLI))
    assert one.fingerprint == other.fingerprint
    named = rows("entailment", "not-entailment")
    signatures = {ptm.evaluate_accuracy(each, named).signature for each in (one, other)}
    assert len(signatures) == 1


def test_what_is_no_map_is_refused_as_one():
    with pytest.raises(ptm.ArgumentError, match=r"class_map=\[\('neutral'"):
        ptm.merged(MODEL, [("neutral", "x")])  # pyright: ignore[reportArgumentType]


def _both_ways(given):
    return [*given.items()], [*given.items()][::-1]


def test_a_map_to_what_is_no_class_any_more_says_which():
    with pytest.raises(ptm.DataError) as refused:
        ptm.evaluate_accuracy(
            ptm.merged(MODEL, NLI),
            rows("entailment", "non-entailment"),
            label_map={"entailment": "entailment", "non-entailment": "neutral"},
        )
    said = str(refused.value)
    assert "'neutral' (first in row-2) is no class of the model" in said
    assert "label_map= says so of 'non-entailment'" in said


def test_an_argument_that_numbers_a_merged_class_is_asked_for_its_name():
    model = ptm.merged(MODEL, NLI)
    named = rows("entailment", "not-entailment")
    with pytest.raises(ptm.ArgumentError, match=r"positive=1 is the merged class"):
        ptm.evaluate_metric(model, named, metric="f1", positive=1)
    with pytest.raises(ptm.ArgumentError, match=r"of=1 is the merged class"):
        ptm.evaluate_directional(model, named, under=str.upper, expect="increase", of=1)
    assert ptm.evaluate_metric(model, named, metric="f1", positive=0).value == 1.0


def test_ids_of_what_is_merged_twice_may_still_be_the_models_own():
    """The id 1 is the first model's neutral, and once was taken for the last "b"."""
    names = ("other", "neutral", "no", "yes")
    first = FakeClassifier(lambda text: [0, 1, 2, 3], names, name="first")
    once = ptm.merged(first, {"neutral": "other", "no": "b", "yes": "b"})
    twice = ptm.merged(ptm.merged(first, {"neutral": "other"}), {"no": "b", "yes": "b"})
    assert twice.class_names == once.class_names == ("other", "b")
    assert tuple(twice.places) == tuple(once.places)
    for model in (once, twice):
        with pytest.raises(ptm.DataError, match="merged class with id 1, 'b', or the"):
            ptm.evaluate_accuracy(model, [{"text": "x", "label": 1}])
