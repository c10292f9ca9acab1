"""Perplexity and its kin, against what the definitions give by hand."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.paired import Pairs, gain
from pytest_ptm.metrics.scoring.table import KIND
from pytest_ptm.metrics.scoring_masked.table import KIND as MASKED
from pytest_ptm.results import Measurement, Outcomes
from pytest_ptm.statistics.clusters import cluster_ratio
from pytest_ptm.statistics.evidence import ShareOf
from pytest_ptm.statistics.reading import read
from pytest_ptm.statistics.row_ratio import RowRatio
from pytest_ptm.statistics.row_sums import OfRowSums
from pytest_ptm.tasks.masked_scoring import PseudoTokenScores
from pytest_ptm.tasks.token_scores.answers import TokenScores

LOGS = [[-1.0, -2.0, -0.5], [-4.0], [-0.1, -0.2]]
# bytes, words
HELD = np.array([[12, 2], [5, 1], [9, 2]])


def said(rows=LOGS):
    flat = np.array([value for row in rows for value in row], dtype=np.float32)
    counts = np.array([len(row) for row in rows], dtype=np.int32)
    return TokenScores(counts, np.zeros(len(flat), dtype=np.int32), flat, flat > -0.3)


def measured(metric, rows=LOGS, held=HELD):
    return KIND.measure(metric, held[: len(rows)], said(rows))


NATS = 7.8


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("cross_entropy", NATS / 6),
        ("perplexity", math.exp(NATS / 6)),
        ("word_perplexity", math.exp(NATS / 5)),
        ("bits_per_byte", NATS / math.log(2) / 26),
        ("token_accuracy", 2 / 6),
    ],
)
def test_a_figure_is_a_ratio_of_sums(metric, expected):
    found = measured(metric)
    assert found.value == pytest.approx(expected, rel=1e-6)
    assert (found.n, found.better) == (3, KIND.metrics[metric].better)
    assert found.interval.low < found.value < found.interval.high


def test_the_limits_are_those_of_the_ratio():
    """The ratio estimator by hand: t over texts, Cochran 1977."""
    totals, trials = np.array([3.5, 4.0, 0.3]), np.array([3.0, 1.0, 2.0])
    expected = cluster_ratio(totals, trials)
    ratio, power = measured("cross_entropy"), measured("perplexity")
    # The figure cannot be negative.
    assert ratio.interval.low == max(0.0, expected.low)
    assert ratio.interval.high == pytest.approx(expected.high)
    assert power.interval.high == pytest.approx(math.exp(expected.high))
    assert power.interval.low == pytest.approx(math.exp(ratio.interval.low))
    assert "texts" in power.interval.method
    assert "cluster" not in power.interval.method


def test_texts_that_hang_together_are_one():
    rows = [[-1.0, -3.0], [-1.0, -3.5], [-0.2, -0.1], [-0.3, -0.1]]
    held = np.tile([[8, 2]], (4, 1))
    found = KIND.measure("cross_entropy", held, said(rows))
    outcomes = Outcomes(tuple("abcd"), groups={"of": ("x", "x", "y", "y")})
    clustered = read(found, outcomes, cluster="of")
    assert clustered.value == found.value
    width = clustered.interval.high - clustered.interval.low
    assert width > 2 * (found.interval.high - found.interval.low)


def test_nothing_to_measure_is_an_error():
    with pytest.raises(DataError, match="PTM207 word_perplexity is undefined: no text"):
        measured("word_perplexity", [[-1.0]], np.array([[3, 0]]))
    with pytest.raises(DataError, match=r"too large for a float. Use cross_entropy"):
        measured("perplexity", [[-1e5]])
    masked = PseudoTokenScores(*vars(said([[-1.0]])).values())
    with pytest.raises(DataError, match=r"PTM207 pseudo_word.*Use pseudo_bits_per_by"):
        MASKED.measure("pseudo_word_perplexity", np.array([[3, 0]]), masked)
    with pytest.raises(ArgumentError, match="takes no positive="):
        KIND.require("perplexity", None, 1)


def test_what_is_not_scored_is_not_counted():
    """Else a model without a beginning would look better a byte."""
    held = np.full((3, 2), -1)
    for metric in ("bits_per_byte", "word_perplexity"):
        with pytest.raises(DataError, match=r"PTM207 .*not scored.* Use perplexity"):
            measured(metric, held=held)
    assert measured("perplexity", held=held).value > 1


def pairs(n):
    return Pairs(np.zeros((n, 2)), None, None)


def test_the_gain_of_one_model_over_another_is_paired():
    better = [[-0.9, -1.5, -0.4], [-3.0], [-0.1, -0.1]]
    first, second = measured("cross_entropy", better), measured("cross_entropy")
    found = gain(first, second, pairs(3))
    assert found.value == pytest.approx((7.8 - 6.0) / 6, rel=1e-6)
    assert found.evidence.interval().low < found.value < found.evidence.interval().high
    # Of figures that are e to a ratio the difference is no ratio.
    assert (
        gain(measured("perplexity", better), measured("perplexity"), pairs(3)).evidence
        is None
    )


def test_figures_of_other_tokens_are_not_compared():
    other = [[-1.0, -2.0], [-2.0, -2.0], [-0.1, -0.2]]
    with pytest.raises(ArgumentError, match="compare bits_per_byte or word_perplexity"):
        gain(measured("perplexity", other), measured("perplexity"), pairs(3))
    found = gain(measured("bits_per_byte", other), measured("bits_per_byte"), pairs(3))
    assert found.value == pytest.approx(0.5 / math.log(2) / 26, abs=1e-6)


@pytest.mark.parametrize("metric", list(KIND.metrics))
def test_a_ratio_is_one_of_sums_over_rows_that_a_baseline_can_hold(metric):
    found = measured(metric)
    assert KIND.metrics[metric].of_sums
    assert isinstance(found.evidence, OfRowSums)
    again = found.evidence.of(found.evidence.stats)
    assert again.value == found.value == found.evidence.value
    assert len(again.by_row()) == found.n


def test_of_one_text_tokens_count_as_drawn_apart_and_a_cluster_of_it_says_nothing():
    one = RowRatio(np.array([3.0]), np.array([4.0]), share=True, alone=True)
    assert one.interval() == ShareOf(3, 4).interval()
    assert one.clustered(("a",)).interval() is None


@dataclass(frozen=True)
class ProductOfSums:
    """A figure of three sums that is no ratio, as corpus metrics are."""

    stats: np.ndarray

    @property
    def value(self):
        return float(np.prod(self.stats.sum(axis=0)))

    def of(self, stats):
        return ProductOfSums(stats)

    def by_row(self):
        return self.stats.prod(axis=1)

    def less(self, other):
        return None

    def interval(self, *, confidence=0.95, side="both"):
        return None


def test_the_gain_is_of_any_figure_of_sums():
    first, second = (ProductOfSums(np.full((2, 3), by)) for by in (2.0, 1.0))
    one, other = (
        Measurement.of("x", each.value, 2, "higher", each) for each in (first, second)
    )
    found = gain(one, other, pairs(2))
    assert found.value == 4.0**3 - 2.0**3
    assert found.ahead.tolist() == [7.0, 7.0]
