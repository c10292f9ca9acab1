"""How fast a data set is asked, against a pipeline and against a loop written by hand.

    python benchmarks/asking.py             # the comparison
    python benchmarks/asking.py --sweep     # token budgets on this machine

SST-2 dev (872 texts) with minilm-l6-sst2, found through PTM_TEST_DATA and
PTM_TEST_MODELS. All ways run in one process, in interleaved rounds; the medians are
compared. Loading is not timed; tokenising is.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import transformers

from pytest_ptm import load_examples, load_model
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

TARGETS = {"one by one": 2.8, "batch_size=32": 1.8, "hand-written": 0.95}


def hand_written(model, tokenizer, texts: list[str], budget: int = 1_024) -> np.ndarray:
    """Sort by length, pack to a token budget, pad, forward: what an expert writes."""
    ids = tokenizer(texts)["input_ids"]
    order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
    labels = np.zeros(len(ids), dtype=np.int64)
    start = 0
    while start < len(order):
        stop = start + max(1, budget // len(ids[order[start]]))
        rows = order[start:stop]
        batch = tokenizer.pad(
            {"input_ids": [ids[r] for r in rows]}, return_tensors="pt"
        )
        with torch.inference_mode():
            logits = model(**batch).logits
        labels[rows] = logits.softmax(-1).argmax(-1).numpy()
        start = stop
    return labels


def ours(predictor, examples, **settings) -> np.ndarray:
    """A session that has asked nothing yet."""
    with activated(Session(lambda: Settings(**settings))):
        return ask(predictor, examples).predictions.predicted


def timed(way: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Seconds and labels."""
    began = time.perf_counter()
    labels = way()
    return time.perf_counter() - began, labels


def compare(ways: dict[str, Callable[[], np.ndarray]], rounds: int) -> dict[str, float]:
    """Median seconds of each way, all of them giving the same labels."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    expected = None
    for _ in range(rounds):
        for name, way in ways.items():
            spent, labels = timed(way)
            seconds[name].append(spent)
            expected = labels if expected is None else expected
            assert (labels == expected).all(), name
    return {name: statistics.median(spent) for name, spent in seconds.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sweep", action="store_true")
    arguments = parser.parse_args()
    folder = Path(os.environ["PTM_TEST_MODELS"]) / "minilm-l6-sst2"
    data = Path(os.environ["PTM_TEST_DATA"]) / "sst2/dev.tsv"
    examples = load_examples(data, text="sentence")
    texts = list(examples.inputs["text"])
    transformers.utils.logging.set_verbosity_error()
    with activated(Session()):
        predictor = load_model(folder).predictor("text-classification")
    ours(predictor, examples)  # warm

    if arguments.sweep:
        budgets = [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384]
        ways = {
            str(n): (lambda n=n: ours(predictor, examples, batch_tokens=n))
            for n in budgets
        }
        medians = compare(ways, arguments.rounds)
        print("| tokens in a batch | seconds | of the fastest |\n|--:|--:|--:|")
        for name, spent in medians.items():
            print(f"| {name} | {spent:.3f} | {min(medians.values()) / spent:.2f} |")
        return

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    model.eval()
    pipeline = transformers.pipeline(
        "text-classification", model=model, tokenizer=tokenizer
    )
    ids = model.config.label2id

    def piped(**options) -> np.ndarray:
        return np.array([ids[row["label"]] for row in pipeline(texts, **options)])

    ways = {
        "ours": lambda: ours(predictor, examples),
        "hand-written": lambda: hand_written(model, tokenizer, texts),
        "batch_size=32": lambda: piped(batch_size=32),
        "one by one": piped,
    }
    medians = compare(ways, arguments.rounds)
    print("| way | seconds | ours is | target |\n|---|--:|--:|--:|")
    print(f"| ours | {medians['ours']:.3f} | | |")
    for name, target in TARGETS.items():
        ratio = medians[name] / medians["ours"]
        print(f"| {name} | {medians[name]:.3f} | {ratio:.2f}x | {target}x |")
    print(
        f"\n{len(texts)} texts, {torch.get_num_threads()} threads, "
        f"{arguments.rounds} interleaved rounds, torch {torch.__version__}, "
        f"transformers {transformers.__version__}"
    )


if __name__ == "__main__":
    main()
