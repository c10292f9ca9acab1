"""Two models that answer with numbers, held against each other by a correlation."""

import numpy as np
import pytest
import scipy.stats
from ptm_numbers import FakeRegressor

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    assert_metric,
    assert_not_worse,
    evaluate_not_worse,
    load_examples,
)
from pytest_ptm.metrics.paired import Pairs, gain
from pytest_ptm.results import Measurement
from pytest_ptm.statistics.correlated import CorrelationOf
from pytest_ptm.statistics.correlation_gain import CorrelationGain
from pytest_ptm.statistics.evidence import MeanOf

SCIPYS = {
    "pearson": lambda *columns: scipy.stats.pearsonr(*columns).statistic,
    "spearman": lambda *columns: scipy.stats.spearmanr(*columns).statistic,
}


class Drawn:
    """Rows with gold numbers, and models that are off by noise of their own."""

    def __init__(self, n, seed=0):
        self.random = np.random.default_rng(seed)
        self.gold = np.round(self.random.normal(size=n), 1)

    def rows(self, **columns):
        return [
            {
                "id": f"r{row}",
                "text": f"text {row}",
                "label": float(label),
                **{name: values[row] for name, values in columns.items()},
            }
            for row, label in enumerate(self.gold)
        ]

    def model(self, noise, name):
        off = noise * self.random.normal(size=len(self.gold))
        return self.answering(self.gold + off, name)

    def answering(self, values, name):
        return FakeRegressor(lambda text: values[int(text.split()[1])], name=name)


def told(session):
    return session.verdicts[-1].verdict


@pytest.mark.parametrize("metric", SCIPYS)
def test_the_gain_is_the_difference_of_scipys(metric):
    drawn = Drawn(80)
    now, then = drawn.model(0.5, "now"), drawn.model(0.8, "then")
    found = evaluate_not_worse(now, drawn.rows(), than=then, metric=metric)
    expected = [
        SCIPYS[metric](
            np.array([each.number(f"text {row}") for row in range(80)]), drawn.gold
        )
        for each in (now, then)
    ]
    assert found.value == pytest.approx(expected[0] - expected[1], abs=1e-5)
    assert (
        found.measurement.interval.low < found.value < found.measurement.interval.high
    )
    assert found.measurement.interval.method.startswith("BCa")


@pytest.mark.parametrize("metric", SCIPYS)
def test_at_a_confidence_it_passes_fails_or_is_inconclusive(session, metric):
    drawn = Drawn(600)
    then, alike, worse = (
        drawn.model(noise, name)
        for noise, name in ((0.3, "then"), (0.3, "alike"), (1.0, "worse"))
    )
    how = {"than": then, "metric": metric, "confidence": 0.95}
    assert_not_worse(alike, drawn.rows(), margin=0.05, **how)
    assert told(session).outcome == "passed"
    with pytest.raises(BehaviourFailure):
        assert_not_worse(worse, drawn.rows(), margin=0.05, **how)
    assert told(session).outcome == "failed"
    with pytest.raises(BehaviourFailure):
        assert_not_worse(alike, drawn.rows(), margin=0.001, **how)
    assert told(session).outcome == "inconclusive"
    judged = told(session).judged
    assert judged.low < -0.001 < judged.high


@pytest.mark.parametrize("metric", SCIPYS)
def test_identical_answers_gain_nothing_and_prove_little_of_few_rows(session, metric):
    drawn = Drawn(300)
    answers = drawn.gold + 0.5 * drawn.random.normal(size=300)
    now, then = drawn.answering(answers, "now"), drawn.answering(answers, "then")
    how = {"than": then, "metric": metric}
    found = assert_not_worse(now, drawn.rows(), margin=0.0, **how)
    assert found.value == 0.0
    assert_not_worse(now, drawn.rows(), margin=0.02, confidence=0.95, **how)
    # As of shares: rows that were not drawn may differ.
    with pytest.raises(BehaviourFailure):
        assert_not_worse(now, drawn.rows(), margin=0.0, confidence=0.95, **how)
    assert told(session).outcome == "inconclusive"


def test_another_method_is_shown_and_another_judge_is_not():
    drawn = Drawn(200)
    now, then = drawn.model(0.4, "now"), drawn.model(0.4, "then")
    how = {"than": then, "metric": "pearson", "margin": 0.3, "confidence": 0.95}
    shown = assert_not_worse(now, drawn.rows(), interval="percentile", **how)
    assert shown.measurement.interval.method.startswith("percentile")
    with pytest.raises(ArgumentError, match="'bca', 'percentile'"):
        assert_not_worse(now, drawn.rows(), interval="tango", **how)


def test_clusters_are_refused_and_never_ignored():
    drawn = Drawn(60)
    now, then = drawn.model(0.4, "now"), drawn.model(0.4, "then")
    rows = load_examples(
        drawn.rows(document=[str(row // 4) for row in range(60)]), groups=["document"]
    )
    how = {"confidence": 0.95, "cluster": "document"}
    with pytest.raises(
        ArgumentError, match=r"a mean over rows, .* and gain in .* is none"
    ):
        assert_not_worse(now, rows, than=then, metric="pearson", **how)
    with pytest.raises(
        ArgumentError, match=r"a mean over rows, .* and spearman is none"
    ):
        assert_metric(now, rows, metric="spearman", at_least=0.5, **how)


@pytest.mark.parametrize("metric", SCIPYS)
def test_rows_with_equal_texts_are_drawn_together(session, metric):
    drawn = Drawn(100)
    now, then = drawn.model(0.4, "now"), drawn.model(0.4, "then")
    rows = drawn.rows()
    copies = [{**row, "id": f"{row['id']}-{copy}"} for row in rows for copy in range(4)]
    how = {"than": then, "metric": metric, "margin": 0.5, "confidence": 0.95}
    once = assert_not_worse(now, rows, **how)
    judged = told(session).judged.low
    four = assert_not_worse(now, copies, **how)
    assert four.value == pytest.approx(once.value, abs=1e-12)
    assert told(session).judged.low == pytest.approx(judged, abs=0.002)


def of(x, y, *, ranks=False, name="pearson"):
    return Measurement.of(name, 0.5, len(x), "higher", CorrelationOf(x, y, ranks))


def test_only_correlations_of_one_kind_with_the_same_gold_are_paired():
    random = np.random.default_rng(0)
    x, z, gold = random.normal(size=(3, 20))
    pairs = Pairs(gold, None, None)
    found = gain(of(x, gold), of(z, gold), pairs).evidence
    assert isinstance(found, CorrelationGain)
    assert gain(of(x, gold), of(z, gold + 1), pairs).evidence is None
    assert gain(of(x, gold), of(z, gold, ranks=True), pairs).evidence is None
    mean = Measurement.of("mean", 0.5, 20, "higher", MeanOf(x))
    assert gain(of(x, gold), mean, pairs).evidence is None
