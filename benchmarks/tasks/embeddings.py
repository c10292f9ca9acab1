"""Vectors of 10,000 sentences, and nDCG@10 of 1,000 queries over 10,000 documents.

    PTM_TEST_DATA=… PTM_TEST_MODELS=… python benchmarks/tasks/embeddings.py

Sentences of STS-B, made 10,000 different ones, with all-minilm-l6-v2, against
sentence-transformers' own `encode`, which sorts them by length too; where it is not
installed (PYTHONPATH may name a folder with it), against such a loop by hand. Both in
one process, in interleaved rounds; medians are compared. Loading is not timed;
tokenising is.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import transformers

from pytest_ptm import load_model
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.metrics.ranking import Relevant, ranked, ranking_metric
from pytest_ptm.session import Session, activated

TARGET, SECONDS = 0.97, 2.0
BATCH = 32


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time, where others work"
    )
    arguments = parser.parse_args()
    clock = time.process_time if arguments.cpu else time.perf_counter
    folder = Path(os.environ["PTM_TEST_MODELS"]) / "all-minilm-l6-v2"
    texts = sentences(Path(os.environ["PTM_TEST_DATA"]), arguments.sentences)
    rows = Examples(tuple(map(str, range(len(texts)))), {"text": tuple(texts)})
    name, encode = theirs(folder)
    own: list[float] = []
    other: list[float] = []
    for _ in range(arguments.rounds):
        # A session of its own: nothing is remembered from the round before.
        with activated(Session()):
            predictor = load_model(folder).predictor("embedding")
            began = clock()
            said = ask(predictor, rows).predictions.vectors
            own.append(clock() - began)
        began = clock()
        found = encode(texts)
        other.append(clock() - began)
    apart = float(np.abs(said - found).max())
    ratio = statistics.median(other) / statistics.median(own)
    print(f"pytest-ptm {statistics.median(own):.1f} s, {name} ", end="")
    print(
        f"{statistics.median(other):.1f} s: {ratio:.2f}x (target {TARGET}x), ", end=""
    )
    print(f"largest difference {apart:.1e}")
    searched(clock)


def sentences(data: Path, count: int) -> list[str]:
    """Different sentences: those of STS-B, numbered where they are not enough."""
    with (data / "stsb" / "dev.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    own = list(dict.fromkeys(row[f"sentence{n}"] for row in rows for n in (1, 2)))
    return [
        own[i % len(own)] + (f" {i // len(own)}" if i >= len(own) else "")
        for i in range(count)
    ]


def theirs(folder: Path) -> tuple[str, Callable[[list[str]], np.ndarray]]:
    """How others make the vectors."""
    try:
        import sentence_transformers
    except ImportError:
        return "a sorted loop", by_hand(folder)
    model = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
    version = sentence_transformers.__version__
    return f"sentence-transformers {version}", lambda texts: model.encode(
        texts, batch_size=BATCH, show_progress_bar=False
    )


def by_hand(folder: Path) -> Callable[[list[str]], np.ndarray]:
    """Sorted by length, in batches."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()

    def encode(texts: list[str]) -> np.ndarray:
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        found = np.zeros((len(texts), model.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            inputs = tokenizer(
                [texts[row] for row in rows],
                padding=True,
                truncation=True,
                max_length=256,
                return_tensors="pt",
            )
            with torch.inference_mode():
                tokens = model(**inputs).last_hidden_state
            seen = inputs["attention_mask"][:, :, None].float()
            mean = (tokens * seen).sum(dim=1) / seen.sum(dim=1)
            found[rows] = torch.nn.functional.normalize(mean).numpy()
        return found

    return encode


def searched(clock: Callable[[], float]) -> None:
    """Random vectors of the usual size; a query is near two documents of them."""
    rng = np.random.default_rng(0)
    documents = rng.normal(size=(10_000, 384)).astype(np.float32)
    answers = rng.permutation(10_000)[:2_000].reshape(-1, 2)
    noise = rng.normal(size=(1_000, 384), scale=3.0)
    queries = (documents[answers].mean(axis=1) + noise).astype(np.float32)
    relevant = [Relevant(rows, np.array([1.0, 2.0])) for rows in answers]
    metric = ranking_metric("ndcg@10")
    began = clock()
    figures = [metric.of(one) for one in ranked(queries, documents, relevant)]
    took = clock() - began
    print(f"nDCG@10 over 10,000 x 1,000: {took:.2f} s (target {SECONDS} s), ", end="")
    print(f"{np.mean(figures):.4f}")


if __name__ == "__main__":
    main()
