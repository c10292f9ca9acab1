"""Write held-out sentences and train the small tagger that they test.

    python examples/train_names.py

Needs no network and no accelerator; takes a minute on one core. The same versions of
the libraries on the same machine give the same files.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from names_text import TAGS, Sentence, everybody, sentences
from training import (
    epochs_of,
    learn,
    make_deterministic,
    one_cycle,
    train_tokenizer,
    write_jsonl,
)
from transformers import (
    BertConfig,
    BertForTokenClassification,
    PreTrainedTokenizerFast,
)

HERE = Path(__file__).parent
LONGEST, SIZE, LAYERS, HEADS = 64, 64, 2, 4
BATCH, RATE = 32, 2e-3
IGNORED = -100


def main() -> None:
    """Write data and model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "models/names")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sentences", type=int, default=4_000)
    parser.add_argument("--epochs", type=int, default=8)
    asked = parser.parse_args()

    make_deterministic(asked.seed)
    names = everybody()
    random.Random(asked.seed).shuffle(names)
    held_out, known = set(names[: len(names) // 5]), set(names[len(names) // 5 :])
    lessons = list(sentences(asked.sentences, seed=asked.seed, people=known))
    write_jsonl(
        asked.data / "names.jsonl",
        sentences(400, seed=asked.seed + 1, people=held_out),
    )
    tokenizer = train_tokenizer(
        (" ".join(each.words) for each in lessons), pieces=400, longest=LONGEST
    )
    model = BertForTokenClassification(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=SIZE,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=2 * SIZE,
            max_position_embeddings=LONGEST,
            pad_token_id=tokenizer.pad_token_id,
            id2label=dict(enumerate(TAGS)),
            label2id={tag: number for number, tag in enumerate(TAGS)},
        )
    )
    train(model, tokenizer, lessons, epochs=asked.epochs, seed=asked.seed)
    model.save_pretrained(asked.out)
    tokenizer.save_pretrained(asked.out)


def train(
    model: BertForTokenClassification,
    tokenizer: PreTrainedTokenizerFast,
    lessons: Sequence[Sentence],
    *,
    epochs: int,
    seed: int,
) -> None:
    """The tag of a word is learned at its first piece."""

    def loss_of(batch: Sequence[Sentence]) -> torch.Tensor:
        inputs = tokenizer(
            [each.words for each in batch],
            is_split_into_words=True,
            padding=True,
            return_tensors="pt",
        )
        labels = [first_pieces(inputs.word_ids(i), s) for i, s in enumerate(batch)]
        return model(**inputs, labels=torch.tensor(labels)).loss

    drawn = epochs_of(lessons, BATCH, epochs=epochs, seed=seed)
    steps = epochs * -(-len(lessons) // BATCH)
    learn(model, drawn, loss_of, one_cycle(model, rate=RATE, steps=steps))


def first_pieces(words: Sequence[int | None], sentence: Sentence) -> list[int]:
    """The number of each word's tag where it begins, and nothing elsewhere."""
    return [
        IGNORED
        if word is None or (place and words[place - 1] == word)
        else TAGS.index(sentence.tags[word])
        for place, word in enumerate(words)
    ]


if __name__ == "__main__":
    main()
