"""Models that read bytes or characters: no vocabulary file, no table of embeddings."""

import functools
import json
import shutil

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import AUTO_CLASSES
from ptm_one_by_one import apart, plain

from pytest_ptm.ground.errors import ModelError
from pytest_ptm.models.handle import load_model

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
BYT5 = {
    "vocab_size": 384,
    "d_model": 16,
    "d_kv": 8,
    "d_ff": 32,
    "num_layers": 2,
    "num_decoder_layers": 2,
    "num_heads": 2,
    "num_labels": 3,
    "initializer_factor": 4.0,
    "decoder_start_token_id": 0,
}
MODELS = {
    "byt5": (transformers.T5Config(**BYT5), transformers.ByT5Tokenizer),
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
ASKED = {
    "byt5": TEXTS,
    "canine": [text for text in TEXTS if len(text) > 1],
    "perceiver": TEXTS,
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with a model, made once: CANINE's tokenizer lists all characters."""

    @functools.cache
    def folder(name, task):
        config, kind = MODELS[name]
        path = tmp_path_factory.mktemp(name)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            AUTO_CLASSES[task].from_config(config).save_pretrained(path)
        kind(model_max_length=128).save_pretrained(path)
        return path

    return folder


@pytest.fixture(scope="module")
def classifier(saved):
    """A predictor for all tests, each of which asks it in a session of its own."""
    return functools.cache(
        lambda name: load_model(saved(name, CLASSIFIES)).predictor(CLASSIFIES)
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.heavy] if name == "canine" else [])
        for name in MODELS
    ],
)
def test_texts_asked_together_have_the_answers_they_have_alone(
    name, saved, classifier, run_with
):
    texts = ASKED[name]
    expected = plain(CLASSIFIES, saved(name, CLASSIFIES), texts)
    # The texts are told apart at all.
    assert len(set(expected[:, 0].round(3).tolist())) >= len(texts) - 1
    for order in (1, -1):
        with run_with():  # which knows no answer yet
            found = apart(classifier(name), texts[::order], expected[::order])
        assert found < 1e-4


def test_masks_are_filled_by_bytes(saved, predictor_of):
    folder = saved("perceiver", FILLS)
    texts = [f"{text} [MASK]{'.' * place}" for place, text in enumerate(TEXTS[:7])]
    expected = plain(FILLS, folder, texts)
    assert apart(predictor_of(folder, FILLS), texts, expected) < 1e-4


def test_pairs_are_read_as_two_texts(saved, classifier):
    folder = saved("canine", CLASSIFIES)
    texts = ASKED["canine"]
    pairs = texts[::-1]
    expected = plain(CLASSIFIES, folder, texts, pairs)
    assert apart(classifier("canine"), texts, expected, pairs) < 1e-4


def test_a_text_too_short_for_its_model_is_named(classifier):
    with pytest.raises(ModelError, match=r"PTM403 .* fails on example row-1"):
        apart(classifier("canine"), ["good", "a"], np.zeros((2, 3)))


def test_another_tokenizer_still_needs_its_vocabulary(saved, predictor_of, tmp_path):
    folder = shutil.copytree(saved("canine", CLASSIFIES), tmp_path / "copy")
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text()) | {"tokenizer_class": "BertTokenizer"}
    path.write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"PTM302 .* has no tokenizer"):
        predictor_of(folder)
