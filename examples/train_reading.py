"""Write held-out questions and train the small reader that they test.

    python examples/train_reading.py

Needs no network and no accelerator; takes a minute and a half on one core. The same
versions of the libraries on the same machine give the same files.
"""

from __future__ import annotations

import argparse
import random
import string
from collections.abc import Sequence
from pathlib import Path

import torch
from names_text import everybody
from reading_text import Question, about_strangers, everywhere, questions
from training import (
    epochs_of,
    learn,
    make_deterministic,
    one_cycle,
    train_tokenizer,
    write_jsonl,
)
from transformers import (
    BatchEncoding,
    BertConfig,
    BertForQuestionAnswering,
    PreTrainedTokenizerFast,
)

HERE = Path(__file__).parent
LONGEST, SIZE, LAYERS, HEADS = 96, 64, 3, 4
BATCH, RATE = 32, 2e-3


def main() -> None:
    """Write data and model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "models/reading")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--passages", type=int, default=6_000)
    parser.add_argument("--epochs", type=int, default=2)
    asked = parser.parse_args()

    make_deterministic(asked.seed)
    rng = random.Random(asked.seed)
    people = [name for name in everybody() if " " in name]
    people, unknown = _parted(people, rng)
    places, elsewhere = _parted(everywhere(), rng)
    held_out = {"people": unknown, "places": elsewhere, "seed": asked.seed + 1}
    write_jsonl(asked.data / "reading.jsonl", questions(100, each=4, **held_out))
    write_jsonl(asked.data / "strangers.jsonl", about_strangers(100, **held_out))
    lessons = [
        *questions(
            asked.passages, each=4, seed=asked.seed, people=people, places=places
        )
    ]
    tokenizer = train_tokenizer(
        (f"{each.question} {each.context}" for each in lessons),
        pieces=500,
        longest=LONGEST,
        inside=string.ascii_lowercase + string.digits,
    )
    model = BertForQuestionAnswering(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=SIZE,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=2 * SIZE,
            max_position_embeddings=LONGEST,
            pad_token_id=tokenizer.pad_token_id,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            initializer_range=SIZE**-0.5,
        )
    )
    train(model, tokenizer, lessons, epochs=asked.epochs, seed=asked.seed)
    model.save_pretrained(asked.out)
    tokenizer.save_pretrained(asked.out)


def train(
    model: BertForQuestionAnswering,
    tokenizer: PreTrainedTokenizerFast,
    lessons: Sequence[Question],
    *,
    epochs: int,
    seed: int,
) -> None:
    """Learned is where an answer begins and ends; of none both are the first token."""

    def loss_of(batch: Sequence[Question]) -> torch.Tensor:
        inputs = tokenizer(
            [each.question for each in batch],
            [each.context for each in batch],
            padding=True,
            return_tensors="pt",
        )
        spans = [_tokens(inputs, row, each) for row, each in enumerate(batch)]
        starts, ends = torch.tensor(spans).T
        return model(**inputs, start_positions=starts, end_positions=ends).loss

    drawn = epochs_of(lessons, BATCH, epochs=epochs, seed=seed)
    steps = epochs * -(-len(lessons) // BATCH)
    learn(model, drawn, loss_of, one_cycle(model, rate=RATE, steps=steps, rising=0.15))


def _tokens(inputs: BatchEncoding, row: int, asked: Question) -> tuple[int, int]:
    """The first and the last token of the answer."""
    if not asked.answers.text:
        return 0, 0
    start = asked.answers.answer_start[0]
    last = start + len(asked.answers.text[0]) - 1
    return (
        inputs.char_to_token(row, start, sequence_index=1),
        inputs.char_to_token(row, last, sequence_index=1),
    )


def _parted(names: list[str], rng: random.Random) -> tuple[list[str], list[str]]:
    """Four of five names, and those that training never shows."""
    drawn = rng.sample(names, len(names))
    return drawn[len(names) // 5 :], drawn[: len(names) // 5]


if __name__ == "__main__":
    main()
