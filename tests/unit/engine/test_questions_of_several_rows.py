"""Questions that are made of several rows: windows of a text, masked copies of it."""

import dataclasses
import math

import numpy as np
import pytest
from ptm_language import Unigrams
from ptm_written import FakeWriter, echo

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import BatchFailed, DataError, ModelError

WORDS = {"a": 0.5, "b": 0.25, "c": 0.125}


def examples_of(*texts):
    ids = tuple(f"text-{i}" for i in range(1, len(texts) + 1))
    return Examples(ids, {"text": texts})


def test_rows_of_a_question_are_joined_in_their_order():
    model = Unigrams(WORDS, window=2)
    found = ask(model, examples_of("a b c a c", "b", "c c b")).predictions
    assert found.counts.tolist() == [5, 1, 3]
    assert found.tokens.tolist() == [0, 1, 2, 0, 2, 1, 2, 2, 1]
    whole = ask(Unigrams(WORDS), examples_of("a b c a c", "b", "c c b")).predictions
    assert (found.totals == whole.totals).all()
    assert found.totals[1] == pytest.approx(math.log(0.25))


def test_a_row_that_questions_share_is_asked_once():
    model = Unigrams(WORDS, window=2)
    answers = ask(model, examples_of("a b c", "a b a b", "c"))
    assert sorted(model.sent) == [("a", "b"), ("c",)]
    assert (answers.cost.distinct, answers.cost.forwarded) == (3, 2)
    again = ask(model, examples_of("c", "a b c", "b"))
    assert len(model.sent) == 3
    assert again.predictions.counts.tolist() == [1, 3, 1]


def test_questions_of_one_row_and_of_several_stand_beside_each_other():
    """A predictor that says ``parts`` only where some have several."""

    class Sparing(Unigrams):
        def encode(self, inputs):
            encoded = super().encode(inputs)
            some = (encoded.parts > 1).any()
            return encoded if some else dataclasses.replace(encoded, parts=None)

    model = Sparing(WORDS, window=2)
    ask(model, examples_of("a", "b"))
    found = ask(model, examples_of("b", "a b c", "a")).predictions
    assert found.counts.tolist() == [1, 3, 1]


def test_a_row_that_cannot_be_asked_is_named():
    with pytest.raises(
        DataError, match="PTM216 examples: example text-2: the text has"
    ):
        ask(Unigrams(WORDS), examples_of("a", " "))


def test_a_row_the_model_fails_on_is_named_by_its_question():
    class Failing(Unigrams):
        def forward(self, batch):
            if ("c",) in batch.rows:
                raise BatchFailed("no c")
            return super().forward(batch)

    with pytest.raises(ModelError, match=r"PTM403 .* example text-2"):
        ask(Failing(WORDS, window=2), examples_of("a b", "a b c", "b"))


@pytest.mark.parametrize("parts", [[1, 0], [1, 3], [2], [1, -1]])
def test_parts_that_do_not_fit_the_rows_are_refused(parts):
    class Wrong(Unigrams):
        def encode(self, inputs):
            encoded = super().encode(inputs)
            return dataclasses.replace(encoded, parts=np.array(parts, dtype=np.int32))

    with pytest.raises(ModelError, match=r"PTM313 .* was given 2 questions"):
        ask(Wrong(WORDS, window=2), examples_of("a", "b c a"))


def test_answers_that_cannot_be_joined_are_refused():
    class Split(FakeWriter):
        def encode(self, inputs):
            encoded = super().encode(inputs)
            return dataclasses.replace(encoded, parts=np.array([1, 1], dtype=np.int32))

    with pytest.raises(ModelError, match=r"PTM313 .* have no joined"):
        ask(Split(echo), examples_of("good", "bad"))
