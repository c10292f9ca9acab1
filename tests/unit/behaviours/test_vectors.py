"""Every behaviour of sentence encoders."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from ptm_vectors import at, by_hand, letters, of_letters

import pytest_ptm as ptm
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.perturbations import casing, typos

PLANE = dict(zip("abcdefgh", at(0, 10, 20, 30, 90, 180, -20, 270), strict=True))
CORPUS = Examples(
    ("one", "two", "three", "four", "five"), {"text": ("b", "c", "d", "e", "g")}
)


@pytest.fixture
def plane():
    return by_hand(PLANE)


def test_a_share_of_triples_and_the_worst_of_them(plane):
    anchors, near, far = list("aaaa"), list("bcdd"), list("egbb")
    result = ptm.evaluate_closer(plane, anchors, near, far)
    assert (result.value, result.n, result.failing) == (0.25, 4, 3)
    assert [case.observed for case in result.cases] == [
        "cosines 0.866 and 0.985",
        "cosines 0.866 and 0.985",
        "cosines 0.940 and 0.940",
    ]
    (note,) = [note for note in result.notes if "ties" in note]
    assert note.startswith("1 of 4 triples are ties (first: row-2)")
    with pytest.raises(ptm.BehaviourFailure, match=r"closer 0\.2500 < 1\.0000"):
        ptm.assert_closer(plane, anchors, near, far)
    ptm.assert_closer(plane, "a", "b", "e")


def test_triples_of_a_table_in_groups(plane):
    rows = [
        {"anchor": "a", "positive": "b", "negative": "e", "kind": "x"},
        {"anchor": "a", "positive": "d", "negative": "b", "kind": "y"},
    ]
    triples = ptm.load_triples(rows, near="positive", far="negative", groups=["kind"])
    result = ptm.evaluate_closer(plane, triples)
    assert [(each.group, each.value) for each in result.by_group] == [
        ("x", 1.0),
        ("y", 0.0),
    ]
    once = ptm.load_triples(iter(rows), near="positive", far="negative")
    assert once.inputs == triples.inputs
    with pytest.raises(ptm.ArgumentError, match="a column of its own"):
        ptm.load_triples(rows, near="anchor")
    with pytest.raises(ptm.DataError, match="'near'"):
        ptm.load_triples(rows)


def test_triples_that_say_nothing_are_refused(plane):
    with pytest.raises(ptm.ArgumentError, match="no texts that are near and far"):
        ptm.evaluate_closer(plane, ["a"])
    with pytest.raises(ptm.ArgumentError, match="far= has 2 texts for 1 anchor"):
        ptm.evaluate_closer(plane, ["a"], ["b"], ["c", "d"])
    with pytest.raises(ptm.DataError, match=r"PTM217.*row-1"):
        ptm.evaluate_closer(plane, ["a"], ["b"], ["b "])
    with pytest.raises(ptm.DataError, match=r"PTM207.*all 1 triples"):
        ptm.evaluate_closer(plane, ["a"], ["c"], ["g"])


def test_triples_stop_early():
    rows = [f"abc{i}" for i in range(2_000)]
    model = of_letters()
    result = ptm.assert_closer(
        model,
        rows,
        [f"{row} a" for row in rows],
        [f"{row} zzzz" for row in rows],
        at_least=0.5,
        early_stop="certain",
    )
    assert result.stopped is not None


def many(n=400, wrong=()):
    """Triples of two a document, and which of them are told apart wrongly."""
    rows = [
        {
            "id": f"t{i}",
            "anchor": f"abc{i}",
            "near": f"zzzz{i}" if i in wrong else f"abc {i}",
            "far": f"abc {i}" if i in wrong else f"zzzz{i}",
            "document": f"d{i // 2}",
        }
        for i in range(n)
    ]
    return ptm.load_triples(rows, groups=["document"])


def test_triples_of_one_document_hang_together():
    triples = many(40, wrong={0, 1, 2, 3})
    plain = ptm.assert_closer(of_letters(), triples, at_least=0.5)
    found = ptm.assert_closer(of_letters(), triples, at_least=0.5, cluster="document")
    assert found.value == plain.value == 0.9
    apart, together = (
        each.measurement.interval.high - each.measurement.interval.low
        for each in (plain, found)
    )
    assert together > 1.2 * apart
    with pytest.raises(ptm.ArgumentError, match="no group column 'page'"):
        ptm.assert_closer(of_letters(), triples, at_least=0.5, cluster="page")


def test_queries_about_one_document_hang_together():
    letters = "abcdefghijklmnopqrst"
    corpus = [{"id": letter, "text": letter * 3} for letter in letters]
    rows = [
        {
            "text": f"{letter * 3} {n}",
            # Of four of the twenty all queries are answered by another document.
            "label": "z" if letter in "abcd" else letter,
            "about": letter,
        }
        for letter in letters
        for n in range(3)
    ]
    corpus.append({"id": "z", "text": "zzz"})
    queries = ptm.load_examples(rows, groups=["about"])
    how = {"metric": "recall@1", "at_least": 0.5}
    plain = ptm.assert_retrieval(of_letters(), queries, corpus, **how)
    found = ptm.assert_retrieval(
        of_letters(), queries, corpus, cluster="about", confidence=0.95, **how
    )
    assert found.value == plain.value == pytest.approx(0.8)
    apart, together = (
        each.measurement.interval.high - each.measurement.interval.low
        for each in (plain, found)
    )
    assert together > 1.2 * apart


def test_triples_are_judged_at_a_confidence():
    triples = many(40, wrong={0, 1, 2, 3})
    ptm.assert_closer(of_letters(), triples, at_least=0.7, confidence=0.95)
    with pytest.raises(ptm.Inconclusive, match=r"closer 0\.9000"):
        ptm.assert_closer(of_letters(), triples, at_least=0.85, confidence=0.95)
    settled = ptm.assert_closer(
        of_letters(), many(2_000), at_least=0.9, confidence=0.95, early_stop="confident"
    )
    assert settled.stopped is not None
    with pytest.raises(ptm.BehaviourFailure, match="certain after"):
        ptm.assert_closer(
            of_letters(), many(2_000, range(1_900)), at_least=0.9, early_stop="certain"
        )


def test_results_name_each_unit_and_what_was_computed(plane):
    triples = many(6, wrong={4})
    found = ptm.evaluate_closer(of_letters(), triples)
    assert [each.id for each in found.failing_examples()] == ["t4"]
    frame = found.to_frame()
    assert frame["right"].tolist() == [True] * 4 + [False, True]
    assert frame["document"].tolist() == ["d0", "d0", "d1", "d1", "d2", "d2"]
    assert "|closer|data:" in found.signature
    queries = [{"id": "q1", "text": "a", "label": "one"}]
    queries += [{"id": "q2", "text": "a", "label": "four"}]
    searched = ptm.evaluate_retrieval(plane, queries, CORPUS, metric="mrr")
    assert searched.to_frame()["score"].tolist() == [1.0, 0.2]
    parts = searched.signature.split("|")
    assert parts[1:3] == ["mrr", "similarity:cosine"]
    dot = ptm.evaluate_retrieval(plane, queries, CORPUS, metric="mrr", similarity="dot")
    assert {*dot.signature.split("|")} ^ {*parts} == {
        "similarity:cosine",
        "similarity:dot",
    }


def test_queries_find_what_answers_them(plane):
    queries = [
        {"id": "q1", "text": "a", "label": "one"},
        {"id": "q2", "text": "a", "label": ["three", "four"]},
        {"id": "q3", "text": "f", "label": "two"},
    ]
    # By angle from a: one, then two and five (a tie), three, four; from f: four, d, …
    result = ptm.evaluate_retrieval(plane, queries, CORPUS, metric="mrr")
    assert result.value == pytest.approx((1 + 1 / 4 + 1 / 4) / 3)
    assert (result.n, result.failing) == (3, 2)
    assert result.cases[0].expected == "'three', 'four' first"
    assert result.cases[0].observed == "at 4, 5 (mrr 0.250); first one: b"
    assert "|mrr|similarity:cosine|corpus:" in result.signature
    recall = ptm.evaluate_retrieval(plane, queries, CORPUS, metric="recall@4")
    assert recall.value == pytest.approx((1 + 1 / 2 + 1) / 3)
    with pytest.raises(ptm.BehaviourFailure, match=r"ndcg@1 0\.3333 < 0\.9000"):
        ptm.assert_retrieval(plane, queries, CORPUS, metric="ndcg@1", at_least=0.9)


def test_grades_of_documents(plane):
    queries = Examples(("q", "r"), {"text": ("a", "a")})
    graded = {"q": {"one": 1, "two": 3, "four": 0}, "r": ["one"]}
    result = ptm.evaluate_retrieval(plane, queries, CORPUS, relevant=graded)
    # "two" ties with "five", and comes after it.
    mine = (1 + 3 / np.log2(4)) / (3 + 1 / np.log2(3))
    assert result.value == pytest.approx((mine + 1) / 2)
    other = ptm.evaluate_retrieval(
        plane, queries, CORPUS, relevant={"q": ["two"], "r": ["one"]}
    )
    assert other.signature != result.signature


def test_lengths_count_where_one_says_so():
    model = by_hand({"q": [1.0, 0.0], "near": [1.0, 0.1], "long": [9.0, 9.0]})
    corpus = [{"id": "n", "text": "near"}, {"id": "l", "text": "long"}]
    queries = [{"text": "q", "label": "n"}]
    for similarity, expected in (("cosine", 1.0), ("dot", 0.5)):
        result = ptm.evaluate_retrieval(
            model, queries, corpus, metric="mrr", similarity=similarity
        )
        assert result.value == expected


@pytest.mark.parametrize(
    ("queries", "how", "why"),
    [
        ([{"text": "a", "label": "six"}], {}, "PTM206.*'six'.*no such id"),
        (["a"], {}, "PTM206.*no labels"),
        ([{"text": "a"}], {"relevant": {"row-1": {"one": 0}}}, "PTM206.*leave it out"),
        ([{"text": "a"}], {"relevant": {"row-1": {"one": "1"}}}, "the grade of 'one'"),
        ([{"text": "a"}], {"relevant": ["one"]}, "expected a mapping"),
        ([{"text": "a", "label": "one"}], {"metric": "recall@5"}, "PTM207.*all are"),
        ([{"text": "a", "label": "one"}], {"similarity": "l2"}, "'cosine' or 'dot'"),
    ],
)
def test_what_cannot_be_searched_is_refused(queries, how, why, plane):
    with pytest.raises((ptm.DataError, ptm.ArgumentError), match=why):
        ptm.evaluate_retrieval(plane, queries, CORPUS, **how)


def test_two_documents_of_one_id_are_refused(plane):
    corpus = Examples(("x", "x"), {"text": ("a", "b")})
    with pytest.raises(ptm.DataError, match="PTM208"):
        ptm.evaluate_retrieval(plane, [{"text": "a", "label": "x"}], corpus)


def test_queries_stop_early_and_the_corpus_is_asked_once():
    model = of_letters()
    texts = [f"{'abcdefghij'[i % 10] * (1 + i // 10)}" for i in range(100)]
    corpus = [{"id": text, "text": text} for text in texts]
    queries = [
        {"id": f"{text} {n}", "text": f"{text} {n}", "label": text}
        for n in range(20)
        for text in texts
    ]
    result = ptm.assert_retrieval(
        model, queries, corpus, metric="ndcg", at_least=0.1, early_stop="certain"
    )
    assert result.stopped is not None
    assert result.cost.forwarded < 1_500


def test_similarity_has_the_figures_of_numbers():
    model = of_letters(task="similarity")
    words = ["abc", "abd", "bcd", "xyz", "xya", "hello", "help", "yelp"]
    rows = [
        {"text": one, "text_pair": other, "label": len(set(one) & set(other))}
        for one in words
        for other in words
        if one < other
    ]
    examples = ptm.load_examples(rows, text_pair="text_pair")
    vectors = letters(words) / np.linalg.norm(letters(words), axis=1)[:, None]
    of = dict(zip(words, vectors, strict=True))
    mine = [of[row["text"]] @ of[row["text_pair"]] for row in rows]
    gold = [row["label"] for row in rows]
    for metric, theirs in (
        ("pearson", scipy.stats.pearsonr),
        ("spearman", scipy.stats.spearmanr),
    ):
        result = ptm.evaluate_metric(model, examples, metric=metric)
        assert result.value == pytest.approx(theirs(np.float32(mine), gold)[0])
        assert result.task == "similarity"
    assert result.cost.forwarded == 0  # all known from the first figure
    ptm.assert_invariant(
        model, examples, under=casing("upper"), tolerance=1e-6, at_most=0.0
    )
    ptm.evaluate_agrees(
        model, examples, than=of_letters(task="similarity"), tolerance=0.1
    )


def test_a_bound_encoder_says_how_pairs_are_asked(plane):
    pairs = [{"text": "a", "text_pair": each, "label": 1.0} for each in "bc"]
    rows = ptm.load_examples(pairs, text_pair="text_pair")
    with pytest.raises(
        ptm.ArgumentError, match=r'Say task="similarity" .* in .* from_encoder'
    ):
        ptm.evaluate_metric(plane, rows, metric="pearson")
    # Answers to first texts alone would be taken for those to pairs.
    for ask in (
        lambda: plane.predict(("a", "b")),
        lambda: ptm.evaluate_invariant(
            plane, rows, under=casing("upper"), tolerance=0.1
        ),
        lambda: ptm.evaluate_closer(plane, rows, ["b", "b"], ["c", "d"]),
    ):
        with pytest.raises(ptm.ArgumentError, match=r"text_pair would not be read"):
            ask()


def test_vectors_turn_by_a_cosine(plane):
    def turned(text):
        return {"a": "b", "c": "e"}.get(text, text)

    result = ptm.evaluate_invariant(plane, ["a", "c"], under=turned, tolerance=0.02)
    assert result.value == 0.5  # 1 - cos(10°) = 0.015, 1 - cos(70°) = 0.66
    assert result.cases[0].severity == pytest.approx(1 - np.cos(np.radians(70)))
    with pytest.raises(ptm.ArgumentError, match="hardly ever stays the same"):
        ptm.evaluate_invariant(plane, ["a"], under=turned)
    with pytest.raises(ptm.ArgumentError, match="0 to 2"):
        ptm.evaluate_invariant(plane, ["a"], under=turned, tolerance=3.0)
    ptm.assert_invariant(
        of_letters(), ["hello there"], under=typos(rate=0.1), tolerance=0.2, at_most=1.0
    )


def test_a_vector_without_a_direction_is_no_answer():
    nothing = by_hand({"a": [0.0, 0.0], "b": [1.0, 0.0], "c": [0.0, 1.0]})
    with pytest.raises(ptm.ModelError, match="PTM401"):
        ptm.evaluate_closer(nothing, ["a"], ["b"], ["c"])


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda texts: [1.0 for _ in texts], "shape"),
        (lambda texts: [[1.0]], "shape"),
        (lambda texts: [["x"] for _ in texts], "no array of numbers"),
        (lambda texts: [[1.0], [2.0, 3.0]][: len(texts)], "no array of numbers"),
        (lambda texts: np.arange(len(texts) * 2.0).reshape(-1, 2), "otherwise beside"),
    ],
)
def test_what_is_no_vector_for_each_text_is_refused(function, why):
    with pytest.raises(ptm.ModelError, match=f"PTM313.*{why}"):
        ptm.from_encoder(function).predict(["a", "b"])
    with pytest.raises(ptm.ArgumentError, match="expected 'embedding' or 'similarity'"):
        ptm.from_encoder(function, task="retrieval")


def test_an_array_that_a_function_fills_again_is_no_answer_to_what_came_before():
    filled = np.zeros((8, 2))

    def encode(texts):
        filled[: len(texts)] = [[len(text), 1.0] for text in texts]
        return filled[: len(texts)]

    answers = ptm.from_encoder(encode, fingerprint="1").predict(["a", "bbb", "cc"])
    assert [each.vector[0] for each in answers] == [1.0, 3.0, 2.0]


def test_what_a_function_masks_out_is_no_vector():
    def encode(texts):
        return np.ma.masked_array(np.ones((len(texts), 2)), mask=True)

    with pytest.raises(ptm.ModelError, match=r"PTM401 2 of 2 rows gave NaN"):
        ptm.from_encoder(encode).predict(["a", "b"])


def test_who_answers_with_classes_says_so():
    rude = ptm.from_function(lambda t: [[0.5, 0.5]] * len(t), classes=["a", "b"])
    with pytest.raises(ptm.ArgumentError, match="this asks 'embedding'"):
        ptm.evaluate_closer(rude, ["a"], ["b"], ["c"])


def test_vectors_of_several_lengths_are_no_encoder():
    """Texts of other lengths are asked in other batches, each an array by itself."""
    encoder = ptm.from_encoder(lambda texts: [[1.0] * len(text) for text in texts])
    with pytest.raises(ptm.ModelError, match=r"PTM313.* vectors of 1, 2 numbers"):
        ptm.evaluate_closer(encoder, ["a"], near=["bb"], far=["cc"])
