"""A checkpoint's tokenizer, looked at before it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from pytest_ptm.backends.transformers.readable import Json, read_json
from pytest_ptm.ground.display import clip
from pytest_ptm.ground.errors import ModelError

_TOKENIZERS: tuple[tuple[str, ...], ...] = (
    ("tokenizer.json",),
    ("vocab.txt",),
    ("vocab.json", "merges.txt"),
    ("tokenizer.model",),
    ("spiece.model",),
    ("sentencepiece.bpe.model",),
    ("sentencepiece.model",),
    ("spm.model",),
    ("byte_maps.json",),
    ("source.spm", "target.spm"),
)
_BESIDE = {"BertweetTokenizer": "bpe.codes", "PhobertTokenizer": "bpe.codes"}
"""What a tokenizer's class needs beside its vocabulary, and reads without a word."""
_OF_CHARACTERS = frozenset({"ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer"})
"""Tokenizers that need no vocabulary: each byte or character has its id."""


def vocabulary_files(folder: Path) -> Iterator[Path]:
    """The files of tokenizers that are there."""
    names = {name for group in _TOKENIZERS for name in group} | {*_BESIDE.values()}
    for name in sorted(names):
        if (folder / name).is_file():
            yield folder / name


def check_tokenizer(folder: Path, config: Json) -> None:
    """Refuse a tokenizer that is not there, or gives ids the model cannot know.

    Raises:
        ModelError: PTM302.
    """
    found = next(
        (
            names
            for names in _TOKENIZERS
            if all((folder / name).is_file() for name in names)
        ),
        None,
    )
    kind = _tokenizer_class(folder, config)
    beside = _BESIDE.get(kind)
    if beside is not None and not (folder / beside).is_file():
        raise ModelError(
            f"{folder} has no {beside}, which a {kind} needs; download it too, or save "
            "the tokenizer with tokenizer.save_pretrained()",
            code="PTM302",
        )
    if found is None:
        if kind in _OF_CHARACTERS:
            return
        expected = ", ".join("+".join(names) for names in _TOKENIZERS)
        raise ModelError(
            f"{folder} has no tokenizer (one of {expected}); transformers would make "
            "up one that knows no word. Save it with tokenizer.save_pretrained()",
            code="PTM302",
        )
    rows = config.get("vocab_size")
    try:
        largest = _largest_id(folder, found[0])
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise ModelError(
            f"{folder / found[0]} is no vocabulary that can be read "
            f"({type(error).__name__}: {clip(str(error))}); "
            "save it again with tokenizer.save_pretrained()",
            code="PTM302",
        ) from error
    if isinstance(rows, int) and largest is not None and largest >= rows:
        raise ModelError(
            f"{folder / found[0]} gives ids up to {largest}, and config.json says "
            f"vocab_size {rows}; tokenizer and model do not belong together. After "
            "adding tokens call model.resize_token_embeddings(len(tokenizer)) and save "
            "both again",
            code="PTM302",
        )


def _tokenizer_class(folder: Path, config: Json) -> str:
    """The class that the tokenizer's own config names, or the model's."""
    name = "tokenizer_config.json"
    own: Json = read_json(folder, name) if (folder / name).is_file() else {}
    return str(own.get("tokenizer_class") or config.get("tokenizer_class"))


def _largest_id(folder: Path, name: str) -> int | None:
    """The largest token id, where the file says it in plain text."""
    if name == "vocab.txt":
        with (folder / name).open("rb") as file:
            return sum(1 for _ in file) - 1
    if name == "vocab.json":
        return max((int(i) for i in read_json(folder, name).values()), default=None)
    if name != "tokenizer.json":
        return None
    content = read_json(folder, name)
    vocabulary = cast("Json", content.get("model") or {}).get("vocab")
    added = cast("list[Json]", content.get("added_tokens") or [])
    ids = [int(token["id"]) for token in added]
    if isinstance(vocabulary, dict):
        ids += [int(value) for value in cast("Json", vocabulary).values()]
    elif isinstance(vocabulary, list):  # a unigram model: the place is the id
        ids.append(len(cast("list[object]", vocabulary)) - 1)
    return max(ids, default=None)
