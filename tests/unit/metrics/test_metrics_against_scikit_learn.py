"""Every metric equals scikit-learn's to 1e-12, and is undefined where it warns."""

import inspect
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk
from sklearn.exceptions import UndefinedMetricWarning

from pytest_ptm.ground.errors import DataError
from pytest_ptm.metrics.classification.table import METRICS, measure
from pytest_ptm.tasks.text_classification import Classification

EXACT = {"rel": 1e-12, "abs": 1e-12}
RATES = {
    "precision": sk.precision_score,
    "recall": sk.recall_score,
    "f1": sk.f1_score,
}
AVERAGES = ["macro", "micro", "weighted"]
SEEDS = st.integers(0, 2**32 - 1)


def names(k):
    return tuple(f"class {index}" for index in range(k))


def one_hot(predicted, k):
    return Classification(np.eye(k, dtype=np.float32)[predicted], names(k))


@st.composite
def labelled(draw, k=None):
    """Gold and predicted classes of a few rows, some classes often missing."""
    k = draw(st.integers(2, 5)) if k is None else k
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)),
            min_size=1,
            max_size=30,
        )
    )
    gold, predicted = np.array(rows).T
    return gold, predicted, k


@st.composite
def scored(draw, k=None):
    """Gold classes and logits, with ties: rows drawn from a small pool."""
    k = draw(st.integers(2, 5)) if k is None else k
    random = np.random.default_rng(draw(SEEDS))
    n, pool = draw(st.integers(k, 60)), draw(st.integers(1, 30))
    logits = random.normal(0, 3, (pool, k)).astype(np.float32)
    gold = np.concatenate([np.arange(k), random.integers(0, k, n - k)])
    return gold, Classification(logits[random.integers(0, pool, n)], names(k))


@st.composite
def many_labelled(draw):
    """Memberships and logits of multi-label rows, with ties, none at one half.

    There a class is undecided, which scikit-learn's decisions cannot say.
    """
    k, n = draw(st.integers(2, 4)), draw(st.integers(1, 25))
    random = np.random.default_rng(draw(SEEDS))
    gold = random.random((n, k)) < draw(st.sampled_from([0.1, 0.5, 0.8]))
    logits = (random.integers(-3, 4, (n, k)) + 0.5).astype(np.float32)
    return gold, Classification(logits, names(k), multi_label=True)


def theirs(score, *arguments, **options):
    """scikit-learn's figure, and whether it warned that it is undefined."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = score(*arguments, **options)
    warned = any(issubclass(each.category, UndefinedMetricWarning) for each in caught)
    return value, warned


def check(name, gold, predictions, expected, undefined, *, positive=None):
    """Ours is theirs, or an error where theirs is undefined."""
    if undefined:
        with pytest.raises(DataError) as caught:
            measure(name, gold, predictions, positive=positive)
        assert caught.value.code == "PTM207"
        return
    ours = measure(name, gold, predictions, positive=positive)
    assert ours.value == pytest.approx(expected, **EXACT)
    assert (ours.metric, ours.n) == (name, len(gold))
    assert METRICS[name].low <= ours.value
    assert METRICS[name].high is None or ours.value <= METRICS[name].high
    if ours.interval is not None:
        assert ours.interval.low <= ours.interval.high


@given(labelled())
def test_accuracy(rows):
    gold, predicted, k = rows
    expected = sk.accuracy_score(gold, predicted)
    check("accuracy", gold, one_hot(predicted, k), expected, undefined=False)


@given(labelled())
def test_balanced_accuracy(rows):
    gold, predicted, k = rows
    expected, _ = theirs(sk.balanced_accuracy_score, gold, predicted)
    check("balanced_accuracy", gold, one_hot(predicted, k), expected, undefined=False)


@pytest.mark.parametrize("rate", RATES)
@given(rows=labelled(k=2), positive=st.integers(0, 1))
def test_rates_of_the_positive_class(rate, rows, positive):
    gold, predicted, k = rows
    expected, warned = theirs(
        RATES[rate], gold == positive, predicted == positive, pos_label=True
    )
    predictions = one_hot(predicted, k)
    check(rate, gold, predictions, expected, warned, positive=positive)


@pytest.mark.parametrize("rate", RATES)
@given(rows=labelled(k=4), positive=st.integers(0, 3))
def test_rates_of_one_class_of_many_are_against_the_rest(rate, rows, positive):
    gold, predicted, k = rows
    expected, warned = theirs(
        RATES[rate], gold, predicted, labels=[positive], average="macro"
    )
    predictions = one_hot(predicted, k)
    check(rate, gold, predictions, expected, warned, positive=positive)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("rate", RATES)
@given(rows=labelled())
def test_averages_of_rates(rate, average, rows):
    gold, predicted, k = rows
    expected, warned = theirs(RATES[rate], gold, predicted, average=average)
    if average == "weighted":
        # scikit-learn warns of classes that weigh nothing, too.
        warned = rate == "precision" and bool(set(gold) - set(predicted))
    check(f"{rate}_{average}", gold, one_hot(predicted, k), expected, warned)


@given(labelled())
def test_matthews_corrcoef(rows):
    gold, predicted, k = rows
    one_class = len(set(gold)) == 1 or len(set(predicted)) == 1
    expected, _ = theirs(sk.matthews_corrcoef, gold, predicted)
    predictions = one_hot(predicted, k)
    check("matthews_corrcoef", gold, predictions, expected, undefined=one_class)


@given(scored(k=2), st.integers(0, 1))
def test_roc_auc_and_average_precision(rows, positive):
    gold, predictions = rows
    logits = predictions.logits.astype(np.float64)
    scores = logits[:, positive] - logits[:, 1 - positive]
    for name, score in (
        ("roc_auc", sk.roc_auc_score),
        ("average_precision", sk.average_precision_score),
    ):
        expected = score(gold == positive, scores)
        check(name, gold, predictions, expected, undefined=False, positive=positive)


@pytest.mark.parametrize("weights", ["", "_weighted"])
@pytest.mark.parametrize("pairs", ["ovr", "ovo"])
@given(rows=scored())
def test_roc_auc_over_classes(pairs, weights, rows):
    gold, predictions = rows
    probabilities = predictions.probabilities
    if probabilities.shape[1] == 2:
        # Two classes are one curve, whichever way it is asked for.
        expected = sk.roc_auc_score(gold, probabilities[:, 1])
    else:
        average = "weighted" if weights else "macro"
        expected = sk.roc_auc_score(
            gold, probabilities, multi_class=pairs, average=average
        )
    check(f"roc_auc_{pairs}{weights}", gold, predictions, expected, undefined=False)


@given(scored())
def test_log_loss(rows):
    gold, predictions = rows
    labels = range(len(predictions.class_names))
    expected = sk.log_loss(gold, predictions.probabilities, labels=labels)
    check("log_loss", gold, predictions, expected, undefined=False)


@given(scored(k=2), st.integers(0, 1))
def test_brier_of_two_classes(rows, positive):
    gold, predictions = rows
    expected = sk.brier_score_loss(
        gold == positive, predictions.probabilities[:, positive]
    )
    check("brier", gold, predictions, expected, undefined=False, positive=positive)
    check("brier", gold, predictions, expected, undefined=False)


@pytest.mark.skipif(
    "scale_by_half" not in inspect.signature(sk.brier_score_loss).parameters,
    reason="scikit-learn before 1.7 has the Brier score of two classes only",
)
@given(scored())
def test_brier_of_many_classes(rows):
    gold, predictions = rows
    labels = range(len(predictions.class_names))
    expected = sk.brier_score_loss(gold, predictions.probabilities, labels=labels)
    check("brier", gold, predictions, expected, undefined=False)


@given(many_labelled())
def test_multi_label_accuracy_is_of_whole_rows(rows):
    gold, predictions = rows
    expected = sk.accuracy_score(gold, predictions.decided)
    check("accuracy", gold, predictions, expected, undefined=False)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("rate", RATES)
@given(rows=many_labelled())
def test_multi_label_averages_of_rates(rate, average, rows):
    gold, predictions = rows
    decided = predictions.decided
    expected, warned = theirs(RATES[rate], gold, decided, average=average)
    if average == "weighted":
        never = gold.any(axis=0) & ~decided.any(axis=0)
        # scikit-learn gives 0.0, and no warning, for no gold label at all.
        warned = not gold.any() or (rate == "precision" and bool(never.any()))
    check(f"{rate}_{average}", gold, predictions, expected, warned)


@given(many_labelled())
def test_multi_label_roc_auc_is_the_mean_over_classes(rows):
    gold, predictions = rows
    if (gold.all(axis=0) | ~gold.any(axis=0)).any():
        check("roc_auc", gold, predictions, None, undefined=True)
        return
    expected = sk.roc_auc_score(gold, predictions.logits, average="macro")
    check("roc_auc", gold, predictions, expected, undefined=False)


@settings(max_examples=20)
@given(SEEDS)
def test_ten_thousand_rows(seed):
    random = np.random.default_rng(seed)
    gold = random.integers(0, 10, 10_000)
    predicted = np.where(random.random(10_000) < 0.8, gold, gold[::-1])
    predictions = one_hot(predicted, 10)
    for name, expected in (
        ("f1_macro", sk.f1_score(gold, predicted, average="macro")),
        ("matthews_corrcoef", sk.matthews_corrcoef(gold, predicted)),
    ):
        check(name, gold, predictions, expected, undefined=False)
