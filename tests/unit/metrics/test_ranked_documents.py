"""Ranks and their figures, against independent code and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from pytest_ptm import ArgumentError
from pytest_ptm.metrics.ranking import Relevant, ranked, ranking_metric


def found(scores, graded):
    """The ranking of documents with these scores, which are of one query."""
    relevant = Relevant(
        np.array([*graded], dtype=np.intp), np.array([*graded.values()], dtype=float)
    )
    corpus = np.array(scores, dtype=np.float32)[:, None]
    (one,) = ranked(np.ones((1, 1), dtype=np.float32), corpus, [relevant])
    return one


def by_loop(scores, graded, at):
    """Each document by itself; of equal scores the relevant ones last."""
    order = sorted(range(len(scores)), key=lambda d: (-scores[d], graded.get(d, 0.0)))
    top = order[:at]
    gain = sum(graded.get(d, 0.0) / math.log2(r + 2) for r, d in enumerate(top))
    best = sorted(graded.values(), reverse=True)[:at]
    ideal = sum(grade / math.log2(r + 2) for r, grade in enumerate(best))
    hits = [r + 1 for r, d in enumerate(top) if d in graded]
    return {
        f"ndcg@{at}": gain / ideal,
        f"recall@{at}": len(hits) / len(graded),
        f"mrr@{at}": 1 / hits[0] if hits else 0.0,
    }


# Few values, so that many are ties; apart by more than the rounding of float32.
SCORES = st.lists(st.integers(0, 6).map(lambda n: n / 8), min_size=1, max_size=40)


@given(SCORES, st.data())
def test_figures_are_those_of_a_plain_loop(scores, data):
    places = st.integers(0, len(scores) - 1)
    graded = data.draw(
        st.dictionaries(places, st.sampled_from([1.0, 2.0, 3.0]), min_size=1)
    )
    at = data.draw(st.integers(1, len(scores) + 3))
    one = found(scores, graded)
    for name, value in by_loop(scores, graded, at).items():
        assert ranking_metric(name).of(one) == pytest.approx(value, abs=1e-12)
    assert scores[one.first] == max(scores)


def test_discounted_gain_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 8)).astype(np.float32)
    queries = rng.normal(size=(20, 8)).astype(np.float32)
    gold = rng.choice([0, 0, 0, 1, 2, 3], size=(20, 60))
    relevant = [
        Relevant(np.flatnonzero(row), row[row > 0].astype(float)) for row in gold
    ]
    every = list(ranked(queries, vectors, relevant))
    for at in (1, 5, 10, None):
        metric = ranking_metric("ndcg" if at is None else f"ndcg@{at}")
        mine = np.mean([metric.of(one) for one in every])
        assert mine == pytest.approx(ndcg_score(gold, queries @ vectors.T, k=at))


def test_ties_go_against():
    one = found([0.5, 0.5, 0.5, 0.9], {0: 1.0})
    assert one.ranks.tolist() == [4]
    graded = found([0.5, 0.5, 0.1], {0: 3.0, 1: 1.0})
    assert (graded.ranks.tolist(), graded.grades.tolist()) == ([1, 2], [1.0, 3.0])
    # Nor does what rounding makes of equal scores decide.
    assert found([0.5, 0.5 - 2e-7], {0: 1.0}).ranks.tolist() == [2]
    assert found([0.5, 0.499], {0: 1.0}).ranks.tolist() == [1]


def of_plane(documents, graded):
    """The ranking of documents in a plane, of the query that looks along its x."""
    (one,) = ranked(
        np.array([[1.0, 0.0]], dtype=np.float32),
        np.array(documents, dtype=np.float32),
        [Relevant(np.array([*graded]), np.array([*graded.values()], dtype=float))],
    )
    return one


def test_a_tie_reaches_as_far_as_vectors_are_long_and_no_further():
    near = [(0.5, 0.75**0.5), (0.5 - 1.5e-6, 0.75**0.5)]
    assert of_plane(near, {0: 1.0}).ranks.tolist() == [1]
    # The long one may score below both others, and the short one scores less still.
    several = [(1.0, 1000.0), (0.9999, 0.0), (0.9998, 0.0), (0.9998, 0.0)]
    assert of_plane(several, {0: 1.0, 1: 1.0}).ranks.tolist() == [3, 4]


def test_no_rounding_decides_a_tie_of_grades():
    # The better document is ahead by what float32 makes of another order of sums.
    level = found([0.5, 0.5, 0.25], {0: 3.0, 1: 1.0})
    nearly = found([0.5 + 6e-8, 0.5, 0.25], {0: 3.0, 1: 1.0})
    metric = ranking_metric("ndcg")
    assert metric.of(nearly) == metric.of(level) < 1
    assert metric.of(found([0.501, 0.5, 0.25], {0: 3.0, 1: 1.0})) == 1


def test_by_hand():
    one = found([0.9, 0.8, 0.7, 0.6, 0.5], {1: 2.0, 4: 1.0})
    assert one.ranks.tolist() == [2, 5]
    figures = {"mrr": 1 / 2, "recall@1": 0.0, "recall@2": 1 / 2, "recall@5": 1.0}
    ideal = 2 + 1 / math.log2(3)
    figures["ndcg"] = (2 / math.log2(3) + 1 / math.log2(6)) / ideal
    figures["ndcg@3"] = 2 / math.log2(3) / ideal
    figures["mrr@1"] = 0.0
    for name, value in figures.items():
        assert ranking_metric(name).of(one) == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("map", "map"),
        ("ndcg@", "how many documents"),
        ("ndcg@0", "how many documents"),
        ("mrr@ten", "how many documents"),
        ("recall", "1 of every ranking"),
        (None, "expected a name"),
    ],
)
def test_what_is_no_metric_is_refused(name, why):
    with pytest.raises(ArgumentError, match=why):
        ranking_metric(name)
