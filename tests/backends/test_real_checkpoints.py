"""Figures of real checkpoints on SST-2, known from counting with transformers alone."""

from __future__ import annotations

import csv

import pytest

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.errors import ModelError


@pytest.fixture(scope="module")
def sst2(shared_data):
    path = shared_data / "sst2" / "dev.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return Examples(
        tuple(str(number) for number in range(len(rows))),
        {"text": tuple(row["sentence"] for row in rows)},
        labels=tuple(int(row["label"]) for row in rows),
    )


@pytest.fixture(scope="module")
def budgets():
    return 256, 1_024, 8_192


@pytest.mark.parametrize(
    ("name", "correct"), [("minilm-l6-sst2", 755), ("bert-tiny-sst2", 649)]
)
def test_the_number_of_correct_answers_is_the_known_one_in_any_batch(
    name, correct, sst2, shared_models, predictor_of, run_with, budgets
):
    for budget in budgets:
        with run_with(batch_tokens=budget):
            answers = ask(predictor_of(shared_models / name), sst2)
        hits = answers.predictions.predicted == list(sst2.labels)
        assert (int(hits.sum()), len(hits)) == (correct, 872)
        assert not answers.truncated.any()


def test_a_masked_language_model_has_no_trained_classifier(shared_models, predictor_of):
    with pytest.raises(ModelError) as refused:
        predictor_of(shared_models / "bert-tiny-mlm")
    assert refused.value.code == "PTM303"
    assert "'classifier.weight'" in refused.value.message
