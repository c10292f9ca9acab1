"""Pseudo-log-likelihoods: the vocabulary's scores at the mask, against everywhere.

    python benchmarks/language_models/pseudo_likelihood.py [--threads 1] [--cpu] [--all]

600 sentences of CrowS-Pairs (about 9,080 masked copies) and bert-tiny-mlm, found
through PTM_TEST_DATA and PTM_TEST_MODELS: the same batches with the head at the scored
mask only, and with the head at every token; and the memory that each takes above the
loaded model, in a process of its own. Then minicons, where it is installed, on 200 of
them, in batches of several sizes. All ways run in one process, in interleaved rounds;
medians are compared. Loading is not timed; tokenising is. ``--all`` adds the 1,508
pairs, both texts of each.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import transformers

from pytest_ptm import evaluate_prefers, load_model, load_pairs
from pytest_ptm.backends.transformers.lm_head import VocabularyHead
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import ask
from pytest_ptm.session import Session, activated

SENTENCES, OF_MINICONS = 600, 200
BATCH_SIZES = (1, 8, 32)
HEAD, MEMORY, MINICONS = 7.0, 0.25, 3.0
FOLDER = Path(os.environ["PTM_TEST_MODELS"]) / "bert-tiny-mlm"

Way = Callable[[], np.ndarray]
Clock = Callable[[], float]


def crows() -> Examples:
    """All pairs, the more stereotypical text first."""
    return load_pairs(
        Path(os.environ["PTM_TEST_DATA"]) / "crows_pairs/crows_pairs_anonymized.csv",
        better="sent_more",
        worse="sent_less",
        direction="stereo_antistereo",
    )


def sentences(count: int) -> Examples:
    """The first texts, of both kinds in turn."""
    pairs = crows()
    both = zip(pairs.inputs["text"], pairs.inputs["worse"], strict=True)
    texts = tuple(text for pair in both for text in pair)[:count]
    return Examples(tuple(map(str, range(count))), {"text": texts})


def asked(rows: Examples, *, everywhere: bool) -> Way:
    """The engine, with the head at the masks or at every token."""
    with activated(Session()):
        predictor = load_model(FOLDER).predictor("masked-scoring")
    if everywhere:
        head = VocabularyHead(predictor.checkpoint.model, None)
        predictor = dataclasses.replace(predictor, head=head)

    def way() -> np.ndarray:
        with activated(Session()):
            return ask(predictor, rows).predictions.totals

    return way


def minicons(rows: Examples, batch: int) -> Way:
    """minicons' own scorer, in batches of sentences."""
    from minicons import scorer

    kind = transformers.PreTrainedTokenizerBase
    if not hasattr(kind, "batch_encode_plus"):
        # Gone in transformers 5, and minicons 0.3.39 calls it.
        kind.batch_encode_plus = lambda self, *args, **given: self(*args, **given)
    model = scorer.MaskedLMScorer(str(FOLDER), "cpu")
    texts = list(rows.inputs["text"])

    def way() -> np.ndarray:
        found: list[float] = []
        for start in range(0, len(texts), batch):
            found += model.sequence_score(
                texts[start : start + batch],
                reduction=lambda scores: scores.sum(0).item(),
                PLL_metric="original",
            )
        return np.array(found)

    return way


def compare(
    ways: dict[str, Way], targets: dict[str, float], rounds: int, clock: Clock
) -> None:
    """Print the median of each way, and how many times the first one's it takes."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    apart = dict.fromkeys(ways, 0.0)
    first = next(iter(ways))
    expected = ways[first]()
    for _ in range(rounds):
        for name, way in ways.items():
            began = clock()
            totals = way()
            seconds[name].append(clock() - began)
            apart[name] = max(apart[name], float(np.abs(totals - expected).max()))
    best = statistics.median(seconds[first])
    print("| way | seconds | times ours | target | each round | nats apart |")
    print("|---|--:|--:|--:|---|--:|")
    for name, spent in seconds.items():
        median, target = statistics.median(spent), targets.get(name, "")
        pairs = zip(spent, seconds[first], strict=True)
        each = ", ".join(f"{one / ours:.2f}" for one, ours in pairs)
        print(
            f"| {name} | {median:.2f} | {median / best:.2f} | {target} | {each} | "
            f"{apart[name]:.1e} |",
            flush=True,
        )


def peak(everywhere: str) -> None:
    """Print the MiB that asking takes above the loaded model."""
    way = asked(sentences(SENTENCES), everywhere=everywhere == "everywhere")
    # What is read and made once, whatever is asked.
    asked(sentences(1), everywhere=False)()
    # Linux forgets the highest mark so far, which loading may have left.
    Path("/proc/self/clear_refs").write_text("5")
    held = kilobytes("VmRSS")
    way()
    print((kilobytes("VmHWM") - held) / 1024)


def kilobytes(name: str) -> int:
    """What this process holds now, or held at most."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def peaks() -> None:
    """Print both peaks, each of a process of its own."""
    found: list[float] = []
    for where in ("mask", "everywhere"):
        told = subprocess.check_output(
            [sys.executable, __file__, "--peak", where], text=True
        )
        found.append(float(told.split()[-1]))
        print(f"head at {where}: {found[-1]:.0f} MiB above the loaded model")
    print(f"of it: {found[0] / found[1]:.2f}, target {MEMORY:g}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--sentences", type=int, default=SENTENCES)
    parser.add_argument("--cpu", action="store_true", help="CPU time, not the clock")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--peak", choices=["mask", "everywhere"])
    given = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    if given.threads is not None:
        torch.set_num_threads(given.threads)
    if given.peak is not None:
        peak(given.peak)
        return
    clock = time.process_time if given.cpu else time.perf_counter
    rows = sentences(given.sentences)
    ways = {
        "head at the mask": asked(rows, everywhere=False),
        "head everywhere": asked(rows, everywhere=True),
    }
    compare(ways, {"head everywhere": HEAD}, given.rounds, clock)
    peaks()
    if find_spec("minicons") is not None:
        few = sentences(OF_MINICONS)
        others = {f"minicons, batch {n}": minicons(few, n) for n in BATCH_SIZES}
        targets = dict.fromkeys(others, MINICONS)
        ours = {"ours": asked(few, everywhere=False)}
        compare({**ours, **others}, targets, given.rounds, clock)
    if given.all:
        began = time.perf_counter()
        with activated(Session()):
            found = evaluate_prefers(load_model(FOLDER), crows(), tokens="shared")
        spent = time.perf_counter() - began
        print(
            f"{found.n:,} pairs, {found.cost.forwarded:,} copies: {spent:.1f} s with "
            f"loading; {round(found.value * found.n)} prefer the first"
        )


if __name__ == "__main__":
    main()
