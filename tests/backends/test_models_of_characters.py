"""Models that read bytes or characters: no vocabulary file, no table of embeddings."""

import json

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import AUTO_CLASSES
from ptm_one_by_one import apart, plain

from pytest_ptm.ground.errors import ModelError

CLASSIFIES, FILLS = "text-classification", "fill-mask"
SMALL = {
    "num_labels": 3,
    "initializer_range": 0.4,
    "max_position_embeddings": 128,
}
CANINE = {
    **SMALL,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "num_hash_functions": 4,
    "num_hash_buckets": 256,  # positions have as many embeddings
}
PERCEIVER = {
    **SMALL,
    "num_latents": 8,
    "d_latents": 16,
    "d_model": 16,
    "num_self_attends_per_block": 2,
    "num_self_attention_heads": 2,
    "num_cross_attention_heads": 2,
}
MODELS = {
    "canine": (transformers.CanineConfig(**CANINE), transformers.CanineTokenizer),
    "perceiver": (
        transformers.PerceiverConfig(**PERCEIVER),
        transformers.PerceiverTokenizer,
    ),
}
TEXTS = [
    "a",
    "good",
    "It was a film.",
    "",
    "Größe 日本 🙂",
    "a film that I would not watch again, whatever anybody says about it",
    "It was a film!",
    "word " * 60,
]
# CANINE has no answer to fewer than four characters, its two special ones included.
ASKED = {"canine": [text for text in TEXTS if len(text) > 1], "perceiver": TEXTS}


@pytest.fixture
def saved(tmp_path):
    def folder(name, task):
        config, kind = MODELS[name]
        with torch.random.fork_rng():
            torch.manual_seed(0)
            AUTO_CLASSES[task].from_config(config).save_pretrained(tmp_path)
        kind(model_max_length=128).save_pretrained(tmp_path)
        return tmp_path

    return folder


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("order", [1, -1])
def test_texts_asked_together_have_the_answers_they_have_alone(
    name, order, saved, predictor_of
):
    folder, texts = saved(name, CLASSIFIES), ASKED[name][::order]
    expected = plain(CLASSIFIES, folder, texts)
    # The texts are told apart at all.
    assert len(set(expected[:, 0].round(3).tolist())) >= len(texts) - 1
    assert apart(predictor_of(folder), texts, expected) < 1e-4


def test_masks_are_filled_by_bytes(saved, predictor_of):
    folder = saved("perceiver", FILLS)
    texts = [f"{text} [MASK]{'.' * place}" for place, text in enumerate(TEXTS[:7])]
    expected = plain(FILLS, folder, texts)
    assert apart(predictor_of(folder, FILLS), texts, expected) < 1e-4


def test_pairs_are_read_as_two_texts(saved, predictor_of):
    folder = saved("canine", CLASSIFIES)
    texts = ASKED["canine"]
    pairs = texts[::-1]
    expected = plain(CLASSIFIES, folder, texts, pairs)
    assert apart(predictor_of(folder), texts, expected, pairs) < 1e-4


def test_a_text_too_short_for_its_model_is_named(saved, predictor_of):
    predictor = predictor_of(saved("canine", CLASSIFIES))
    with pytest.raises(ModelError, match=r"PTM403 .* fails on example row-1"):
        apart(predictor, ["good", "a"], np.zeros((2, 3)))


def test_another_tokenizer_still_needs_its_vocabulary(saved, predictor_of):
    folder = saved("canine", CLASSIFIES)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text()) | {"tokenizer_class": "BertTokenizer"}
    path.write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"PTM302 .* has no tokenizer"):
        predictor_of(folder)
