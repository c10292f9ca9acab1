"""What the training scripts share: a seed that holds, a tokenizer, the loop, files."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import WordPieceTrainer
from transformers import PreTrainedModel, PreTrainedTokenizerFast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
Row = TypeVar("Row")
Steps = tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]


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


def epochs_of(
    rows: Sequence[Row], size: int, *, epochs: int, seed: int
) -> Iterator[Iterator[Sequence[Row]]]:
    """The batches of each epoch, in an order that is drawn when it begins."""
    rng = random.Random(seed)
    return (shuffled_batches(rows, size, rng) for _ in range(epochs))


def one_cycle(
    model: PreTrainedModel,
    *,
    rate: float,
    steps: int,
    decay: float = 0.01,
    rising: float = 0.3,
) -> Steps:
    """AdamW, whose rate rises in a share of the steps and falls in the others."""
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=rate, weight_decay=decay, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=rate, total_steps=steps, pct_start=rising
    )
    return optimizer, schedule


def learn(
    model: PreTrainedModel,
    epochs: Iterable[Iterable[Sequence[Row]]],
    loss_of: Callable[[Sequence[Row]], torch.Tensor],
    steps: Steps,
) -> None:
    """Train the model on the batches of each epoch, and print the mean of their losses.

    An epoch is drawn when the one before it is over, so that one generator may serve
    its order and what is drawn for its batches.
    """
    optimizer, schedule = steps
    model.train()
    for epoch, drawn in enumerate(epochs, start=1):
        losses = []
        for batch in drawn:
            loss = loss_of(batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        mean = sum(losses) / len(losses)
        print(f"{type(model).__name__} epoch {epoch}: loss {mean:.4f}", flush=True)
    model.eval()


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
