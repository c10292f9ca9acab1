"""Train the small review classifier that the examples are run on.

    python examples/train_reviews.py

Seeded and on one thread, so that it gives the same weights again on the same machine.
It writes the model, its tokenizer, and the held-out reviews the tests read.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterable
from pathlib import Path

import torch
from reviews_text import Review, double_negations, held_out_reviews, training_reviews
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
)

HERE = Path(__file__).parent
LABELS = {0: "negative", 1: "positive"}
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORD = re.compile(r"\w+|[^\w\s]")
LONGEST = 64
SEED = 3


def make_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """A lower-casing WordPiece tokenizer that knows the words of the texts."""
    words = sorted({word for text in texts for word in WORD.findall(text.lower())})
    letters = sorted({letter for word in words for letter in word})
    # Whole words first; a word that is not among them falls apart into its letters. A
    # trained vocabulary would depend on the order of the trainer's threads.
    pieces = [*SPECIAL, *words, *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = {piece: row for row, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    cls, sep = (tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", cls), ("[SEP]", sep)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=LONGEST,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def train_model(
    tokenizer: PreTrainedTokenizerFast, reviews: list[Review], *, epochs: int
) -> BertForSequenceClassification:
    """A two-layer BERT with a trained classification head."""
    torch.manual_seed(SEED)
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=128,
            max_position_embeddings=LONGEST,
            pad_token_id=tokenizer.pad_token_id,
            id2label=LABELS,
            label2id={name: index for index, name in LABELS.items()},
        )
    )
    ids = {name: index for index, name in LABELS.items()}
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    order = random.Random(SEED)
    model.train()
    for epoch in range(epochs):
        order.shuffle(reviews)
        for start in range(0, len(reviews), 64):
            batch = reviews[start : start + 64]
            inputs = tokenizer(
                [review.text for review in batch], padding=True, return_tensors="pt"
            )
            labels = torch.tensor([ids[review.label] for review in batch])
            logits = model(**inputs).logits
            # Smoothed, or a model of so few sentences would be sure of everything.
            loss = torch.nn.functional.cross_entropy(
                logits, labels, label_smoothing=0.05
            )
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        print(f"epoch {epoch + 1}: loss of the last batch {loss.item():.4f}")
    return model.eval()


def write_reviews(path: Path, prefix: str, reviews: Iterable[Review]) -> None:
    """One JSON object a line, with an id."""
    rows = [
        {
            "id": f"{prefix}-{number:04}",
            "text": review.text,
            "label": review.label,
            "length": review.length,
            "name_origin": review.name_origin,
        }
        for number, review in enumerate(reviews, 1)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def main() -> None:
    """Generate, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "models/reviews")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    reviews = list(training_reviews(4_000, seed=SEED))
    tokenizer = make_tokenizer(review.text for review in reviews)
    model = train_model(tokenizer, reviews, epochs=arguments.epochs)
    model.save_pretrained(arguments.out)
    tokenizer.save_pretrained(arguments.out)
    write_reviews(
        arguments.data / "reviews.jsonl", "rev", held_out_reviews(400, seed=SEED)
    )
    write_reviews(
        arguments.data / "negations.jsonl", "neg", double_negations(60, seed=SEED)
    )
    print(f"wrote {arguments.out} and {arguments.data}")


if __name__ == "__main__":
    main()
