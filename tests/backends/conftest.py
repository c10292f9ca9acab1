"""Checkpoints built once, copies of them to break, and a session on the CPU."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import transformers
from ptm_checkpoints import FAMILIES

from pytest_ptm.models.handle import load_model
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Models this small only lose by threads, and much where others use the cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a family's checkpoint, built once; nobody may change it."""
    root = tmp_path_factory.mktemp("checkpoints")

    def folder(family: str) -> Path:
        path = root / family
        if not path.exists():
            with torch.random.fork_rng():
                torch.manual_seed(len(family))
                tokenizer, model = FAMILIES[family]()
            model.save_pretrained(path)
            tokenizer.save_pretrained(path)
        return path

    return folder


@pytest.fixture
def copy_of(checkpoint, tmp_path) -> Callable[[str], Path]:
    """A copy of a family's checkpoint that the test may break."""
    numbers = itertools.count()

    def folder(family: str) -> Path:
        path = tmp_path / f"{family}-{next(numbers)}"
        shutil.copytree(checkpoint(family), path)
        return path

    return folder


@pytest.fixture(autouse=True)
def session():
    with running() as session:
        yield session


def running(**settings: object):
    """A fresh session on the CPU, as a context."""
    given = Settings(**{"device": "cpu", **settings})
    return activated(Session(read_settings=lambda: given))


@pytest.fixture
def run_with() -> Callable[..., object]:
    """``with run_with(dtype="float16"):`` a session of its own, with settings."""
    return running


@pytest.fixture
def predictor_of() -> Callable[..., object]:
    """The classifier in a folder or behind a spec."""

    def predictor(spec: str | os.PathLike[str], task: str = "text-classification"):
        return load_model(spec).predictor(task)

    return predictor


@pytest.fixture(scope="session")
def rewrite() -> Callable[..., None]:
    """``rewrite(path, key=value)`` changes keys of a JSON file; None drops one."""

    def change(path: Path, **changes: object) -> None:
        content = json.loads(path.read_text(encoding="utf-8"))
        content.update(changes)
        kept = {key: value for key, value in content.items() if value is not None}
        path.write_text(json.dumps(kept), encoding="utf-8")

    return change


@pytest.fixture
def no_weights(monkeypatch):
    """Whoever loads weights fails, and so does whoever opens their files."""

    def refuse(*args, **kwargs):
        raise AssertionError("weights were loaded")

    monkeypatch.setattr(transformers.PreTrainedModel, "from_pretrained", refuse)
    monkeypatch.setattr("safetensors.safe_open", refuse)
    monkeypatch.setattr("safetensors.torch.load_file", refuse)
