"""What is said to those who ask a model of extractive QA for something else."""

from __future__ import annotations

import pytest
from ptm_architectures import build

import pytest_ptm as ptm
from pytest_ptm.models.handle import load_model

CONTEXT = "w1 w2 w3"
ROWS = ptm.load_questions(
    [
        {
            "question": "w4 w5",
            "context": CONTEXT,
            "answers": {"text": ["w2"], "answer_start": [3]},
        }
    ]
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader") / "it"
    return build("extractive-qa", "bert", folder)


def test_a_figure_that_it_has_not_names_those_that_it_has(reader):
    model = load_model(reader)
    why = r"accuracy is no figure of extractive-qa; say metric='exact_match'"
    with pytest.raises(ptm.ArgumentError, match=why):
        ptm.assert_accuracy(model, ROWS, at_least=0.5)
    with pytest.raises(ptm.ArgumentError, match=why):
        ptm.assert_not_worse(model, ROWS, than=model)


def test_a_question_without_a_context_is_half_of_one(reader):
    model = load_model(reader)
    assert model.predict(("w4", CONTEXT)).label
    with pytest.raises(
        ptm.ArgumentError, match=r"a tuple \(question, context\); got single"
    ):
        model.predict("w4")


def test_a_window_without_room_says_how_to_have_more_seen(reader):
    model = ptm.answering(load_model(reader), window=4)
    with pytest.raises(ptm.DataError, match=r"PTM216 .*answering\(model, window=…\)"):
        ptm.evaluate_metric(model, ROWS, metric="f1")
