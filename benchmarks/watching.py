"""What it costs to see after every test that a model is as it was.

python benchmarks/watching.py MODEL_FOLDER …
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import torch
import transformers

from pytest_ptm import evaluate_accuracy, load_examples, load_model
from pytest_ptm.backends.transformers.snapshot import Snapshot


def least(call: Callable[[], object], times: int = 50) -> float:
    """Milliseconds of the fastest of some calls."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found) * 1_000


def main(folder: str) -> None:
    """Print a line about the model in a folder."""
    kind = transformers.AutoModelForSequenceClassification
    model = kind.from_pretrained(folder).eval()
    snapshot = Snapshot(model)
    handle = load_model(folder)
    label = model.config.id2label[0]
    rows = load_examples([{"text": f"film {i}", "label": label} for i in range(1_000)])
    evaluate_accuracy(handle, rows)
    megabytes = sum(one.numel() * one.element_size() for one in model.parameters())
    print(
        f"{folder}: {megabytes / 1e6:.0f} MB, taken in "
        f"{least(lambda: Snapshot(model), 5):.0f} ms, after each test "
        f"{least(snapshot.stayed):.3f} ms, every number "
        f"{least(snapshot.other_numbers, 5):.0f} ms; a warm evaluate_accuracy of 1,000 "
        f"{least(lambda: evaluate_accuracy(handle, rows)):.1f} ms"
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    for each in sys.argv[1:]:
        main(each)
