"""What changes an answer changes the fingerprint, and nothing else does."""

from __future__ import annotations

import os
import sys
import types

import pytest

from pytest_ptm.backends.transformers import text_classification
from pytest_ptm.backends.transformers.fingerprint import content_digest, digest_of
from pytest_ptm.models.handle import load_model


def fingerprint(folder):
    return load_model(folder).predictor("text-classification").fingerprint


@pytest.fixture
def folder(copy_of):
    return copy_of("bert")


@pytest.fixture
def before(folder, run_with):
    with run_with():
        return fingerprint(folder)


def flip_a_byte(folder):
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)


def lowercase_no_more(folder):
    path = folder / "tokenizer.json"
    text = path.read_text(encoding="utf-8")
    assert '"lowercase": true' in text
    path.write_text(text.replace('"lowercase": true', '"lowercase": false'))


def shorten(folder):
    path = folder / "tokenizer_config.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{", '{"model_max_length": 16,', 1))


def another_activation(folder):
    path = folder / "config.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"gelu"', '"relu"'))


@pytest.mark.parametrize(
    "change", [flip_a_byte, lowercase_no_more, shorten, another_activation]
)
def test_a_change_of_what_answers_changes_the_fingerprint(change, folder, before):
    change(folder)
    assert fingerprint(folder) != before


def test_a_newer_time_changes_nothing(folder, before):
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    assert fingerprint(folder) == before


@pytest.mark.parametrize(
    "name", ["README.md", "optimizer.pt", "trainer_state.json", ".DS_Store"]
)
def test_a_file_that_no_answer_depends_on_changes_nothing(name, folder, before):
    (folder / name).write_text("{}", encoding="utf-8")
    assert fingerprint(folder) == before


def test_another_place_changes_nothing(folder, before, tmp_path):
    folder.rename(tmp_path / "elsewhere")
    assert fingerprint(tmp_path / "elsewhere") == before


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_another_dtype_changes_the_fingerprint(dtype, folder, before, run_with):
    with run_with(dtype=dtype):
        assert fingerprint(folder) != before


def test_auto_is_the_dtype_it_turns_out_to_be(folder, before, run_with):
    with run_with(dtype="auto"):
        assert fingerprint(folder) == before


class Topic(text_classification.TextClassifier):
    """The same head, asked by another name."""

    task = "topic"


def test_another_task_changes_the_fingerprint(folder, before, monkeypatch):
    def bind(checkpoint):
        bound = text_classification.bind(checkpoint)
        return Topic(bound.checkpoint, bound.class_names, bound.multi_label)

    module = types.SimpleNamespace(AUTO_CLASS=text_classification.AUTO_CLASS, bind=bind)
    monkeypatch.setitem(sys.modules, "pytest_ptm.backends.transformers.topic", module)
    assert load_model(folder).predictor("topic").fingerprint != before


def test_the_content_digest_names_the_card_in_full(folder, run_with):
    with run_with():
        card = load_model(folder).predictor("text-classification").card
    assert card.fingerprint == content_digest(folder)


def test_a_weight_renamed_is_other_content(tmp_path):
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    first = content_digest(tmp_path)
    (tmp_path / "a.json").rename(tmp_path / "b.json")
    assert content_digest(tmp_path) != first


def test_texts_are_kept_apart_in_a_digest():
    assert digest_of("ab", "c") != digest_of("a", "bc") != digest_of("abc")
    assert digest_of("abc", "") != digest_of("abc")
