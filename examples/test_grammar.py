"""Three kinds of language model on the same minimal pairs, side by side.

pytest examples/test_grammar.py --ptm-model=masked=./mine/bert --ptm-model=causal=…
"""

import random
from pathlib import Path

import pytest

from pytest_ptm import (
    Examples,
    assert_accuracy,
    assert_no_lookahead,
    assert_perplexity,
    assert_prefers,
    load_examples,
    load_pairs,
    prompted,
)

DATA = Path(__file__).parent / "data"

side_by_side = pytest.mark.ptm(model=["masked", "causal", "permuted"])


@pytest.fixture(scope="module")
def grammar() -> Examples:
    return load_pairs(DATA / "grammar.jsonl", groups=["phenomenon"])


@pytest.fixture(scope="module")
def sentences(grammar) -> list[str]:
    return list(grammar.inputs["text"])


@side_by_side
def test_words_agree(ptm_model, grammar):
    assert_prefers(ptm_model, grammar, at_least=0.95)


@side_by_side
def test_the_order_of_words_is_known(ptm_model, sentences):
    rng = random.Random(0)
    shuffled = []
    for sentence in sentences:
        words = sentence.removesuffix(".").split()
        while " ".join(words) in sentence:
            rng.shuffle(words)
        shuffled.append(f"{' '.join(words)}.")
    assert_prefers(ptm_model, sentences, shuffled, at_least=0.95)


@side_by_side
def test_held_out_sentences_are_no_surprise(ptm_model, sentences):
    # Of the masked one it is the pseudo-perplexity, which is of another kind.
    assert_perplexity(ptm_model, sentences, at_most=10.0)


# A causal model says what comes next, and nothing behind it.
TEMPLATES = {
    "masked": "{text} {mask}.",
    "causal": "{text} {mask}",
    "permuted": "{text} {mask}.",
}


@side_by_side
def test_a_verb_tells_one_from_several(ptm_model, grammar):
    # Up to the verb, which is where a pair differs: "the cooks", sleep and not sleeps.
    verbs, subjects = {"one": set(), "several": set()}, []
    for pair in grammar:
        if not pair.groups["phenomenon"].startswith("agreement"):
            continue
        better, worse = (
            pair.inputs[which].rstrip(".").split() for which in ("text", "worse")
        )
        place = next(at for at, word in enumerate(better) if word != worse[at])
        label = "one" if better[place].endswith("s") else "several"
        verbs[label].add(better[place])
        subjects.append({"text": " ".join(better[:place]), "label": label})
    words = {number: sorted(each) for number, each in verbs.items()}
    counts = prompted(ptm_model, TEMPLATES[ptm_model.name], words=words)
    assert_accuracy(counts, load_examples(subjects), at_least=0.95)


@pytest.mark.ptm(model="causal")
def test_what_comes_is_not_seen(ptm_model, sentences):
    assert_no_lookahead(ptm_model, sentences)
