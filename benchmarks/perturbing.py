"""How long typos take over many sentences.

python benchmarks/perturbing.py [--rows N]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from pytest_ptm import Examples
from pytest_ptm.perturbations import casing, contractions, typos, whitespace
from pytest_ptm.perturbations.apply import perturbed


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    arguments = parser.parse_args()
    rng = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(3_000)]
    texts = tuple(" ".join(rng.choices(words, k=14)) for _ in range(arguments.rows))
    examples = Examples(tuple(f"row-{i}" for i in range(len(texts))), {"text": texts})
    print("| perturbation | sentences of 14 words | seconds | changed |")
    print("|---|--:|--:|--:|")
    for change in (
        typos(rate=0.05),
        casing("upper"),
        contractions("expand"),
        whitespace(),
    ):
        spent: list[float] = []
        for _ in range(3):
            began = time.perf_counter()
            done = perturbed(examples, change, seed=0)
            spent.append(time.perf_counter() - began)
        print(
            f"| {change} | {len(texts):,} | {statistics.median(spent):.2f} | "
            f"{done.changed.mean():.1%} |"
        )


if __name__ == "__main__":
    main()
