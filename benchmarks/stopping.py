"""What an early verdict saves on a real model: rows asked and seconds.

    python benchmarks/stopping.py

10,000 texts of SST-2 train with bert-tiny-sst2, found through PTM_TEST_DATA and
PTM_TEST_MODELS; bounds around the accuracy that asking all of them gives. Each verdict
is held against the one of all rows. Loading is not timed; tokenising is.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from pytest_ptm import BehaviourFailure, assert_accuracy, load_examples, load_model
from pytest_ptm.session import Session, activated
from pytest_ptm.settings import Settings

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
    main()
