"""Print how many rows an early verdict takes, and how often it is wrong.

    python benchmarks/early_stopping.py

At least .90 of 10,000 rows, asked in windows of 64 after a shuffle, alpha .05. 1,000
runs, 4,000 where the truth is one row short of the bound. "population": the rows are
draws, and the looks have the part of alpha that the gate gives them; what is undecided
after the last row is no wrong verdict.
"""

import time

import numpy as np

from pytest_ptm.assertions.stopping import LOOKS_SPEND
from pytest_ptm.statistics.sequential_mean import SequentialMean
from pytest_ptm.statistics.sequential_population import PopulationMean
from pytest_ptm.statistics.sequential_share import SequentialShare

ROWS, WINDOW, BOUND = 10_000, 64, 0.9
RUNS = {
    0.95: 1000,
    0.92: 1000,
    0.91: 1000,
    0.9: 1000,
    0.8999: 4000,
    0.88: 1000,
    0.8: 1000,
}
WAYS = {
    "certain": lambda: SequentialShare(ROWS, at_least=BOUND, alpha=None),
    "confident": lambda: SequentialShare(ROWS, at_least=BOUND),
    "scores": lambda: SequentialMean(ROWS, at_least=BOUND),
    "population": lambda: PopulationMean(
        ROWS, at_least=BOUND, alpha=0.05 * LOOKS_SPEND
    ),
}


def run(test, rows):
    for start in range(0, len(rows), WINDOW):
        if test.observe(rows[start : start + WINDOW]) != "undecided":
            return test
    if not isinstance(test, PopulationMean):
        raise AssertionError("all rows were asked and there is no verdict")
    return test


def measured(way, share, runs):
    """Mean rows used, the share of wrong verdicts, milliseconds a run."""
    hits = round(share * ROWS)
    right = "passed" if hits / ROWS >= BOUND else "failed"
    rows = np.arange(ROWS) < hits
    random = np.random.default_rng(0)
    asked, wrong, start = 0, 0, time.perf_counter()
    for _ in range(runs):
        shuffled = random.permutation(rows)
        if way == "population":
            shuffled = random.random(ROWS) < share
        if way in {"scores", "population"}:
            shuffled = shuffled.astype(np.float64)
        test = run(WAYS[way](), shuffled)
        asked += test.asked
        wrong += test.decision not in {right, "undecided"}
    return asked / runs, wrong / runs, 1000 * (time.perf_counter() - start) / runs


def small_sets():
    """Mean share of rows used on small data sets, windows of 16."""
    random = np.random.default_rng(0)
    for total in (200, 1000):
        cells = []
        for share in (0.97, 0.95, 0.92, 0.88, 0.85, 0.8):
            rows, asked = np.arange(total) < round(share * total), 0
            for _ in range(500):
                test = SequentialShare(total, at_least=BOUND)
                shuffled = random.permutation(rows)
                for start in range(0, total, 16):
                    if test.observe(shuffled[start : start + 16]) != "undecided":
                        break
                asked += test.asked
            cells.append(f"{share} {asked / 500 / total:4.0%}")
        print(f"n={total:<6,} " + "  ".join(cells))


def main():
    print(f"{'':10}{'true':>7}{'rows used':>11}{'wrong':>8}{'ms a run':>10}")
    for way in WAYS:
        for share, runs in RUNS.items():
            used, wrong, cost = measured(way, share, runs)
            print(f"{way:10}{share:7}{used:11,.0f}{wrong:8.2%}{cost:10.1f}")
    print("\nShare of rows used until a confident verdict, by true share")
    small_sets()


if __name__ == "__main__":
    main()
