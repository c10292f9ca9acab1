"""Answers are numbers: a model that nobody asks is gone, and its answers stay."""

import gc
import pickle
import weakref

import numpy as np
import pytest

from pytest_ptm import (
    evaluate_invariant,
    evaluate_masked_accuracy,
    evaluate_masked_prediction,
    load_examples,
    load_model,
)
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.models.pool import Pool
from pytest_ptm.perturbations import casing
from pytest_ptm.session import current_session
from pytest_ptm.tasks.fill_mask import wanted_tokens

FAMILIES = ["bert", "electra", "distilbert", "roberta"]
TEXTS = ["a [MASK] film", "the music is [MASK] and the acting is great"]


def asked_in_every_way(model):
    """The results of all that a masked model can be asked."""
    texts = load_examples((TEXTS, None))
    return [
        evaluate_masked_prediction(
            model, texts, expect="great", candidates=["great", "film"]
        ),
        evaluate_masked_accuracy(model, ["the music is great and so is the acting"]),
        evaluate_invariant(model, texts, under=lambda text: f"{text} too"),
    ]


def test_four_masked_models_through_a_pool_of_two_leave_two(checkpoint):
    alive, results = [], []
    for family in FAMILIES:
        model = load_model(checkpoint(f"{family}-masked-lm"))
        results.append(asked_in_every_way(model))
        loaded = model.predictor("fill-mask").checkpoint
        alive.append(weakref.ref(loaded.model))
        del loaded
    gc.collect()
    assert [each() is not None for each in alive] == [False, False, True, True]
    assert len(current_session().part(Pool)._loaded) == 2
    # What was answered is known, also of a model that had to be loaded again.
    again = asked_in_every_way(load_model(checkpoint("bert-masked-lm")))
    for first, second in zip(results[0], again, strict=True):
        assert first.cases == second.cases
        assert (second.value, second.cost.forwarded) == (first.value, 0)
    gc.collect()
    assert sum(each() is not None for each in alive) == 1


def test_a_model_that_is_loaded_again_adds_to_its_answers(checkpoint):
    first = load_model(checkpoint("bert-masked-lm"))
    evaluate_masked_prediction(first, TEXTS[:1], expect="great")
    pool = current_session().part(Pool)
    pool._loaded.clear()
    result = evaluate_masked_prediction(first, TEXTS, expect="great")
    assert result.cost.forwarded == 1


def test_a_masked_answer_is_a_hundred_bytes(checkpoint, predictor_of):
    predictor = predictor_of(checkpoint("bert-masked-lm"), "fill-mask")
    n = 481
    examples = Examples(
        tuple(map(str, range(n))),
        {"text": tuple(f"a [MASK] film {'great ' * (i % 7)}{i}" for i in range(n))},
        numbers={"wanted": wanted_tokens([[[5 + i % 20]] for i in range(n)])},
    )
    whole = ask(predictor, examples).predictions
    assert whole.predicted.shape == (n,)
    data = pickle.dumps(whole)
    assert len(data) / n <= 100
    again = pickle.loads(data)
    assert not (set(vars(again)) - set(type(again).__dataclass_fields__))
    for name in type(again).__dataclass_fields__:
        column = getattr(whole, name)
        assert getattr(again, name).dtype == column.dtype
        np.testing.assert_array_equal(getattr(again, name), column)
    assert again.spelled(7, predictor.vocabulary, 3) == whole.spelled(
        7, predictor.vocabulary, 3
    )


@pytest.mark.parametrize("change", [casing("upper"), lambda text: f"{text} too"])
def test_answers_are_shown_in_words_of_their_model(change, checkpoint):
    model = load_model(checkpoint("roberta-masked-lm"))
    result = evaluate_invariant(model, load_examples((TEXTS, None)), under=change)
    for case in result.cases:
        assert "<id " not in case.expected + case.observed
    tokens = model.predictor("fill-mask").vocabulary
    answers = ask(model.predictor("fill-mask"), load_examples((TEXTS, None)))
    (token,) = {int(answers.predictions.top_ids[0, 0])}
    said = answers.predictions.spelled(0, tokens)
    assert said.startswith(f"{tokens[token]} 0.")
    assert answers.predictions.said(0) == said.replace(tokens[token], f"<id {token}>")
