"""The logits of every family are those of plain transformers, one text at a time."""

import numpy as np
import pytest
import torch
import transformers
from conftest import FAMILIES

from pytest_ptm import evaluate_accuracy, load_examples, load_model
from pytest_ptm.engine.ask import ask
from pytest_ptm.errors import ModelError, OutOfMemory
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

TEXTS = [
    "the film was good",
    "a very very long story and so it was not a good story",
    "bad",
    "",
    "שלום 🏳️‍🌈 e\u0301",
    "not so good " * 30,
    "the film was bad",
]
PAIRS = [*TEXTS[1:], TEXTS[0]]


def plain_logits(folder, texts, pairs=None, limit=32):
    """What transformers gives for each row by itself."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    model.eval()
    if model.config.pad_token_id is None:
        model.config.pad_token_id = tokenizer.eos_token_id
    rows = []
    for row, text in enumerate(texts):
        inputs = tokenizer(
            [text],
            None if pairs is None else [pairs[row]],
            truncation="longest_first",
            max_length=limit,
            return_tensors="pt",
        )
        with torch.no_grad():
            rows.append(model(**inputs).logits[0].numpy())
    return np.array(rows)


def asked_logits(folder, texts, pairs=None, **settings):
    rows = [{"text": text} for text in texts]
    if pairs is not None:
        rows = [{**row, "b": b} for row, b in zip(rows, pairs, strict=True)]
    examples = load_examples(rows, label=None, text_pair=None if pairs is None else "b")
    with activated(Session(lambda: Settings(**settings))):
        return ask(load_model(folder).predictor("text-classification"), examples)


@pytest.mark.parametrize("budget", [1, 40, 4_096])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_answers_as_it_does_alone(make_checkpoint, family, budget):
    folder = make_checkpoint(family, num_labels=3)
    answers = asked_logits(folder, TEXTS, batch_tokens=budget)
    np.testing.assert_allclose(
        answers.predictions.logits, plain_logits(folder, TEXTS), atol=1e-5
    )
    assert answers.truncated.tolist() == [False] * 5 + [True, False]
    assert answers.predictions.class_names == ("LABEL_0", "LABEL_1", "LABEL_2")


@pytest.mark.parametrize("family", ["bert", "roberta", "gpt2"])
def test_pairs_are_joined_as_the_tokenizer_joins_them(make_checkpoint, family):
    folder = make_checkpoint(family)
    answers = asked_logits(folder, TEXTS, PAIRS)
    expected = plain_logits(folder, TEXTS, PAIRS)
    np.testing.assert_allclose(answers.predictions.logits, expected, atol=1e-5)
    assert answers.truncated.sum() == 2


def test_upper_case_of_an_uncased_model_costs_nothing(shared_models):
    answers = asked_logits(
        shared_models / "bert-tiny-sst2", ["a good film", "A GOOD FILM"]
    )
    assert answers.cost.forwarded == 1


def test_several_labels_at_once(make_checkpoint):
    folder = make_checkpoint(
        problem_type="multi_label_classification",
        id2label={0: "sad", 1: "long", 2: "good"},
        label2id={"sad": 0, "long": 1, "good": 2},
    )
    predictions = asked_logits(folder, TEXTS).predictions
    assert predictions.multi_label
    expected = 1 / (1 + np.exp(-plain_logits(folder, TEXTS).astype(np.float64)))
    np.testing.assert_allclose(predictions.probabilities, expected, atol=1e-5)
    result = evaluate_accuracy(
        load_model(folder), [{"text": "bad", "label": ["sad", "long"]}]
    )
    assert result.n == 1


def test_one_output_is_regression_and_refused(make_checkpoint):
    folder = make_checkpoint(num_labels=1)
    with pytest.raises(ModelError, match=r"PTM312 .* regression"):
        load_model(folder).predictor("text-classification")


def test_an_untrained_head_is_refused_with_its_weights(make_checkpoint):
    folder = make_checkpoint(auto="AutoModelForMaskedLM")
    with pytest.raises(ModelError, match=r"PTM303 .*'classifier.bias', 'classifier.w"):
        load_model(folder).predictor("text-classification")


def test_a_task_the_backend_lacks_is_refused(make_checkpoint):
    with pytest.raises(ModelError, match=r"PTM314 .*'make-coffee'"):
        load_model(make_checkpoint()).predictor("make-coffee")


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_other_number_formats_are_named_and_close(make_checkpoint, dtype):
    folder = make_checkpoint()
    with activated(Session(lambda: Settings(dtype=dtype))):
        predictor = load_model(folder).predictor("text-classification")
        logits = ask(predictor, load_examples((TEXTS, None))).predictions.logits
    assert predictor.card.dtype == dtype
    np.testing.assert_allclose(logits, plain_logits(folder, TEXTS), atol=0.2)


def test_auto_takes_the_format_of_the_checkpoint(tmp_path, make_checkpoint):
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        make_checkpoint(), dtype=torch.bfloat16
    )
    model.save_pretrained(tmp_path)
    transformers.AutoTokenizer.from_pretrained(make_checkpoint()).save_pretrained(
        tmp_path
    )
    for setting, dtype in (("auto", "bfloat16"), ("float32", "float32")):
        with activated(Session(lambda setting=setting: Settings(dtype=setting))):
            predictor = load_model(tmp_path).predictor("text-classification")
            assert predictor.card.dtype == dtype


def test_a_model_in_training_mode_is_refused(make_checkpoint):
    predictor = load_model(make_checkpoint()).predictor("text-classification")
    predictor.checkpoint.model.train()
    with pytest.raises(ModelError, match=r"PTM304 .*training mode"):
        ask(predictor, load_examples((["good"], None)))


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_memory_that_runs_out_is_one_error_however_it_is_said(
    make_checkpoint, monkeypatch, error
):
    predictor = load_model(make_checkpoint()).predictor("text-classification")
    forward = predictor.checkpoint.model.forward

    def small_only(**inputs):
        if len(inputs["input_ids"]) > 2:
            raise error
        return forward(**inputs)

    examples = load_examples((TEXTS, None))
    expected = ask(predictor, examples).predictions.logits
    monkeypatch.setattr(predictor.checkpoint.model, "forward", small_only)
    with activated(Session()):
        answers = ask(predictor, examples)
    np.testing.assert_allclose(answers.predictions.logits, expected, atol=1e-5)
    assert answers.cost.halvings > 0

    def never(**inputs):
        raise error

    monkeypatch.setattr(predictor.checkpoint.model, "forward", never)
    with activated(Session()), pytest.raises(OutOfMemory, match="PTM402"):
        ask(predictor, examples)


def test_a_dead_device_is_not_mistaken_for_a_full_one(make_checkpoint, monkeypatch):
    predictor = load_model(make_checkpoint()).predictor("text-classification")

    def dead(**inputs):
        raise RuntimeError("CUDA error: device-side assert triggered")

    monkeypatch.setattr(predictor.checkpoint.model, "forward", dead)
    with pytest.raises(ModelError, match="PTM404"):
        ask(predictor, load_examples((["good"], None)))


@pytest.mark.parametrize("budget", [256, 1_024, 8_192])
@pytest.mark.parametrize(
    ("name", "right"), [("minilm-l6-sst2", 755), ("bert-tiny-sst2", 649)]
)
def test_real_checkpoints_on_sst2(shared_models, shared_data, name, right, budget):
    examples = load_examples(shared_data / "sst2/dev.tsv", text="sentence")
    with activated(Session(lambda: Settings(batch_tokens=budget))):
        result = evaluate_accuracy(load_model(shared_models / name), examples)
    assert result.value == right / 872


def test_a_real_masked_model_is_no_classifier(shared_models):
    model = load_model(shared_models / "bert-tiny-mlm")
    with pytest.raises(ModelError, match=r"PTM303 .*'classifier.weight'"):
        model.predictor("text-classification")
