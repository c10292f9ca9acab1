"""Tagging WNUT-17's test sentences, against the pipeline of transformers.

    PTM_TEST_DATA=… PTM_TEST_MODELS=… python benchmarks/tasks/tagging.py

A token-classification head of random weights over bert-tiny (speed does not depend on
them), 1,287 sentences. Both in one process, in interleaved rounds; medians are
compared. Loading is not timed; tokenising is. The pipeline has batches of 32, its best
of several, and gives the tag of every token; those that begin a word are compared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import torch
import transformers

from pytest_ptm import load_model, load_tagged
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated

TARGET = 1.8
BATCH = 32


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--cpu", action="store_true", help="CPU time, where others work"
    )
    arguments = parser.parse_args()
    clock = time.process_time if arguments.cpu else time.perf_counter
    rows = load_tagged(
        Path(os.environ["PTM_TEST_DATA"]) / "wnut17" / "emerging.test.annotated"
    )
    texts = [" ".join(words) for words in rows.lists["words"]]
    with tempfile.TemporaryDirectory() as folder:
        checkpoint(Path(os.environ["PTM_TEST_MODELS"]) / "bert-tiny-mlm", Path(folder))
        pipe = transformers.pipeline(
            "token-classification", folder, batch_size=BATCH, ignore_labels=[]
        )
        own: list[float] = []
        theirs: list[float] = []
        for _ in range(arguments.rounds):
            # A session of its own: nothing is remembered from the round before.
            with activated(Session()):
                predictor = load_model(folder).predictor("token-classification")
                began = clock()
                said = ask(predictor, rows).predictions
                own.append(clock() - began)
            began = clock()
            found = pipe(texts)
            theirs.append(clock() - began)
    same = sum(
        first_tags(words, tokens) == list(said.tags(row))
        for row, (words, tokens) in enumerate(
            zip(rows.lists["words"], found, strict=True)
        )
    )
    report(rows, own, theirs, same)


def checkpoint(encoder: Path, folder: Path) -> None:
    """The encoder with a random head of thirteen tags."""
    torch.manual_seed(0)
    transformers.AutoModelForTokenClassification.from_pretrained(
        encoder, num_labels=13
    ).save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(encoder).save_pretrained(folder)


def first_tags(words: tuple[str, ...], tokens: list[dict[str, object]]) -> list[str]:
    """Of the tokens of a text the tags of those that begin a word."""
    starts, at = set[int](), 0
    for word in words:
        starts.add(at)
        at += len(word) + 1
    return [str(each["entity"]) for each in tokens if each["start"] in starts]


def report(rows: Examples, own: list[float], theirs: list[float], same: int) -> None:
    """The table, a line each."""
    ratio = statistics.median(theirs) / statistics.median(own)
    print(f"{len(rows):,} sentences, {sum(map(len, rows.lists['words'])):,} words")
    print(f"ours      {statistics.median(own):8.2f} s")
    print(f"pipeline  {statistics.median(theirs):8.2f} s   batches of {BATCH}")
    rounds = ", ".join(f"{b / a:.2f}" for a, b in zip(own, theirs, strict=True))
    print(f"ratio     {ratio:8.2f}     asked {TARGET}; each round {rounds}")
    print(f"sentences tagged alike {same:,} of {len(rows):,}")


if __name__ == "__main__":
    main()
