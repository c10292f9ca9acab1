"""A model is what it was loaded as, from its first answer to the end of the run."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path

import numpy as np
import pytest
from ptm_broken import WEIGHTS, configured

import pytest_ptm.runs.document  # noqa: F401 - in-process runs would forget it
from pytest_ptm.backends.transformers import checkpoint_loading as backend
from pytest_ptm.backends.transformers import watch
from pytest_ptm.backends.transformers.fingerprint import content_digest
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.models.handle import load_model
from pytest_ptm.models.pool import Pool
from pytest_ptm.tasks import known_tasks

# In-process runs would make classes of their own.
known_tasks()

EXAMPLES = Examples(("a", "b"), {"text": ("a great film", "dull and slow")})
TASK = "text-classification"
ROWS = '[{"text": "a great film", "label": 0}, {"text": "dull", "label": 1}]'


@pytest.fixture
def folder(copy_of):
    return copy_of("bert")


@pytest.fixture
def run(pytester, folder):
    """Run tests over a copy of a checkpoint that they may spoil."""

    def run(tests, *arguments, model=None, process=False):
        pytester.makepyfile(
            test_it="import pytest, torch\n"
            "from pytest_ptm import assert_accuracy, evaluate_accuracy\n"
            f"ROWS = {ROWS}\nFOLDER = {str(folder)!r}\n" + tests
        )
        words = (
            f"--ptm-model={model or f'candidate={folder}'}",
            *("--ptm-device=cpu", "--ptm-json=run.json", "-p", "no:randomly"),
            *arguments,
        )
        if process:
            return pytester.runpytest_subprocess(*words)
        return pytester.runpytest_inprocess(*words)

    return run


def flip(path, place=-3):
    content = bytearray(Path(path).read_bytes())
    content[place] ^= 1
    Path(path).write_bytes(content)


# What tests do to a model (B15, B16)

SPOILED = {
    "m.train()": "in training mode",
    "m.bert.encoder.layer[0].train()": "in training mode",
    "torch.nn.init.zeros_(m.classifier.weight)": "with other weights",
    "m.load_state_dict(m.state_dict())": "with other weights",
    "m.half()": "with other weights",
    "m.classifier.weight.data[0, 0] += 1": "with other weights",
    "m.config.id2label[0] = 'other'": "with other config.id2label",
    "m.classifier.weight.data = torch.zeros_like(m.classifier.weight)": (
        "with other weights"
    ),
}


@pytest.mark.parametrize(("spoil", "said"), SPOILED.items(), ids=SPOILED)
def test_the_test_that_spoils_a_model_is_the_one_that_is_red(run, spoil, said):
    result = run(
        f"""
def test_before(ptm_model):
    evaluate_accuracy(ptm_model, ROWS)

def test_spoils(ptm_model):
    m = ptm_model.predictor("{TASK}").checkpoint.model
    {spoil}

def test_after(ptm_model):
    evaluate_accuracy(ptm_model, ROWS)
    assert not ptm_model.predictor("{TASK}").checkpoint.model.training
"""
    )
    result.assert_outcomes(passed=3, errors=1)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_spoils*",
            f"E*PTM304 test_it.py::test_spoils[[]candidate] left candidate {said}*",
        ]
    )


def test_a_fixture_that_puts_everything_back_is_no_fault(run):
    result = run(
        f"""
@pytest.fixture
def training(ptm_model):
    m = ptm_model.predictor("{TASK}").checkpoint.model
    m.train()
    yield m
    m.eval()

def test_trains(training):
    assert training.training

def test_after(ptm_model):
    evaluate_accuracy(ptm_model, ROWS)
"""
    )
    result.assert_outcomes(passed=2)
    assert result.ret == 0


def test_answers_after_a_spoiled_model_are_those_of_the_loaded_one(run, folder):
    honest = ask(load_model(folder).predictor(TASK), EXAMPLES).predictions.logits
    result = run(
        f"""
import pathlib
from pytest_ptm import Examples
from pytest_ptm.engine.ask import ask
EXAMPLES = Examples(("a", "b"), {{"text": ("a great film", "dull and slow")}})

def test_spoils_and_asks(ptm_model):
    predictor = ptm_model.predictor("{TASK}")
    torch.nn.init.zeros_(predictor.checkpoint.model.classifier.weight)
    ask(predictor, EXAMPLES)

def test_after(ptm_model):
    logits = ask(ptm_model.predictor("{TASK}"), EXAMPLES).predictions.logits
    pathlib.Path("logits.txt").write_text(repr(logits.tolist()))
"""
    )
    assert result.ret == 1
    after = json.loads(Path("logits.txt").read_text(encoding="utf-8"))
    np.testing.assert_allclose(after, honest, atol=1e-5)


def test_training_mode_is_found_when_the_model_is_asked_and_names_the_test(run):
    result = run(
        f"""
def test_asks(ptm_model):
    ptm_model.predictor("{TASK}").checkpoint.model.bert.embeddings.train()
    evaluate_accuracy(ptm_model, ROWS)
"""
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "E*PTM304 candidate is in training mode when test_it.py::test_asks"
            "[[]candidate] asks it*"
        ]
    )


def test_a_model_loaded_under_inference_mode_can_be_watched_too(run):
    result = run(
        """
@torch.inference_mode()
def test_asks(ptm_model):
    evaluate_accuracy(ptm_model, ROWS)
"""
    )
    assert result.ret == 0


def test_watching_keeps_no_model_in_memory(folder, copy_of, checkpoint, session):
    pool = session.part(Pool)
    gone = weakref.ref(pool.predictor(load_model(folder).spec, TASK).checkpoint.model)
    for other in (copy_of("bert"), copy_of("bert")):
        pool.predictor(load_model(other).spec, TASK)
    gc.collect()
    assert gone() is None
    assert [watched.left_by("t.py::t") for watched in session.watches] == [None] * 3


# What happens to its files (B12)

EDITED = """
import pathlib

def test_asks(ptm_model):
    evaluate_accuracy(ptm_model, ROWS)

def test_edits():
    {edit}
"""
FLIPPED = (
    "path = pathlib.Path(FOLDER, 'model.safetensors'); "
    "new = path.with_name('new'); content = bytearray(path.read_bytes()); "
    "content[-3] ^= 1; new.write_bytes(content); new.replace(path)"
)
CONFIGURED = (
    "path = pathlib.Path(FOLDER, 'config.json'); "
    "path.write_text(path.read_text() + ' ')"
)
TOUCHED = "pathlib.Path(FOLDER, 'config.json').touch()"
ADDED = "pathlib.Path(FOLDER, 'special_tokens_map.json').write_text('{}')"
REMOVED = "import shutil; shutil.rmtree(FOLDER)"


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        (FLIPPED, "model.safetensors"),
        (CONFIGURED, "config.json"),
        (ADDED, "special_tokens_map.json"),
    ],
)
def test_a_folder_edited_during_the_run_makes_it_red(run, folder, edit, name):
    result = run(EDITED.format(edit=edit))
    assert result.ret == 1
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            f"*PTM107 1 model changed while the run was going on: candidate = {folder} "
            f"('{name}')*",
            "FAILED pytest-ptm::PTM107*",
        ]
    )
    problems = json.loads(Path("run.json").read_text(encoding="utf-8"))["problems"]
    assert [problem["code"] for problem in problems] == ["PTM107"]


@pytest.mark.parametrize("edit", [TOUCHED, REMOVED], ids=["touched", "removed"])
def test_files_that_hold_the_same_or_are_gone_are_no_other_model(run, edit):
    assert run(EDITED.format(edit=edit)).ret == 0


def test_weights_that_are_gone_from_their_folder_are_a_change(folder, session):
    load_model(folder).predictor(TASK)
    (folder / WEIGHTS).unlink()
    (told,) = session.models_at_the_end()["changed"]
    assert told == f"{folder.name} = {folder} ('model.safetensors')"


def test_files_that_cannot_be_read_any_more_are_a_change(folder, session, monkeypatch):
    load_model(folder).predictor(TASK)
    (folder / "config.json").touch()

    def refuse(folder):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(watch, "content_digest", refuse)
    (told,) = session.models_at_the_end()["changed"]
    assert "cannot be read any more: Permission denied" in told


@pytest.mark.heavy
def test_an_edit_under_workers_is_told_by_the_worker_that_loaded_it(run, folder):
    result = run(EDITED.format(edit=FLIPPED), "-n", "1", process=True)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*PTM107 1 model changed*'model.safetensors'*"])


SEVERAL = """
import pathlib

@pytest.mark.parametrize("i", range(2))
def test_asks(ptm_model, i, request):
    first, second = pathlib.Path("first"), pathlib.Path("second")
    if i == 0:
        evaluate_accuracy(ptm_model, ROWS)
        first.touch()
        wait(second)
    else:
        wait(first)
        path = pathlib.Path(FOLDER, "model.safetensors")
        before = path.read_bytes()
        path.write_bytes(before[:-3] + bytes([before[-3] ^ 1]) + before[-2:])
        evaluate_accuracy(ptm_model, ROWS)
        path.write_bytes(before)
        second.touch()

def wait(path):
    import time
    while not path.exists():
        time.sleep(0.05)
"""


@pytest.mark.heavy
def test_two_workers_that_loaded_different_contents_make_the_run_red(run, folder):
    result = run(SEVERAL, "-n", "2", process=True)
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"*PTM107*{folder} was loaded as sha256 * and as *"])


def test_a_folder_that_changes_while_it_is_loaded_is_refused(folder, monkeypatch):
    load = backend._from_pretrained

    def edited_meanwhile(*args):
        flip(folder / WEIGHTS)
        return load(*args)

    monkeypatch.setattr(backend, "_from_pretrained", edited_meanwhile)
    with pytest.raises(ModelError) as refused:
        load_model(folder).predictor(TASK)
    assert refused.value.code == "PTM107"
    assert "'model.safetensors'" in refused.value.message


def test_nothing_changed_where_nothing_changed(folder, session):
    ask(load_model(folder).predictor(TASK), EXAMPLES)
    told = session.models_at_the_end()
    assert told == {"contents": {str(folder): [content_digest(folder)]}, "changed": []}


# The content a spec asks for (B11)


def test_a_checkpoint_with_the_digest_of_its_spec_is_loaded(folder, run):
    digest = content_digest(folder)
    for written in (digest, digest.upper()):
        result = run(
            "def test_it(ptm_model):\n"
            "    assert_accuracy(ptm_model, ROWS, at_least=0)\n",
            model=f"candidate={folder}?sha256={written}",
        )
        assert result.ret == 0
    document = json.loads(Path("run.json").read_text(encoding="utf-8"))
    assert document["models"][0]["sha256"] == digest


def test_a_checkpoint_of_another_content_is_refused_before_it_is_loaded(
    folder, monkeypatch
):
    digest = content_digest(folder)
    flip(folder / WEIGHTS)
    monkeypatch.setattr(
        backend, "load", lambda request: pytest.fail("the weights were loaded")
    )
    with pytest.raises(ModelError) as refused:
        load_model(f"{folder}?sha256={digest}").predictor(TASK)
    assert refused.value.code == "PTM316"
    assert content_digest(folder) in refused.value.message
    assert digest in refused.value.message


def test_the_same_folder_without_a_digest_is_not_refused_for_it(folder):
    with pytest.raises(ModelError, match="PTM316"):
        load_model(f"{folder}?sha256={'0' * 64}").predictor(TASK)
    assert load_model(folder).predictor(TASK).card.fingerprint == content_digest(folder)


# Code that came along (C5)


def test_a_report_says_that_code_was_ignored(copy_of, predictor_of, rewrite):
    for name, key in (
        ("config.json", "AutoModelForSequenceClassification"),
        ("tokenizer_config.json", "AutoTokenizer"),
    ):
        folder = copy_of("bert")
        rewrite(folder / name, auto_map={key: "evil.Evil"})
        (folder / "evil.py").write_text("raise SystemExit('it ran')\n")
        (note,) = predictor_of(folder).card.notes
        assert note.startswith("remote code ignored: ")


def test_a_report_says_that_code_was_run_where_it_was_trusted(
    copy_of, predictor_of, run_with, tmp_path
):
    folder = copy_of("bert")
    marker = tmp_path / "it-ran"
    (folder / "ours.py").write_text(
        "import pathlib\n"
        "from transformers import BertForSequenceClassification\n"
        f"pathlib.Path({str(marker)!r}).touch()\n"
        "class Ours(BertForSequenceClassification): ...\n"
    )
    configured(auto_map={"AutoModelForSequenceClassification": "ours.Ours"})(folder)
    with run_with(trust_remote_code=True):
        card = predictor_of(folder).card
    assert card.notes == ("code of the checkpoint was run (--ptm-trust-remote-code)",)
    assert marker.exists()


# Two models in one run (B17)


def test_two_models_asked_in_turn_answer_as_each_does_alone(
    checkpoint, run_with, predictor_of
):
    families = ("bert", "distilbert")
    alone = {}
    for family in families:
        with run_with():
            alone[family] = ask(predictor_of(checkpoint(family)), EXAMPLES)
    with run_with():
        for family in (*families, *families):
            here = ask(predictor_of(checkpoint(family)), EXAMPLES)
            expected = alone[family].predictions.logits
            np.testing.assert_allclose(here.predictions.logits, expected, atol=1e-5)
    a, b = (alone[family].predictions.logits for family in families)
    assert not np.allclose(a, b)
