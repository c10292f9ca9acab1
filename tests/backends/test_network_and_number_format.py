"""Whole runs, watched by an audit hook: no socket opens, and what a run says of itself.

A hub that cannot be reached is a closed port of this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers

ROWS = '[{"text": "a great film", "label": 0}, {"text": "dull", "label": 1}]'
AUDIT = """
import os, pathlib, sys
LOG = pathlib.Path(os.environ["AUDIT_LOG"])
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname",
           "socket.sendto", "http.client.connect", "urllib.Request")

def note(event, arguments):
    if event in NETWORK:
        with LOG.open("a") as file:
            test = os.environ.get("PYTEST_CURRENT_TEST")
            file.write(f"{event} {arguments[1:]} in {test}\\n")

LOG.touch()
sys.addaudithook(note)
"""
TESTS = f"""
import pytest
from pytest_ptm import assert_accuracy

@pytest.mark.parametrize("i", range(4))
def test_it(ptm_model, i):
    assert_accuracy(ptm_model, {ROWS}, at_least=0)
"""


@pytest.fixture(scope="session")
def half(checkpoint, tmp_path_factory):
    """A checkpoint stored in bfloat16."""
    folder = tmp_path_factory.mktemp("half") / "half"
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        checkpoint("bert"), dtype=torch.bfloat16
    )
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(checkpoint("bert") / name, folder)
    return folder


@pytest.fixture
def audited(tmp_path):
    """Run pytest in a process of its own; what it printed, and what it connected to."""

    def run(*arguments, **variables):
        (tmp_path / "conftest.py").write_text(AUDIT)
        (tmp_path / "test_it.py").write_text(TESTS)
        log = tmp_path / "network.log"
        log.unlink(missing_ok=True)
        kept = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"}
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=tmp_path,
            env={
                **kept,
                **variables,
                "PYTHONPATH": str(root),
                "AUDIT_LOG": str(log),
                "HF_HOME": str(tmp_path / "hub"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert log.exists()
        return done, log.read_text().splitlines()

    return run


@pytest.fixture
def closed_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    return f"http://127.0.0.1:{port}"


# Alone, a run over a folder is watched in test_trust.
@pytest.mark.parametrize(
    "how",
    [
        pytest.param((), id="alone", marks=pytest.mark.heavy),
        pytest.param(("-n", "2"), id="two-workers", marks=pytest.mark.heavy),
    ],
)
def test_a_run_over_a_folder_opens_no_socket_and_names_its_number_format(
    audited, half, tmp_path, how
):
    done, connections = audited(
        f"--ptm-model=candidate={half}",
        *("--ptm-dtype=auto", "--ptm-json=run.json", *how),
    )
    assert connections == []
    assert done.returncode == 0
    assert "4 passed" in done.stdout
    assert " · auto · seed 0" in done.stdout
    assert "on cpu, bfloat16" in done.stdout
    document = json.loads((tmp_path / "run.json").read_text())
    assert document["settings"]["dtype"] == "auto"
    assert {model["dtype"] for model in document["models"]} == {"bfloat16"}
    assert document["settings"]["allow_pickle"] is False


def test_a_hub_that_cannot_be_reached_is_not_asked_again_by_the_next_test(
    audited, closed_port
):
    done, found = audited("--ptm-model=candidate=org/absent", HF_ENDPOINT=closed_port)
    assert done.returncode == 1
    assert "PTM301 model 'org/absent' is neither a local folder" in done.stdout
    assert "4 failed" in done.stdout
    connections = [line for line in found if line.startswith("socket.connect")]
    assert 1 <= len(connections) <= 6
    assert all("test_it[candidate-0]" in line for line in connections)


def test_offline_means_that_a_hub_is_not_asked_at_all(audited, closed_port):
    done, connections = audited(
        *("--ptm-model=candidate=org/absent", "--ptm-offline"), HF_ENDPOINT=closed_port
    )
    assert done.returncode == 1
    assert "PTM301" in done.stdout
    assert connections == []


def test_a_hub_id_in_the_cache_is_one_commit_for_all_loads_of_a_process(
    checkpoint, tmp_path, monkeypatch
):
    import huggingface_hub.constants

    from pytest_ptm.backends import parse_spec
    from pytest_ptm.models.pool import Pool

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    repo = tmp_path / "models--org--name"
    (repo / "refs").mkdir(parents=True)
    first, second = "1" * 40, "2" * 40
    for commit in (first, second):
        shutil.copytree(checkpoint("bert"), repo / "snapshots" / commit)
    (repo / "refs" / "main").write_text(first)
    pool = Pool()
    spec = parse_spec("org/name")
    before = pool.predictor(spec, "text-classification").card.reference
    (repo / "refs" / "main").write_text(second)
    pool._make_room()
    pool._loaded.clear()
    after = pool.predictor(spec, "text-classification").card.reference
    assert before == after == f"org/name@{first}"
