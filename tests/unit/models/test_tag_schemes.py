"""A model whose tags mark entities otherwise than their names show."""

from __future__ import annotations

import numpy as np
import pytest
from ptm_tags import NAMES, FakeTagger, by_name, tagged, tagging

import pytest_ptm as ptm
from pytest_ptm.metrics.tagging.looks import remarks
from pytest_ptm.tasks.table import take
from pytest_ptm.tasks.tags.truth import what_is_right

IOB1 = ("O", "I-person", "I-place", "B-place")
"""As of a checkpoint trained on CoNLL-2003, where no two persons ever touch."""

INSIDE = FakeTagger(
    lambda word: by_name(word).replace("B-", "I-"), IOB1, name="of CoNLL-2003"
)
ROWS = tagged(
    "Ann/B-person is/O in/O Rome/B-place",
    "Oslo/B-place fell/O",
    "Bob/B-person left/O",
)


@pytest.fixture
def model():
    return ptm.tagging(INSIDE, scheme="IOB1")


def test_an_entity_begins_with_i(model):
    assert ptm.evaluate_metric(model, ROWS, metric="exact_match").value == 1.0
    for metric in ("f1", "f1_strict", "f1_macro", "token_accuracy"):
        assert ptm.evaluate_metric(model, ROWS, metric=metric).value == 1.0
    assert "scheme:IOB1" in ptm.evaluate_metric(model, ROWS, metric="f1").signature
    # It cannot tell two persons that touch, and is wrong about the second.
    touching = tagged("Ann/B-person Bob/B-person", "Rome/B-place fell/O")
    found = ptm.evaluate_metric(model, touching, metric="recall")
    assert (found.value, found.failing) == (1 / 3, 1)
    case = found.cases[0]
    assert (case.expected, case.observed) == ("I-person B-person", "I-person×2")


def test_answers_keep_their_scheme(model):
    (answer,) = model.predict([["Ann", "in", "Rome"]])
    assert answer.said == "I-person O I-place"
    said = tagging("I-person O", "O", names=IOB1)
    assert take(said, np.array([1])).marks == "IOB2"
    both = ptm.merged(model, {"place": "O"})
    found = ptm.evaluate_metric(
        both, ROWS, metric="f1_strict", label_map={"place": "O", "person": "person"}
    )
    assert found.value == 1.0


def test_two_models_of_two_schemes(model):
    other = FakeTagger(by_name, name="IOB2")
    assert ptm.evaluate_agrees(model, ROWS, than=other).value == 1.0
    assert ptm.evaluate_agrees(other, ROWS, than=model).value == 1.0
    ahead = ptm.evaluate_not_worse(other, ROWS, than=model, metric="f1_strict")
    assert (ahead.value, ahead.failing) == (0.0, 0)
    less = FakeTagger(lambda word: "O", ("O", "B-person", "I-person"), name="less")
    with pytest.raises(ptm.ArgumentError, match=r"types of entities: .* 'place'"):
        ptm.evaluate_agrees(model, ROWS, than=less)


def test_what_to_type_is_said_where_labels_do_not_fit():
    with pytest.raises(ptm.DataError) as failed:
        what_is_right(ROWS, INSIDE)
    assert 'say tagging(model, scheme="IOB1")' in str(failed.value)
    ends = FakeTagger(by_name, ("O", "B-person", "E-person"), name="no single")
    with pytest.raises(ptm.DataError, match=r'tagging\(model, scheme="IOBES"\)'):
        what_is_right(tagged("Ann/B-person"), ends)
    whole = ptm.tagging(ends, scheme="IOBES")
    assert what_is_right(tagged("Ann/B-person"), whole).expected(0) == "S-person"


def test_entities_that_begin_inside_are_remarked_on():
    rows = [f"I-person O I-place {'B-place' if n % 4 else 'O'}" for n in range(20)]
    gold = what_is_right(
        tagged(*["a/O b/O c/O d/O"] * 19, "a/I-person b/O c/O d/O"), FakeTagger(by_name)
    ).gold
    said = tagging(*rows)
    (found,) = [each for each in remarks(gold, said) if "IOB1" in each]
    assert "of 55 entities" not in found
    assert found.endswith('say tagging(model, scheme="IOB1")')
    begun = tagging(*[row.replace("I-", "B-") for row in rows])
    assert not any("IOB1" in each for each in remarks(gold, begun))


@pytest.mark.parametrize(
    ("names", "scheme", "why"),
    [
        (NAMES, "IOB3", "expected 'IOB1', .* 'BILOU'$"),
        (NAMES, "BIO", "say 'IOB2'"),
        (NAMES, "iob1", "say 'IOB1'"),
        (("NN", "VB"), "IOB1", "mark no entities: 'NN', 'VB'"),
        (("O", "S-x", "B-x"), "IOB1", "S-, which IOB1 has not; they look like IOBES"),
    ],
)
def test_a_scheme_that_the_tags_cannot_be_of_is_refused(names, scheme, why):
    with pytest.raises(ptm.ArgumentError, match=why):
        ptm.tagging(FakeTagger(by_name, names), scheme=scheme)
