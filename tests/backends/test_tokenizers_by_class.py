"""Tokenizers whose files only their own class knows: fetched, digested, asked for."""

from __future__ import annotations

import fnmatch

import numpy as np
import pytest
import torch
import transformers
from ptm_one_by_one import apart, plain
from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES

from pytest_ptm.backends.transformers import files, hub, preflight
from pytest_ptm.backends.transformers.fingerprint import content_digest
from pytest_ptm.ground.errors import ModelError
from pytest_ptm.spec import ModelSpec

CODES = "g o 5\ngo o 4\ngoo d</w> 3\n"
PIECES = [f"{letter}{end}" for letter in "abdfgilmo" for end in ("@@", "")]
TEXTS = ["a good film", "good", "a bad film dog", "", "good " * 40, "dog", "film a"]


@pytest.fixture
def saved(tmp_path):
    """A RoBERTa beside ``vocab.txt`` and ``bpe.codes``, as these two are published."""

    def folder(kind):
        path = tmp_path / kind
        config = transformers.RobertaConfig(
            vocab_size=32,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=34,
            type_vocab_size=1,
            pad_token_id=1,
            num_labels=3,
            initializer_range=0.4,
            tokenizer_class=kind,
        )
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = transformers.RobertaForSequenceClassification(config)
        model.save_pretrained(path)
        words = [*PIECES, "good", "film"]
        (path / "vocab.txt").write_text("".join(f"{word} 1\n" for word in words))
        (path / "bpe.codes").write_text(CODES)
        (path / "tokenizer_config.json").write_text('{"model_max_length": 32}')
        return path

    return folder


@pytest.mark.parametrize("kind", ["BertweetTokenizer", "PhobertTokenizer"])
def test_codes_beside_a_vocabulary_are_read_digested_and_missed(
    kind, saved, predictor_of, run_with
):
    folder = saved(kind)
    expected = plain("text-classification", folder, TEXTS)
    assert len(set(expected[:, 0].round(3).tolist())) == len(TEXTS)
    for order in (1, -1):
        with run_with():
            predictor = predictor_of(folder)
            assert apart(predictor, TEXTS[::order], expected[::order]) < 1e-4
    assert predictor.checkpoint.padding.sharing == "any"

    before = content_digest(folder), files.state(folder)
    (folder / "bpe.codes").write_text("f i 5\n")
    assert content_digest(folder) != before[0]
    assert files.state(folder) != before[1]
    # Other codes are other answers, so the digest had to notice.
    assert np.abs(plain("text-classification", folder, TEXTS) - expected).max() > 0.1

    (folder / "bpe.codes").unlink()
    with pytest.raises(ModelError, match=rf"has no bpe\.codes, which a {kind} needs"):
        preflight.check_folder(folder)


def test_a_pointer_in_the_place_of_codes_is_refused(saved):
    folder = saved("BertweetTokenizer")
    (folder / "bpe.codes").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1078931\n"
    )
    with pytest.raises(ModelError, match=r"PTM306 .*bpe\.codes"):
        preflight.check_folder(folder)


@pytest.mark.parametrize(
    "name", ["spm.model", "sentencepiece.model", "byte_maps.json", "bpe.codes"]
)
def test_a_vocabulary_under_any_name_is_one(name, saved):
    # DeBERTa, RemBERT and MyT5 have these alone.
    folder = saved("RobertaTokenizer")
    (folder / "vocab.txt").rename(folder / name)
    if name == "bpe.codes":
        with pytest.raises(ModelError, match=r"PTM302 .* has no tokenizer"):
            preflight.check_folder(folder)
    else:
        preflight.check_folder(folder)


def vocabulary_names():
    """Each class's file names that transformers itself declares."""
    for kinds in TOKENIZER_MAPPING_NAMES.values():
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            known = getattr(transformers, str(kind), None)
            # Classes whose library is not installed stand there without names.
            names = known.__dict__.get("vocab_files_names") if known else None
            yield from (names or {}).values()


def test_every_file_that_a_tokenizer_of_transformers_reads_is_fetched_and_digested():
    names = set(vocabulary_names())
    assert {"bpe.codes", "spiece.model", "vocab.txt", "byte_maps.json"} <= names
    unheard = {
        name
        for name in names
        if not any(fnmatch.fnmatch(name, pattern) for pattern in files.READ)
    }
    assert unheard == set()


def test_a_hub_is_asked_for_the_files_that_are_digested(tmp_path, monkeypatch):
    asked = []

    def snapshot(name, *, allow_patterns, **others):
        asked.append(set(allow_patterns))
        return tmp_path

    monkeypatch.setattr(hub, "snapshot_download", snapshot)
    hub.locate(ModelSpec("name", "", "org/name"), offline=True, allow_pickle=True)
    assert asked == [{*files.READ}, {*files.READ, files.PICKLED}]
    assert "*.codes" in asked[0]


def test_a_file_that_only_a_checkpoints_own_code_knows_is_digested(saved):
    folder = saved("BertweetTokenizer")
    (folder / "own.tiktoken").write_text("1")
    without = content_digest(folder)
    (folder / "tokenization_own.py").write_text("")
    (folder / "README.md").write_text("words")
    first = content_digest(folder)
    (folder / "README.md").write_text("other words")
    assert content_digest(folder) == first != without
    (folder / "own.tiktoken").write_text("2")
    assert content_digest(folder) != first
