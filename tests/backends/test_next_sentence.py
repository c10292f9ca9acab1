"""Next-sentence heads, by themselves and beside the masked-LM head."""

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import WORDS, config_of, tokenizer

from pytest_ptm import (
    ArgumentError,
    BehaviourFailure,
    DataError,
    ModelError,
    assert_next_sentence,
    evaluate_accuracy,
    evaluate_bias_gap,
    evaluate_invariant,
    evaluate_masked_accuracy,
    evaluate_next_sentence,
    evaluate_not_worse,
    from_pretrained,
    load_examples,
)
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.models.handle import load_model

FAMILIES = {
    "bert": "Bert",
    "ernie": "Ernie",
    "fnet": "FNet",
    "megatron-bert": "MegatronBert",
    "mobilebert": "MobileBert",
}
LENGTHS = (3, 20, 1, 40, 61, 3, 9, 100)


def text(words, seed):
    return " ".join(WORDS[(i * 7 + seed) % len(WORDS)] for i in range(words))


TEXTS = tuple(text(n, seed) for seed, n in enumerate(LENGTHS))
OTHERS = tuple(text(n, seed + 9) for seed, n in enumerate(LENGTHS[::-1]))


def saved(folder, name, architecture, **options):
    """A tiny random checkpoint whose tokenizer tells first and second text apart."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = getattr(transformers, name)(config_of(architecture, **options))
    model.save_pretrained(folder)
    kept = tokenizer()
    kept.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    kept.save_pretrained(folder)
    return folder


def plain(folder, auto_class=transformers.AutoModelForNextSentencePrediction):
    """Logits of each pair alone, as transformers itself gives them."""
    kept = transformers.AutoTokenizer.from_pretrained(folder)
    model = auto_class.from_pretrained(folder).eval()
    found = []
    for pair in zip(TEXTS, OTHERS, strict=True):
        inputs = kept(*pair, truncation=True, max_length=128, return_tensors="pt")
        if folder.name.startswith("FNet"):
            del inputs["attention_mask"]
        with torch.no_grad():
            said = model(**inputs)
        found.append(getattr(said, "seq_relationship_logits", said[0])[0].numpy())
    return np.array(found)


def labelled(folder):
    """The pairs with what the model itself says, and every third turned around."""
    said = plain(folder).argmax(axis=1)
    return [
        {
            "text": first,
            "text_pair": second,
            "label": ("is_next", "not_next")[int(index) ^ (row % 3 == 0)],
            "half": str(row % 2),
        }
        for row, (first, second, index) in enumerate(
            zip(TEXTS, OTHERS, said, strict=True)
        )
    ]


@pytest.mark.parametrize("head", ["NextSentencePrediction", "PreTraining"])
@pytest.mark.parametrize("architecture", FAMILIES)
def test_a_mixed_batch_equals_transformers_one_by_one(architecture, head, tmp_path):
    name = f"{FAMILIES[architecture]}For{head}"
    folder = saved(tmp_path / name, name, architecture)
    examples = Examples(
        tuple(map(str, range(len(TEXTS)))), {"text": TEXTS, "text_pair": OTHERS}
    )
    predictor = load_model(folder).predictor("next-sentence")
    found = ask(predictor, examples)
    expected = plain(folder)
    np.testing.assert_allclose(found.predictions.logits, expected, atol=1e-5)
    assert expected.std() > 0.01
    # The longest pair has 103 words and three special tokens.
    assert found.truncated.sum() == 0
    if head == "PreTraining":
        both = plain(folder, getattr(transformers, name))
        np.testing.assert_allclose(found.predictions.logits, both, atol=1e-5)


def test_a_pair_that_is_too_long_loses_its_longer_text_first(tmp_path):
    folder = saved(tmp_path / "it", "BertForPreTraining", "bert")
    long, short = text(140, 1), text(30, 2)
    examples = Examples(("1",), {"text": (long,), "text_pair": (short,)})
    cut = Examples(("1",), {"text": (text(95, 1),), "text_pair": (short,)})
    predictor = load_model(folder).predictor("next-sentence")
    found, expected = ask(predictor, examples), ask(predictor, cut)
    assert found.truncated.tolist() == [True]
    np.testing.assert_allclose(found.predictions.logits, expected.predictions.logits)


@pytest.mark.parametrize(
    "name",
    ["BertForMaskedLM", "BertForSequenceClassification", "BertModel"],
)
def test_a_head_that_was_not_trained_is_refused(name, tmp_path):
    folder = saved(tmp_path / "it", name, "bert")
    with pytest.raises(ModelError, match=r"PTM303 .* no trained head for next-sent"):
        load_model(folder).predictor("next-sentence")


def test_the_share_that_is_told_right_and_its_kin(tmp_path):
    folder = saved(tmp_path / "it", "BertForPreTraining", "bert")
    model, pairs = load_model(folder), labelled(folder)
    found = assert_next_sentence(model, pairs, at_least=0.6)
    assert (found.value, found.n, found.task) == (5 / 8, 8, "next-sentence")
    assert found.failing == 3
    assert evaluate_accuracy(model, pairs).value == found.value
    with pytest.raises(BehaviourFailure, match=r"accuracy 0\.6250"):
        assert_next_sentence(model, pairs, at_least=0.7)
    numbered = [
        {**row, "label": ("is_next", "not_next").index(row["label"])} for row in pairs
    ]
    assert evaluate_next_sentence(model, numbered).value == found.value
    turned = evaluate_next_sentence(
        model, numbered, label_map={1: "is_next", 0: "not_next"}
    )
    assert turned.value == 1 - found.value
    gap = evaluate_bias_gap(
        model, load_examples(pairs, groups=["half"]), group="half", min_group_size=1
    )
    # Of rows 0, 3 and 6, which are turned around, two are even.
    assert gap.value == 0.25
    assert evaluate_not_worse(model, pairs, than=model).value == 0
    moved = evaluate_invariant(model, pairs, under=lambda text: f"{text} w1")
    assert (moved.task, moved.n) == ("next-sentence", 8)
    second = evaluate_invariant(
        model, pairs, under=lambda text: f"{text} w1", fields=["text_pair"]
    )
    assert second.n == 8


def test_labels_that_are_neither_are_refused_with_what_to_write(tmp_path):
    folder = saved(tmp_path / "it", "BertForNextSentencePrediction", "bert")
    row = {"text": "w1", "text_pair": "w2", "label": "yes"}
    with pytest.raises(DataError, match=r"PTM206 .*'is_next', 'not_next'.*label_map="):
        evaluate_next_sentence(load_model(folder), [row])
    with pytest.raises(ArgumentError, match="next-sentence asks about 'text_pair'"):
        evaluate_next_sentence(load_model(folder), [{"text": "w1", "label": "is_next"}])


def test_of_two_heads_the_rows_and_the_question_decide(tmp_path):
    folder = saved(tmp_path / "it", "BertForPreTraining", "bert")
    model = load_model(folder)
    assert model.can() >= {"fill-mask", "next-sentence"}
    masked = evaluate_masked_accuracy(model, list(TEXTS))
    assert masked.task == "fill-mask"
    said = model.predict(("w1 w2", "w3"))
    assert said.label in {"is_next", "not_next"}
    assert model.predict("w1 [MASK]").words
    with pytest.raises(DataError, match="PTM211"):
        model.predict("w1 w2")
    masks = ["w1 [MASK] w2", "w4 [MASK]"]
    moved = evaluate_invariant(model, masks, under=lambda text: f"{text} w1")
    assert moved.task == "fill-mask"


def test_a_model_in_memory_is_asked_by_its_head(tmp_path):
    folder = saved(tmp_path / "it", "BertForNextSentencePrediction", "bert")
    model = from_pretrained(
        transformers.BertForNextSentencePrediction.from_pretrained(folder).eval(),
        transformers.AutoTokenizer.from_pretrained(folder),
    )
    assert evaluate_next_sentence(model, labelled(folder)).value == 5 / 8
