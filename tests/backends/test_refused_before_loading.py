"""Folders that are incomplete, unsafe or contradict themselves cost no loading."""

from __future__ import annotations

import struct

import pytest
from ptm_broken import (
    INDEX,
    POINTER,
    WEIGHTS,
    change_json,
    configured,
    cut_to,
    pickled,
    removing,
    sharded,
    vocabulary_of,
    with_vocab_txt,
    writing,
)

from pytest_ptm.ground.errors import ModelError, SettingsError

TWO = {"0": "negative", "1": "positive"}
INVERSE = {"negative": 0, "positive": 1}

BEFORE_LOADING = {
    "no tokenizer": (removing("tokenizer.json"), "PTM302", "save_pretrained"),
    "tokenizer.json larger than the vocabulary": (
        vocabulary_of(500),
        "PTM302",
        "resize_token_embeddings",
    ),
    "vocab.txt larger than the vocabulary": (
        with_vocab_txt,
        "PTM302",
        "resize_token_embeddings",
    ),
    "an empty folder": (
        lambda folder: [path.unlink() for path in folder.iterdir()],
        "PTM305",
        "save_pretrained",
    ),
    "no config": (removing("config.json"), "PTM305", "save_pretrained"),
    "a config that is no JSON": (
        writing("config.json", b'{"model_type": '),
        "PTM305",
        "not valid JSON",
    ),
    "a config in an unknown encoding": (
        writing("config.json", b'{"model_type": "b\xe9rt"}'),
        "PTM305",
        "not valid JSON",
    ),
    "a config that is a list": (
        writing("config.json", b"[]"),
        "PTM305",
        "not a JSON object",
    ),
    "a tokenizer that is no JSON": (
        writing("tokenizer.json", b"{"),
        "PTM305",
        "not valid JSON",
    ),
    "no weights": (removing(WEIGHTS), "PTM305", "save_pretrained"),
    "a missing shard": (
        sharded("one.safetensors", "two.safetensors", there=["one.safetensors"]),
        "PTM305",
        "two.safetensors",
    ),
    "an index without a map": (
        lambda folder: (
            sharded("one.safetensors")(folder),
            (folder / INDEX).write_text("{}", encoding="utf-8"),
        ),
        "PTM305",
        "weight_map",
    ),
    "weights that are a pointer": (writing(WEIGHTS, POINTER), "PTM306", "lfs pull"),
    "a tokenizer that is a pointer": (
        writing("tokenizer.json", POINTER),
        "PTM306",
        "lfs pull",
    ),
    "a config that is a pointer": (
        writing("config.json", POINTER),
        "PTM306",
        "lfs pull",
    ),
    "a shard above the folder": (
        sharded("../other.safetensors"),
        "PTM307",
        "plain file name",
    ),
    "a shard with an absolute name": (
        sharded("/etc/other.safetensors"),
        "PTM307",
        "plain file name",
    ),
    "a shard with a backslash": (
        sharded("..\\other.safetensors"),
        "PTM307",
        "plain file name",
    ),
    "label maps that contradict each other": (
        configured(id2label=TWO, label2id={"negative": 1, "positive": 0}),
        "PTM309",
        "inverse",
    ),
    "two classes of one name": (
        configured(id2label={"0": "same", "1": "same"}, label2id=None),
        "PTM309",
        "same",
    ),
    "a class without a name": (
        configured(id2label={"0": "negative", "1": None}, label2id=None),
        "PTM309",
        "id2label names class 1 null; give it a name",
    ),
    "a class with a blank name": (
        configured(id2label={"0": " ", "1": "positive"}, label2id=None),
        "PTM309",
        'id2label names class 0 " "; give it a name',
    ),
    "classes with lists for names": (
        configured(id2label={"0": ["negative"], "1": {}, "2": True}, label2id=None),
        "PTM309",
        'id2label names class 0 ["negative"], class 1 {} and class 2 true; give each a',
    ),
    "a problem type that transformers does not know": (
        configured(problem_type="multi_label"),
        "PTM309",
        "unknown problem_type 'multi_label'; known: regression, single_label_",
    ),
    "a problem type in other letters": (
        configured(problem_type="Regression"),
        "PTM309",
        "unknown problem_type 'Regression'; did you mean 'regression'? Known: ",
    ),
    "a problem type that is no text": (
        configured(problem_type=["regression"]),
        "PTM309",
        "unknown problem_type ",
    ),
    "a class id left out": (
        configured(id2label={"0": "negative", "2": "positive"}, label2id=None),
        "PTM309",
        "0 … 1",
    ),
    "class ids that are no numbers": (
        configured(id2label={"a": "negative", "b": "positive"}, label2id=INVERSE),
        "PTM309",
        "0 … 1",
    ),
    "class ids that are digits of another kind": (
        configured(id2label={"0": "negative", "²": "positive"}, label2id=None),
        "PTM309",
        "0 … 1",
    ),
    "a label map that leads to no number": (
        configured(id2label=TWO, label2id={"negative": "no", "positive": None}),
        "PTM309",
        "label2id",
    ),
    "a config that trusts its own code": (
        configured(trust_remote_code=True),
        "PTM315",
        "Take it out",
    ),
    "a nested config that does": (
        configured(backbone={"layers": [{"trust_remote_code": True}]}),
        "PTM315",
        "says trust_remote_code",
    ),
    "code of another repository": (
        configured(auto_map={"AutoModel": "someone/else--model.Model"}),
        "PTM315",
        "auto_map into another repository",
    ),
    "a tokenizer's config that trusts code": (
        lambda folder: change_json(
            folder / "tokenizer_config.json", trust_remote_code=True
        ),
        "PTM315",
        "tokenizer_config.json says",
    ),
    "a label map that is a list": (
        configured(id2label=["negative", "positive"]),
        "PTM309",
        "not an object",
    ),
    "truncated weights": (cut_to(0.6), "PTM310", "download or save it again"),
    "weights cut in the header": (cut_to(0.01), "PTM310", "download or save it again"),
    "weights of no bytes": (writing(WEIGHTS, b""), "PTM310", "(0 bytes)"),
    "a header of an exabyte": (
        writing(WEIGHTS, struct.pack("<Q", 1 << 60) + b"{}"),
        "PTM310",
        "download or save it again",
    ),
    "a truncated shard": (
        lambda folder: (
            sharded("one.safetensors", there=["one.safetensors"])(folder),
            (folder / "one.safetensors").write_bytes(b"\x00" * 100),
        ),
        "PTM310",
        "one.safetensors",
    ),
    "pickled weights": (pickled, "PTM310", "save_pretrained"),
}


@pytest.mark.parametrize(
    ("break_it", "code", "remedy"), BEFORE_LOADING.values(), ids=BEFORE_LOADING.keys()
)
def test_a_broken_folder_is_refused_before_any_weight_is_loaded(
    break_it, code, remedy, copy_of, predictor_of, monkeypatch
):
    folder = copy_of("bert")
    break_it(folder)
    monkeypatch.setattr(
        "pytest_ptm.backends.transformers.checkpoint_loading.load",
        lambda request: pytest.fail("the weights were loaded"),
    )
    with pytest.raises(ModelError) as refused:
        predictor_of(folder)
    assert refused.value.code == code
    assert str(folder) in str(refused.value)
    assert remedy in str(refused.value)
    assert not (folder / "payload-ran").exists()


@pytest.mark.parametrize(
    "content",
    [
        b'{"model": {"vocab": {"a": "x"}}}',
        b'{"added_tokens": [{"content": "a"}], "model": {"vocab": {}}}',
        b'{"added_tokens": 3}',
        b'{"model": [1]}',
    ],
)
def test_a_tokenizer_file_of_another_shape_is_refused(content, copy_of, predictor_of):
    folder = copy_of("bert")
    (folder / "tokenizer.json").write_bytes(content)
    with pytest.raises(ModelError) as refused:
        predictor_of(folder)
    assert refused.value.code == "PTM302"
    assert str(folder / "tokenizer.json") in str(refused.value)


def test_a_missing_folder_is_refused_with_what_is_beside_it(copy_of, predictor_of):
    folder = copy_of("bert")
    with pytest.raises(ModelError) as refused:
        predictor_of(folder.with_name("bert-9"))
    assert refused.value.code == "PTM301"
    assert "bert-9' is not a folder" in str(refused.value)
    assert f"; did you mean '{folder}'? The run has no models" in str(refused.value)
    with pytest.raises(ModelError, match=f"; {folder.parent} has 'bert-0'"):
        predictor_of(folder.with_name("reviews"))


def test_a_missing_folder_in_a_missing_folder_says_so(tmp_path, predictor_of):
    with pytest.raises(ModelError, match=r"PTM301.*neither is .*nowhere"):
        predictor_of(tmp_path / "nowhere" / "bert")


def test_a_file_is_not_a_folder(tmp_path, predictor_of):
    path = tmp_path / WEIGHTS
    path.write_bytes(b"")
    with pytest.raises(ModelError, match=r"PTM301.*is not a folder"):
        predictor_of(path)


@pytest.mark.parametrize("name", ["config.json", WEIGHTS])
def test_a_file_of_a_model_says_which_folder_is_meant(copy_of, predictor_of, name):
    folder = copy_of("bert")
    with pytest.raises(ModelError) as raised:
        predictor_of(folder / name)
    assert f", but a file of a model, which is all of its folder: {folder}" in str(
        raised.value
    )


def test_a_revision_of_a_folder_is_refused(copy_of, predictor_of):
    folder = copy_of("bert")
    with pytest.raises(SettingsError) as refused:
        predictor_of(f"{folder}@main")
    assert refused.value.code == "PTM308"
    assert "leave out '@main'" in str(refused.value)
