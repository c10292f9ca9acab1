"""Encoder-decoders that choose, against transformers' loss of one text at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import WORDS, build

from pytest_ptm import (
    ArgumentError,
    DataError,
    ModelError,
    assert_accuracy,
    evaluate_accuracy,
    from_pretrained,
    load_examples,
    load_model,
    prompted,
    scored,
)
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask

WRITES, CHOOSES = "text2text-generation", "text2text-choice"
ARCHITECTURES = ("t5", "bart", "marian", "m2m_100", "pegasus", "blenderbot")
LENGTHS = (1, 9, 3, 20, 2, 14)
CHOICES = (("w1", "w2 w3"), ("w4 w5 w6", "w1", "w7"))


def sentence(n, seed):
    rng = np.random.default_rng(seed)
    return " ".join(WORDS[place] for place in rng.integers(0, len(WORDS), n))


TEXTS = [sentence(n, row) for row, n in enumerate(LENGTHS)]


def examples_of(texts, choices):
    ids = tuple(f"row-{row}" for row in range(len(texts)))
    return Examples(ids, {"text": tuple(texts)}, lists={"choices": tuple(choices)})


def plainly(folder, texts, choices):
    """The log-probability of each choice, by the loss that transformers trains by."""
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    found = []
    for text, own in zip(texts, choices, strict=True):
        ids = kept(text, return_tensors="pt").input_ids
        for choice in own:
            labels = kept(text_target=choice, return_tensors="pt").input_ids
            with torch.no_grad():
                loss = model(input_ids=ids, labels=labels).loss
            found.append(-float(loss) * labels.shape[1])
    return np.array(found)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_choice_has_the_likelihood_that_the_loss_says(
    architecture, tmp_path, run_with
):
    build(WRITES, architecture, tmp_path)
    choices = [CHOICES[row % 2] for row in range(len(TEXTS))]
    with run_with():
        predictor = load_model(tmp_path).predictor(CHOOSES)
        found = ask(predictor, examples_of(TEXTS, choices)).predictions
    expected = plainly(tmp_path, TEXTS, choices)
    np.testing.assert_allclose(found.scores, expected, rtol=1e-5, atol=1e-4)
    assert np.ptp(expected) > 0.1


def test_rows_with_choices_are_asked_of_it_and_words_make_it_a_classifier(tmp_path):
    build(WRITES, "t5", tmp_path)
    model = load_model(tmp_path)
    assert model.can() == {WRITES, CHOOSES}
    choices = [CHOICES[1]] * len(TEXTS)
    scores = plainly(tmp_path, TEXTS, choices).reshape(len(TEXTS), 3)
    rows = [
        {"text": text, "choices": list(own), "label": int(label)}
        for text, own, label in zip(TEXTS, choices, scores.argmax(axis=1), strict=True)
    ]
    asked = load_examples(rows, choices="choices")
    assert_accuracy(model, asked, at_least=1.0)
    mean = scored(model, normalise="token").predictor(CHOOSES)
    found = ask(mean, examples_of(TEXTS, choices)).predictions.scores.reshape(-1, 3)
    # The end of a choice is one of its tokens.
    tokens = [len(mean.checkpoint.tokenizer(c).input_ids) for c in CHOICES[1]]
    np.testing.assert_allclose(found, scores / tokens, rtol=1e-5, atol=1e-4)
    assert mean.fingerprint != model.predictor(CHOOSES).fingerprint

    template, words = "w9 {text} w8", {"a": ["w1", "w2"], "b": "w4 w5"}
    asked = prompted(model, template, words=words)
    said = ask(asked.predictor("text-classification"), classes(TEXTS)).predictions
    given = [f"w9 {text} w8" for text in TEXTS]
    logs = plainly(tmp_path, given, [("w1", "w2", "w4 w5")] * len(TEXTS))
    each = np.exp(logs.reshape(-1, 3))
    expected = np.stack([each[:, 0] + each[:, 1], each[:, 2]], axis=1)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(said.probabilities, expected, atol=1e-5)


def classes(texts):
    ids = tuple(f"row-{row}" for row in range(len(texts)))
    return Examples(ids, {"text": tuple(texts)})


def test_a_long_text_loses_its_end_and_the_template_is_read(tmp_path, rewrite):
    build(WRITES, "bart", tmp_path)
    rewrite(tmp_path / "tokenizer_config.json", model_max_length=16)
    model = load_model(tmp_path)
    asked = prompted(model, "{text} w8", words={"a": "w1", "b": "w2"})
    long = sentence(30, 7)
    said = ask(asked.predictor("text-classification"), classes(["w3", long]))
    assert said.truncated.tolist() == [False, True]
    predictor = model.predictor(CHOOSES)
    room = 16 - predictor.checkpoint.tokenizer.num_special_tokens_to_add()
    kept = " ".join([*long.split()[: room - 1], "w8"])
    logs = plainly(tmp_path, [kept], [("w1", "w2")])
    expected = 1 / (1 + np.exp(logs[1] - logs[0]))
    assert said.predictions.probabilities[1, 0] == pytest.approx(expected, abs=1e-5)
    rows = [{"text": long, "choices": ["w1", "w2"], "label": 0}]
    rows = load_examples(rows, choices="choices")
    with pytest.raises(DataError, match=r"PTM216.*the model sees 16 at once"):
        evaluate_accuracy(model, rows)


def test_what_it_cannot_be_asked_is_refused(tmp_path, checkpoint):
    build(WRITES, "t5", tmp_path)
    words = {"a": "w1", "b": "w2"}
    model = load_model(tmp_path)
    with pytest.raises(ArgumentError, match=r"has \{mask\}, .*; leave \{mask\} out"):
        prompted(model, "{text} w8 {mask}", words=words).predict("w3")
    with pytest.raises(ArgumentError, match=r"are the same to .* count twice"):
        prompted(model, "{text}", words={"a": "odd", "b": "even"}).predict("w3")
    for name, value in {"window": 8, "bos": True, "masking": "original"}.items():
        with pytest.raises(ArgumentError, match=f"{name}=.*encoder-decoder"):
            scored(model, **{name: value}).predictor(CHOOSES)
    masked = load_model(checkpoint("bert-masked-lm"))
    with pytest.raises(ArgumentError, match=r"has no \{mask\}, and one word says"):
        prompted(masked, "{text} w8", words=words)
    held = transformers.AutoModelForSeq2SeqLM.from_pretrained(tmp_path).eval()
    kept = transformers.AutoTokenizer.from_pretrained(tmp_path)
    bound = from_pretrained(held, kept, task=CHOOSES)
    said = prompted(bound, "{text}", words=words).predict("w3")
    assert said == prompted(model, "{text}", words=words).predict("w3")


def test_a_decoder_that_begins_with_nothing_is_refused(tmp_path, rewrite):
    build(WRITES, "t5", tmp_path)
    rewrite(tmp_path / "config.json", decoder_start_token_id=None)
    rewrite(tmp_path / "generation_config.json", decoder_start_token_id=None)
    with pytest.raises(ModelError, match=r"PTM302.*no decoder_start_token_id"):
        load_model(tmp_path).predictor(CHOOSES)
