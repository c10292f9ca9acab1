"""What says of a text which class it has, and classes that nobody was trained on."""

from __future__ import annotations

import pytest
from ptm_fakes import infers

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    assert_accuracy,
    assert_agrees,
    assert_invariant,
    evaluate_calibrated,
    zero_shot,
)

TOPICS = {"sport": "a match", "money": "a bank"}
ROWS = [
    {"text": "a bank by the river", "label": "money"},
    {"text": "he won a match", "label": "sport"},
]


def test_it_stands_wherever_a_classifier_does():
    model = zero_shot(infers(), TOPICS)
    assert_accuracy(model, ROWS, at_least=1.0)
    assert_invariant(model, ROWS, under=str.upper)
    said = model.predict("a match")
    assert (said.label, tuple(said.probabilities)) == ("sport", ("sport", "money"))
    # Entailment logits of 3 and 1: 1 / (1 + e**-2).
    assert said.probability == pytest.approx(0.880797)


def test_with_several_labels_each_is_decided_by_itself():
    model = zero_shot(infers(), TOPICS, multi_label=True)
    assert model.predict("a match at a bank").labels == ("sport", "money")
    none = model.predict("a walk")
    assert none.labels == ()
    # Entailment 1 against contradiction 2: 1 / (1 + e).
    assert none.probabilities["sport"] == pytest.approx(0.268941, abs=1e-6)


def test_a_wording_that_changes_the_answer_is_a_disagreement():
    ours = zero_shot(infers(), TOPICS)
    so = zero_shot(infers(), TOPICS, hypothesis="So it is {}.")
    assert_agrees(ours, ROWS, than=so, at_least=1.0)
    swapped = zero_shot(infers(), {"sport": "a bank", "money": "a match"})
    with pytest.raises(BehaviourFailure, match="worst 2 of 2"):
        assert_agrees(ours, ROWS, than=swapped, at_least=0.5)


@pytest.mark.parametrize(
    ("classes", "how", "message"),
    [
        (["a"], {}, "expected 2 classes or more"),
        ([], {"multi_label": True}, "expected 1 classes or more"),
        ("ab", {}, "expected a list of names, or a mapping"),
        (["a", 1], {}, "one name and one phrase, each a text"),
        ({"a": ["b", "c"], "d": "e"}, {}, r"has \['b', 'c'\]; .* assert_agrees"),
        (["a", " "], {}, "one name and one phrase"),
        (["a", "a"], {}, "classes= has 'a' twice"),
        ({"a": "x", "b": "x"}, {}, "classes= has 'x' twice"),
        (["a", "b"], {"hypothesis": "It is."}, r"expected one \{\}"),
        (["a", "b"], {"hypothesis": "{} is {}."}, r"expected one \{\}"),
        (["a", "b"], {"hypothesis": "{text}"}, r"expected one \{\}"),
        (["a", "b"], {"hypothesis": "{:>9}"}, r"expected one \{\}"),
        (["a", "b"], {"hypothesis": "It is {"}, "braces that do not close"),
        (["a", "b"], {"hypothesis": None}, "expected a sentence"),
        (["a", "b"], {"contradiction": "x"}, "counts with multi_label=True only"),
    ],
)
def test_what_is_no_hypothesis_is_refused_at_once(classes, how, message):
    with pytest.raises(ArgumentError, match=message):
        zero_shot(infers(), classes, **how)


def test_who_is_asked_so_already_is_refused():
    with pytest.raises(ArgumentError, match="through a sentence already"):
        zero_shot(zero_shot(infers(), TOPICS), TOPICS)


def test_of_a_model_of_margins_no_probabilities_are_judged():
    """Margins of inference were once held to be probabilities of the classes."""
    margins = infers()
    margins.no_probabilities = "its scores are margins"
    assert_accuracy(zero_shot(margins, TOPICS), ROWS, at_least=1.0)
    with pytest.raises(ArgumentError, match="gives none: its scores are margins"):
        evaluate_calibrated(zero_shot(margins, TOPICS), ROWS)
