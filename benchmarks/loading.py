"""How fast, and in how much memory, a million examples load.

    python benchmarks/loading.py [--rows N]

Each format is loaded in a process of its own; memory is the peak above what the process
held before, and above the raw text.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

CHILD = """
import resource, sys, time
from pytest_ptm.datasets.load import load_examples

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3

before = peak()
began = time.perf_counter()
examples = load_examples(sys.argv[1], groups=["group"])
spent = time.perf_counter() - began
used = peak() - before
began = time.perf_counter()
examples.fingerprint
hashed = time.perf_counter() - began
raw = sum(map(len, examples.inputs["text"])) / 1e6
print(f"{len(examples)} {spent} {hashed} {raw} {used - raw}")
"""


def write(folder: Path, rows: int) -> list[Path]:
    """The same examples as JSONL, CSV and TSV: 14 words, a label, a group."""
    rng = random.Random(0)
    words = [f"w{number}ord" for number in range(5_000)]
    paths = [folder / f"examples.{kind}" for kind in ("jsonl", "csv", "tsv")]
    with (
        paths[0].open("w") as jsonl,
        paths[1].open("w") as comma,
        paths[2].open("w") as tab,
    ):
        comma.write("text,label,group\n")
        tab.write("text\tlabel\tgroup\n")
        for row in range(rows):
            text = " ".join(rng.choices(words, k=14))
            label, group = rng.choice(("positive", "negative")), rng.choice("abcd")
            record = {"id": f"r{row}", "text": text, "label": label, "group": group}
            jsonl.write(json.dumps(record) + "\n")
            comma.write(f"{text},{label},{group}\n")
            tab.write(f"{text}\t{label}\t{group}\n")
    return paths


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    print("| format | rows | seconds | hashing s | raw text MB | above it MB |")
    print("|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name:
        for path in write(Path(name), arguments.rows):
            printed = subprocess.check_output(
                [sys.executable, "-c", CHILD, str(path)], text=True
            )
            rows, spent, hashed, raw, above = map(float, printed.split())
            print(
                f"| {path.suffix} | {rows:,.0f} | {spent:.1f} | {hashed:.1f} | "
                f"{raw:.0f} | {above:.0f} |"
            )


if __name__ == "__main__":
    main()
