"""What is noticed of a model that somebody changed, and what is no change."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch
import transformers
from ptm_architectures import config_of

from pytest_ptm.backends.transformers import files
from pytest_ptm.backends.transformers.snapshot import Snapshot
from pytest_ptm.backends.transformers.watch import Watch

IDS = torch.arange(1, 20)[None]


def made(architecture="bert", **options):
    config = config_of(architecture, **options)
    return transformers.AutoModelForSequenceClassification.from_config(config).eval()


CHANGES = {
    "m.classifier.weight.data[1, 3] += 1": "weights",
    "m.classifier.weight.data.mul_(2)": "weights",
    "m.classifier.weight.data = m.classifier.weight.data.clone()": "weights",
    "m.classifier.weight.detach().numpy()[1, 5] = 7": "weights",
    "m.classifier = torch.nn.Linear(16, 3)": "classifier",
    "m.bert.pooler = None": "bert.pooler",
    "m.bert.embeddings.position_ids[0, 3] = 9": "numbers in a buffer",
    "m.bert.embeddings.position_ids.data[0, 3] = 9": "numbers in a buffer",
    "m.bert.embeddings.position_ids = torch.ones(1, 128).long()": (
        "bert.embeddings.position_ids"
    ),
    "m.config.id2label[0] = 'other'": "config.id2label",
    "m.config.label2id['LABEL_0'] = 1": "config.label2id",
    "m.config.problem_type = 'regression'": "config.problem_type",
    "m.register_forward_hook(lambda *args: None)": "_forward_hooks",
    "m.bert.pooler.register_forward_pre_hook(lambda *args: None)": (
        "bert.pooler._forward_pre_hooks"
    ),
    "m.forward = lambda **inputs: None": "forward",
    "m.bert.encoder.layer[1].output.LayerNorm.eps = 0.5": (
        "bert.encoder.layer.1.output.LayerNorm.eps"
    ),
    "m.bert.encoder.layer[0].attention.self.num_attention_heads = 1": (
        "bert.encoder.layer.0.attention.self.num_attention_heads"
    ),
    "m.scale = torch.ones(3)": "scale",
}


@pytest.mark.parametrize(("deed", "found"), CHANGES.items(), ids=CHANGES)
def test_a_change_is_named(deed, found):
    model = made()
    snapshot = Snapshot(model)
    exec(deed, {"m": model, "torch": torch})
    assert snapshot.difference() == found
    assert not snapshot.stayed()


def saved_elsewhere(model, folder):
    model.save_pretrained(folder)


def trained_and_back(model, folder):
    model.train()
    model.eval()


def hooked_and_back(model, folder):
    model.register_forward_hook(lambda *args: None).remove()


def put_back(model, folder):
    before = model.bert.embeddings.position_ids.clone()
    model.bert.embeddings.position_ids.zero_()
    model.bert.embeddings.position_ids.copy_(before)


def said_again(model, folder):
    model.config.problem_type = str(model.config.problem_type or "") or None
    model.bert.pooler.activation = model.bert.pooler.activation


def asked(model, folder):
    with torch.no_grad():
        model(IDS, output_attentions=True, output_hidden_states=True)


@pytest.mark.parametrize(
    "deed",
    [saved_elsewhere, trained_and_back, hooked_and_back, put_back, said_again, asked],
)
def test_what_changes_no_answer_is_no_change(deed, tmp_path):
    model = made()
    snapshot = Snapshot(model)
    deed(model, tmp_path)
    assert snapshot.difference() is None
    # Nor is it looked at again.
    assert snapshot.stayed()
    model.classifier.weight.data[0, 0] += 1
    assert snapshot.difference() == "weights"


def test_nan_is_as_it_was():
    model = made()
    model.classifier.weight.data[0, 0] = float("nan")
    assert Snapshot(model).stayed()


def test_a_single_number_of_a_large_model_is_noticed_at_the_end(tmp_path):
    model = made(vocab_size=6_000)
    (tmp_path / "config.json").write_text("{}")
    watch = Watch(model, name="m", folder=tmp_path, files_before=files.state(tmp_path))
    assert watch.left_by("test_it") is None
    assert watch.changed() is None
    model.bert.embeddings.word_embeddings.weight.data[1_234, 5] += 1e-3
    # Between the numbers that are looked at after every test.
    assert watch.left_by("test_it") is None
    assert "m = " in watch.changed()
    assert "written to through .data" in watch.changed()


def test_numbers_that_changed_places_are_noticed_at_the_end():
    model = made(vocab_size=6_000)
    snapshot = Snapshot(model)
    rows = model.bert.embeddings.word_embeddings.weight.data
    rows[[1_001, 1_002]] = rows[[1_002, 1_001]]
    assert snapshot.stayed()
    assert snapshot.other_numbers()


def test_a_model_that_nobody_else_holds_is_let_go():
    model = made()
    snapshot, gone = Snapshot(model), weakref.ref(model.bert.pooler.dense.weight)
    del model
    gc.collect()
    assert gone() is None
    assert (snapshot.difference(), snapshot.other_numbers()) == (None, False)
