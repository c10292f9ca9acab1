"""Rankings that no model can lose, and scores of vectors that are of many lengths."""

from __future__ import annotations

import numpy as np
import pytest
from ptm_vectors import by_hand, of_letters

import pytest_ptm as ptm
from pytest_ptm.metrics.ranking import Relevant, ranked, ranking_metric

PAGES = [{"id": "d", "text": "zzz"}, {"id": "e", "text": "yy"}]


@pytest.mark.parametrize("metric", ["mrr", "mrr@5", "ndcg", "ndcg@10", "recall@1"])
def test_a_query_that_every_document_answers_is_refused(metric):
    queries = [{"id": "q", "text": "abc", "label": ["d", "e"]}]
    with pytest.raises(ptm.DataError, match=r"PTM207 .*answer query q alike"):
        ptm.assert_retrieval(of_letters(), queries, PAGES, metric=metric, at_least=0.5)
    with pytest.raises(ptm.DataError, match="PTM207"):
        ptm.assert_retrieval(
            of_letters(),
            [{"text": "abc", "label": "d"}],
            PAGES[:1],
            metric=metric,
            at_least=0.5,
        )


def test_grades_tell_documents_apart_that_all_answer():
    queries = [{"id": "q", "text": "zz"}]
    relevant = {"q": {"d": 1, "e": 2}}
    model = of_letters()
    result = ptm.evaluate_retrieval(
        model, queries, PAGES, metric="ndcg", relevant=relevant
    )
    ideal = 2 + 1 / np.log2(3)
    assert result.value == pytest.approx((1 + 2 / np.log2(3)) / ideal)
    with pytest.raises(ptm.DataError, match="PTM207"):
        ptm.evaluate_retrieval(model, queries, PAGES, metric="mrr", relevant=relevant)


def test_one_long_vector_makes_no_ties_of_others():
    vectors = {
        "q": [1.0, 0.0],
        "near": [1.0, 0.0],
        "mid": [0.5, 0.0],
        "long": [-1e7, 0.0],
    }
    corpus = [{"id": name, "text": name} for name in ("near", "mid", "long")]
    result = ptm.evaluate_retrieval(
        by_hand(vectors),
        [{"text": "q", "label": "near"}],
        corpus,
        metric="mrr",
        similarity="dot",
    )
    assert result.value == 1.0


def test_no_two_documents_share_a_rank_and_rounding_never_helps():
    drawn = np.random.default_rng(5)
    for _ in range(60):
        lengths = 10.0 ** drawn.uniform(-3, 6, size=40)
        corpus = (drawn.normal(size=(40, 6)) * lengths[:, None]).astype(np.float32)
        queries = drawn.normal(size=(4, 6)).astype(np.float32)
        exact = queries.astype(float) @ corpus.astype(float).T
        its = Relevant(
            drawn.choice(40, size=9, replace=False), np.ones(9, dtype=np.float64)
        )
        for found, scores in zip(
            ranked(queries, corpus, [its] * 4), exact, strict=True
        ):
            assert (np.diff(found.ranks) > 0).all()
            order = np.argsort(-scores).tolist()
            best = sorted(order.index(row) + 1 for row in its.rows.tolist())
            assert (found.ranks >= best).all()
            mean = ranking_metric("mrr").of(found)
            assert mean == pytest.approx(1 / best[0], abs=0.2)


def test_an_id_that_relevant_has_not_is_told_from_a_query_without_an_answer():
    corpus = [{"_id": "d1", "text": "zzz"}, {"_id": "d2", "text": "abc"}]
    queries = [{"_id": "q1", "text": "abcc"}]
    with pytest.raises(
        ptm.DataError, match=r"row-1 .*no such id \(but 'q1'\).*load_examples\(…, id="
    ):
        ptm.evaluate_retrieval(
            of_letters(), queries, corpus, metric="mrr", relevant={"q1": {"d2": 1}}
        )
    queries, corpus = (
        ptm.load_examples(rows, id="_id", label=None) for rows in (queries, corpus)
    )
    result = ptm.evaluate_retrieval(
        of_letters(), queries, corpus, metric="mrr", relevant={"q1": {"d2": 1}}
    )
    assert result.value == 1.0
    with pytest.raises(ptm.DataError, match="leave it out"):
        ptm.evaluate_retrieval(
            of_letters(), queries, corpus, metric="mrr", relevant={"q1": {"d2": 0}}
        )


def test_queries_that_all_find_themselves_are_refused():
    texts = [{"id": name, "text": name} for name in ("abc", "de", "f")]
    rows = ptm.load_examples(texts, label=None)
    with pytest.raises(ptm.DataError, match=r"PTM207 .*each query is itself"):
        ptm.evaluate_retrieval(
            of_letters(), rows, rows, metric="recall@1", relevant="id"
        )
    other = ptm.load_examples([*texts[:2], {"id": "f", "text": "ff"}], label=None)
    assert ptm.evaluate_retrieval(of_letters(), other, rows, relevant="id").n == 3


def test_paths_of_images_are_not_texts():
    with pytest.raises(ptm.ArgumentError, match=r"'a.png' is taken as a text"):
        ptm.evaluate_closer(of_letters(), ["a.png", "b.JPG"], near="a", far="b")
