"""What an early verdict saves on a real model: rows asked and seconds.

    python benchmarks/stopping.py
    python benchmarks/stopping.py free

10,000 texts of SST-2 train with bert-tiny-sst2, found through PTM_TEST_DATA and
PTM_TEST_MODELS; bounds around the accuracy that asking all of them gives. Each verdict
is held against the one of all rows. Loading is not timed; tokenising is.

"free": what "certain" costs where it saves nothing: 100,000 rows of a model that costs
nothing, at their very bound, so that all of them are asked in 20 windows.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pytest_ptm import (
    BehaviourFailure,
    ModelCard,
    assert_accuracy,
    load_examples,
    load_model,
)
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings
from pytest_ptm.tasks.protocol import Encoded
from pytest_ptm.tasks.text_classification import Classification

SEEDS = range(5)
BOUNDS = (-0.20, -0.05, -0.02, 0.02, 0.05, 0.20)


def judged(model, examples, bound, when, seed):
    """The verdict, rows asked and seconds, in a session that has asked nothing yet."""
    with activated(Session(lambda: Settings(seed=seed))) as session:
        model.predictor("text-classification")
        began = time.perf_counter()
        try:
            assert_accuracy(model, examples, at_least=bound, early_stop=when)
        except BehaviourFailure:
            passed = False
        else:
            passed = True
        seconds = time.perf_counter() - began
        asked = sum(cost.examples for cost in session.costs)
    return passed, asked, seconds


@dataclass(frozen=True)
class Rows:
    """A payload: which rows are answered "good"."""

    good: np.ndarray

    def take(self, rows):
        """These rows."""
        return Rows(self.good[rows])


class Free:
    """A classifier that reads the first letter."""

    task, class_names, multi_label = "text-classification", ("bad", "good"), False
    fingerprint = "free-1"
    card = ModelCard("free", "python:free", fingerprint)

    def encode(self, inputs):
        """The first letters."""
        texts = inputs["text"]
        return Encoded(
            lengths=np.full(len(texts), 4, dtype=np.int32),
            keys=[text.encode() for text in texts],
            truncated=np.zeros(len(texts), dtype=np.bool_),
            payload=Rows(np.array([text[0] == "g" for text in texts])),
        )

    def forward(self, batch):
        """One answer a row."""
        logits = np.stack([~batch.good, batch.good], axis=1).astype(np.float32)
        return Classification(4 * logits, self.class_names)


def free(rows: int = 100_000, runs: int = 15) -> None:
    """Print what "certain" costs where all rows have to be asked, in pairs of runs."""
    table = [
        {"text": f"{'good' if row % 10 else 'bad'} {row}", "label": "good"}
        for row in range(rows)
    ]
    examples = load_examples(table)

    def seconds(when):
        session = Session(lambda: Settings(batch_tokens=16_384))
        with activated(session):
            began = time.process_time()
            assert_accuracy(Free(), examples, at_least=0.9, early_stop=when)
            return time.process_time() - began

    seconds("off")
    pairs = np.array([(seconds("off"), seconds("certain")) for _ in range(runs)])
    off, certain = pairs.min(axis=0)
    ratio = float(np.median(pairs[:, 1] / pairs[:, 0]))
    print(
        f"{rows:,} rows of a free model: {off:.2f} s in full, {certain:.2f} s by "
        f"certain (least of {runs}); median of the pairs {ratio:.2f}x"
    )


def main() -> None:
    """Print the table."""
    data = Path(os.environ["PTM_TEST_DATA"]) / "sst2" / "train.tsv"
    spec = Path(os.environ["PTM_TEST_MODELS"]) / "bert-tiny-sst2"
    labels = {"0": "NEGATIVE", "1": "POSITIVE"}
    examples = load_examples(data, text="sentence", label="label", label_map=labels)
    examples = examples.sample(10_000, seed=0)
    with activated(Session()):
        model = load_model(str(spec))
        accuracy = assert_accuracy(model, examples, at_least=0.0).value
    print(f"accuracy of all {len(examples):,} rows: {accuracy:.4f}\n")
    print("| bound | early_stop | mean rows asked | mean seconds | faster | wrong |")
    print("|--:|--|--:|--:|--:|--:|")
    for away in BOUNDS:
        bound = round(accuracy + away, 4)
        full = 0.0
        for when in ("off", "certain", "confident"):
            runs = [judged(model, examples, bound, when, seed) for seed in SEEDS]
            seconds = sum(run[2] for run in runs) / len(runs)
            rows = sum(run[1] for run in runs) / len(runs)
            wrong = sum(run[0] != (accuracy >= bound) for run in runs)
            full = full or seconds
            print(
                f"| {bound:.4f} | {when} | {rows:,.0f} | {seconds:.2f} | "
                f"{full / seconds:.1f}x | {wrong} of {len(runs)} |"
            )


if __name__ == "__main__":
    free() if sys.argv[1:] == ["free"] else main()
