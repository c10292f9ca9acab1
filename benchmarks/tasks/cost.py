"""How far the p95 of `assert_cost` is from a timing loop by hand, on SST-2 dev.

    PTM_TEST_DATA=… PTM_TEST_MODELS=… python benchmarks/tasks/cost.py

The loop tokenises one text, asks the model under `inference_mode` and takes the logits,
warmed up by as many questions; the texts and their order are the same. Both in one
process, in interleaved rounds; medians of the ratios of a round are compared. With
--cpu in CPU time, for machines where others work.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import transformers

from pytest_ptm import evaluate_cost, load_model
from pytest_ptm.behaviours import timing
from pytest_ptm.behaviours.cost import WARM_UP
from pytest_ptm.devices import machine
from pytest_ptm.results import Result
from pytest_ptm.statistics.quantiles import nearest_rank

FIGURES = {"p50_ms": 0.5, "p95_ms": 0.95}


def main() -> None:
    """Print a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", type=int, default=872)
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time, where others work"
    )
    arguments = parser.parse_args()
    clock = time.process_time if arguments.cpu else time.perf_counter
    timing.now = clock
    texts = sentences(Path(os.environ["PTM_TEST_DATA"]), arguments.texts)
    print(machine("cpu"), f"· load {os.getloadavg()[0]:.1f}")
    for name in ("minilm-l6-sst2", "bert-tiny-sst2"):
        compared(Path(os.environ["PTM_TEST_MODELS"]) / name, texts, clock, arguments)


def sentences(data: Path, count: int) -> list[str]:
    """The first sentences of SST-2 dev, each once."""
    with (data / "sst2" / "dev.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return list(dict.fromkeys(row["sentence"] for row in rows))[:count]


def compared(
    folder: Path,
    texts: list[str],
    clock: Callable[[], float],
    arguments: argparse.Namespace,
) -> None:
    """Both ways over these texts, as often as there are rounds."""
    model = load_model(folder)
    by_hand = loop(folder, clock)
    ratios: dict[str, list[float]] = {name: [] for name in FIGURES}
    ours: dict[str, list[float]] = {name: [] for name in FIGURES}
    for _ in range(arguments.rounds):
        found = figures(evaluate_cost(model, texts))
        theirs = by_hand(texts)
        for name, at in FIGURES.items():
            ours[name].append(found[name])
            ratios[name].append(found[name] / nearest_rank(theirs * 1e3, at))
    for name in FIGURES:
        middle, every = statistics.median(ratios[name]), sorted(ratios[name])
        print(
            f"{folder.name} {name}: {statistics.median(ours[name]):.2f} ms, "
            f"{middle:.3f} times the loop by hand ({every[0]:.3f} to {every[-1]:.3f} "
            f"in {arguments.rounds} rounds of {len(texts)} texts)"
        )


def figures(result: Result) -> dict[str, float]:
    """All figures of a result by name."""
    return {each.metric: each.value for each in (result.measurement, *result.also)}


def loop(folder: Path, clock: Callable[[], float]) -> Callable[[list[str]], np.ndarray]:
    """Seconds of each text, one after the other, as anybody would write it."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    model.eval()

    def answer(text: str) -> np.ndarray:
        with torch.inference_mode():
            inputs = tokenizer(text, truncation=True, return_tensors="pt")
            return model(**inputs).logits.numpy()

    def seconds(texts: list[str]) -> np.ndarray:
        order = list(texts)
        random.Random(0).shuffle(order)
        for text in order[:WARM_UP]:
            answer(text)
        found: list[float] = []
        for text in order:
            began = clock()
            answer(text)
            found.append(clock() - began)
        return np.array(found)

    return seconds


if __name__ == "__main__":
    main()
