"""What the training scripts share: a seed that holds, a tokenizer, JSON lines."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import WordPieceTrainer
from transformers import PreTrainedTokenizerFast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
Row = TypeVar("Row")


def make_deterministic(seed: int) -> None:
    """Seed torch; one thread, since sums over threads depend on their number."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def write_jsonl(path: Path, rows: Iterable[DataclassInstance]) -> None:
    """Write one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(asdict(row), ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def batches(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """The rows in their order, ``size`` at a time."""
    return (rows[at : at + size] for at in range(0, len(rows), size))


def shuffled_batches(
    rows: Sequence[Row], size: int, rng: random.Random
) -> Iterator[Sequence[Row]]:
    """Every row once in an order that ``rng`` draws, ``size`` at a time."""
    return batches(rng.sample(rows, len(rows)), size)


def train_tokenizer(
    texts: Iterable[str],
    *,
    pieces: int,
    longest: int,
    min_frequency: int = 0,
    inside: str = string.ascii_lowercase,
) -> PreTrainedTokenizerFast:
    """A lower-casing WordPiece tokenizer of at most so many pieces.

    Letters seen together less than ``min_frequency`` times stay apart. ``inside`` are
    all characters that stand inside words.
    """
    learner = wordpiece()
    # Named beforehand, the letters inside words get the same ids in every run. The
    # trainer would number them by a hash, and break ties between pieces by number.
    letters = [f"##{letter}" for letter in inside]
    trainer = WordPieceTrainer(
        vocab_size=pieces,
        min_frequency=min_frequency,
        special_tokens=[*SPECIAL, *letters],
        show_progress=False,
    )
    learner.train_from_iterator(texts, trainer)
    # A fresh tokenizer, to which the letters are pieces and nothing special.
    tokenizer = wordpiece(learner.get_vocab())
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in SPECIAL[2:4]],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=longest,
        **{f"{name[1:-1].lower()}_token": name for name in SPECIAL},
    )


def wordpiece(vocabulary: dict[str, int] | None = None) -> Tokenizer:
    """A lower-casing tokenizer with these pieces, or with none yet."""
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer
