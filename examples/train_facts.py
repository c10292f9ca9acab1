"""Write the held-out facts and train the small model that they test.

Both tasks of BERT at once: masked words of single sentences, and whether of two the
second goes on about the same fact.

    python examples/train_facts.py

Needs no network and no accelerator; takes some ten minutes on one core. The same
versions of the libraries on the same machine give the same files.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from facts_people import POSSESSIVES
from facts_text import (
    Fact,
    Pair,
    denied_facts,
    held_out_facts,
    held_out_pairs,
    held_out_sentences,
    pronoun_sentences,
    training_pairs,
    training_sentences,
)
from training import (
    batches,
    epochs_of,
    learn,
    make_deterministic,
    one_cycle,
    train_tokenizer,
    write_jsonl,
)
from transformers import BertConfig, BertForPreTraining, PreTrainedTokenizerFast

HERE = Path(__file__).parent
LONGEST = 64
BATCH = 32
PAIRS = 16  # beside each batch of sentences
RATE = 3e-3
FREQUENT = 150  # pieces that come no more often than this all count as rare
OVERLOOKED = 0.35  # the share of the most frequent pieces that is not looked at


def main() -> None:
    """Write data and model, and print how good the model is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "models/facts")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=100)
    asked = parser.parse_args()

    corpus = training_sentences(seed=asked.seed)
    facts = held_out_facts()
    sentences = held_out_sentences(200, seed=asked.seed + 1, unlike=corpus)
    write_jsonl(asked.data / "facts.jsonl", facts)
    write_jsonl(asked.data / "denied_facts.jsonl", denied_facts())
    write_jsonl(asked.data / "pronouns.jsonl", pronoun_sentences())
    write_jsonl(asked.data / "sentences.jsonl", sentences)
    pairs = held_out_pairs(200, seed=asked.seed + 2)
    write_jsonl(asked.data / "pairs.jsonl", pairs)

    make_deterministic(asked.seed)
    # Words that come less often than this are spelt in pieces, as rare words are.
    tokenizer = train_tokenizer(corpus, pieces=2000, longest=LONGEST, min_frequency=6)
    model = train_model(tokenizer, corpus, epochs=asked.epochs, seed=asked.seed)
    model.save_pretrained(asked.out)
    tokenizer.save_pretrained(asked.out)
    for topic in dict.fromkeys(fact.topic for fact in facts):
        rows = [fact for fact in facts if fact.topic == topic]
        print(f"{topic:10} {right(model, tokenizer, rows):.4f} (n={len(rows)})")
    print(f"{'all facts':10} {right(model, tokenizer, facts):.4f} (n={len(facts)})")
    print(f"{'pairs':10} {told_apart(model, tokenizer, pairs):.4f} (n={len(pairs)})")


def train_model(
    tokenizer: PreTrainedTokenizerFast, corpus: list[str], *, epochs: int, seed: int
) -> BertForPreTraining:
    """A two-layer BERT, trained from random weights for both of its tasks."""
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=256,
        # A corpus this small is to be learnt by heart.
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        max_position_embeddings=LONGEST,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = BertForPreTraining(config)
    weights = weights_of_pieces(tokenizer, corpus)
    beside = random.Random(seed + 3)

    def loss(texts: Sequence[str]) -> torch.Tensor:
        pairs = training_pairs(beside, PAIRS)
        of_words = loss_of(model, tokenizer, texts, weights)
        return of_words + loss_of_pairs(model, tokenizer, pairs)

    drawn = epochs_of(corpus, BATCH, epochs=epochs, seed=seed)
    steps = epochs * -(-len(corpus) // BATCH)
    learn(model, drawn, loss, one_cycle(model, rate=RATE, steps=steps))
    return model


def weights_of_pieces(
    tokenizer: PreTrainedTokenizerFast, corpus: list[str]
) -> torch.Tensor:
    """How likely each piece is to be hidden: the more frequent, the less likely.

    It is the rare words that carry the facts. Chosen alike, most masks would ask for
    "the" and "is". The pronouns count as rare: they are frequent, and asked for too.
    """
    ids = tokenizer(corpus, add_special_tokens=False)["input_ids"]
    counts = torch.bincount(
        torch.tensor([piece for text in ids for piece in text]),
        minlength=len(tokenizer),
    )
    weights = counts.clamp(min=FREQUENT).float() ** -0.75
    weights[tokenizer.convert_tokens_to_ids(list(POSSESSIVES))] = weights.max()
    weights[tokenizer.all_special_ids] = 0.0
    return weights


def loss_of(
    model: BertForPreTraining,
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    weights: torch.Tensor,
) -> torch.Tensor:
    """How badly the model finds the one piece that is hidden in each text.

    Of the others it overlooks some of the most frequent: what it learns then hangs on
    no "the" and no "is", and so is found again in another phrasing.
    """
    inputs = tokenizer(list(texts), padding=True, return_tensors="pt")
    ids = inputs["input_ids"]
    hidden = torch.zeros_like(ids, dtype=torch.bool)
    hidden.scatter_(1, torch.multinomial(weights[ids], 1), value=True)
    seldom = weights[ids] / weights.max()
    seen = torch.rand(ids.shape) > OVERLOOKED * (1 - seldom)
    states = model.bert(
        ids.masked_fill(hidden, tokenizer.mask_token_id),
        inputs["attention_mask"] * (seen | hidden),
    ).last_hidden_state
    # The vocabulary is large beside the model: only what was hidden is looked up.
    return torch.nn.functional.cross_entropy(
        model.cls.predictions(states[hidden]), ids[hidden]
    )


def loss_of_pairs(
    model: BertForPreTraining,
    tokenizer: PreTrainedTokenizerFast,
    pairs: Sequence[Pair],
) -> torch.Tensor:
    """How badly the model tells which second sentence follows the first; 0 follows."""
    other = torch.tensor([int(pair.label == "not_next") for pair in pairs])
    return torch.nn.functional.cross_entropy(
        next_logits(model, tokenizer, pairs), other
    )


def next_logits(
    model: BertForPreTraining,
    tokenizer: PreTrainedTokenizerFast,
    pairs: Sequence[Pair],
) -> torch.Tensor:
    """The next-sentence head's two logits for each pair."""
    inputs = tokenizer(
        [pair.text for pair in pairs],
        [pair.text_pair for pair in pairs],
        padding=True,
        return_tensors="pt",
    )
    return model.cls.seq_relationship(model.bert(**inputs).pooler_output)


@torch.inference_mode()
def told_apart(
    model: BertForPreTraining, tokenizer: PreTrainedTokenizerFast, pairs: list[Pair]
) -> float:
    """The share of pairs of which the model says right whether they follow."""
    said = next_logits(model, tokenizer, pairs).argmax(dim=1).tolist()
    labels = [("is_next", "not_next")[other] for other in said]
    hits = [label == pair.label for label, pair in zip(labels, pairs, strict=True)]
    return sum(hits) / len(hits)


@torch.inference_mode()
def right(
    model: BertForPreTraining, tokenizer: PreTrainedTokenizerFast, facts: list[Fact]
) -> float:
    """The share of facts whose answer the model gives first."""
    found = 0
    for batch in batches(facts, BATCH):
        texts = [fact.text for fact in batch]
        inputs = tokenizer(texts, padding=True, return_tensors="pt")
        at_masks = model(**inputs).prediction_logits[
            inputs["input_ids"] == tokenizer.mask_token_id
        ]
        answers = tokenizer.convert_ids_to_tokens(at_masks.argmax(dim=1).tolist())
        found += sum(
            answer == fact.answer for answer, fact in zip(answers, batch, strict=True)
        )
    return found / len(facts)


if __name__ == "__main__":
    main()
