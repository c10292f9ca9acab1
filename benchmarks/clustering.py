"""Print how often bounds of F1 macro hold over clusters, at 95 % on one side.

    python benchmarks/clustering.py [data sets, 400 unless said]

Each cluster has ten rows or entities, of classes that are as frequent as `shares` says,
and one quality that all its classes share: the hardest case, since nothing evens out.
Of what is missed .6 is found as something else. Beside each share of bounds that hold
stands how far below the figure they lie, in the mean.
"""

import sys

import numpy as np
from scipy.stats import beta

from pytest_ptm.statistics.bootstrap import bca
from pytest_ptm.statistics.clustered_classes import MeanOverClusters
from pytest_ptm.statistics.resampling import row_resamples

ROWS, FOUND_ELSE = 10, 0.6
SCENES = [
    ((0.5, 0.3, 0.2), (0.9, 0.8, 0.7)),
    ((0.8, 0.15, 0.05), (0.95, 0.9, 0.8)),
    ((1 / 3,) * 3, (0.98,) * 3),
    ((1 / 8,) * 8, (0.95,) * 8),
]


def drawn(random, clusters, shares, right, together):
    """Hits of each class in each cluster, and rows that are right about it or not."""
    size = (1 - together) / together
    quality = random.random(clusters)[:, np.newaxis]
    each = beta.ppf(quality, np.array(right) * size, (1 - np.array(right)) * size)
    gold = random.multinomial(ROWS, shares, size=clusters)
    hits = random.binomial(gold, each)
    else_ = random.binomial(gold - hits, FOUND_ELSE)
    return hits.astype(float), (gold + else_).astype(float)


def figure(sums):
    hits, trials = np.split(sums, 2, axis=1)
    share = np.where(trials > 0, hits / np.where(trials > 0, trials, 1), np.nan)
    return (2 * share / (1 + share)).mean(axis=1)


def bootstrapped(hits, trials):
    rows = np.concatenate([hits, trials], axis=1)
    found = bca(row_resamples(rows, figure, resamples=500, seed=0), side="lower")
    return 0.0 if found is None else found.low


def ours(side, confidence):
    def low(hits, trials):
        return (
            MeanOverClusters(hits, trials, harmonic=True)
            .interval(confidence=confidence, side=side)
            .low
        )

    return low


METHODS = {
    "judges": ours("lower", 0.95),
    "is read": ours("both", 0.90),
    "BCa of clusters": bootstrapped,
}


def held(clusters, shares, right, together, many):
    """Of each method the share of bounds that hold, and how far below they lie."""
    random = np.random.default_rng(1)
    each = np.array(right)
    truth = (2 * each / (1 + each + FOUND_ELSE * (1 - each))).mean()
    found = {name: [] for name in METHODS}
    while len(found["judges"]) < many:
        hits, trials = drawn(random, clusters, shares, right, together)
        if not trials.sum(axis=0).all():
            continue
        value = figure(np.concatenate([hits, trials], axis=1).sum(axis=0)[np.newaxis])
        for name, method in METHODS.items():
            low = method(hits, trials)
            found[name].append((low <= truth, value[0] - low))
    return {name: np.mean(pairs, axis=0) for name, pairs in found.items()}


def main():
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print(
        f"{'classes':>10}{'right':>7}{'ICC':>6}{'C':>5}"
        + "".join(f"{name:>20}" for name in METHODS)
    )
    for shares, right in SCENES:
        for together in (0.05, 0.3):
            for clusters in (10, 20, 50):
                cells = held(clusters, shares, right, together, many)
                row = "".join(
                    f"{share:>12.3f} ({apart:.3f})" for share, apart in cells.values()
                )
                least = f"{min(shares):.2f} of {len(shares)}"
                print(f"{least:>10}{right[0]:>7}{together:>6}{clusters:>5}{row}")


if __name__ == "__main__":
    main()
