"""How fast masks are filled, against transformers' own pipeline.

    python benchmarks/masking.py

300 sentences of WikiText-2 with one word masked each, and bert-tiny-mlm, found through
PTM_TEST_DATA and PTM_TEST_MODELS. All ways run in one process, in interleaved rounds;
medians are compared. Loading is not timed; tokenising is.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import transformers

from pytest_ptm import load_examples, load_model
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated

TARGET = 8.0
SENTENCES = 300


def sentences(folder: Path) -> list[str]:
    """Sentences of 5 to 40 words, the middle one masked."""
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(folder.glob("*test*"))
    )
    found: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        words = sentence.split()
        if 5 <= len(words) <= 40 and "=" not in words and "\n" not in sentence:
            words[len(words) // 2] = "[MASK]"
            found.append(" ".join(words))
    return found[:SENTENCES]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    folder = Path(os.environ["PTM_TEST_MODELS"]) / "bert-tiny-mlm"
    texts = sentences(Path(os.environ["PTM_TEST_DATA"]) / "wikitext2")
    assert len(texts) == SENTENCES
    transformers.utils.logging.set_verbosity_error()
    with activated(Session()):
        predictor = load_model(folder).predictor("fill-mask")
    examples = load_examples([{"text": text} for text in texts], label=None)
    pipeline = transformers.pipeline("fill-mask", model=str(folder))

    def ours() -> list[int]:
        with activated(Session()):
            return ask(predictor, examples).predictions.predicted.tolist()

    def piped(**options: int) -> list[int]:
        return [rows[0]["token"] for rows in pipeline(texts, **options)]

    ways: dict[str, Callable[[], list[int]]] = {
        "ours": ours,
        "pipeline": piped,
        "pipeline, batch_size=32": lambda: piped(batch_size=32),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    expected = ours()
    for _ in range(arguments.rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            answers = way()
            seconds[name].append(time.perf_counter() - began)
            same = sum(a == b for a, b in zip(answers, expected, strict=True))
            assert same >= SENTENCES - 1, (name, same)
    medians = {name: statistics.median(spent) for name, spent in seconds.items()}
    print("| way | ms | times ours | target |\n|---|--:|--:|--:|")
    for name, spent in medians.items():
        target = f"{TARGET:g}" if name == "pipeline" else ""
        print(
            f"| {name} | {spent * 1e3:.0f} | {spent / medians['ours']:.2f} | {target} |"
        )


if __name__ == "__main__":
    main()
