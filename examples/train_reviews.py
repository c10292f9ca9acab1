"""Write the held-out reviews and train the small classifier that they test.

    python examples/train_reviews.py

Needs no network and no accelerator; takes about a minute on one core. The same
versions of the libraries on the same machine give the same files.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from reviews_text import Review, double_negations, held_out_reviews, training_reviews
from training import (
    batches,
    epochs_of,
    learn,
    make_deterministic,
    train_tokenizer,
    write_jsonl,
)
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
)

HERE = Path(__file__).parent
CLASSES = ("negative", "positive")
LONGEST = 128
BATCH = 32


def main() -> None:
    """Write data and model, and print how good the model is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "models/reviews")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reviews", type=int, default=8000, help="to learn from")
    parser.add_argument("--epochs", type=int, default=4)
    asked = parser.parse_args()

    training = training_reviews(asked.reviews, seed=asked.seed)
    held_out = held_out_reviews(400, seed=asked.seed + 1, unlike=training)
    negations = double_negations(48, seed=asked.seed + 2)
    write_jsonl(asked.data / "reviews.jsonl", held_out)
    write_jsonl(asked.data / "negations.jsonl", negations)

    make_deterministic(asked.seed)
    tokenizer = train_tokenizer(
        (review.text for review in training), pieces=2000, longest=LONGEST
    )
    model = train_model(tokenizer, training, epochs=asked.epochs, seed=asked.seed)
    model.save_pretrained(asked.out)
    tokenizer.save_pretrained(asked.out)
    for name, reviews in (("held-out", held_out), ("negations", negations)):
        right = accuracy(model, tokenizer, reviews)
        print(f"{name:10} accuracy {right:.4f} (n={len(reviews)})")


def train_model(
    tokenizer: PreTrainedTokenizerFast, reviews: list[Review], *, epochs: int, seed: int
) -> BertForSequenceClassification:
    """A two-layer BERT, trained from random weights."""
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=192,
        hidden_dropout_prob=0.2,
        max_position_embeddings=LONGEST,
        pad_token_id=tokenizer.pad_token_id,
        id2label=dict(enumerate(CLASSES)),
        label2id={name: index for index, name in enumerate(CLASSES)},
    )
    model = BertForSequenceClassification(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.01)
    steps = epochs * -(-len(reviews) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=1.0, end_factor=0.05, total_iters=steps
    )
    # Smoothing keeps the model from being certain of what it gets wrong.
    smoothed = torch.nn.CrossEntropyLoss(label_smoothing=0.1)

    def loss_of(batch: Sequence[Review]) -> torch.Tensor:
        labels = torch.tensor([CLASSES.index(review.label) for review in batch])
        return smoothed(logits(model, tokenizer, batch), labels)

    drawn = epochs_of(reviews, BATCH, epochs=epochs, seed=seed)
    learn(model, drawn, loss_of, (optimizer, schedule))
    return model


def logits(
    model: BertForSequenceClassification,
    tokenizer: PreTrainedTokenizerFast,
    reviews: Sequence[Review],
) -> torch.Tensor:
    """What the model says of each review: one row each, one column a class."""
    texts = [review.text for review in reviews]
    inputs = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
    return model(**inputs).logits


@torch.inference_mode()
def accuracy(
    model: BertForSequenceClassification,
    tokenizer: PreTrainedTokenizerFast,
    reviews: list[Review],
) -> float:
    """The share of reviews that the model puts into the right class."""
    right = 0
    for batch in batches(reviews, BATCH):
        answers = logits(model, tokenizer, batch).argmax(dim=1).tolist()
        right += sum(
            CLASSES[answer] == review.label
            for answer, review in zip(answers, batch, strict=True)
        )
    return right / len(reviews)


if __name__ == "__main__":
    main()
