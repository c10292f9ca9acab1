"""BLEU of FLORES' 1,012 sentences: intervals, and two systems held against each other.

    PTM_TEST_DATA=… python benchmarks/tasks/written.py

Systems are the English sentences with some words lost, exchanged or moved; ten pairs,
from equally bad to far apart. Each pair is judged by our interval of the gain, at 95 %,
and by sacrebleu's paired bootstrap (1,000 samples). Counting n-grams is timed apart:
a stored run has what was counted.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from pathlib import Path

import numpy as np
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

from pytest_ptm.metrics.finding import find_metric
from pytest_ptm.metrics.texts.sacre import row_statistics
from pytest_ptm.metrics.texts.table import KIND
from pytest_ptm.tasks.texts.answers import GeneratedTexts

PAIRS = (
    *((0.2, 0.2), (0.2, 0.205), (0.2, 0.21), (0.2, 0.215), (0.2, 0.22)),
    *((0.2, 0.23), (0.3, 0.31), (0.3, 0.33), (0.5, 0.505), (0.5, 0.6)),
)
"""How much of either system is corrupted."""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu", action="store_true", help="CPU time")
    clock = time.process_time if parser.parse_args().cpu else time.perf_counter
    path = Path(os.environ["PTM_TEST_DATA"]) / "flores" / "eng_Latn.devtest"
    references = path.read_text(encoding="utf-8").splitlines()
    gold = np.empty(len(references), dtype=object)
    gold[:] = [(each,) for each in references]
    BLEU().corpus_score(references[:1], [references[:1]])
    print("load average", *(f"{each:.1f}" for each in os.getloadavg()))
    print(f"\n| {len(references):,} sentences | seconds |\n|---|--:|")
    said = system(references, 0.2, 0)
    for name, metric in (("bleu", BLEU()), ("chrf", CHRF())):
        began = clock()
        settings = find_metric(name, GeneratedTexts).settings
        row_statistics(name, settings, said, gold)
        print(f"| {name}: counting | {clock() - began:.2f} |")
        evidence = measured(name, said, gold)
        again = (evidence.of(evidence.stats) for _ in range(3))
        times = [timed(clock, each.interval) for each in again]
        print(f"| {name}: BCa interval | {statistics.median(times):.3f} |")
        score = metric.corpus_score(said, [references])
        assert abs(score.score - evidence.value) < 1e-9
    print("\n| corrupted | gain | ours, 95 % | sacrebleu p | same | s | theirs s |")
    print("|---|--:|--:|--:|---|--:|--:|")
    for pair, (one, two) in enumerate(PAIRS):
        first, second = (
            system(references, one, 2 * pair),
            system(references, two, 2 * pair + 1),
        )
        ours, theirs = measured("bleu", first, gold), measured("bleu", second, gold)
        began = clock()
        found = ours.less(theirs).interval()
        seconds = clock() - began
        began = clock()
        _, scores = PairedTest(
            [("second", second), ("first", first)],
            {"BLEU": BLEU()},
            [references],
            test_type="bs",
            n_samples=1000,
        )()
        their_seconds = clock() - began
        p = scores["BLEU"][1].p_value
        apart = not found.low <= 0 <= found.high
        print(
            f"| {one}, {two} | {ours.value - theirs.value:.2f} | {found.low:.2f} .. "
            f"{found.high:.2f} | {p:.4f} | {'yes' if apart == (p < 0.05) else 'NO'} | "
            f"{seconds:.3f} | {their_seconds:.1f} |"
        )


def system(references: list[str], share: float, seed: int) -> list[str]:
    """The sentences with this share of their words lost, exchanged or moved."""
    random_ = random.Random(seed)
    vocabulary = " ".join(references).split()
    found = []
    for sentence in references:
        words = []
        for own in sentence.split():
            drawn = random_.random() / share
            if drawn < 1 / 3:
                continue
            word = random_.choice(vocabulary) if drawn < 2 / 3 else own
            place = random_.randint(0, len(words)) if 2 / 3 <= drawn < 1 else len(words)
            words.insert(place, word)
        found.append(" ".join(words))
    return found


def measured(name: str, said: list[str], gold: np.ndarray):
    """What the figure was computed from."""
    return KIND.measure(name, gold, GeneratedTexts.of(said)).evidence


def timed(clock, work) -> float:
    """Seconds of one call."""
    began = clock()
    work()
    return clock() - began


if __name__ == "__main__":
    main()
