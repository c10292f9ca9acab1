"""Print how long a large file takes to load, and how much memory.

    python benchmarks/loading.py [--rows 1000000]

Each format is written to a temporary folder and loaded in a process of its own, whose
peak memory is given above what it held after the imports.
"""

import argparse
import csv
import importlib.util
import itertools
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pytest_ptm import load_examples

FIELDS = ("text", "label", "origin")
LABELS = ("negative", "positive")
ORIGINS = ("north", "east", "south", "west")
MB = 1_000_000
HEAD = (
    f"{'format':8} {'rows':>11} {'seconds':>8} {'rows/s':>11} {'text MB':>8} "
    f"{'peak MB':>8} {'fingerprint s':>14}"
)


def rows(count):
    """About 14 words a text, some with colons, quotation marks and accents."""
    draw = random.Random(0)
    parts = ("ka", "lo", "mer", "ti", "sun", "ve", "ra", "pol", "né", "gri")
    words = ["".join(pair) for pair in itertools.product(parts, repeat=2)]
    marks = (".", "!", ": so it goes.", ' "again".', " 🙂")
    for _ in range(count):
        words_of_it = " ".join(draw.choices(words, k=draw.randint(10, 18)))
        text = words_of_it + draw.choice(marks)
        yield text, draw.choice(LABELS), draw.choice(ORIGINS)


def write_jsonl(path, count):
    with path.open("w", encoding="utf-8") as file:
        for row in rows(count):
            record = dict(zip(FIELDS, row, strict=True))
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_tsv(path, count):
    with path.open("w", encoding="utf-8") as file:
        file.writelines("\t".join(row) + "\n" for row in [FIELDS, *rows(count)])


def write_csv(path, count):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(itertools.chain([FIELDS], rows(count)))


def write_parquet(path, count):
    import pyarrow
    from pyarrow import parquet

    columns = dict(zip(FIELDS, zip(*rows(count), strict=True), strict=True))
    parquet.write_table(pyarrow.table(columns), path)


WRITERS = {
    "jsonl": write_jsonl,
    "tsv": write_tsv,
    "csv": write_csv,
    "parquet": write_parquet,
}


def peak():
    """The most bytes this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss of a child starts at what its parent held.
        line = next(x for x in status.read_text().splitlines() if x[:5] == "VmHWM")
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def load(path):
    """One JSON line of figures, printed by the process that loads."""
    before = peak()
    start = time.perf_counter()
    examples = load_examples(path, groups=["origin"])
    seconds = time.perf_counter() - start
    above = peak() - before
    start = time.perf_counter()
    _ = examples.fingerprint
    figures = {
        "rows": len(examples),
        "seconds": seconds,
        "text": sum(len(text.encode()) for text in examples.inputs["text"]),
        "peak": above,
        "fingerprint": time.perf_counter() - start,
    }
    print(json.dumps(figures))


def measure(path):
    command = [sys.executable, __file__, "--load", str(path)]
    found = json.loads(subprocess.check_output(command, text=True))
    print(
        f"{path.suffix[1:]:8} {found['rows']:>11,} {found['seconds']:>8.2f} "
        f"{found['rows'] / found['seconds']:>11,.0f} {found['text'] / MB:>8.1f} "
        f"{found['peak'] / MB:>8.1f} {found['fingerprint']:>14.2f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--load", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.load:
        load(arguments.load)
        return
    print(HEAD)
    for kind, write in WRITERS.items():
        if kind == "parquet" and importlib.util.find_spec("pyarrow") is None:
            print("parquet  not measured: pyarrow is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"examples.{kind}"
            write(path, arguments.rows)
            measure(path)


if __name__ == "__main__":
    main()
