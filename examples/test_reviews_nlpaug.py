"""The review classifier under nlpaug's augmenters: pip install "pytest-ptm[nlpaug]"."""

from pathlib import Path

import pytest

from pytest_ptm import Examples, assert_invariant, load_examples
from pytest_ptm.perturbations import from_nlpaug

pytestmark = pytest.mark.ptm(model="reviews")

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def reviews() -> Examples:
    return load_examples(DATA / "reviews.jsonl")


def test_reads_what_a_scanner_made_of_a_word(ptm_model, reviews):
    char = pytest.importorskip("nlpaug.augmenter.char")
    scanned = char.OcrAug(aug_word_max=1, aug_char_max=1)
    assert_invariant(ptm_model, reviews, under=from_nlpaug(scanned), at_most=0.15)


def test_reads_a_common_spelling_mistake(ptm_model, reviews):
    word = pytest.importorskip("nlpaug.augmenter.word")
    mistaken = word.SpellingAug(aug_max=1)
    assert_invariant(ptm_model, reviews, under=from_nlpaug(mistaken), at_most=0.15)
