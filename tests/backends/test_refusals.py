"""Checkpoints that are incomplete, unsafe or contradict themselves are refused."""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from pytest_ptm.backends.protocol import LoadRequest
from pytest_ptm.backends.transformers import checkpoint as checkpoint_backend
from pytest_ptm.errors import ModelError, SettingsError
from pytest_ptm.spec import parse_spec

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    b"size 12345\n"
)


def change_json(path: Path, **changes: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **changes}), encoding="utf-8")


def removing(*names):
    return lambda folder: [(folder / name).unlink() for name in names]


def writing(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def configured(**changes):
    return lambda folder: change_json(folder / "config.json", **changes)


def cut_to(share):
    def break_it(folder):
        path = folder / WEIGHTS
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    return break_it


def sharded(*names, there=()):
    """Weights as an index of these shards, of which some are there."""

    def break_it(folder):
        tensors = load_file(folder / WEIGHTS)
        (folder / WEIGHTS).unlink()
        weight_map = {key: names[i % len(names)] for i, key in enumerate(tensors)}
        index = {"metadata": {}, "weight_map": weight_map}
        (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
        for name in there:
            save_file(tensors, folder / name)

    return break_it


def pickled(folder):
    """Weights that, if anybody unpickles them, leave a marker beside them."""

    class Payload:
        def __reduce__(self):
            return Path.touch, (folder / "payload-ran",)

    (folder / WEIGHTS).unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Payload()))


def vocabulary_of(size):
    def break_it(folder):
        path = folder / "tokenizer.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        content["model"]["vocab"] = {f"w{i}": i for i in range(size)}
        path.write_text(json.dumps(content), encoding="utf-8")

    return break_it


def with_vocab_txt(folder):
    (folder / "tokenizer.json").unlink()
    words = "\n".join(f"w{i}" for i in range(500)) + "\n"
    (folder / "vocab.txt").write_text(words, encoding="utf-8")


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
        "pytest_ptm.backends.transformers.checkpoint.load",
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
    assert f"{folder.parent} has 'bert-0'" in str(refused.value)


def test_a_missing_folder_in_a_missing_folder_says_so(tmp_path, predictor_of):
    with pytest.raises(ModelError, match=r"PTM301.*neither is .*nowhere"):
        predictor_of(tmp_path / "nowhere" / "bert")


def test_a_file_is_not_a_folder(tmp_path, predictor_of):
    path = tmp_path / WEIGHTS
    path.write_bytes(b"")
    with pytest.raises(ModelError, match=r"PTM301.*is not a folder"):
        predictor_of(path)


def test_a_revision_of_a_folder_is_refused(copy_of, predictor_of):
    folder = copy_of("bert")
    with pytest.raises(SettingsError) as refused:
        predictor_of(f"{folder}@main")
    assert refused.value.code == "PTM308"
    assert "leave out '@main'" in str(refused.value)


def refusal(predictor_of, folder, task="text-classification"):
    with pytest.raises(ModelError) as refused:
        predictor_of(folder, task)
    return refused.value


def test_a_head_that_was_never_trained_is_refused_by_the_missing_weights(
    checkpoint, predictor_of
):
    error = refusal(predictor_of, checkpoint("bert-masked-lm"))
    assert error.code == "PTM303"
    assert "'classifier.bias', 'classifier.weight'" in error.message
    assert "Fine-tune it" in error.message


def test_one_missing_weight_in_the_middle_is_refused(copy_of, predictor_of):
    folder = copy_of("bert")
    tensors = load_file(folder / WEIGHTS)
    lost = "bert.encoder.layer.1.output.dense.bias"
    del tensors[lost]
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    error = refusal(predictor_of, folder)
    assert error.code == "PTM303"
    assert lost in error.message


def test_one_output_is_regression_and_refused(checkpoint, predictor_of):
    error = refusal(predictor_of, checkpoint("bert-regression"))
    assert error.code == "PTM312"
    assert "regression" in error.message


def test_two_outputs_may_be_regression_too(copy_of, predictor_of):
    folder = copy_of("bert")
    configured(problem_type="regression")(folder)
    error = refusal(predictor_of, folder)
    assert error.code == "PTM312"
    assert "problem_type 'regression'" in error.message


@pytest.mark.parametrize(
    "break_it",
    [
        configured(hidden_size="sixteen"),
        configured(num_attention_heads=3),
        configured(num_hidden_layers=None),
        configured(hidden_act="nobody-knows"),
        configured(dtype="floaty"),
        configured(pad_token_id=999),
        configured(attn_implementation="nobody-knows"),
        writing("tokenizer.json", b"{}"),
        writing("tokenizer.json", b'{"added_tokens": [{"id": 0, "content": 3}]}'),
    ],
)
def test_whatever_transformers_cannot_load_is_refused_with_its_folder(
    break_it, copy_of, predictor_of
):
    folder = copy_of("bert")
    break_it(folder)
    error = refusal(predictor_of, folder)
    assert error.code == "PTM310"
    assert f"{folder} cannot be loaded for text-classification" in error.message
    assert error.__cause__ is not None


def test_the_backend_itself_unpickles_nothing_either(copy_of):
    folder = copy_of("bert")
    pickled(folder)
    request = LoadRequest(
        spec=parse_spec(str(folder)),
        folder=folder,
        task="text-classification",
        device="cpu",
        dtype="float32",
    )
    with pytest.raises(ModelError) as refused:
        checkpoint_backend.load(request)
    assert refused.value.code == "PTM310"
    assert "safetensors" in refused.value.message
    assert not (folder / "payload-ran").exists()


def test_a_head_of_another_size_than_the_config_says_is_refused(copy_of, predictor_of):
    folder = copy_of("bert")
    three = {"0": "a", "1": "b", "2": "c"}
    configured(id2label=three, label2id={"a": 0, "b": 1, "c": 2})(folder)
    error = refusal(predictor_of, folder)
    assert error.code == "PTM310"
    assert str(folder) in error.message
    assert "'classifier.bias (2,) instead of (3,)'" in error.message
    assert "config.json" in error.message


def test_tokens_added_when_the_tokenizer_loads_are_refused_after_loading(
    copy_of, predictor_of, rewrite
):
    folder = copy_of("bert")
    added = ["[NEW]", "[NEWER]"]
    rewrite(folder / "tokenizer_config.json", extra_special_tokens=added)
    error = refusal(predictor_of, folder)
    assert error.code == "PTM302"
    assert "resize_token_embeddings" in error.message


def test_a_tokenizer_that_cannot_pad_is_refused(copy_of, predictor_of, rewrite):
    folder = copy_of("gpt2")
    rewrite(folder / "tokenizer_config.json", bos_token=None, eos_token=None)
    error = refusal(predictor_of, folder)
    assert error.code == "PTM302"
    assert "tokenizer.pad_token" in error.message


def test_a_task_that_no_module_binds_is_refused(checkpoint, predictor_of):
    error = refusal(predictor_of, checkpoint("bert"), "fill-mask")
    assert error.code == "PTM314"
    assert "'fill-mask'" in error.message


def test_safetensors_are_taken_and_a_pickle_beside_them_is_left_alone(
    copy_of, predictor_of
):
    folder = copy_of("bert")
    weights = (folder / WEIGHTS).read_bytes()
    pickled(folder)
    (folder / WEIGHTS).write_bytes(weights)
    predictor_of(folder)
    assert not (folder / "payload-ran").exists()


def remote_code(folder: Path) -> None:
    (folder / "evil.py").write_text(
        f"import pathlib\npathlib.Path({str(folder / 'payload-ran')!r}).touch()\n"
        "class EvilConfig: ...\nclass EvilModel: ...\nclass EvilTokenizer: ...\n",
        encoding="utf-8",
    )


def test_a_model_that_needs_code_of_its_own_is_refused_and_the_code_not_run(
    copy_of, predictor_of
):
    folder = copy_of("bert")
    remote_code(folder)
    configured(
        model_type="evil",
        auto_map={
            "AutoConfig": "evil.EvilConfig",
            "AutoModelForSequenceClassification": "evil.EvilModel",
        },
    )(folder)
    error = refusal(predictor_of, folder)
    assert error.code == "PTM311"
    assert str(folder) in error.message
    assert "--ptm-trust-remote-code" in error.message
    assert not (folder / "payload-ran").exists()


def test_code_that_comes_with_a_model_transformers_knows_is_not_run(
    copy_of, predictor_of, rewrite
):
    folder = copy_of("bert")
    remote_code(folder)
    configured(auto_map={"AutoModelForSequenceClassification": "evil.EvilModel"})(
        folder
    )
    rewrite(
        folder / "tokenizer_config.json",
        auto_map={"AutoTokenizer": ["evil.EvilTokenizer", None]},
    )
    model = predictor_of(folder).checkpoint.model
    assert type(model).__module__.startswith("transformers.")
    assert not (folder / "payload-ran").exists()


def test_an_unknown_architecture_without_code_is_not_blamed_on_code(
    copy_of, predictor_of
):
    folder = copy_of("bert")
    configured(model_type="nobody-knows")(folder)
    error = refusal(predictor_of, folder)
    assert error.code == "PTM310"
    assert "nobody-knows" in error.message


def test_shards_that_are_all_there_are_loaded(copy_of, predictor_of):
    folder = copy_of("bert")
    tensors = load_file(folder / WEIGHTS)
    names = {key: f"part-{i % 2}.safetensors" for i, key in enumerate(tensors)}
    for name in set(names.values()):
        part = {key: tensors[key] for key in tensors if names[key] == name}
        save_file(part, folder / name, metadata={"format": "pt"})
    (folder / WEIGHTS).unlink()
    index = {"metadata": {}, "weight_map": names}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
    loaded = predictor_of(folder).checkpoint.model.state_dict()
    assert all(torch.equal(loaded[key], tensors[key]) for key in tensors)
