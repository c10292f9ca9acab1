"""Vectors of texts, against a plain forward of one text at a time."""

from __future__ import annotations

import inspect
import json
import shutil

import numpy as np
import pytest
import safetensors.numpy
import scipy.stats
import torch
import transformers
from ptm_architectures import WORDS, build, tokenizer
from ptm_numbers import sts_b

import pytest_ptm as ptm
from pytest_ptm.backends.transformers.fingerprint import content_digest
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.models.handle import load_model
from pytest_ptm.perturbations import casing
from pytest_ptm.session import Session, activated

TASK, PAIRS = "embedding", "similarity"
SAMPLE = [
    *("convbert", "gpt2", "roberta", "xlnet"),
    *(pytest.param(name, marks=pytest.mark.heavy) for name in ("albert", "llama")),
]
"""Padded apart, causal, plain, padded on the left; "bert" is asked by the others."""


def text(n, seed):
    return " ".join(WORDS[(i * 7 + seed) % len(WORDS)] for i in range(n))


TEXTS = tuple(text(n, seed) for seed, n in enumerate((3, 20, 6, 21, 9, 1, 20, 17)))


def rows_of(**columns):
    ids = tuple(f"row-{i}" for i in range(len(columns["text"])))
    return Examples(ids, columns)


POOLED = {
    "mean": lambda hidden: hidden.mean(axis=0),
    "max": lambda hidden: hidden.max(axis=0),
    "cls": lambda hidden: hidden[0],
    "last": lambda hidden: hidden[-1],
}


def plain(folder, texts, *poolings, normalise=False, kind=transformers.AutoModel):
    """Each text alone and unpadded; the vectors of each pooling, or of the mean."""
    tokens = transformers.AutoTokenizer.from_pretrained(folder)
    model = kind.from_pretrained(folder).eval()
    takes = inspect.signature(model.forward).parameters
    hidden = []
    for each in texts:
        inputs = {
            k: v for k, v in tokens(each, return_tensors="pt").items() if k in takes
        }
        with torch.no_grad():
            hidden.append(model(**inputs).last_hidden_state[0].double().numpy())
    found = []
    for pooling in poolings or ("mean",):
        vectors = np.stack([POOLED[pooling](each) for each in hidden])
        long = np.linalg.norm(vectors, axis=1)[:, None]
        found.append(vectors / long if normalise else vectors)
    return found if len(poolings) > 1 else found[0]


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return build(TASK, "bert", tmp_path_factory.mktemp("bert") / "it")


@pytest.fixture
def sentences(bert, tmp_path):
    """``sentences(pooling_mode_cls_token=True)``: as sentence-transformers saves it."""

    def folder(*, kinds=("Transformer", "Pooling", "Normalize"), prompts=(), **files):
        place = tmp_path / f"st-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(bert, place)
        parts = [
            {"path": "" if i == 0 else f"{i}_{kind}", "type": f"sentence_models.{kind}"}
            for i, kind in enumerate(kinds)
        ]
        (place / "modules.json").write_text(json.dumps(parts))
        (place / "1_Pooling").mkdir()
        pooling = files.pop("pooling", {"pooling_mode_mean_tokens": True})
        (place / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
        for name, content in files.items():
            (place / f"{name}.json").write_text(json.dumps(content))
        return place

    return folder


@pytest.mark.parametrize("architecture", SAMPLE)
def test_vectors_are_those_of_a_plain_forward(architecture, tmp_path, run_with):
    folder = build(TASK, architecture, tmp_path / "model")
    expected = dict(zip(POOLED, plain(folder, TEXTS, *POOLED), strict=True))
    # The first token of a causal model has seen no other.
    alike = {name for name in POOLED if expected[name].std(axis=0).max() <= 1e-3}
    assert alike == ({"cls"} if architecture in {"gpt2", "llama"} else set())
    for order, poolings in ((1, ("mean", "last")), (-1, ("cls", "max"))):
        with run_with():
            for pooling in poolings:
                vectors = expected[pooling]
                model = ptm.embedded(load_model(folder), pooling=pooling)
                answers = ask(model.predictor(TASK), rows_of(text=TEXTS[::order]))
                found = answers.predictions.vectors[::order]
                assert np.abs(found - vectors).max() < 1e-4 * np.abs(vectors).max()
                assert answers.cost.passes < len(TEXTS) or architecture == "xlnet"


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_last_token_is_the_last_on_either_side(side, tmp_path):
    folder = build(TASK, "gpt2", tmp_path / "model")
    tokenizer(side=side).save_pretrained(folder)
    model = ptm.embedded(load_model(folder), pooling="last", normalise=True)
    found = ask(model.predictor(TASK), rows_of(text=TEXTS)).predictions.vectors
    assert np.abs(found - plain(folder, TEXTS, "last", normalise=True)).max() < 1e-5


def test_a_folder_of_sentence_transformers_says_how(sentences):
    folder = sentences(
        pooling={"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False},
        sentence_bert_config={"max_seq_length": 7, "do_lower_case": False},
    )
    by = load_model(folder).predictor(TASK)
    assert by.settings == ("pooling:cls", "normalise:yes", "max-tokens:7", "strip:yes")
    answers = ask(by, rows_of(text=TEXTS))
    short = [" ".join(each.split()[:5]) for each in TEXTS]
    expected = plain(folder, short, "cls", normalise=True)
    assert np.abs(answers.predictions.vectors - expected).max() < 1e-5
    assert answers.truncated.tolist() == [len(each.split()) > 5 for each in TEXTS]
    newer = sentences(
        kinds=("Transformer", "Pooling"), pooling={"pooling_mode": "lasttoken"}
    )
    assert load_model(newer).predictor(TASK).settings[:2] == (
        "pooling:last",
        "normalise:no",
    )


def test_texts_lose_their_capitals_where_it_was_trained_so(sentences):
    folder = sentences(sentence_bert_config={"do_lower_case": True})
    by = load_model(folder).predictor(TASK)
    assert "lowercase:yes" in by.settings
    found = ask(by, rows_of(text=(TEXTS[0], TEXTS[0].upper()))).predictions
    assert found.shift(found)[0] == pytest.approx(0)
    assert (found.vectors[0] == found.vectors[1]).all()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"kinds": ("Transformer", "Pooling", "LayerNorm")}, "through .*LayerNorm"),
        ({"kinds": ("Transformer", "Normalize", "Pooling")}, "in this order"),
        ({"kinds": ("Transformer", "Pooling", "Normalize", "Dense")}, "in this order"),
        ({"pooling": {"pooling_mode": "weightedmean"}}, "pools by .weightedmean"),
        ({"pooling": {"pooling_mode": ["mean", "max"]}}, "pools by .mean., .max"),
        ({"pooling": {}}, "pools by nothing"),
        (
            {"pooling": {"pooling_mode": "mean", "include_prompt": False}},
            "leaves prompts out",
        ),
        (
            {
                "config_sentence_transformers": {
                    "prompts": {"query": "query: "},
                    "default_prompt_name": "query",
                }
            },
            "the prompt .query. before every text",
        ),
    ],
)
def test_what_is_not_known_is_refused_by_name(files, why, sentences):
    with pytest.raises(ptm.ModelError, match=rf"PTM312.*{why}"):
        load_model(sentences(**files)).predictor(TASK)


LAYER = {
    "in_features": 16,
    "out_features": 5,
    "bias": True,
    "activation_function": "torch.nn.modules.activation.Tanh",
}
LINEAR = "torch.nn.modules.linear.Identity"


def saved_layer(place, *, seed=0, weights="model.safetensors", **config):
    """A layer as sentence-transformers saves it; its weight and bias."""
    config = {**LAYER, **config}
    place.mkdir()
    (place / "config.json").write_text(json.dumps(config))
    rng = np.random.default_rng(seed)
    size = config["out_features"], config["in_features"]
    weight = rng.normal(size=size).astype(np.float32) / 10
    bias = rng.normal(size=size[0]).astype(np.float32) * config["bias"]
    held = {"linear.weight": weight}
    if config["bias"]:
        held["linear.bias"] = bias
    safetensors.numpy.save_file(held, place / weights)
    return weight, bias


def test_vectors_go_through_the_layers_behind_the_pooling(sentences, bert):
    folder = sentences(kinds=("Transformer", "Pooling", "Dense", "Dense", "Normalize"))
    first, moved = saved_layer(folder / "2_Dense")
    second, _ = saved_layer(
        folder / "3_Dense",
        in_features=5,
        out_features=4,
        bias=False,
        activation_function=LINEAR,
        seed=1,
    )
    by = load_model(folder).predictor(TASK)
    assert by.settings[-2:] == ("dense:5", "dense:4")
    found = ask(by, rows_of(text=TEXTS)).predictions.vectors
    expected = np.tanh(plain(bert, TEXTS) @ first.T + moved) @ second.T
    expected /= np.linalg.norm(expected, axis=1)[:, None]
    assert np.abs(found - expected).max() < 1e-5
    other = ptm.embedded(by, pooling="cls", normalise=False)
    found = ask(other, rows_of(text=TEXTS)).predictions.vectors
    expected = np.tanh(plain(bert, TEXTS, "cls") @ first.T + moved) @ second.T
    assert np.abs(found - expected).max() < 1e-5
    # Their bytes are part of what the model is.
    before = content_digest(folder)
    shutil.rmtree(folder / "3_Dense")
    saved_layer(folder / "3_Dense", in_features=5, out_features=4, bias=False, seed=2)
    assert content_digest(folder) != before


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        ({"activation_function": "torch.nn.GELU"}, "PTM312.*activation .GELU"),
        ({"module_input_name": "token_embeddings"}, "PTM312.*not of whole texts"),
        ({"weights": "pytorch_model.bin"}, "PTM312.*has no model.safetensors"),
        ({"in_features": 8}, r"PTM310.*\(5, 8\).*expected.*\(5, 16\)"),
    ],
)
def test_a_layer_that_cannot_be_asked_is_refused_by_name(layer, why, sentences):
    folder = sentences(kinds=("Transformer", "Pooling", "Dense"))
    saved_layer(folder / "2_Dense", **layer)
    with pytest.raises(ptm.ModelError, match=why):
        load_model(folder).predictor(TASK)
    if layer.get("in_features"):
        (folder / "2_Dense" / "model.safetensors").write_bytes(b"nothing")
        with (
            activated(Session()),
            pytest.raises(ptm.ModelError, match=r"PTM3\d\d.*2_Dense"),
        ):
            load_model(folder).predictor(TASK)


@pytest.mark.parametrize("path", ["Pooling", "../1_Pooling", "a/1_Pooling", ""])
def test_a_part_that_no_digest_covers_is_refused(path, sentences):
    folder = sentences()
    parts = json.loads((folder / "modules.json").read_text())
    parts[1]["path"] = path
    (folder / "modules.json").write_text(json.dumps(parts))
    with pytest.raises(ptm.ModelError, match=r"PTM312.*such as 1_Pooling"):
        load_model(folder).predictor(TASK)


def test_what_a_reader_must_know_is_noted(sentences, bert):
    prompts = {"prompts": {"query": "query: ", "document": ""}}
    folder = sentences(config_sentence_transformers=prompts)
    assert "has prompts ('query')" in load_model(folder).predictor(TASK).card.notes[0]
    assert "their mean is taken" in load_model(bert).predictor(TASK).card.notes[0]


def test_what_a_vector_is_made_by_is_another_model(sentences, bert):
    folder = sentences()
    models = [
        load_model(bert),
        ptm.embedded(load_model(bert), pooling="cls"),
        ptm.embedded(load_model(bert), normalise=True),
        load_model(folder),
    ]
    assert len({each.predictor(TASK).fingerprint for each in models}) == 4
    before = load_model(folder).predictor(TASK).card.fingerprint
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode": "cls"}')
    assert content_digest(folder) != before


def test_settings_add_up_and_others_are_refused(bert, checkpoint):
    model = ptm.embedded(ptm.embedded(load_model(bert), pooling="cls"), normalise=True)
    assert model.predictor(TASK).settings[:2] == ("pooling:cls", "normalise:yes")
    same = ptm.embedded(model.predictor(TASK), pooling="max")
    assert same.settings[:2] == ("pooling:max", "normalise:yes")
    with pytest.raises(ptm.ArgumentError, match="expected 'mean', 'cls'"):
        ptm.embedded(model, pooling="first")
    classifier = ptm.embedded(load_model(checkpoint("bert")), pooling="cls")
    with pytest.raises(ptm.ArgumentError, match="has no pooling="):
        ptm.evaluate_accuracy(classifier, [{"text": "a", "label": "LABEL_0"}])


def test_a_head_is_no_encoder_unless_somebody_says_so(checkpoint):
    folder = checkpoint("bert")
    with pytest.raises(ptm.ModelError, match=r"PTM303.*text-class.*\?task"):
        load_model(folder).predictor(TASK)
    said = load_model(f"{folder}?task={TASK}").predictor(TASK)
    assert "their mean is taken" in said.card.notes[0]
    with pytest.raises(ptm.ModelError, match="PTM303"):
        load_model(folder).predictor(PAIRS)


def test_who_is_declared_for_vectors_is_asked_for_pairs_too(bert, checkpoint):
    pairs = [
        {"text": TEXTS[0], "text_pair": other, "label": float(place)}
        for place, other in enumerate(TEXTS[1:5])
    ]
    rows = ptm.load_examples(pairs, text_pair="text_pair")
    for folder in (bert, checkpoint("bert")):
        model = load_model(f"{folder}?task={TASK}")
        result = ptm.evaluate_metric(model, rows, metric="pearson")
        one, *others = plain(folder, TEXTS[:5], normalise=True)
        expected = scipy.stats.pearsonr([one @ other for other in others], range(4))
        assert result.value == pytest.approx(expected[0], abs=1e-5)
        # Which is meant is told by the rows, where both could be.
        for examples, meant in ((rows, PAIRS), (list(TEXTS), TASK)):
            found = ptm.evaluate_invariant(
                model, examples, under=casing("upper"), tolerance=1.9
            )
            assert found.task == meant
        assert -1 <= model.predict((TEXTS[0], TEXTS[1])).number <= 1
        assert model.predict(TEXTS[0]).vector is not None
        declared = load_model(f"{folder}?task={PAIRS}")
        with pytest.raises(ptm.ArgumentError, match=rf"Declare it for '{TASK}'"):
            ptm.evaluate_closer(declared, *TEXTS[:3])


def test_an_encoder_is_asked_for_nothing_else(bert):
    model = load_model(bert)
    assert model.can() == {TASK, PAIRS}
    with pytest.raises(ptm.ModelError, match="PTM303"):
        ptm.evaluate_accuracy(model, [{"text": "a", "label": "x"}])
    vector = model.predict(TEXTS[0]).vector
    assert np.abs(np.array(vector) - plain(bert, TEXTS[:1])[0]).max() < 1e-5
    assert -1 <= model.predict((TEXTS[0], TEXTS[1])).number <= 1


def test_a_model_in_memory(bert):
    model = transformers.AutoModel.from_pretrained(bert).eval()
    tokens = transformers.AutoTokenizer.from_pretrained(bert)
    mine = ptm.from_pretrained(model, tokens)
    assert mine.task == TASK
    found = ask(mine, rows_of(text=TEXTS)).predictions.vectors
    assert np.abs(found - plain(bert, TEXTS)).max() < 1e-5
    pairs = ptm.from_pretrained(model, tokens, task=PAIRS)
    assert pairs.predict((TEXTS[0], TEXTS[0])).number == pytest.approx(1.0)


def test_each_text_of_many_pairs_is_asked_once(bert):
    rows = rows_of(text=(TEXTS[0],) * 6, text_pair=TEXTS[1:7])
    answers = ask(load_model(bert).predictor(PAIRS), rows)
    assert answers.cost.forwarded == 7
    one, *others = plain(bert, TEXTS[:7], normalise=True)
    assert answers.predictions.values == pytest.approx(
        np.array([one @ other for other in others]), abs=1e-5
    )


def test_an_encoder_that_is_no_model_by_itself_is_refused(tmp_path):
    folder = build(TASK, "bart", tmp_path / "bart")
    with pytest.raises(ptm.ModelError, match=r"PTM312.*only of mt5, t5, umt5"):
        load_model(folder).predictor(TASK)


def test_of_an_encoder_and_a_decoder_the_encoder_is_asked(tmp_path):
    folder = build(TASK, "t5", tmp_path / "t5")
    kept = transformers.T5EncoderModel.from_pretrained(folder).eval()
    tokens = transformers.AutoTokenizer.from_pretrained(folder)
    alone = tmp_path / "alone"
    kept.save_pretrained(alone)
    tokens.save_pretrained(alone)
    expected = plain(folder, TEXTS, kind=transformers.T5EncoderModel)
    mine = ptm.from_pretrained(kept, tokens)
    for model in (load_model(folder), load_model(alone), mine):
        by = model if model is mine else model.predictor(TASK)
        found = ask(by, rows_of(text=TEXTS)).predictions.vectors
        assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()
    assert load_model(alone).can() == {TASK, PAIRS}
    whole = transformers.AutoModel.from_pretrained(folder).eval()
    with pytest.raises(ptm.ModelError, match=r"PTM312.*load it as T5EncoderModel"):
        ptm.from_pretrained(whole, tokens)


@pytest.fixture(scope="module")
def minilm(shared_models):
    for place in (shared_models, shared_models / "cache"):
        if (place / "all-minilm-l6-v2" / "config.json").is_file():
            return place / "all-minilm-l6-v2"
    pytest.skip("all-minilm-l6-v2 is not there: from_wheels.py makes it")


def test_a_real_encoder_says_what_its_card_says(minilm):
    model = load_model(minilm)
    assert model.can() == {TASK, PAIRS}
    by = model.predictor(TASK)
    assert by.settings == (
        "pooling:mean",
        "normalise:yes",
        "max-tokens:256",
        "strip:yes",
    )
    pair = "A man is playing a guitar.", "Someone plays an instrument."
    assert model.predict(pair).number == pytest.approx(0.667, abs=0.002)
    expected = plain(minilm, pair, normalise=True)
    found = ask(by, rows_of(text=pair)).predictions.vectors
    assert np.abs(found - expected).max() < 1e-5


@pytest.mark.heavy
def test_sts_b_as_by_a_plain_loop(minilm, shared_data):
    examples = sts_b(shared_data)
    result = ptm.evaluate_metric(load_model(minilm), examples, metric="pearson")
    one, other = (
        plain(minilm, examples.inputs[name], normalise=True)
        for name in ("text", "text_pair")
    )
    expected = scipy.stats.pearsonr((one * other).sum(axis=1), examples.labels)[0]
    assert result.value == pytest.approx(expected, abs=1e-6)
    assert result.value == pytest.approx(0.8697, abs=1e-3)
