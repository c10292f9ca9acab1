"""Multiple choice: one context for all choices, against each choice scored in full.

    python benchmarks/language_models/choosing.py

200 questions of four choices behind about 200 tokens of context, and a random GPT-2 of
six layers of 256 that is built for it (nothing is downloaded). All ways run in one
process, in interleaved rounds; medians are compared. Loading is not timed; tokenising
is. "In full" is the same engine with each context and choice as one text, its head at
the tokens of the choices only; "plain" is a loop over transformers, a question a batch,
with the head everywhere.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from pytest_ptm import load_examples, load_model
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated

QUESTIONS, CHOICES, CONTEXT = 200, 4, 200
TARGET = 3.0
WORDS = [f"word{place}" for place in range(4_000)]


def checkpoint(folder: Path) -> Path:
    """A random GPT-2 with a token for each word."""
    ids = {word: place for place, word in enumerate(["<s>", "<unk>", *WORDS])}
    inner = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=inner,
        bos_token="<s>",
        eos_token="<s>",
        unk_token="<unk>",
        model_max_length=512,
    )
    config = transformers.GPT2Config(
        vocab_size=len(ids),
        n_positions=512,
        n_embd=256,
        n_layer=6,
        n_head=8,
        bos_token_id=0,
        eos_token_id=0,
    )
    torch.manual_seed(0)
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def questions() -> Examples:
    """Contexts of 180 to 220 words, choices of 3 to 8."""
    rng = random.Random(0)

    def words(least: int, most: int) -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(least, most)))

    rows = [
        {
            "text": words(CONTEXT - 20, CONTEXT + 20),
            "choices": [words(3, 8) for _ in range(CHOICES)],
        }
        for _ in range(QUESTIONS)
    ]
    return load_examples(rows, choices="choices", label=None)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time, where others work"
    )
    arguments = parser.parse_args()
    clock = time.process_time if arguments.cpu else time.perf_counter
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as scratch, activated(Session()):
        folder = checkpoint(Path(scratch) / "gpt2")
        handle = load_model(str(folder))
        chooser = handle.predictor("multiple-choice")
        scorer = handle.predictor("causal-scoring")
        model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    rows = questions()
    flat = [
        (f"{context} ", choice)
        for context, row in zip(rows.inputs["text"], rows.lists["choices"], strict=True)
        for choice in row
    ]
    ids = tuple(str(place) for place in range(len(flat)))
    contexts, texts = zip(*flat, strict=True)
    pairs = Examples(ids, {"text": texts, "context": contexts})

    def shared() -> np.ndarray:
        with activated(Session()):
            return ask(chooser, rows).predictions.scores

    def kept() -> np.ndarray:
        with activated(Session()):
            way = dataclasses.replace(chooser, branches=False)
            return ask(way, rows).predictions.scores

    def in_full() -> np.ndarray:
        with activated(Session()):
            return ask(scorer, pairs).predictions.totals

    def forced() -> np.ndarray:
        with activated(Session()):
            way = dataclasses.replace(chooser, shares=False, branches=False)
            return ask(way, rows).predictions.scores

    def plain() -> np.ndarray:
        found = []
        for start in range(0, len(flat), CHOICES):
            encoded = [
                [0, *tokenizer(context + choice)["input_ids"]]
                for context, choice in flat[start : start + CHOICES]
            ]
            own = [len(text.split()) for text in texts[start : start + CHOICES]]
            longest = max(map(len, encoded))
            batch = torch.tensor([row + [0] * (longest - len(row)) for row in encoded])
            with torch.inference_mode():
                logs = model(input_ids=batch).logits.log_softmax(dim=-1)
            for row, (tokens, count) in enumerate(zip(encoded, own, strict=True)):
                places = range(len(tokens) - count, len(tokens))
                found.append(sum(logs[row, at - 1, tokens[at]].item() for at in places))
        return np.array(found)

    ways: dict[str, Callable[[], np.ndarray]] = {
        "shared context": shared,
        "behind kept keys and values": kept,
        "in full, as texts": in_full,
        "in full, a question at a time": forced,
        "plain loop": plain,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    expected = shared()
    apart: dict[str, float] = {}
    for _ in range(arguments.rounds):
        for name, way in ways.items():
            began = clock()
            answers = way()
            seconds[name].append(clock() - began)
            apart[name] = float(np.abs(answers - expected).max())
            assert apart[name] < 1e-3, (name, apart[name])
    medians = {name: statistics.median(spent) for name, spent in seconds.items()}
    print("| way | ms | times ours | target | each round | apart |")
    print("|---|--:|--:|--:|---|--:|")
    for name, spent in medians.items():
        target = f"{TARGET:g}" if name == "in full, as texts" else ""
        rounds = zip(seconds[name], seconds["shared context"], strict=True)
        ratios = ", ".join(f"{one / ours:.2f}" for one, ours in rounds)
        print(
            f"| {name} | {spent * 1e3:.0f} | {spent / medians['shared context']:.2f} "
            f"| {target} | {ratios} | {apart[name]:.1e} |"
        )


if __name__ == "__main__":
    main()
