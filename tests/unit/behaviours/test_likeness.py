"""Written texts that are the same by the cosine of a second model."""

import numpy as np
import pytest
from ptm_fakes import FakeClassifier
from ptm_vectors import at, by_hand
from ptm_written import FakeWriter, echo

import pytest_ptm as ptm

FAR, NEAR = at(0, 60), at(0, 20)
VECTORS = {
    "it is big": FAR[0],
    "it is BIG indeed": NEAR[1],
    "it is small": FAR[1],
}
ASKED = ["big", "small", "odd", "same"]


@pytest.fixture
def encoder():
    return by_hand(VECTORS, name="meaning")


def says(text, sample):
    """Of a text in capitals something else than of itself, the nearer the odder."""
    return {
        "big": "it is big",
        "BIG": "it is BIG indeed",
        "small": "it is big",
        "SMALL": "it is small",
        "odd": "it is big",
        "ODD": "",
    }.get(text, "the same  words" if text == "same" else "the same words")


def test_answers_are_the_same_where_their_cosine_is_large(encoder):
    model = FakeWriter(says)
    shout = str.upper
    assert ptm.evaluate_invariant(model, ASKED, under=shout).value == 0.75
    result = ptm.evaluate_invariant(
        model, ASKED, under=shout, similarity=encoder, tolerance=0.1
    )
    # cos 20° is 0.94, cos 60° is 0.5, and nothing is like an empty answer.
    assert result.outcomes.right.tolist() == [True, False, False, True]
    assert [case.severity for case in result.cases] == pytest.approx([2.0, 0.5])
    exactly = 1 - np.cos(np.radians(60))
    for tolerance, value in ((exactly, 0.25), (exactly - 0.01, 0.5), (0.0, 0.75)):
        moved = ptm.evaluate_invariant(
            model, ASKED, under=shout, similarity=encoder, tolerance=tolerance
        )
        assert moved.value == value


def test_the_second_model_stands_in_signature_and_notes(encoder):
    result = ptm.evaluate_invariant(
        FakeWriter(says), ASKED, under=str.upper, similarity=encoder, tolerance=0.1
    )
    said = f"|tolerance:0.1|similarity:{encoder.fingerprint[:8]}|"
    assert said in result.signature
    assert f"similarity is {encoder.card}" in result.notes
    with pytest.raises(ptm.BehaviourFailure, match="similarity is meaning"):
        ptm.assert_invariant(
            FakeWriter(says), ASKED, under=str.upper, similarity=encoder, tolerance=0.1
        )


def test_two_models_that_write_agree_in_meaning(encoder):
    one = FakeWriter(lambda text, sample: "it is big", name="one")
    two = FakeWriter(
        lambda text, sample: "it is BIG indeed" if text == "a" else "it is small",
        name="two",
    )
    assert ptm.evaluate_agrees(one, ["a", "b"], than=two).value == 0.0
    result = ptm.assert_agrees(
        one, ["a", "b"], than=two, similarity=encoder, tolerance=0.1, at_least=0.5
    )
    assert result.value == 0.5
    assert "1 - cosine of the answers differs by up to 0.5000" in result.notes
    assert f"|similarity:{encoder.fingerprint[:8]}|" in result.signature


def test_what_is_no_second_model_says_what_to_type(encoder):
    classifier = FakeClassifier(lambda text: [0.0, 1.0])
    for given, tolerance, said in (
        (encoder, None, r"tolerance=0\.1 for a cosine of 0\.9"),
        (encoder, 2.0, "no model could fail"),
        (encoder, -0.1, "0 to 2"),
        ("f1", 0.1, r"sentence encoder.*tolerance=0\.2 alone"),
        (classifier, 0.1, r"similarity fake is a model of 'text-class.*from_encoder"),
    ):
        with pytest.raises(ptm.ArgumentError, match=said):
            ptm.evaluate_invariant(
                FakeWriter(says),
                ASKED,
                under=str.upper,
                similarity=given,
                tolerance=tolerance,
            )
    with pytest.raises(ptm.ArgumentError, match="similarity= is of texts that are wri"):
        ptm.evaluate_invariant(
            classifier, ASKED, under=str.upper, similarity=encoder, tolerance=0.1
        )
    with pytest.raises(ptm.ArgumentError, match="similarity= is of texts that are wri"):
        ptm.evaluate_agrees(
            classifier, ASKED, than=classifier, similarity=encoder, tolerance=0.1
        )


def test_an_encoder_that_fails_is_named():
    lost = by_hand({**VECTORS, "it is small": [0.0, 0.0]}, name="lost")
    with pytest.raises(ptm.ModelError, match="similarity lost: ") as failed:
        ptm.assert_invariant(
            FakeWriter(says),
            ASKED,
            under=str.upper,
            similarity=lost,
            tolerance=0.1,
            at_most=1.0,
        )
    assert failed.value.code == "PTM401"


def test_where_nothing_differs_no_vector_is_asked_for():
    nothing = by_hand({}, name="nothing")
    result = ptm.evaluate_invariant(
        FakeWriter(lambda text, sample: "always"),
        ASKED,
        under=str.upper,
        similarity=nothing,
        tolerance=0.1,
    )
    assert result.value == 0.0
    assert echo("a", 0) == "a"


def test_what_the_encoder_costs_is_in_the_cost_of_the_figure(encoder):
    model, how = FakeWriter(says), {"similarity": encoder, "tolerance": 0.1}
    cost = ptm.evaluate_invariant(model, ASKED, under=str.upper, **how).cost
    # Eight texts are written, and two pairs have other words, of three texts.
    assert (cost.examples, cost.forwarded) == (8 + 3, 8 + 3)
    other = FakeWriter(lambda text, sample: says(text.upper(), sample), name="loud")
    cost = ptm.evaluate_agrees(model, ASKED, than=other, **how).cost
    assert (cost.examples, cost.forwarded) == (8 + 3, 4)
