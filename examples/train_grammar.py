"""Write minimal pairs and train three small language models that they test.

    python examples/train_grammar.py

One is masked (BERT), one causal (GPT-2), one permuted (XLNet); all learn the same
sentences. Needs no network and no accelerator; takes some minutes on one core. The
same versions of the libraries on the same machine give the same files.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from grammar_text import corpus, pairs
from training import (
    learn,
    make_deterministic,
    one_cycle,
    shuffled_batches,
    train_tokenizer,
    write_jsonl,
)
from transformers import (
    BertConfig,
    BertForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    XLNetConfig,
    XLNetLMHeadModel,
)

HERE = Path(__file__).parent
LONGEST, SIZE, LAYERS, HEADS = 32, 64, 2, 4
BATCH, RATE = 32, 3e-3
IGNORED = -100

Inputs = dict[str, torch.Tensor]


def main() -> None:
    """Write data and models."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "models")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sentences", type=int, default=6_000)
    parser.add_argument("--epochs", type=int, default=12)
    asked = parser.parse_args()

    held_out = pairs(100, seed=asked.seed + 1)
    texts = corpus(
        asked.sentences, seed=asked.seed, unlike={pair.better for pair in held_out}
    )
    write_jsonl(asked.data / "grammar.jsonl", held_out)
    tokenizer = train_tokenizer(texts, pieces=400, longest=LONGEST)
    for name, build, lesson in (
        ("masked", masked_model, masked_lesson),
        ("causal", causal_model, causal_lesson),
        ("permuted", permuted_model, permuted_lesson),
    ):
        make_deterministic(asked.seed)
        model = build(tokenizer)
        train(model, tokenizer, texts, lesson, epochs=asked.epochs, seed=asked.seed)
        folder = asked.out / f"grammar-{name}"
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def masked_model(tokenizer: PreTrainedTokenizerFast) -> BertForMaskedLM:
    """A BERT that fills masks."""
    return BertForMaskedLM(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=SIZE,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=2 * SIZE,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            max_position_embeddings=LONGEST,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def causal_model(tokenizer: PreTrainedTokenizerFast) -> GPT2LMHeadModel:
    """A GPT-2 that goes on from the left; a text begins with [CLS]."""
    return GPT2LMHeadModel(
        GPT2Config(
            n_positions=LONGEST,
            n_embd=SIZE,
            n_layer=LAYERS,
            n_head=HEADS,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            **tokens_of(tokenizer),
        )
    )


def permuted_model(tokenizer: PreTrainedTokenizerFast) -> XLNetLMHeadModel:
    """An XLNet that says the words of a sentence in any order."""
    return XLNetLMHeadModel(
        XLNetConfig(
            d_model=SIZE,
            n_layer=LAYERS,
            n_head=HEADS,
            d_inner=2 * SIZE,
            dropout=0.0,
            **tokens_of(tokenizer),
        )
    )


def tokens_of(tokenizer: PreTrainedTokenizerFast) -> dict[str, int]:
    """How many tokens a model knows, and which begin, end and fill up a text."""
    return {
        "vocab_size": len(tokenizer),
        "bos_token_id": tokenizer.cls_token_id,
        "eos_token_id": tokenizer.sep_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


Lesson = Callable[[torch.Tensor, PreTrainedTokenizerFast], Inputs]
"""What a model is given of some sentences of one length, and the labels."""


def masked_lesson(ids: torch.Tensor, tokenizer: PreTrainedTokenizerFast) -> Inputs:
    """A fifth of the words hidden, one at least."""
    words = ids.shape[1] - 2
    scores = torch.rand(len(ids), words)
    hidden = torch.zeros_like(ids, dtype=torch.bool)
    most = scores.argsort(dim=1)[:, : max(1, words // 5)]
    hidden[:, 1:-1].scatter_(1, most, value=True)
    return {
        "input_ids": ids.masked_fill(hidden, tokenizer.mask_token_id),
        "labels": ids.masked_fill(~hidden, IGNORED),
    }


def causal_lesson(ids: torch.Tensor, tokenizer: PreTrainedTokenizerFast) -> Inputs:
    """Every word after those before it."""
    return {"input_ids": ids, "labels": ids}


def permuted_lesson(ids: torch.Tensor, tokenizer: PreTrainedTokenizerFast) -> Inputs:
    """Every word after those before it in an order that is drawn for each sentence.

    Yang et al. 2019, "XLNet", section 2.2. The special tokens come first in it.
    """
    count, length = ids.shape
    order = torch.rand(count, length)
    order[:, [0, -1]] = -1.0
    # A token sees those that come earlier, and nobody himself.
    unseen = order[:, None, :] >= order[:, :, None]
    special = (order < 0)[:, None, :] & (order < 0)[:, :, None]
    words = torch.arange(1, length - 1)
    targets = torch.zeros(count, length - 2, length)
    targets[:, words - 1, words] = 1.0
    return {
        "input_ids": ids,
        "perm_mask": (unseen & ~special).float(),
        "target_mapping": targets,
        "labels": ids[:, 1:-1].contiguous(),
    }


def train(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    lesson: Lesson,
    *,
    epochs: int,
    seed: int,
) -> None:
    """Batches of sentences of one length, so that nothing is padded."""
    rows = tokenizer(list(texts))["input_ids"]
    by_length: dict[int, list[list[int]]] = {}
    for row in rows:
        by_length.setdefault(len(row), []).append(row)
    rng = random.Random(seed)
    steps = epochs * sum(-(-len(group) // BATCH) for group in by_length.values())

    def drawn() -> Iterator[list[Sequence[list[int]]]]:
        for _ in range(epochs):
            batches = [
                batch
                for group in by_length.values()
                for batch in shuffled_batches(group, BATCH, rng)
            ]
            rng.shuffle(batches)
            yield batches

    def loss_of(batch: Sequence[list[int]]) -> torch.Tensor:
        return model(**lesson(torch.tensor(batch), tokenizer)).loss

    learn(model, drawn(), loss_of, one_cycle(model, rate=RATE, steps=steps))


if __name__ == "__main__":
    main()
