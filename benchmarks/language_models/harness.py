"""Log-likelihoods of BLiMP's sentences, against lm-evaluation-harness and a plain loop.

    python benchmarks/language_models/harness.py FOLDER [--pairs 100] [--plain 10]

FOLDER is a causal checkpoint, such as SmolLM2-135M-Instruct. The sentences are the
first of each file of BLiMP that is found through PTM_TEST_DATA, both of each pair. All
ways have one model, float32, in one process, in interleaved rounds; medians of CPU
time are compared. Loading is not timed; tokenising is. The harness (lm_eval, where it
is installed) scores a space before each sentence, and so do we; it runs through its
own ``hf`` class, in batches of several sizes. ``--plain`` pairs of each file are then
held against a loop over transformers, a sentence at a time, and the sentence that is
furthest apart is named.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import transformers

from pytest_ptm import load_model
from pytest_ptm.backends.transformers.causal_scoring import CausalScorer
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated

BATCH_SIZES = (8, 32, 64)
TARGET, APART = 1.1, 1e-3

Way = Callable[[], np.ndarray]


def sentences(pairs: int) -> Examples:
    """Both sentences of the first pairs of each file, a space before each."""
    ids: list[str] = []
    texts: list[str] = []
    for file in sorted(Path(os.environ["PTM_TEST_DATA"], "blimp").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines()[:pairs]:
            row = json.loads(line)
            for kind in ("good", "bad"):
                ids.append(f"{file.stem} {row['pairID']} {kind}")
                texts.append(f" {row[f'sentence_{kind}']}")
    return Examples(tuple(ids), {"text": tuple(texts)})


def ours(scorer: CausalScorer, rows: Examples) -> Way:
    """The engine."""

    def way() -> np.ndarray:
        with activated(Session()):
            return ask(scorer, rows).predictions.totals

    return way


def harness(scorer: CausalScorer, rows: Examples, batch: int) -> Way:
    """The harness' own class around the same model."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    checkpoint = scorer.checkpoint
    model = HFLM(
        pretrained=checkpoint.model, tokenizer=checkpoint.tokenizer, batch_size=batch
    )

    def way() -> np.ndarray:
        asked = [
            Instance("loglikelihood", {}, ("", text), place)
            for place, text in enumerate(rows.inputs["text"])
        ]
        found = model.loglikelihood(asked, disable_tqdm=True)
        return np.array([total for total, _ in found])

    return way


def plain(scorer: CausalScorer, rows: Examples) -> Way:
    """A loop over transformers, a sentence at a time."""
    tokenizer, model = scorer.checkpoint.tokenizer, scorer.checkpoint.model

    def one(text: str) -> float:
        own = tokenizer(text, add_special_tokens=False)["input_ids"]
        ids = torch.tensor([[*scorer.prefix, *own]])
        with torch.inference_mode():
            logs = model(input_ids=ids).logits.double().log_softmax(dim=-1)[0]
        found = logs[:-1].gather(1, ids[0, 1:, None])
        return float(found[len(scorer.prefix) - 1 :].sum())

    return lambda: np.array([one(text) for text in rows.inputs["text"]])


def compare(ways: dict[str, Way], rows: Examples, rounds: int) -> None:
    """Print the median of each way, and how many times the first one's it takes."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    apart = dict.fromkeys(ways, 0.0)
    first = next(iter(ways))
    for _ in range(rounds):
        expected = None
        for name, way in ways.items():
            began = time.process_time()
            totals = way()
            seconds[name].append(time.process_time() - began)
            expected = totals if expected is None else expected
            apart[name] = max(apart[name], float(np.abs(totals - expected).max()))
            assert apart[name] < APART, (name, apart[name])
    medians = {name: statistics.median(spent) for name, spent in seconds.items()}
    print(f"{len(rows):,} sentences; target {TARGET}x the harness' best")
    print("| way | CPU s | rows/s | times ours | each round | nats apart |")
    print("|---|--:|--:|--:|---|--:|")
    for name, median in medians.items():
        rates = (
            f"{spent / own:.2f}"
            for spent, own in zip(seconds[name], seconds[first], strict=True)
        )
        print(
            f"| {name} | {median:.1f} | {len(rows) / median:.1f} "
            f"| {median / medians[first]:.2f} | {', '.join(rates)} "
            f"| {apart[name]:.1e} |",
            flush=True,
        )


def hold(scorer: CausalScorer, rows: Examples) -> None:
    """Print how far each sentence is at most from the plain loop, and which one is."""
    began = time.process_time()
    found = ours(scorer, rows)()
    between = time.process_time()
    apart = np.abs(found - plain(scorer, rows)())
    ended = time.process_time()
    most = int(apart.argmax())
    print(
        f"{len(rows):,} sentences: at most {apart[most]:.1e} nats from the plain loop, "
        f"in {rows.ids[most]} ({found[most]:.3f}); CPU {between - began:.0f} s, "
        f"the loop {ended - between:.0f} s"
    )
    assert apart[most] < APART


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--plain", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    with activated(Session()):
        scorer = load_model(given.folder).predictor("causal-scoring")
    if given.pairs and find_spec("lm_eval") is not None:
        rows = sentences(given.pairs)
        others = {f"harness, batch {n}": harness(scorer, rows, n) for n in BATCH_SIZES}
        compare({"ours": ours(scorer, rows), **others}, rows, given.rounds)
    if given.plain:
        hold(scorer, sentences(given.plain))


if __name__ == "__main__":
    main()
