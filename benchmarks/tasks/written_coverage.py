"""How often the bounds of BLEU, chrF and TER hold the figure of a whole population.

    PTM_TEST_DATA=… python benchmarks/tasks/written_coverage.py

The population are FLORES' 1,012 English sentences and what a system says to each:
sentences that lost words, whose words are in another order, some of which are empty,
and one that is nearly right. A sample of 100 or 300 rows is drawn from it with
replacement, and its 95 % interval, or its one-sided 95 % bound, held against BLEU of
all of it. 600 samples; the standard error of .95 is .009.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from pytest_ptm.metrics.texts.table import KIND
from pytest_ptm.tasks.texts.answers import GeneratedTexts

SIZES = (100, 300)


def dropped(words: list[str], random_: random.Random) -> list[str]:
    """A fifth of the words is lost."""
    return [word for word in words if random_.random() >= 0.2]


def shuffled(words: list[str], random_: random.Random) -> list[str]:
    """Words move by up to two places."""
    keys = [place + random_.uniform(0, 2.5) for place in range(len(words))]
    return [word for _, word in sorted(zip(keys, words, strict=True))]


def uneven(words: list[str], random_: random.Random) -> list[str]:
    """A tenth says nothing, half is right, the rest has lost half."""
    drawn = random_.random()
    if drawn < 0.1:
        return []
    return words if drawn < 0.6 else words[: len(words) // 2]


def nearly_right(words: list[str], random_: random.Random) -> list[str]:
    """One sentence in twenty has lost half of its words."""
    return words[: len(words) // 2] if random_.random() < 0.05 else words


SYSTEMS: tuple[Callable[[list[str], random.Random], list[str]], ...] = (
    *(dropped, shuffled, uneven, nearly_right),
)


def said_by(
    system: Callable[[list[str], random.Random], list[str]], sentences: Sequence[str]
) -> list[str]:
    """What a system says to each sentence."""
    random_ = random.Random(0)
    return [" ".join(system(each.split(), random_)) for each in sentences]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=600)
    samples = parser.parse_args().samples
    path = Path(os.environ["PTM_TEST_DATA"]) / "flores" / "eng_Latn.devtest"
    sentences = path.read_text(encoding="utf-8").splitlines()
    gold = np.empty(len(sentences), dtype=object)
    gold[:] = [(each,) for each in sentences]
    print("| figure | system | of all | n | interval | lower bound | upper bound |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for name in ("bleu", "chrf", "ter"):
        for system in SYSTEMS:
            said = GeneratedTexts.of(said_by(system, sentences))
            whole = KIND.measure(name, gold, said).evidence
            for n in SIZES:
                held = covered(whole, n, samples)
                shown = " | ".join(f"{each:.3f}" for each in held)
                print(
                    f"| {name} | {system.__name__.replace('_', ' ')} | "
                    f"{whole.value:.1f} | {n} | {shown} |",
                    flush=True,
                )


def covered(whole, n: int, samples: int) -> list[float]:
    """How often both limits, the lower and the upper bound hold the truth."""
    draws = np.random.default_rng(0)
    held = np.zeros(3)
    for _ in range(samples):
        found = whole.of(whole.stats[draws.integers(0, len(whole.stats), n)])
        both = found.interval()
        low = found.interval(side="lower").low
        high = found.interval(side="upper").high
        held += (
            both.low <= whole.value <= both.high,
            low <= whole.value,
            whole.value <= high,
        )
    return (held / samples).tolist()


if __name__ == "__main__":
    main()
