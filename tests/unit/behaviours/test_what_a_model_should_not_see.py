"""Looking ahead, padding, batches: models that do what they should not are seen."""

import dataclasses

import numpy as np
import pytest
from ptm_fakes import FakeClassifier, by_word
from ptm_language import Unigrams
from ptm_numbers import FakeRegressor

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    assert_batch_invariant,
    assert_no_lookahead,
    assert_padding_invariant,
    evaluate_batch_invariant,
    evaluate_no_lookahead,
    evaluate_padding_invariant,
)
from pytest_ptm.tasks.text_classification import Classification

WORDS = {"a": 0.5, "b": 0.25, "c": 0.125}
TEXTS = ["good film", "a bad film it was", "good", "bad bad bad", "film good"]


class Padded(FakeClassifier):
    """Answers otherwise beside a longer text, as if padding were seen."""

    def forward(self, batch):
        said = super().forward(batch)
        longest = max(len(text.split()) for text in batch.texts)
        rows = [[0.0, 2.0 * (longest - len(text.split()))] for text in batch.texts]
        return Classification(said.logits + np.array(rows, "f4"), self.class_names)


class Crowded(FakeClassifier):
    """Answers otherwise in a batch of several."""

    def forward(self, batch):
        said = super().forward(batch)
        moved = np.array([[0.0, 0.05 * (len(batch.texts) - 1)]], dtype=np.float32)
        return Classification(said.logits + moved, self.class_names)


class Ahead(Unigrams):
    """Tells what comes: a word is likelier in a longer text."""

    def forward(self, batch):
        said = super().forward(batch)
        sizes = np.repeat([len(row) for row in batch.rows], said.counts)
        moved = (said.log_probabilities * (1 - 0.01 * sizes)).astype(np.float32)
        return dataclasses.replace(said, log_probabilities=moved)


def test_a_model_that_minds_its_own_rows_is_green():
    for model in (FakeClassifier(by_word()), Unigrams(WORDS, window=3)):
        texts = TEXTS if isinstance(model, FakeClassifier) else ["a b c a", "b", "c a"]
        assert assert_padding_invariant(model, texts).value == 0.0
        assert assert_batch_invariant(model, texts).value == 0.0


def test_padding_that_is_seen_is_red():
    model = Padded(by_word())
    assert assert_batch_invariant(model, TEXTS).value == 0.0
    found = evaluate_padding_invariant(model, TEXTS)
    # The longest text is not padded.
    assert (found.value, found.n, found.behaviour) == (0.8, 5, "padding")
    with pytest.raises(BehaviourFailure, match=r"changed by padding 0\.8000 > 0\.0000"):
        assert_padding_invariant(model, TEXTS)
    assert assert_padding_invariant(model, TEXTS, at_most=0.8).value == 0.8
    assert "|changed by padding|tolerance:0.001|" in found.signature


def test_a_batch_that_is_seen_is_red():
    found = evaluate_batch_invariant(Crowded(by_word()), TEXTS)
    assert (found.value, found.behaviour) == (1.0, "batching")
    assert "a probability moved" in found.cases[0].observed
    assert evaluate_batch_invariant(Crowded(by_word()), TEXTS, tolerance=0.5).value == 0
    with pytest.raises(DataError, match=r"PTM201 .* no text has another of its length"):
        evaluate_batch_invariant(Crowded(by_word()), ["good film"] * 3)


class Mixed(FakeClassifier):
    """Answers by what all rows of a batch have in common: copies do not show it."""

    def forward(self, batch):
        said = super().forward(batch)
        rows = said.logits + 0.5 * (said.logits - said.logits.mean(axis=0))
        alone = said.logits if len(batch.texts) == 1 else rows
        return Classification(alone.astype("f4"), self.class_names)


def test_the_last_of_many_is_asked_beside_others_too():
    texts = ["bad film"] + ["good film"] * 8
    found = evaluate_batch_invariant(Mixed(by_word()), texts[::-1])
    assert found.value == 1.0


def test_answers_keep_their_order_also_in_parts():
    model = Padded(by_word())
    found = assert_padding_invariant(
        model, TEXTS * 40, at_most=0.99, early_stop="certain"
    )
    assert found.n <= 200
    whole = evaluate_padding_invariant(model, TEXTS)
    assert whole.outcomes.right.tolist() == [False, True, False, False, False]


def test_numbers_are_held_to_their_tolerance():
    model = FakeRegressor(lambda text: float(len(text)))
    assert assert_padding_invariant(model, TEXTS, tolerance=0.0).value == 0.0


def test_a_model_that_looks_ahead_is_red():
    assert assert_no_lookahead(Unigrams(WORDS), ["a b c", "b a", "c"]).value == 0.0
    found = evaluate_no_lookahead(Ahead(WORDS, name="ahead"), ["a b c", "b a", "c"])
    assert (found.value, found.behaviour) == (1.0, "lookahead")
    assert found.cases[0].observed.startswith("a token moved by 0.0")
    with pytest.raises(BehaviourFailure, match=r"sees what comes 1\.0000 > 0\.0000"):
        assert_no_lookahead(Ahead(WORDS, name="ahead"), ["a b c", "b a", "c"])


def test_what_cannot_be_tried_is_refused():
    model = FakeClassifier(by_word())
    with pytest.raises(DataError, match=r"PTM201 .* all texts have 2 tokens, so that"):
        evaluate_padding_invariant(model, ["good film", "bad film"])
    with pytest.raises(ArgumentError, match="tolerance=-1: expected"):
        evaluate_batch_invariant(model, TEXTS, tolerance=-1)
    with pytest.raises(ArgumentError, match="answers 'text-classification'; this asks"):
        evaluate_no_lookahead(model, TEXTS)


class AtTheEnd(Unigrams):
    """Tells what comes by the last word alone."""

    def forward(self, batch):
        said = super().forward(batch)
        ends = np.repeat([row[-1] == "." for row in batch.rows], said.counts)
        moved = np.where(ends, said.log_probabilities, said.log_probabilities - 1)
        return dataclasses.replace(said, log_probabilities=moved.astype(np.float32))


@pytest.mark.parametrize(
    "texts",
    [["a b .", "c a .", "b ."], ["a b ."], ["a .", "a .", "a ."], [". .", "a c ."]],
    ids=["alike", "single", "the-same", "nothing-else"],
)
def test_what_follows_ends_otherwise_than_the_text(texts):
    """Else a model that looks at the end sees the same one, and passes."""
    found = evaluate_no_lookahead(
        AtTheEnd({**WORDS, ".": 0.1}, name="at-the-end"), texts
    )
    assert found.value == 1.0
    assert evaluate_no_lookahead(Unigrams({**WORDS, ".": 0.1}), texts).value == 0.0


def test_texts_of_one_letter_alone_are_no_question():
    with pytest.raises(DataError, match=r"PTM201 .*row-1 ends in '\.', and no text"):
        evaluate_no_lookahead(Unigrams({".": 0.5}), [". .", "..."])
