"""Three kinds of language model on the same minimal pairs, side by side."""

from pathlib import Path

import pytest

from pytest_ptm import (
    Examples,
    assert_prefers,
    load_pairs,
)

DATA = Path(__file__).parent / "data"
MODELS = ["masked", "causal", "permuted"]


@pytest.fixture(scope="module")
def grammar() -> Examples:
    return load_pairs(DATA / "grammar.jsonl", groups=["phenomenon"])


@pytest.mark.ptm(model=MODELS)
def test_words_agree(ptm_model, grammar):
    assert_prefers(ptm_model, grammar, at_least=0.90)
