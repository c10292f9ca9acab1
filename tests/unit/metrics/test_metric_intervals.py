"""Which interval each metric carries, and figures worked out by hand."""

import numpy as np
import pytest
from scipy import stats

from pytest_ptm.metrics.classification import counted
from pytest_ptm.metrics.classification.ranked import log_odds
from pytest_ptm.metrics.classification.table import METRICS, measure
from pytest_ptm.statistics.means import t_interval
from pytest_ptm.statistics.proportions import wilson
from pytest_ptm.tasks.text_classification import Classification

BCA = "BCa bootstrap (2,000 resamples, seed 0)"
METHODS = {
    "accuracy": "Wilson",
    "balanced_accuracy": BCA,
    "precision": "Wilson",
    "precision_macro": BCA,
    "precision_micro": "Wilson",
    "precision_weighted": BCA,
    "recall": "Wilson",
    "selection_rate": "Wilson",
    "true_positive_rate": "Wilson",
    "false_positive_rate": "Wilson",
    "false_negative_rate": "Wilson",
    "recall_macro": BCA,
    "recall_micro": "Wilson",
    "recall_weighted": "Wilson",
    "f1": BCA,
    "f1_macro": BCA,
    "f1_micro": "Wilson",
    "f1_weighted": BCA,
    "matthews_corrcoef": BCA,
    "roc_auc": "DeLong (logit)",
    "roc_auc_ovr": None,
    "roc_auc_ovr_weighted": None,
    "roc_auc_ovo": None,
    "roc_auc_ovo_weighted": None,
    "average_precision": None,
    "log_loss": BCA,
    "brier": BCA,
    "ece": "signed bins",
    "ece_equal_mass": "signed bins",
    "ece_classwise": "signed bins",
    "mce": "Clopper-Pearson of each bin",
    "overconfidence": "signed bins",
    "underconfidence": "signed bins",
}


@pytest.fixture(scope="module")
def sample():
    """200 rows of two classes, about 80 % answered right."""
    random = np.random.default_rng(0)
    gold = (random.random(200) < 0.4).astype(int)
    score = np.where(gold == 1, 1, -1) + random.normal(0, 1.2, 200)
    logits = np.column_stack([-score, score]).astype(np.float32)
    return gold, Classification(logits, ("no", "yes"))


@pytest.mark.parametrize("metric", METRICS)
def test_each_metric_has_the_interval_of_its_kind(metric, sample):
    positive = 1 if METRICS[metric].needs_positive else None
    measured = measure(metric, *sample, positive=positive)
    method = None if measured.interval is None else measured.interval.method
    assert method == METHODS[metric]
    if measured.interval is not None:
        assert measured.interval.low < measured.value < measured.interval.high
        assert measured.interval.confidence == 0.95
    assert isinstance(measured.value, float)
    assert measured.n == 200
    assert measured.better == METRICS[metric].better


def test_precision_is_a_share_of_the_predicted_and_recall_of_the_gold(sample):
    gold, predictions = sample
    hits = int(((gold == 1) & (predictions.predicted == 1)).sum())
    shown = int((predictions.predicted == 1).sum())
    for name, n in (("precision", shown), ("recall", int((gold == 1).sum()))):
        measured = measure(name, gold, predictions, positive=1)
        assert measured.value == hits / n
        assert measured.interval == wilson(hits, n)


def test_f1_by_hand():
    # 2 hits, 1 missed, 1 wrongly shown: 2*2 / (2*2 + 1 + 1).
    predictions = Classification(
        np.eye(3, dtype=np.float32)[[1, 1, 0, 1, 2, 2]], ("a", "b", "c")
    )
    measured = measure("f1", np.array([1, 1, 1, 0, 2, 2]), predictions, positive=1)
    assert measured.value == pytest.approx(2 / 3)


def test_the_interval_of_f1_is_that_of_scipy(sample):
    gold, predictions = sample

    def f1(gold, predicted, axis):
        hits = (gold & predicted).sum(axis=axis)
        return 2 * hits / (gold.sum(axis=axis) + predicted.sum(axis=axis))

    expected = stats.bootstrap(
        (gold, predictions.predicted),
        f1,
        paired=True,
        vectorized=True,
        rng=np.random.default_rng(0),
    ).confidence_interval
    ours = measure("f1", gold, predictions, positive=1).interval
    assert ours.low == pytest.approx(expected.low, abs=0.012)
    assert ours.high == pytest.approx(expected.high, abs=0.012)


def test_means_of_some_thousand_rows_and_more_have_the_t_interval():
    logits = np.array([[9, 0], [9, 0], [0, 1]], dtype=np.float32)
    predictions = Classification(np.tile(logits, (1000, 1)), ("a", "b"))
    gold = np.zeros(3000, dtype=np.intp)
    rows = -predictions.log_probabilities[:, 0]
    measured = measure("log_loss", gold, predictions)
    assert measured.interval == t_interval(rows)


def test_no_interval_of_a_mean_leaves_the_range_of_the_scores():
    logits = np.array([[9, 0], [9, 0], [0, 1]], dtype=np.float32)
    predictions = Classification(logits, ("a", "b"))
    evidence = measure("log_loss", np.array([0, 0, 0]), predictions).evidence
    assert t_interval(evidence.scores).low < 0
    assert evidence.by("t").interval().low == 0.0


@pytest.mark.parametrize("metric", ["log_loss", "brier"])
def test_one_row_says_nothing_of_the_spread_and_rows_alike_little(metric):
    one = Classification(np.zeros((1, 2), dtype=np.float32), ("a", "b"))
    assert measure(metric, np.zeros(1, dtype=int), one).interval is None
    five = Classification(np.zeros((5, 2), dtype=np.float32), ("a", "b"))
    measured = measure(metric, np.zeros(5, dtype=int), five)
    # An unseen row could lie anywhere in the range; log loss has no upper end.
    assert measured.interval.low < measured.value <= measured.interval.high
    assert "empirical likelihood" in measured.interval.method


def test_log_loss_has_no_ceiling():
    predictions = Classification(np.array([[0, 500]], dtype=np.float32), ("a", "b"))
    assert measure("log_loss", np.array([0]), predictions).value == 500.0


def test_brier_of_one_class_of_three_is_of_that_class_alone():
    predictions = Classification(np.zeros((2, 3), dtype=np.float32), ("a", "b", "c"))
    gold = np.array([0, 1])
    # (1 - 1/3)^2 and (1/3)^2; over all classes (2/3)^2 + 2 (1/3)^2 for each row.
    one = measure("brier", gold, predictions, positive=0)
    assert one.value == pytest.approx((4 / 9 + 1 / 9) / 2)
    assert measure("brier", gold, predictions).value == pytest.approx(6 / 9)


def test_multi_label_accuracy_has_an_interval_and_averages_have_none():
    gold = np.array([[1, 0], [1, 1], [0, 1]], dtype=bool)
    logits = np.where(gold, 1, -1).astype(np.float32)
    predictions = Classification(logits, ("a", "b"), multi_label=True)
    assert measure("accuracy", gold, predictions).interval == wilson(3, 3)
    for name, metric in METRICS.items():
        if metric.multi_label and name != "accuracy" and not metric.calibrates:
            assert measure(name, gold, predictions).interval is None


def test_more_classes_than_the_limit_have_no_bootstrap(monkeypatch, sample):
    monkeypatch.setattr(counted, "BOOTSTRAP_CLASSES", 1)
    assert measure("f1_macro", *sample).interval is None


def test_classes_that_never_occur_cost_nothing_and_change_nothing(sample):
    gold, predictions = sample
    padding = np.full((len(gold), 150), -50, dtype=np.float32)
    names = tuple(str(index) for index in range(152))
    wider = Classification(np.hstack([predictions.logits, padding]), names)
    for metric in ("f1_macro", "f1_weighted", "balanced_accuracy", "matthews_corrcoef"):
        ours = measure(metric, gold, wider)
        assert ours == measure(metric, gold, predictions)
        assert ours.interval is not None


def test_log_odds_stay_apart_where_probabilities_are_all_1():
    logits = np.array([[50, 0, 0], [60, 0, 0], [0, 60, 0]], dtype=np.float32)
    predictions = Classification(logits, ("a", "b", "c"))
    assert predictions.probabilities[0, 0] == predictions.probabilities[1, 0] == 1.0
    odds = log_odds(predictions)
    assert odds[0, 0] == pytest.approx(50 - np.log(2))
    assert odds[1, 0] == pytest.approx(60 - np.log(2))
    assert odds[2, 0] == pytest.approx(-60)


def test_log_odds_of_two_classes_are_the_difference():
    logits = np.array([[1.5, -2.25], [0, 88]], dtype=np.float32)
    odds = log_odds(Classification(logits, ("a", "b")))
    assert odds.tolist() == [[3.75, -3.75], [-88, 88]]


def test_the_same_question_has_the_same_answer(sample):
    assert measure("f1_macro", *sample) == measure("f1_macro", *sample)
