"""Figures of real checkpoints on SST-2, known from counting with transformers alone."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import torch
import transformers

from pytest_ptm import (
    evaluate_masked_accuracy,
    evaluate_masked_cross_entropy,
    evaluate_metric,
    evaluate_prefers,
    load_examples,
    load_model,
    load_pairs,
    prompted,
)
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError


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
    ("name", "correct"),
    [
        pytest.param("minilm-l6-sst2", 755, marks=pytest.mark.heavy),
        ("bert-tiny-sst2", 649),
    ],
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
    assert "it is 'BertForMaskedLM'" in refused.value.message


def test_the_cat_sits_where_the_known_model_puts_it(shared_models, predictor_of):
    predictor = predictor_of(shared_models / "bert-tiny-mlm", "fill-mask")
    text = Examples(("cat",), {"text": ("The cat sat on the [MASK].",)})
    said = ask(predictor, text).predictions.spelled(0, predictor.vocabulary, 5)
    assert said == ("table 0.0361, bar 0.0309, grass 0.0288, floor 0.0254, ball 0.0247")


def test_reaction_smiles_are_filled_in(shared_models, predictor_of):
    predictor = predictor_of(shared_models / "albert-rxnmapper-mlm", "fill-mask")
    acid = Examples(("acid",), {"text": ("CC(=O)[MASK]>>CC(=O)O",)})
    assert (
        ask(predictor, acid)
        .predictions.spelled(0, predictor.vocabulary)
        .startswith("O 0.89")
    )


def test_masked_accuracy_on_wikitext_is_that_of_masks_drawn_otherwise(
    shared_models, shared_data
):
    folder = shared_models / "bert-tiny-mlm"
    lines = (shared_data / "wikitext2" / "test.txt").read_text(encoding="utf-8")
    texts = [line for line in lines.splitlines() if len(line.split()) > 20][:30]
    result = evaluate_masked_accuracy(load_model(folder), texts)
    loss = evaluate_masked_cross_entropy(load_model(folder), texts)
    hits, losses = masked_by_hand(folder, texts)
    low, high = result.measurement.interval.low, result.measurement.interval.high
    assert low < np.mean(hits) < high
    low, high = loss.measurement.interval.low, loss.measurement.interval.high
    assert low < np.mean(losses) < high
    assert result.n == pytest.approx(len(hits), rel=0.1)
    # The same tokens are hidden for both, so the second asks nothing.
    assert loss.cost.forwarded == 0


def masked_by_hand(folder, texts):
    """Hits and losses of transformers alone, each token hidden with chance 0.15."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    rng = np.random.default_rng(7)
    hits, losses = [], []
    for text in texts:
        ids = tokenizer(text, truncation=True, max_length=512, return_tensors="pt")
        truth = ids["input_ids"].clone()
        special = torch.isin(truth, torch.tensor(tokenizer.all_special_ids))
        hidden = torch.from_numpy(rng.random(truth.shape) < 0.15) & ~special
        ids["input_ids"][hidden] = tokenizer.mask_token_id
        with torch.inference_mode():
            logs = model(**ids).logits[hidden].log_softmax(dim=-1)
        hits += (logs.argmax(dim=-1) == truth[hidden]).tolist()
        losses += (-logs[torch.arange(len(logs)), truth[hidden]]).tolist()
    return hits, losses


@pytest.fixture(scope="module")
def crows(shared_data):
    return load_pairs(
        shared_data / "crows_pairs" / "crows_pairs_anonymized.csv",
        better="sent_more",
        worse="sent_less",
        groups=["bias_type"],
        direction="stereo_antistereo",
    )


def test_stereotypes_are_preferred_as_by_the_script_of_crows_pairs(
    shared_models, crows
):
    model, first = load_model(shared_models / "bert-tiny-mlm"), crows[:150]
    found = evaluate_prefers(model, first, tokens="shared")
    assert (round(found.value * found.n), found.n) == (87, 150)
    whole = evaluate_prefers(model, first)
    assert round(whole.value * 150) == 86
    # The same copies, scored otherwise.
    assert whole.cost.forwarded == 0


@pytest.mark.heavy
def test_all_of_crows_pairs(shared_models, crows):
    model = load_model(shared_models / "bert-tiny-mlm")
    found = evaluate_prefers(model, crows, tokens="shared")
    assert (round(found.value * found.n), found.n) == (863, 1_508)


REACTIONS = (
    "CC(C)S.CN(C)C=O.Fc1cccnc1F.O=C([O-])[O-].[K+].[K+]>>CC(C)Sc1ncccc1F",
    "C1COCCO1.CC(C)(C)OC(=O)CONC(=O)NCc1cccc2ccccc12.Cl>>"
    "O=C(O)CONC(=O)NCc1cccc2ccccc12",
)


@pytest.mark.heavy
def test_the_tokens_of_reactions_are_guessed_from_what_is_around_them(shared_models):
    folder = shared_models / "albert-rxnmapper-mlm"
    rows = load_examples([{"text": each} for each in REACTIONS], label=None)
    found = evaluate_metric(load_model(folder), rows, metric="masked_token_accuracy")
    hits = at_rank_one(folder, REACTIONS)
    assert found.value == pytest.approx(np.mean(hits))
    assert found.cost.forwarded == len(hits) > 90
    assert found.value > 0.85


def at_rank_one(folder, texts):
    """Whether transformers alone guesses each token that is masked by itself."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    hits = []
    for text in texts:
        ids = tokenizer(text, return_tensors="pt")["input_ids"][0]
        for at in range(1, len(ids) - 1):
            masked = ids.clone()
            masked[at] = tokenizer.mask_token_id
            with torch.inference_mode():
                best = model(input_ids=masked[None]).logits[0, at].argmax()
            hits.append(bool(best == ids[at]))
    return hits


@pytest.mark.parametrize(
    ("template", "correct"),
    [
        ("{text} It was {mask}.", 446),
        pytest.param("{mask} movie. {text}", 483, marks=pytest.mark.heavy),
    ],
)
def test_through_a_template_it_answers_as_transformers_does(
    template, correct, sst2, shared_models
):
    """Little better than chance: it holds most reviews for good ones."""
    folder = shared_models / "bert-tiny-mlm"
    words = {"negative": ["terrible", "bad"], "positive": ["great", "good"]}
    reviewer = prompted(load_model(folder), template, words=words)
    found = ask(reviewer.predictor("text-classification"), sst2).predictions
    hits = found.predicted == np.array(sst2.labels)
    assert (int(hits.sum()), len(hits)) == (correct, 872)
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    tokens = kept.convert_tokens_to_ids([*words["negative"], *words["positive"]])
    for row in range(0, 872, 40):
        text = sst2.inputs["text"][row]
        prompt = template.replace("{mask}", kept.mask_token).replace("{text}", text)
        encoded = kept(prompt, return_tensors="pt")
        at = encoded["input_ids"][0] == kept.mask_token_id
        with torch.no_grad():
            logits = model(**encoded).logits[0, at].double()
        each = logits.softmax(dim=-1)[0, tokens].numpy()
        expected = each[2:].sum() / each.sum()
        assert found.probabilities[row, 1] == pytest.approx(expected, abs=1e-5)
