"""Texts as sentence-transformers itself asks them of a folder that it wrote."""

from __future__ import annotations

import inspect
import json

import numpy as np
import pytest
import torch
import transformers
from ptm_architectures import build
from ptm_tokenizers import TOKENIZERS

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.models.handle import load_model

TEXTS = ("paris is a city", " paris is a city", "paris is a city \n", "\u00a0she ")


@pytest.fixture
def written(tmp_path):
    """``written("roberta", sentence_bert_config={…})``: a folder with these files."""

    def folder(name, **files):
        tokenizer = TOKENIZERS[name]()
        place = build(
            "embedding", "bert", tmp_path / name, vocab_size=len(tokenizer) + 8
        )
        tokenizer.save_pretrained(place)
        parts = [("", "Transformer"), ("1_Pooling", "Pooling")]
        (place / "modules.json").write_text(
            json.dumps([{"path": path, "type": f"st.{kind}"} for path, kind in parts])
        )
        (place / "1_Pooling").mkdir()
        pooling = {"pooling_mode_mean_tokens": True}
        (place / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
        for file, content in files.items():
            (place / f"{file}.json").write_text(json.dumps(content))
        return place

    return folder


def vectors(folder, texts):
    rows = Examples(tuple(map(str, range(len(texts)))), {"text": texts})
    return ask(load_model(folder).predictor("embedding"), rows).predictions.vectors


def plain(folder, text, max_length=64):
    """As Transformer.tokenize and a mean of sentence-transformers have it."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    inputs = tokenizer(
        text.strip(), return_tensors="pt", truncation=True, max_length=max_length
    )
    takes = inspect.signature(model.forward).parameters
    with torch.no_grad():
        said = model(**{name: inputs[name] for name in inputs if name in takes})
    return said.last_hidden_state[0].double().numpy().mean(axis=0)


@pytest.mark.parametrize("name", ["roberta", "unigram-first"])
def test_spaces_around_a_text_are_dropped(name, written):
    folder = written(name)
    found = vectors(folder, TEXTS)
    expected = np.stack([plain(folder, text) for text in TEXTS])
    assert np.abs(found - expected).max() < 1e-4
    assert np.array_equal(found[0], found[1])


def test_a_folder_that_drops_them_is_another_model_than_one_that_does_not(
    written, run_with
):
    folder = written("roberta")
    kept = load_model(folder).predictor("embedding")
    (folder / "modules.json").unlink()
    (folder / "1_Pooling" / "config.json").unlink()
    with run_with():
        other = load_model(folder).predictor("embedding")
    assert kept.fingerprint != other.fingerprint


@pytest.mark.parametrize("kind", ["bert", "roberta", "xlm-roberta"])
def test_older_names_say_how_much_is_seen_too(kind, written):
    folder = written("roberta", **{f"sentence_{kind}_config": {"max_seq_length": 3}})
    predictor = load_model(folder).predictor("embedding")
    assert "max-tokens:3" in predictor.settings
    long = "paris is a city"
    (found,) = vectors(folder, (long,))
    assert np.abs(found - plain(folder, long, max_length=3)).max() < 1e-4
