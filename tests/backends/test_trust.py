"""What a checkpoint may do, and what only a person can allow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from ptm_broken import WEIGHTS, change_json, pickled
from safetensors.torch import load_file

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError, SettingsError
from pytest_ptm.models.handle import load_model

TEXT = Examples(("one",), {"text": ("a great film",)})
ROOT = Path(__file__).resolve().parents[2]


def as_pickle(folder):
    """The same weights, as torch.save wrote them for years."""
    torch.save(load_file(folder / WEIGHTS), folder / "pytorch_model.bin")
    (folder / WEIGHTS).unlink()


def test_a_pickle_is_read_only_when_a_person_says_so(copy_of, predictor_of, run_with):
    expected = ask(predictor_of(copy_of("bert")), TEXT).predictions.logits
    folder = copy_of("bert")
    as_pickle(folder)
    with run_with(), pytest.raises(ModelError, match="--ptm-allow-pickle") as caught:
        predictor_of(folder)
    assert caught.value.code == "PTM310"
    with run_with(allow_pickle=True):
        predictor = predictor_of(folder)
        found = ask(predictor, TEXT).predictions.logits
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert any("pickle" in note for note in predictor.card.notes)


def test_no_code_in_a_pickle_runs_even_then(copy_of, predictor_of, run_with):
    folder = copy_of("bert")
    pickled(folder)
    with run_with(allow_pickle=True), pytest.raises(ModelError):
        predictor_of(folder)
    assert not (folder / "payload-ran").exists()


def test_pickled_weights_are_part_of_the_fingerprint(copy_of, predictor_of, run_with):
    folder = copy_of("bert")
    as_pickle(folder)
    with run_with(allow_pickle=True):
        before = predictor_of(folder).card.fingerprint
    tensors = torch.load(folder / "pytorch_model.bin", weights_only=True)
    tensors["classifier.bias"] += 1
    torch.save(tensors, folder / "pytorch_model.bin")
    with run_with(allow_pickle=True):
        assert predictor_of(folder).card.fingerprint != before


def test_code_of_a_known_model_is_ignored_and_that_is_said(copy_of, predictor_of):
    folder = copy_of("bert")
    auto_map = {"AutoModelForSequenceClassification": "modeling_own.Own"}
    change_json(folder / "config.json", auto_map=auto_map)
    (folder / "modeling_own.py").write_text("raise SystemExit('it ran')\n")
    notes = predictor_of(folder).card.notes
    assert any("ignored" in note for note in notes)


def test_a_digest_holds_a_checkpoint_to_its_content(copy_of, predictor_of, run_with):
    folder = copy_of("bert")
    digest = predictor_of(folder).card.fingerprint
    with run_with():
        assert (
            len(ask(predictor_of(f"{folder}?sha256={digest}"), TEXT).predictions) == 1
        )
    wrong = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    with run_with(), pytest.raises(ModelError, match="sha256") as caught:
        predictor_of(f"{folder}?sha256={wrong}")
    assert caught.value.code == "PTM316"
    with pytest.raises(SettingsError, match="64 hexadecimal digits"):
        load_model(f"{folder}?sha256=abc")


SILENT = """
import sys

opened = []
sys.addaudithook(
    lambda event, arguments: opened.append(event)
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname")
    else None
)
import pytest

code = pytest.main(["-q", "-p", "no:cacheprovider", "test_reviews.py", "-k", "often"])
print("opened", opened, "code", int(code))
"""


@pytest.mark.heavy
def test_a_run_on_local_models_opens_no_socket():
    """Also where nothing says that the hub is off."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("HF_")
    }
    run = subprocess.run(
        [sys.executable, "-c", SILENT],
        cwd=ROOT / "examples",
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.splitlines()[-1] == "opened [] code 0", run.stdout + run.stderr
