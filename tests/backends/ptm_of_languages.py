"""Tiny checkpoints of many languages, each told its languages in a way of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
import transformers

from pytest_ptm.backends.transformers.languages import codes_of

PIECES = [*"▁abcdefghijklmnopqrstuvwxyz", "▁the", "▁a", "▁man", "ing", "er", "▁said"]
SMALL = {
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "max_position_embeddings": 64,
    "init_std": 0.4,
}
_FIRST = ("<s>", "<pad>", "</s>", "<unk>")


def _unigram(codes: list[str]) -> list[tuple[str, float]]:
    scored = [(piece, -2.0 - len(piece) / -9) for piece in PIECES]
    special = [(token, 0.0) for token in (*codes, "<mask>")]
    return [*((token, 0.0) for token in _FIRST), *scored, *special]


def _mbart(_: Path) -> tuple[Any, dict[str, Any]]:
    codes = ["ar_AR", "de_DE", "en_XX", "fr_XX", "ro_RO"]
    own = transformers.MBartTokenizer(vocab=_unigram(codes))
    # Its decoder starts from a language, and a checkpoint names none.
    return own, {"decoder_start_token_id": None, "forced_eos_token_id": 2}


def _mbart50(_: Path) -> tuple[Any, dict[str, Any]]:
    own = transformers.MBart50Tokenizer(vocab=_unigram(["de_DE", "en_XX", "fr_XX"]))
    return own, {"forced_eos_token_id": 2}


def _nllb(_: Path) -> tuple[Any, dict[str, Any]]:
    vocabulary = {token: place for place, token in enumerate((*_FIRST, *PIECES[:27]))}
    codes = ["deu_Latn", "eng_Latn", "fra_Latn"]
    own = transformers.NllbTokenizer(
        vocab=vocabulary, merges=[], extra_special_tokens=codes
    )
    return own, {}


def _pieces_of(folder: Path) -> Path:
    import sentencepiece

    text = folder / "text.txt"
    text.write_text("\n".join(["the man said a thing", "a dog ran quickly by"] * 40))
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / "spm"),
        vocab_size=60,
        minloglevel=2,
        hard_vocab_limit=False,
    )
    return folder / "spm.model"


def _vocabulary(folder: Path, model: Path, first: tuple[str, ...]) -> tuple[str, int]:
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    pieces = map(processor.id_to_piece, range(processor.get_piece_size()))
    every = dict.fromkeys([*first, *pieces, "<pad>"])
    path = folder / "vocab.json"
    path.write_text(json.dumps({token: place for place, token in enumerate(every)}))
    return str(path), len(every)


def _m2m100(folder: Path) -> tuple[Any, dict[str, Any]]:
    model = _pieces_of(folder)
    vocabulary, _ = _vocabulary(folder, model, _FIRST)
    return transformers.M2M100Tokenizer(vocabulary, str(model)), {}


def _marian(folder: Path, *codes: str) -> tuple[Any, dict[str, Any]]:
    model = str(_pieces_of(folder))
    first = ("</s>", "<unk>", *(f">>{code}<<" for code in codes))
    vocabulary, n = _vocabulary(folder, Path(model), first)
    own = transformers.MarianTokenizer(
        model, model, vocabulary, source_lang="en", target_lang="x"
    )
    padding = {"pad_token_id": n - 1, "decoder_start_token_id": n - 1}
    return own, {**padding, "eos_token_id": 0, "forced_eos_token_id": 0}


KINDS = {
    "mbart": (_mbart, "MBartForConditionalGeneration"),
    "mbart50": (_mbart50, "MBartForConditionalGeneration"),
    "nllb": (_nllb, "M2M100ForConditionalGeneration"),
    "m2m100": (_m2m100, "M2M100ForConditionalGeneration"),
    "marian": (_marian, "MarianMTModel"),
    "marian-of-three": (
        lambda folder: _marian(folder, "fra", "deu", "por"),
        "MarianMTModel",
    ),
}
OF_SENTENCE_PIECES = ("m2m100", "marian", "marian-of-three")


def of_languages(kind: str, folder: Path) -> Path:
    """A random checkpoint, saved; its tokenizer is of the kind's own class."""
    (folder / "made").mkdir(parents=True)
    make, architecture = KINDS[kind]
    own, special = make(folder / "made")
    model_class = getattr(transformers, architecture)
    usual = {
        "pad_token_id": 1,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "decoder_start_token_id": 2,
    }
    largest = max(*own.get_vocab().values(), *codes_of(own).values())
    config = model_class.config_class(
        vocab_size=largest + 1, **{**SMALL, **usual, **special}
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = model_class(config)
    path = folder / kind
    model.save_pretrained(path)
    own.save_pretrained(path)
    return path
