"""A figure that does not exist is an error that names the reason, never 0.0."""

from dataclasses import replace

import numpy as np
import pytest

from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.classification import table
from pytest_ptm.metrics.classification.table import METRICS, measure
from pytest_ptm.metrics.finding import scale_of
from pytest_ptm.tasks.text_classification import Classification

BINARY = ("negative", "positive")
THREE = ("bad", "fair", "good")


def answers(predicted, class_names=BINARY):
    logits = np.eye(len(class_names), dtype=np.float32)[predicted]
    return Classification(logits, class_names)


def decisions(rows, class_names=THREE):
    logits = np.where(np.array(rows), 1, -1).astype(np.float32)
    return Classification(logits, class_names, multi_label=True)


def undefined(*arguments, **options):
    with pytest.raises(DataError) as caught:
        measure(*arguments, **options)
    assert caught.value.code == "PTM207"
    return caught.value.message


GOLD = np.array([0, 0, 1, 1])


@pytest.mark.parametrize(
    ("metric", "gold", "predicted", "why"),
    [
        ("precision", GOLD, [0, 0, 0, 0], "'positive' was never predicted"),
        ("recall", GOLD * 0, [0, 1, 1, 0], "'positive' was never the gold label"),
        (
            "f1",
            GOLD * 0,
            [0, 0, 0, 0],
            "'positive' was neither the gold label nor predicted",
        ),
        ("roc_auc", GOLD * 0, [0, 1, 1, 0], "only one class"),
        ("roc_auc", GOLD * 0 + 1, [0, 1, 1, 0], "only one class"),
        (
            "average_precision",
            GOLD * 0,
            [0, 1, 1, 0],
            "'positive' was never the gold label",
        ),
    ],
)
def test_figures_of_one_class(metric, gold, predicted, why):
    message = undefined(metric, gold, answers(predicted), positive=1)
    assert message.startswith(f"{metric} is undefined: {why} among 4 examples. ")


@pytest.mark.parametrize(
    ("metric", "gold", "predicted", "why"),
    [
        (
            "precision_macro",
            [0, 1, 2, 2],
            [0, 1, 1, 1],
            "'good' was never predicted",
        ),
        ("recall_macro", [0, 0, 1, 1], [0, 1, 1, 2], "'good' was never the gold label"),
        (
            "precision_weighted",
            [0, 1, 2, 2],
            [0, 0, 0, 0],
            "'fair', 'good' were never predicted",
        ),
        (
            "matthews_corrcoef",
            [1, 1, 1, 1],
            [0, 1, 1, 2],
            "'fair' is always the gold label",
        ),
        (
            "matthews_corrcoef",
            [0, 1, 1, 2],
            [2, 2, 2, 2],
            "'good' is always predicted",
        ),
        (
            "roc_auc_ovr",
            [0, 0, 1, 1],
            [0, 1, 1, 2],
            "the gold labels never hold 'good'",
        ),
        (
            "roc_auc_ovo",
            [0, 0, 0, 0],
            [0, 1, 1, 2],
            "the gold labels never hold 'fair', 'good'",
        ),
    ],
)
def test_averages_name_the_class(metric, gold, predicted, why):
    message = undefined(metric, np.array(gold), answers(predicted, THREE))
    assert message.startswith(f"{metric} is undefined: {why} among 4 examples. ")


@pytest.mark.parametrize(
    ("metric", "gold", "decided", "why"),
    [
        (
            "precision_macro",
            [[1, 1, 1], [0, 0, 1]],
            [[1, 0, 1], [0, 0, 1]],
            "'fair' was never predicted",
        ),
        (
            "f1_macro",
            [[1, 0, 1], [0, 0, 1]],
            [[1, 0, 1], [0, 0, 1]],
            "'fair' was neither the gold label nor predicted",
        ),
        (
            "precision_micro",
            [[1, 1, 1], [0, 0, 1]],
            [[0, 0, 0], [0, 0, 0]],
            "each class was never predicted",
        ),
        (
            "recall_weighted",
            [[0, 0, 0], [0, 0, 0]],
            [[0, 1, 0], [0, 0, 0]],
            "each class was never the gold label",
        ),
        (
            "roc_auc",
            [[1, 0, 1], [0, 1, 1]],
            [[0, 1, 0], [0, 0, 0]],
            "the gold labels always hold 'good'",
        ),
    ],
)
def test_multi_label_averages_name_the_class(metric, gold, decided, why):
    message = undefined(metric, np.array(gold, dtype=bool), decisions(decided))
    assert message.startswith(f"{metric} is undefined: {why} among 2 examples. ")


@pytest.mark.parametrize("metric", METRICS)
def test_no_examples_are_no_figure(metric):
    nothing = Classification(np.zeros((0, 2), dtype=np.float32), BINARY)
    positive = 1 if METRICS[metric].needs_positive else None
    message = undefined(metric, np.array([], dtype=int), nothing, positive=positive)
    assert message == (
        f"{metric} is undefined: there are no examples. Give at least one."
    )


def test_logits_that_are_not_finite_are_no_answer():
    predictions = Classification(
        np.array([[0, np.nan], [1, 0]], dtype=np.float32), BINARY
    )
    message = undefined("accuracy", np.array([0, 0]), predictions)
    assert "1 with logits that are NaN or infinite among 2 examples" in message


def test_a_figure_that_comes_out_as_nan_is_an_error(monkeypatch):
    broken = replace(METRICS["accuracy"], figure=lambda _: (float("nan"), None))
    monkeypatch.setitem(table.METRICS, "accuracy", broken)
    assert "it came out as nan among 1 example. " in undefined(
        "accuracy", np.array([0]), answers([0])
    )


def test_an_unknown_metric_suggests_the_nearest_and_lists_all():
    with pytest.raises(ArgumentError) as caught:
        scale_of("acuracy")
    assert "did you mean 'accuracy'?" in caught.value.message
    assert all(name in caught.value.message for name in METRICS)


@pytest.mark.parametrize(
    "metric", [name for name, each in METRICS.items() if each.needs_positive]
)
def test_a_missing_positive_class_lists_the_classes(metric):
    with pytest.raises(ArgumentError) as caught:
        measure(metric, GOLD, answers([0, 1, 1, 0]))
    assert caught.value.message == (
        f"{metric} is about one class: pass positive= with one of "
        "'negative', 'positive'"
    )


def test_over_many_classes_the_averages_are_offered_too():
    with pytest.raises(ArgumentError) as caught:
        measure("f1", GOLD, answers([0, 1, 1, 0], THREE))
    assert caught.value.message == (
        "f1 is about one class: pass positive= with one of 'bad', 'fair', 'good', "
        "or use f1_macro or f1_micro or f1_weighted"
    )


def test_roc_auc_of_three_classes_names_its_successors():
    with pytest.raises(ArgumentError, match="use roc_auc_ovr"):
        measure("roc_auc", GOLD, answers([0, 1, 1, 0], THREE), positive=1)


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "log_loss"])
def test_a_positive_class_that_would_be_ignored_is_refused(metric):
    with pytest.raises(ArgumentError, match="takes no positive="):
        measure(metric, GOLD, answers([0, 1, 1, 0]), positive=1)


def test_multi_label_predictions_take_no_positive_class():
    with pytest.raises(ArgumentError, match="takes no positive="):
        measure("roc_auc", np.eye(3, dtype=bool), decisions(np.eye(3)), positive=1)


@pytest.mark.parametrize("positive", [-1, 2])
def test_a_positive_class_that_is_none_is_refused(positive):
    with pytest.raises(ArgumentError, match=r"not a class index in 0\.\.1"):
        measure("recall", GOLD, answers([0, 1, 1, 0]), positive=positive)


@pytest.mark.parametrize(
    "metric", [name for name, each in METRICS.items() if not each.multi_label]
)
def test_what_multi_label_predictions_do_not_have_lists_what_they_have(metric):
    with pytest.raises(ArgumentError) as caught:
        measure(metric, np.eye(3, dtype=bool), decisions(np.eye(3)))
    assert caught.value.message == (
        f"{metric} is not defined for multi-label predictions; these are: accuracy, "
        "precision_macro, precision_micro, precision_weighted, recall_macro, "
        "recall_micro, recall_weighted, f1_macro, f1_micro, f1_weighted, roc_auc, "
        "ece_classwise"
    )


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        (np.array([0, 1]), "gold must be 4 class indices"),
        (np.array([0.0, 1, 1, 0]), "got float64"),
        (np.zeros((4, 2), dtype=bool), r"got bool\[4, 2\]"),
        (np.array([0, 1, 2, 0]), "class index 2; the 2 classes"),
        (np.array([0, -1, 1, 0]), "class index -1"),
    ],
)
def test_gold_that_does_not_fit_single_labels_is_refused(gold, message):
    with pytest.raises(ArgumentError, match=message):
        measure("accuracy", gold, answers([0, 1, 1, 0]))


@pytest.mark.parametrize(
    "gold", [np.array([0, 1, 2]), np.eye(3), np.zeros((2, 3), dtype=bool)]
)
def test_gold_that_does_not_fit_multi_labels_is_refused(gold):
    with pytest.raises(ArgumentError, match=r"gold must be bool\[3, 3\]"):
        measure("accuracy", gold, decisions(np.eye(3)))


def test_a_comparison_without_a_positive_class_has_none():
    asked = table.compare("recall", GOLD, answers([0, 1, 1, 0]))
    with pytest.raises(ValueError, match="has no positive class"):
        _ = asked.positive_class


def test_class_names_cannot_steer_the_terminal():
    predictions = answers([0, 0], ("ok", "\x1b[2J"))
    message = undefined("precision", np.array([0, 1]), predictions, positive=1)
    assert "\x1b" not in message
