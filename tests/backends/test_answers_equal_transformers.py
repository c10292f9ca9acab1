"""Every family's logits, batched and padded by us, against transformers one by one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers

from pytest_ptm.backends.transformers.padding import Padding
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask

FAMILIES = [
    "bert",
    "bert-of-three",
    "bert-multi-label",
    "roberta",
    "distilbert",
    "albert",
    "electra",
    "gpt2",
]
BUDGETS = [1, 48, 1_024, 65_536]
LIMITS = {"distilbert": 24}
WORDS = ("a", "great", "film", "the", "acting", "this", "music", "dull", "slow", "and")
TEXTS = tuple(
    " ".join(WORDS[(i * 5 + j) % len(WORDS)] for j in range(1 + i * 3 % 17))
    for i in range(40)
)
ODD = (
    " ",
    "!",
    "film \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd great",
    "\u0641\u064a\u0644\u0645 \u0631\u0627\u0626\u0639 great \u202efilm\u202c",
    "cafe\u0301 a\u0308\u0323 film",
    "caf\u00e9 \u1ea1\u0308 film",
    "a\x00b \ufeff film",
    "\u4e00\u90e8\u597d\u7535\u5f71",
)
LONG = tuple(" ".join([WORDS[i], *WORDS * (4 + i)]) for i in range(4))


def examples_of(texts, pairs=None):
    inputs = {"text": tuple(texts)}
    if pairs is not None:
        inputs["text_pair"] = tuple(pairs)
    return Examples(tuple(f"row-{i}" for i in range(len(texts))), inputs)


def plain(folder, texts, pairs=None, *, max_length=32):
    """What transformers gives for one text at a time, without any padding."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    model.eval()
    rows = []
    for text, pair in zip(texts, pairs or [None] * len(texts), strict=True):
        inputs = tokenizer(
            text,
            pair,
            truncation="longest_first",
            max_length=max_length,
            return_tensors="pt",
        )
        with torch.no_grad():
            rows.append(model(**inputs).logits[0].numpy())
    return np.array(rows)


@pytest.mark.parametrize("family", FAMILIES)
def test_batched_logits_equal_those_of_one_text_at_a_time(
    family, checkpoint, predictor_of, run_with
):
    texts = TEXTS + ODD + LONG
    expected = plain(checkpoint(family), texts, max_length=LIMITS.get(family, 32))
    # A test of equal logits says nothing if all texts have the same.
    assert expected.std(axis=0).min() > 0.05
    for budget in BUDGETS:
        with run_with(batch_tokens=budget):
            answers = ask(predictor_of(checkpoint(family)), examples_of(texts))
        np.testing.assert_allclose(
            answers.predictions.logits, expected, rtol=0, atol=1e-5
        )


@pytest.mark.parametrize("family", FAMILIES)
def test_pairs_are_asked_as_pairs_and_cut_at_the_longer_text(
    family, checkpoint, predictor_of, run_with
):
    texts = (*TEXTS[:12], LONG[0], "film", LONG[1])
    pairs = (*TEXTS[12:24], "great", LONG[2], LONG[3])
    limit = LIMITS.get(family, 32)
    expected = plain(checkpoint(family), texts, pairs, max_length=limit)
    for budget in (1, 256):
        with run_with(batch_tokens=budget):
            answers = ask(predictor_of(checkpoint(family)), examples_of(texts, pairs))
        np.testing.assert_allclose(
            answers.predictions.logits, expected, rtol=0, atol=1e-5
        )
    assert answers.truncated[-3:].all()


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert", "albert", "gpt2"])
def test_exactly_the_texts_over_the_limit_count_as_truncated(
    family, checkpoint, predictor_of
):
    predictor = predictor_of(checkpoint(family))
    limit = LIMITS.get(family, 32)
    assert predictor.checkpoint.identity.max_length == limit
    texts = [" ".join(["film"] * n) for n in range(1, 45)]
    tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint(family))
    over = [len(tokenizer(text)["input_ids"]) > limit for text in texts]
    assert any(over)
    assert not all(over)
    answers = ask(predictor, examples_of(texts))
    assert answers.truncated.tolist() == over
    assert predictor.encode({"text": texts}).lengths.max() == limit


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "gpt2"])
def test_an_empty_text_is_asked_as_its_special_tokens(family, checkpoint, predictor_of):
    answers = ask(predictor_of(checkpoint(family)), examples_of(["", "film", *TEXTS]))
    expected = plain(checkpoint(family), ["", "film"])
    np.testing.assert_allclose(
        answers.predictions.logits[:2], expected, rtol=0, atol=1e-5
    )
    assert not answers.truncated[0]


@pytest.mark.parametrize("texts", [[""], ["", "film", *TEXTS], [*TEXTS, ""]])
def test_an_empty_text_without_special_tokens_is_asked_as_the_end_token(
    texts, checkpoint, predictor_of
):
    # GPT-2 puts nothing around a text, and nothing at all cannot be asked.
    answers = ask(predictor_of(checkpoint("gpt2")), examples_of(texts))
    expected = plain(checkpoint("gpt2"), ["<|endoftext|>"])
    place = texts.index("")
    np.testing.assert_allclose(
        answers.predictions.logits[place], expected[0], rtol=0, atol=1e-5
    )


def test_composed_and_decomposed_letters_are_asked_apart_where_they_differ(
    checkpoint, predictor_of
):
    predictor = predictor_of(checkpoint("roberta"))
    encoded = predictor.encode({"text": ["caf\u00e9", "cafe\u0301", "caf\u00e9"]})
    assert encoded.keys[0] == encoded.keys[2] != encoded.keys[1]


def test_texts_that_the_model_sees_as_one_are_asked_once(checkpoint, predictor_of):
    answers = ask(
        predictor_of(checkpoint("bert")), examples_of(["great  film", "Great film"])
    )
    assert answers.cost.forwarded == 1


def test_pairs_of_the_same_tokens_cut_elsewhere_are_asked_apart(
    checkpoint, predictor_of
):
    # [CLS] great [SEP] film [SEP] dull [SEP] both times: only the segments differ.
    texts, pairs = ["great [SEP] film", "great"], ["dull", "film [SEP] dull"]
    answers = ask(predictor_of(checkpoint("bert")), examples_of(texts, pairs))
    assert answers.cost.forwarded == 2
    expected = plain(checkpoint("bert"), texts, pairs)
    np.testing.assert_allclose(answers.predictions.logits, expected, rtol=0, atol=1e-5)
    assert np.abs(expected[0] - expected[1]).max() > 0.01


def test_a_bert_sees_segment_ids_and_a_distilbert_does_not(checkpoint, predictor_of):
    pair = {"text": ["film"], "text_pair": ["great"]}
    rows = np.array([0])
    with_types = predictor_of(checkpoint("bert")).encode(pair).payload.take(rows)
    without = predictor_of(checkpoint("distilbert")).encode(pair).payload.take(rows)
    assert "token_type_ids" in with_types.padded(Padding(0))
    assert "token_type_ids" not in without.padded(Padding(0))


def test_segment_ids_are_not_handed_to_a_model_that_takes_none(
    copy_of, predictor_of, rewrite
):
    # A plain PreTrainedTokenizerFast claims them, whatever model it is saved beside.
    folder = copy_of("distilbert")
    names = ["input_ids", "token_type_ids", "attention_mask"]
    rewrite(folder / "tokenizer_config.json", model_input_names=names)
    answers = ask(predictor_of(folder), examples_of(TEXTS))
    assert len(answers.predictions) == len(TEXTS)


@pytest.mark.parametrize(
    ("family", "names", "multi_label"),
    [
        ("bert", ("negative", "positive"), False),
        ("bert-of-three", ("LABEL_0", "LABEL_1", "LABEL_2"), False),
        ("bert-multi-label", ("LABEL_0", "LABEL_1", "LABEL_2"), True),
    ],
)
def test_classes_and_their_kind_come_from_the_config(
    family, names, multi_label, checkpoint, predictor_of
):
    predictor = predictor_of(checkpoint(family))
    assert predictor.class_names == names
    assert predictor.multi_label is multi_label


def test_more_rows_than_are_tokenised_at_once_keep_their_order(
    checkpoint, predictor_of, monkeypatch
):
    predictor = predictor_of(checkpoint("bert"))
    whole = predictor.encode({"text": TEXTS})
    monkeypatch.setattr("pytest_ptm.backends.transformers.tokens._TOKENISED_AT_ONCE", 7)
    parts = predictor.encode({"text": TEXTS})
    assert parts.keys == whole.keys
    assert (parts.payload.ids == whole.payload.ids).all()
    assert (parts.payload.starts == whole.payload.starts).all()
