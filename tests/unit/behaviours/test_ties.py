"""A tie is an answer to nothing: a dead head is right about nothing."""

import numpy as np
import pytest
from ptm_fakes import FakeClassifier

from pytest_ptm import (
    evaluate_accuracy,
    evaluate_agrees,
    evaluate_bias_gap,
    evaluate_invariant,
    evaluate_metric,
    evaluate_not_worse,
    load_examples,
)
from pytest_ptm.metrics.classification.table import measure
from pytest_ptm.tasks.fill_mask import MaskedTokens
from pytest_ptm.tasks.text_classification import Classification

NAMES = ("negative", "positive")


def dead(text):
    return (0.0, 0.0)


def sure(text):
    return (2.0, 0.0)


def half(text):
    return dead(text) if "odd" in text else sure(text)


def rows(*labels, texts=("odd one", "odd two", "plain")):
    return [{"text": t, "label": y} for t, y in zip(texts, labels, strict=False)]


@pytest.mark.parametrize("label", NAMES)
def test_a_dead_head_is_right_about_no_class(label):
    result = evaluate_accuracy(FakeClassifier(dead), rows(label, label, label))
    assert (result.value, result.failing) == (0.0, 3)
    assert result.outcomes.right.tolist() == [False] * 3
    assert result.cases[0].observed == "negative|positive 0.500 each"
    (note,) = (note for note in result.notes if "ties" in note)
    assert note == (
        "3 of 3 answers are ties, classes that are exactly equally likely (first: "
        "row-1): a tie counts as wrong"
    )
    assert not any("swapped" in note for note in result.notes)


def test_a_tie_without_the_right_class_is_wrong_like_any_answer():
    logits = np.array([[0, 0, -1], [0, 0, -1], [5, 0, 0]], dtype=np.float32)
    said = Classification(logits, ("a", "b", "c"))
    assert said.answered(np.array([2, 0, 0])).tolist() == [0, 1, 0]
    assert said.tied.tolist() == [True, True, False]
    assert measure("accuracy", np.array([2, 0, 0]), said).value == 1 / 3


def test_every_counted_metric_holds_a_tie_to_be_wrong():
    # One tie of each class, and one sure and right answer of each.
    logits = np.array([[0, 0], [0, 0], [2, 0], [0, 2]], dtype=np.float32)
    said, truth = Classification(logits, NAMES), np.array([0, 1, 0, 1])
    for metric, value in {
        "accuracy": 0.5,
        "balanced_accuracy": 0.5,
        "f1_macro": 0.5,
        "precision_macro": 0.5,
        "matthews_corrcoef": 0.0,
    }.items():
        assert measure(metric, truth, said).value == value
    for metric in ("recall", "precision", "f1", "false_positive_rate"):
        assert measure(metric, truth, said, positive=1).value == 0.5
    assert measure("selection_rate", truth[:1], said.take([0]), positive=1).value == 1
    assert measure("selection_rate", truth[1:2], said.take([1]), positive=1).value == 0


def test_a_group_of_ties_is_a_group_of_errors():
    texts = [f"odd {i}" for i in range(30)] + [f"plain {i}" for i in range(30)]
    examples = load_examples(
        [{"text": t, "label": "negative", "g": t.split()[0]} for t in texts],
        groups=["g"],
    )
    result = evaluate_bias_gap(FakeClassifier(half), examples, group="g")
    assert result.value == 1.0


def test_a_model_with_ties_is_worse_than_one_without():
    labels = rows("negative", "negative", "negative")
    tied, plain = FakeClassifier(half, name="half"), FakeClassifier(sure, name="sure")
    result = evaluate_not_worse(tied, labels, than=plain)
    assert (result.value, result.failing) == (-2 / 3, 2)
    assert evaluate_not_worse(plain, labels, than=tied).value == 2 / 3
    macro = evaluate_not_worse(tied, labels, than=plain, metric="f1_macro")
    assert macro.value < 0


def test_the_answer_of_a_tie_is_all_of_its_classes():
    """So a copy agrees with its original, and breaking a tie is a change."""
    one, other = FakeClassifier(half, name="half"), FakeClassifier(sure, name="sure")
    texts = ["odd one", "odd two", "plain"]
    assert evaluate_agrees(one, texts, than=one).value == 1.0
    result = evaluate_agrees(one, texts, than=other)
    assert result.value == 1 / 3
    assert any("2 of 3 answers are ties" in note for note in result.notes)
    examples = load_examples((texts, None))
    broken = evaluate_invariant(one, examples, under=lambda t: t.replace("odd", "even"))
    assert broken.value == 1.0
    assert any("the answer is all of them together" in note for note in broken.notes)
    kept = evaluate_invariant(one, examples, under=lambda t: f"{t}!")
    assert kept.value == 0.0


def test_a_class_at_exactly_one_half_is_decided_wrongly():
    def logits(text):
        return (0.0, 1.0)

    model = FakeClassifier(logits, ("rude", "loud"), multi_label=True)
    for labels in (["loud"], ["rude", "loud"]):
        result = evaluate_accuracy(model, [{"text": "x", "label": labels}])
        assert result.value == 0.0
        assert result.cases[0].observed == "loud+rude?"
        assert any("a class at exactly one half" in note for note in result.notes)
    found = evaluate_metric(
        model, [{"text": "x", "label": ["loud"]}], metric="recall_micro"
    )
    assert found.value == 1.0


def test_tokens_that_share_the_first_place_are_one_answer():
    def answer(ids, logs):
        return MaskedTokens(
            masks=np.array([1], np.int32),
            top_ids=np.array([ids], np.int32),
            top_log_probabilities=np.array([logs], np.float32),
            wanted=np.array([0], np.int32),
            log_probabilities=np.zeros(0, np.float32),
            ranks=np.zeros(0, np.int32),
            ties=np.zeros(0, np.int32),
        )

    tie, same = answer([1, 2, 3], [-1, -1, -2]), answer([2, 1, 0], [-1, -1, -2])
    assert not tie.differs(same).any()
    assert tie.differs(answer([1, 2, 3], [-1, -1.5, -2])).all()
    assert answer([1, 2, 3], [-1, -2, -3]).differs(tie).all()
