"""Figures that are a mean over classes, where rows hang together."""

from __future__ import annotations

import numpy as np
import pytest
from ptm_fakes import FakeClassifier
from ptm_tags import FakeTagger, by_name, tagged

import pytest_ptm as ptm
from pytest_ptm.statistics.clustered_classes import MeanOverClusters
from pytest_ptm.statistics.clusters import cluster_share

CLASSES = ("bad", "fair", "good")


def answers(rng, clusters, size, classes=3):
    """Hits and trials of classes whose clusters are alike."""
    trials = rng.multinomial(size, np.full(classes, 1 / classes), size=clusters)
    right = rng.beta(8, 2, size=clusters)[:, np.newaxis]
    return rng.binomial(trials, right).astype(float), trials.astype(float)


def test_of_one_class_it_is_the_limit_of_a_share():
    hits, trials = answers(np.random.default_rng(0), 30, 20, classes=1)
    for side in ("both", "lower", "upper"):
        found = MeanOverClusters(hits, trials).interval(side=side)
        own = cluster_share(hits[:, 0], trials[:, 0], side=side)
        assert (found.low, found.high) == pytest.approx((own.low, own.high))
    harmonic = MeanOverClusters(hits, trials, harmonic=True).interval(side="lower")
    low = cluster_share(hits[:, 0], trials[:, 0], side="lower").low
    assert harmonic.low == pytest.approx(2 * low / (1 + low))


@pytest.mark.parametrize("harmonic", [False, True])
def test_a_better_answer_never_lowers_a_bound(harmonic):
    rng = np.random.default_rng(1)
    for _ in range(20):
        hits, trials = answers(rng, 8, 6)
        wrong = np.argwhere(hits < trials)
        better = hits.copy()
        better[tuple(wrong[rng.integers(len(wrong))])] += 1
        for side, end in (("lower", "low"), ("upper", "high")):
            before, after = (
                getattr(
                    MeanOverClusters(each, trials, harmonic).interval(side=side), end
                )
                for each in (hits, better)
            )
            assert after >= before - 1e-12


def test_all_right_and_few_clusters():
    trials = np.array([[3.0, 0.0], [2.0, 1.0], [4.0, 0.0]])
    # What a single cluster has may be anything.
    found = MeanOverClusters(trials, trials).interval(side="lower")
    all_of_three = cluster_share(trials[:, 0], trials[:, 0], side="lower").low
    assert found.low == pytest.approx(all_of_three / 2)
    assert MeanOverClusters(trials[:1], trials[:1]).interval() is None


def labelled(n=120):
    """Documents of six rows; in every fourth of them the model errs."""
    texts = [f"{CLASSES[i % 3]} {i}" for i in range(n)]
    return [
        {
            "text": f"{text} hard" if (i // 6) % 4 == 0 and i % 2 else text,
            "label": CLASSES[i % 3],
            "document": f"d{i // 6}",
        }
        for i, text in enumerate(texts)
    ]


def logits(text):
    word, *_, last = text.split()
    answer = "fair" if last == "hard" else word
    return [3.0 * (answer == name) for name in CLASSES]


@pytest.mark.parametrize(
    ("metric", "about"),
    [
        ("recall", {"positive": "bad"}),
        ("precision", {"positive": "fair"}),
        ("f1", {"positive": "good"}),
        ("false_negative_rate", {"positive": "bad"}),
        ("false_positive_rate", {"positive": "fair"}),
        ("selection_rate", {"positive": "fair"}),
        *((name, {}) for name in ("f1_macro", "precision_macro", "recall_macro")),
        ("balanced_accuracy", {}),
        ("accuracy", {}),
    ],
)
def test_figures_of_classes_over_documents(metric, about):
    model = FakeClassifier(logits, class_names=CLASSES, name="errs by document")
    rows = ptm.load_examples(labelled(), groups=["document"])
    lower = metric.endswith(("negative_rate", "positive_rate"))
    bound = {"at_most": 1.0} if lower else {"at_least": 0.0}
    found = ptm.assert_metric(
        model, rows, metric=metric, **about, **bound, cluster="document"
    )
    apart = ptm.evaluate_metric(model, rows, metric=metric, **about)
    limits, plain = found.measurement.interval, apart.measurement.interval
    assert "over 20 clusters" in limits.method
    assert limits.low < found.value < limits.high
    # Errors come together: as many rows say less than as many drawn apart.
    assert limits.high - limits.low > plain.high - plain.low


@pytest.mark.parametrize("metric", ["matthews_corrcoef", "f1_weighted"])
def test_what_is_no_such_figure_says_which_are(metric):
    model = FakeClassifier(logits, class_names=CLASSES, name="errs by document")
    rows = ptm.load_examples(labelled(), groups=["document"])
    with pytest.raises(ptm.ArgumentError, match="such as accuracy, recall or f1_macro"):
        ptm.assert_metric(model, rows, metric=metric, at_least=0, cluster="document")


@pytest.mark.parametrize("metric", ["f1_macro", "f1", "precision", "recall"])
def test_entities_over_documents(metric):
    names = ["Ann", "Eve"] * 30
    rows = tagged(
        *[f"{name}/B-person saw/O {i}/O Rome/B-place" for i, name in enumerate(names)],
        document=[f"d{row // 4}" for row in range(60)],
    )
    half = FakeTagger(by_name, name="knows no Eve")
    found = ptm.assert_metric(
        half, rows, metric=metric, at_least=0.0, cluster="document"
    )
    assert "15 clusters" in found.measurement.interval.method
    sure = ptm.assert_metric(
        half,
        rows,
        metric=metric,
        at_least=0.1,
        cluster="document",
        confidence=0.95,
    )
    assert any("15 clusters, fewer than 20" in note for note in sure.notes)
