"""Print the coverage of Wilson's interval and the time of the bootstrap.

    python benchmarks/intervals.py

Coverage is exact: every possible number of successes, weighted by its probability.
"""

import time

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from pytest_ptm.metrics.tallies import Tallies, ratio
from pytest_ptm.statistics.bootstrap import bca_confusion
from pytest_ptm.statistics.proportions import wilson

SIZES = (30, 100, 500, 2000)
SHARES = (0.5, 0.9, 0.95, 0.99)
CLASSES = (2, 10)
ROWS = (10_000, 1_000_000)


def probabilities(n, share):
    """The binomial probability of each number of successes, float64[n + 1]."""
    hits = np.arange(n + 1)
    choices = gammaln(n + 1) - gammaln(hits + 1) - gammaln(n - hits + 1)
    return np.exp(choices + xlogy(hits, share) + xlog1py(n - hits, -share))


def coverage(n, share):
    """How often the nominal 95 % interval of n rows holds the true share."""
    intervals = [wilson(hits, n) for hits in range(n + 1)]
    holds = np.array([each.low <= share <= each.high for each in intervals])
    return probabilities(n, share)[holds].sum()


def macro_f1(matrices):
    tallies = Tallies.of_matrices(matrices)
    return ratio(2 * tallies.hits, tallies.gold + tallies.predicted).mean(axis=-1)


def confusion(classes, rows):
    """A classifier that is right in 9 of 10, over equal classes."""
    shares = np.full((classes, classes), 0.1 / (classes - 1))
    np.fill_diagonal(shares, 0.9)
    drawn = np.random.default_rng(0).multinomial(rows, shares.ravel() / classes)
    return drawn.reshape(classes, classes)


def milliseconds(matrix):
    """The fastest of seven."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        bca_confusion(matrix, macro_f1, seed=0)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def main():
    print("Coverage of nominal 95 % Wilson intervals, exact")
    print("     n " + "".join(f"  p={share:<5}" for share in SHARES))
    for n in SIZES:
        cells = "".join(f"  {coverage(n, share):.4f} " for share in SHARES)
        print(f"{n:6,} {cells}")
    print()
    print("BCa interval of macro-F1, 2,000 resamples")
    for classes in CLASSES:
        for rows in ROWS:
            cost = milliseconds(confusion(classes, rows))
            print(f"{classes:4} classes  n={rows:<9,}  {cost:6.1f} ms")


if __name__ == "__main__":
    main()
