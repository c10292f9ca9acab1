"""Hub ids, found in a cache that is laid out here; the network is never reached."""

from __future__ import annotations

import shutil
import socket

import huggingface_hub.constants
import pytest

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError

COMMIT, OLDER = "0123456789abcdef" * 2 + "01234567", "fedcba98" * 5


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    """An empty hub cache; whoever opens a connection fails the test."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))

    def refuse(*args, **kwargs):
        pytest.fail("somebody opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tmp_path


@pytest.fixture
def cached(hub, checkpoint):
    """Put a family's checkpoint into the cache, as downloading it would."""

    def put(owner_and_name, *, commit=COMMIT, ref="main", family="bert"):
        repo = hub / f"models--{owner_and_name.replace('/', '--')}"
        (repo / "refs").mkdir(parents=True, exist_ok=True)
        (repo / "refs" / ref).write_text(commit, encoding="utf-8")
        shutil.copytree(checkpoint(family), repo / "snapshots" / commit)
        return repo

    return put


def test_a_cached_hub_id_is_loaded_and_named_with_its_commit(cached, predictor_of):
    cached("org/name")
    predictor = predictor_of("org/name")
    assert predictor.card.reference == f"org/name@{COMMIT}"
    assert predictor.card.name == "name"
    answers = ask(predictor, Examples(("a",), {"text": ("film",)}))
    assert len(answers.predictions) == 1


def test_a_hub_id_answers_as_the_same_folder_does(cached, checkpoint, predictor_of):
    cached("org/name")
    there, here = predictor_of("org/name"), predictor_of(checkpoint("bert"))
    assert there.fingerprint == here.fingerprint


def test_a_revision_chooses_its_own_commit(cached, predictor_of):
    cached("org/name")
    cached("org/name", commit=OLDER, ref="v1", family="bert-of-three")
    predictor = predictor_of("old=org/name@v1")
    assert predictor.card.reference == f"org/name@{OLDER}"
    assert len(predictor.class_names) == 3


def test_a_whole_commit_is_a_revision(cached, predictor_of):
    cached("org/name")
    predictor = predictor_of(f"org/name@{COMMIT}")
    assert predictor.card.reference == f"org/name@{COMMIT}"


@pytest.mark.parametrize("spec", ["org/absent", "absent", "org/absent@v1"])
def test_a_missing_id_is_refused_without_blaming_the_network(spec, predictor_of):
    with pytest.raises(ModelError) as refused:
        predictor_of(spec)
    error = refused.value
    assert error.code == "PTM301"
    assert "neither a local folder nor a hub id in the cache" in error.message
    assert "the hub is switched off" in error.message
    assert "./path" in error.message
    assert not any(
        word in error.message.lower() for word in ("connect", "internet", "timed out")
    )


def test_a_missing_revision_is_named(cached, predictor_of):
    cached("org/name")
    with pytest.raises(ModelError, match=r"PTM301.*at revision 'v9'"):
        predictor_of("org/name@v9")


@pytest.mark.parametrize("value", ["1", "true", "YES", "on"])
def test_the_hub_stays_off_by_its_own_variable(value, predictor_of, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    with pytest.raises(ModelError, match="the hub is switched off"):
        predictor_of("org/absent")


def test_the_hub_stays_off_by_our_option(predictor_of, run_with, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE")
    with (
        run_with(offline=True),
        pytest.raises(ModelError, match="the hub is switched off"),
    ):
        predictor_of("org/absent")


def test_a_broken_link_into_the_cache_is_an_incomplete_checkpoint(cached, predictor_of):
    repo = cached("org/name")
    weights = repo / "snapshots" / COMMIT / "model.safetensors"
    weights.unlink()
    weights.symlink_to(repo / "blobs" / "gone")
    with pytest.raises(ModelError) as refused:
        predictor_of("org/name")
    assert refused.value.code == "PTM305"
