"""Which of two texts is likelier: by fixed probabilities of words."""

import math

import pytest
from ptm_language import Unigrams

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    assert_bias_gap,
    assert_directional,
    assert_invariant,
    assert_metric,
    assert_not_worse,
    assert_perplexity,
    assert_prefers,
    evaluate_accuracy,
    evaluate_perplexity,
    evaluate_prefers,
    load_examples,
    load_pairs,
    scored,
)
from pytest_ptm.behaviours.preference import prefers
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

WORDS = {"a": 0.5, "b": 0.25, "c": 0.125, "d": 0.0625}


@pytest.fixture
def model():
    return Unigrams(WORDS)


def test_the_figure_is_the_share_of_pairs(model):
    found = evaluate_prefers(
        model, ["a a", "b b", "d", "c c"], ["a b", "a b", "c", "d"]
    )
    # a tie is no preference: "c c" is as likely as nothing here, "d" is 1/16, c c 1/64
    assert (found.value, found.n) == (0.25, 4)
    assert found.behaviour == "preference"
    assert [case.example_id for case in found.cases] == ["row-4", "row-2", "row-3"]
    assert found.cases[1].observed == "-2.773 and -2.079 nats"
    assert found.cases[1].shown == "b b | a b"


def test_a_tie_counts_among_the_pairs_and_is_said(model):
    found = evaluate_prefers(model, ["a c", "a"], ["b b", "b"])
    assert found.value == 0.5
    assert (
        "1 of 2 pairs are ties (first: row-1): neither text is preferred" in found.notes
    )


def test_a_mean_is_not_less_for_a_longer_text(model):
    better, worse = ["b b b"], ["c"]
    assert evaluate_prefers(model, better, worse).value == 0.0
    assert evaluate_prefers(model, better, worse, score="mean").value == 1.0


def test_shared_tokens_alone_are_scored(model):
    # Shared are "a" and "b"; what differs does not count, and of words by themselves
    # the rest is the same on both sides.
    with pytest.raises(DataError, match=r"PTM207 .* all 1 pairs of examples are ties"):
        evaluate_prefers(model, "a d b", "a a b", tokens="shared")


def test_a_model_that_tells_nothing_apart_prefers_nothing():
    flat = Unigrams(dict.fromkeys(WORDS, 0.25), name="flat")
    with pytest.raises(DataError, match=r"PTM207 .* all 2 pairs of examples are ties"):
        assert_prefers(flat, ["a", "b"], ["b", "a"], at_most=0.5)


def test_pairs_have_groups_and_signature_and_stop_early(model):
    rows = [
        {"better": "a", "worse": "b", "kind": "x"},
        {"better": "b", "worse": "a", "kind": "y"},
    ]
    pairs = load_pairs(rows, groups=["kind"])
    found = assert_prefers(model, pairs, at_least=0.5)
    assert [(group.group, group.value) for group in found.by_group] == [
        ("x", 1.0),
        ("y", 0.0),
    ]
    assert "|preferred|score:sum|tokens:all|" in found.signature
    stopped = assert_prefers(
        model, ["a"] * 400, ["b"] * 400, at_least=0.5, early_stop="certain"
    )
    assert stopped.stopped is not None
    assert stopped.stopped.asked < 400


def test_a_failure_says_both_scores(model):
    with pytest.raises(BehaviourFailure) as raised:
        assert_prefers(model, ["b", "a"], ["a", "b"], at_least=1.0)
    lines = str(raised.value).splitlines()
    assert lines[0] == "preferred 0.5000 < 1.0000 (n=2)"
    assert any("-1.386 and -0.693 nats" in line for line in lines)


def test_a_stereotype_may_be_preferred_at_most_so_often(model):
    assert assert_prefers(model, ["b", "a"], ["a", "b"], at_most=0.5).value == 0.5
    with pytest.raises(ArgumentError):
        assert_prefers(model, "a", "b", at_least=0.1, at_most=0.5)


@pytest.mark.parametrize(
    ("better", "worse", "options", "said"),
    [
        (["a", "b"], ["a"], {}, "worse= has 1 text for 2 better texts"),
        (["a"], None, {}, "has no pairs: give the worse texts too"),
        (["a"], ["b"], {"score": "product"}, "score='product': expected 'sum' or"),
        (["a"], ["b"], {"tokens": "some"}, "tokens='some': expected 'all' or 'shared'"),
    ],
)
def test_what_is_no_pair_is_refused(model, better, worse, options, said):
    with pytest.raises(ArgumentError, match=said):
        evaluate_prefers(model, better, worse, **options)


def test_bad_pairs_are_named(model):
    with pytest.raises(DataError, match=r"PTM217 .* both texts of row-2 are the same"):
        evaluate_prefers(model, ["a", "b"], ["b", "b"])
    with pytest.raises(
        DataError, match=r"PTM216 .* example row-2: the text has no word"
    ):
        evaluate_prefers(model, ["a", "b"], ["b", " "])


def test_a_limit_draws_whole_pairs(model):
    with activated(Session(lambda: Settings(limit=2))):
        found = prefers(
            model, ["a", "a", "a"], ["b", "c", "d"], score="sum", tokens="all"
        )
        assert len(found.units) == 2
        assert found.of == 3


def test_perplexity_is_of_all_texts_together(model):
    found = evaluate_perplexity(model, ["a a b", "c"])
    nats = -(2 * math.log(0.5) + math.log(0.25) + math.log(0.125))
    assert found.value == pytest.approx(math.exp(nats / 4))
    assert found.measurement.metric == "perplexity"
    assert evaluate_perplexity(model, "a a", per="word").value == pytest.approx(2.0)
    with pytest.raises(BehaviourFailure, match=r"perplexity 4\.0000 > 3\.9000 \(n=1\)"):
        assert_perplexity(model, "b", at_most=3.9)
    with pytest.raises(
        ArgumentError, match=r"early_stop=.*a ratio of sums over all texts"
    ):
        assert_perplexity(model, "b", at_most=9, early_stop="certain")
    with pytest.raises(ArgumentError, match="1"):
        assert_perplexity(model, "b", at_most=0.5)
    with pytest.raises(ArgumentError, match=r'per=.byte.: expected "token" or "word"'):
        evaluate_perplexity(model, "b", per="byte")


def test_settings_that_a_model_has_not_are_refused(model):
    with pytest.raises(ArgumentError, match="window=: unigrams answers causal-scoring"):
        evaluate_perplexity(model, "a", window=4)
    assert scored(model) is model
    with pytest.raises(ArgumentError, match=r"got the text \"gpt2\"; write"):
        scored("gpt2", window=4)


def test_every_other_behaviour_takes_it(model):
    other = Unigrams({**WORDS, "a": 0.25}, name="flatter")
    rows = [
        {"text": "a b", "of": "x"},
        {"text": "c", "of": "y"},
        {"text": "a a", "of": "x"},
    ]
    texts = load_examples(rows, label=None, groups=["of"])
    swap = {"a": "b"}

    def change(text):
        return " ".join(swap.get(word, word) for word in text.split())

    with pytest.raises(ArgumentError, match="answers with a mean log-probability"):
        assert_invariant(model, texts, under=change)
    assert assert_invariant(model, texts, under=change, tolerance=0.7).value == 0.0
    with pytest.raises(BehaviourFailure):
        assert_invariant(model, texts, under=change, tolerance=0.3)
    assert_directional(model, texts, under=change, expect="decrease")
    assert assert_metric(model, texts, metric="bits_per_byte", at_most=2.0).value > 0
    assert_not_worse(model, texts, than=other, metric="cross_entropy", margin=0.0)
    gap = assert_bias_gap(
        model, texts, group="of", metric="cross_entropy", at_most=2.0, min_group_size=1
    )
    assert gap.value == pytest.approx(math.log(8) - 5 * math.log(2) / 4 / 1, abs=0.4)
    with pytest.raises(ArgumentError, match="cross_entropy"):
        evaluate_accuracy(model, [{"text": "a", "label": "x"}])
