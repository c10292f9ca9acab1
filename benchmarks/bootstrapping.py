"""Print the time of 2,000 bootstrap resamples, over cells and over rows.

python benchmarks/bootstrapping.py
"""

import time

import numpy as np

from pytest_ptm.metrics.classification.tallies import Tallies, ratio
from pytest_ptm.statistics.bootstrap import bca, bca_confusion
from pytest_ptm.statistics.paired import paired_cell_resamples
from pytest_ptm.statistics.resampling import row_resamples

CLASSES = (2, 10, 100)
ROWS = (1_000, 10_000, 1_000_000)
STATISTICS = 10


def macro_f1(matrices):
    tallies = Tallies.of_matrices(matrices)
    return ratio(2 * tallies.hits, tallies.gold + tallies.predicted).mean(axis=-1)


def confusion(classes, rows):
    """A classifier that is right in 9 of 10, over equal classes."""
    shares = np.full((classes, classes), 0.1 / (classes - 1))
    np.fill_diagonal(shares, 0.9)
    drawn = np.random.default_rng(0).multinomial(rows, shares.ravel() / classes)
    return drawn.reshape(classes, classes)


def joint(classes, rows):
    """Two such classifiers, apart from each other."""
    counts = confusion(classes, rows)
    alone = counts / counts.sum(axis=1, keepdims=True)
    shares = alone[:, :, np.newaxis] * alone[:, np.newaxis] / classes
    drawn = np.random.default_rng(0).multinomial(rows, shares.ravel() / shares.sum())
    return drawn.reshape(classes, classes, classes)


def milliseconds(work):
    """The fastest of five."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def main():
    print("BCa interval of macro-F1, 2,000 resamples")
    for classes in CLASSES:
        for rows in ROWS:
            matrix = confusion(classes, rows)
            cost = milliseconds(lambda m=matrix: bca_confusion(m, macro_f1, seed=0))
            print(f"{classes:4} classes  n={rows:<9,}  {cost:6.1f} ms")
    print("\nBCa interval of the difference of macro-F1 between two models")
    for classes in CLASSES[:2]:
        counts = joint(classes, 10_000)
        cost = milliseconds(
            lambda c=counts: bca(paired_cell_resamples(c, macro_f1, seed=0))
        )
        print(f"{classes:4} classes  n=10,000     {cost:6.1f} ms")
    print(f"\nBCa interval of a ratio of sums, {STATISTICS} statistics a row")
    for rows in ROWS[:2]:
        scores = np.random.default_rng(0).random((rows, STATISTICS))
        cost = milliseconds(
            lambda s=scores: bca(row_resamples(s, lambda x: x[:, 0] / x[:, 1], seed=0))
        )
        print(f"n={rows:<9,}  {cost:6.1f} ms")


if __name__ == "__main__":
    main()
