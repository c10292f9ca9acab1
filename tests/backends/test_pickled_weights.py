"""Pickles: never unasked, never their code, and part of what a model is known by."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from ptm_broken import INDEX, WEIGHTS, pickled
from safetensors.torch import load_file

from pytest_ptm.backends import parse_spec
from pytest_ptm.backends.transformers import hub
from pytest_ptm.backends.transformers.fingerprint import content_digest
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.models.handle import load_model

PICKLE, PICKLE_INDEX = "pytorch_model.bin", "pytorch_model.bin.index.json"
EXAMPLES = Examples(("a", "b"), {"text": ("a great film", "dull and slow")})


@pytest.fixture
def as_pickle(copy_of):
    """A checkpoint whose only weights are an honest pickle."""
    folder = copy_of("bert")
    torch.save(load_file(folder / WEIGHTS), folder / PICKLE)
    (folder / WEIGHTS).unlink()
    return folder


@pytest.fixture
def allowed(run_with):
    with run_with(allow_pickle=True) as session:
        yield session


def refusal(folder):
    with pytest.raises(ModelError) as refused:
        load_model(folder).predictor("text-classification")
    return refused.value


def test_an_honest_pickle_is_refused_too_and_the_option_is_named(as_pickle):
    error = refusal(as_pickle)
    assert error.code == "PTM310"
    assert "--ptm-allow-pickle" in error.message
    assert "save_pretrained" in error.message


def test_where_it_is_allowed_a_pickle_answers_as_safetensors_do(
    as_pickle, allowed, checkpoint, predictor_of
):
    here = ask(predictor_of(as_pickle), EXAMPLES).predictions
    there = ask(predictor_of(checkpoint("bert")), EXAMPLES).predictions
    np.testing.assert_allclose(here.logits, there.logits, atol=1e-5)


def test_a_report_says_that_the_weights_were_a_pickle(as_pickle, allowed, predictor_of):
    notes = predictor_of(as_pickle).card.notes
    assert notes == ("weights were read from a pickle (--ptm-allow-pickle)",)


def test_nothing_is_said_where_the_option_was_not_needed(
    allowed, checkpoint, predictor_of
):
    assert predictor_of(checkpoint("bert")).card.notes == ()


def raw_pickle(folder):
    """What torch wrote before it wrote zip files."""
    pickled(folder)


def zipped_payload(folder):
    """A payload in the file format of today's torch."""
    pickled(folder)

    class Payload:
        def __reduce__(self):
            return Path.touch, (folder / "payload-ran",)

    torch.save({"classifier.weight": Payload()}, folder / PICKLE)


def payload_among_shards(folder):
    pickled(folder)
    shard = "pytorch_model-00001-of-00001.bin"
    (folder / PICKLE).rename(folder / shard)
    index = {"metadata": {}, "weight_map": {"classifier.weight": shard}}
    (folder / PICKLE_INDEX).write_text(json.dumps(index), encoding="utf-8")


@pytest.mark.parametrize("break_it", [raw_pickle, zipped_payload, payload_among_shards])
def test_a_payload_is_not_run_even_where_pickles_are_allowed(
    break_it, copy_of, allowed
):
    folder = copy_of("bert")
    break_it(folder)
    error = refusal(folder)
    assert error.code == "PTM310"
    assert not (folder / "payload-ran").exists()


def test_the_payload_of_these_tests_would_run_if_anybody_unpickled_it(copy_of):
    folder = copy_of("bert")
    zipped_payload(folder)
    torch.load(folder / PICKLE, weights_only=False)
    assert (folder / "payload-ran").exists()


@pytest.mark.parametrize(
    "name", ["one.bin", "pytorch_model-1.bin", "one.safetensors.bin", "one.pkl"]
)
@pytest.mark.parametrize("is_allowed", [False, True])
def test_an_index_of_safetensors_cannot_smuggle_a_pickle_in(
    name, is_allowed, copy_of, run_with
):
    folder = copy_of("bert")
    pickled(folder)
    (folder / PICKLE).rename(folder / name)
    index = {"metadata": {}, "weight_map": {"classifier.weight": name}}
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
    with run_with(allow_pickle=is_allowed):
        error = refusal(folder)
    assert error.code == "PTM307"
    assert name in error.message
    assert not (folder / "payload-ran").exists()


def test_a_shard_that_the_digest_would_leave_out_is_refused(as_pickle, allowed):
    (as_pickle / PICKLE).rename(as_pickle / "other.bin")
    index = {"metadata": {}, "weight_map": {"classifier.weight": "other.bin"}}
    (as_pickle / PICKLE_INDEX).write_text(json.dumps(index), encoding="utf-8")
    assert refusal(as_pickle).code == "PTM307"


def test_shards_of_a_pickle_are_read_where_it_is_allowed(
    as_pickle, allowed, predictor_of
):
    tensors = torch.load(as_pickle / PICKLE, weights_only=True)
    names = {
        key: f"pytorch_model-0000{i % 2}-of-00002.bin" for i, key in enumerate(tensors)
    }
    for name in set(names.values()):
        part = {key: tensors[key] for key in tensors if names[key] == name}
        torch.save(part, as_pickle / name)
    (as_pickle / PICKLE).unlink()
    index = {"metadata": {}, "weight_map": names}
    (as_pickle / PICKLE_INDEX).write_text(json.dumps(index), encoding="utf-8")
    loaded = predictor_of(as_pickle).checkpoint.model.state_dict()
    assert all(torch.equal(loaded[key], tensors[key]) for key in tensors)


def test_a_pickle_is_part_of_the_digest_where_it_is_what_answers(as_pickle, checkpoint):
    before = content_digest(as_pickle)
    content = bytearray((as_pickle / PICKLE).read_bytes())
    content[len(content) // 2] ^= 1
    (as_pickle / PICKLE).write_bytes(content)
    assert content_digest(as_pickle) != before
    assert before != content_digest(checkpoint("bert"))


def test_a_pickle_beside_safetensors_is_no_part_of_the_digest(copy_of):
    folder = copy_of("bert")
    before = content_digest(folder)
    (folder / PICKLE).write_bytes(b"left over")
    assert content_digest(folder) == before


@pytest.mark.parametrize(
    ("stored", "is_allowed", "fetched"),
    [("safetensors", True, 1), ("pickle", False, 1), ("pickle", True, 2)],
)
def test_pickles_of_a_hub_are_fetched_only_where_allowed_and_needed(
    stored, is_allowed, fetched, as_pickle, checkpoint, monkeypatch
):
    folder = as_pickle if stored == "pickle" else checkpoint("bert")
    asked = []

    def fetch(reference, *, allow_patterns, **options):
        asked.append([name for name in allow_patterns if "bin" in name])
        return str(folder)

    monkeypatch.setattr(hub, "snapshot_download", fetch)
    spec = parse_spec("org/name")
    assert hub.locate(spec, offline=False, allow_pickle=is_allowed) == folder
    assert asked == [[], ["pytorch_model*.bin"]][:fetched]


@pytest.mark.parametrize("version", ["2.9.1", "2.6.0+cpu", "2.9.0a0+git1234"])
def test_an_older_torch_reads_no_pickle_even_where_it_is_allowed(
    version, as_pickle, allowed, monkeypatch
):
    monkeypatch.setattr(torch, "__version__", version)
    error = refusal(as_pickle)
    assert error.code == "PTM310"
    assert "needs torch 2.10 or newer" in error.message


@pytest.mark.parametrize(
    "change",
    [
        lambda folder, rewrite: rewrite(
            folder / "config.json", transformers_weights="adapter_model.bin"
        ),
        lambda folder, rewrite: (folder / "adapter_config.json").write_text("{}"),
    ],
    ids=["other weights", "an adapter"],
)
def test_weights_that_nobody_looked_at_are_not_taken_by_a_detour(
    change, copy_of, rewrite
):
    folder = copy_of("bert")
    (folder / PICKLE).write_bytes(b"")
    change(folder, rewrite)
    assert refusal(folder).code == "PTM307"
