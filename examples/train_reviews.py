"""Write the held-out reviews and train the small classifier that they test.

    python examples/train_reviews.py

Needs no network and no accelerator; takes about a minute on one core. The same
versions of the libraries on the same machine give the same files.
"""

from __future__ import annotations

import argparse
import json
import random
import string
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import torch
from reviews_text import Review, double_negations, held_out_reviews, training_reviews
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import WordPieceTrainer
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
)

HERE = Path(__file__).parent
CLASSES = ("negative", "positive")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LONGEST = 128


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
    tokenizer = train_tokenizer(review.text for review in training)
    model = train_model(tokenizer, training, epochs=asked.epochs, seed=asked.seed)
    model.save_pretrained(asked.out)
    tokenizer.save_pretrained(asked.out)
    for name, reviews in (("held-out", held_out), ("negations", negations)):
        right = accuracy(model, tokenizer, reviews)
        print(f"{name:10} accuracy {right:.4f} (n={len(reviews)})")


def write_jsonl(path: Path, reviews: Iterable[Review]) -> None:
    """Write one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(asdict(review), ensure_ascii=False) for review in reviews]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_deterministic(seed: int) -> None:
    """Seed torch; one thread, since sums over threads depend on their number."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def train_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """A lower-casing WordPiece tokenizer of at most 2,000 pieces."""
    learner = wordpiece()
    # Named beforehand, the letters inside words get the same ids in every run. The
    # trainer would number them by a hash, and break ties between pieces by number.
    letters = [f"##{letter}" for letter in string.ascii_lowercase]
    trainer = WordPieceTrainer(
        vocab_size=2000, special_tokens=[*SPECIAL, *letters], show_progress=False
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
        model_max_length=LONGEST,
        **{f"{name[1:-1].lower()}_token": name for name in SPECIAL},
    )


def wordpiece(vocabulary: dict[str, int] | None = None) -> Tokenizer:
    """A lower-casing tokenizer with these pieces, or with none yet."""
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


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
    model = BertForSequenceClassification(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.01)
    steps = epochs * -(-len(reviews) // 32)
    schedule = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=1.0, end_factor=0.05, total_iters=steps
    )
    # Smoothing keeps the model from being certain of what it gets wrong.
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
    rng = random.Random(seed)
    for epoch in range(1, epochs + 1):
        total = 0.0
        for batch in batches(rng.sample(reviews, len(reviews))):
            labels = torch.tensor([CLASSES.index(review.label) for review in batch])
            loss = loss_of(logits(model, tokenizer, batch), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        print(f"epoch {epoch}: loss {total / len(reviews):.4f}")
    return model.eval()


def batches(reviews: list[Review], size: int = 32) -> Iterable[list[Review]]:
    """The reviews in their order, ``size`` at a time."""
    return (reviews[at : at + size] for at in range(0, len(reviews), size))


def logits(
    model: BertForSequenceClassification,
    tokenizer: PreTrainedTokenizerFast,
    reviews: list[Review],
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
    for batch in batches(reviews):
        answers = logits(model, tokenizer, batch).argmax(dim=1).tolist()
        right += sum(
            CLASSES[answer] == review.label
            for answer, review in zip(answers, batch, strict=True)
        )
    return right / len(reviews)


if __name__ == "__main__":
    main()
