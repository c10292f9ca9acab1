"""What only loading shows: heads, shapes, tokens, code that comes with a model."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
import torch
from ptm_broken import (
    INDEX,
    WEIGHTS,
    configured,
    pickled,
    writing,
)
from safetensors.torch import load_file, save_file

from pytest_ptm.backends import parse_spec
from pytest_ptm.backends.protocol import LoadRequest
from pytest_ptm.backends.transformers import checkpoint_loading as checkpoint_backend
from pytest_ptm.ground.errors import ModelError


def refusal(predictor_of, folder, task="text-classification"):
    with pytest.raises(ModelError) as refused:
        predictor_of(folder, task)
    return refused.value


def test_a_head_that_was_never_trained_is_refused_by_the_one_that_was(
    checkpoint, predictor_of
):
    error = refusal(predictor_of, checkpoint("bert-masked-lm"))
    assert error.code == "PTM303"
    assert "it is 'BertForMaskedLM'" in error.message
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
    assert "one output, which is regression" in error.message
    assert error.message.endswith(
        "; ask it for text-regression, which takes that number as the answer"
    )


def test_two_outputs_may_be_regression_too(copy_of, predictor_of):
    folder = copy_of("bert")
    configured(problem_type="regression")(folder)
    error = refusal(predictor_of, folder)
    assert error.code == "PTM312"
    assert "problem_type 'regression'" in error.message
    # Neither can be asked about two numbers.
    assert "text-regression" not in error.message


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
    error = refusal(predictor_of, checkpoint("bert"), "telepathy")
    assert error.code == "PTM314"
    assert "'telepathy'" in error.message


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


def test_nobody_is_asked_on_standard_input_and_no_alarm_is_set(
    copy_of, predictor_of, monkeypatch
):
    folder = copy_of("bert")
    remote_code(folder)
    configured(model_type="evil", auto_map={"AutoConfig": "evil.EvilConfig"})(folder)

    def refuse(*arguments):
        pytest.fail("somebody asked, or disarmed the alarm of a timeout")

    monkeypatch.setattr("builtins.input", refuse)
    monkeypatch.setattr(signal, "alarm", refuse)
    monkeypatch.setattr(signal, "signal", refuse)
    assert refusal(predictor_of, folder).code == "PTM311"


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
