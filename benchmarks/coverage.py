"""Print how often intervals hold what they should, at nominal 95 %.

    python benchmarks/coverage.py

Shares are exact: every possible number of successes, weighted by its probability. The
rest are simulations of 2,000 data sets, with a standard error of half a point.
"""

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from pytest_ptm.metrics.classification.tallies import Tallies, ratio
from pytest_ptm.statistics.bootstrap import bca, percentile
from pytest_ptm.statistics.clusters import cluster_share
from pytest_ptm.statistics.groups import largest_gap_of_shares, newcombe
from pytest_ptm.statistics.paired import agresti_min
from pytest_ptm.statistics.proportions import share_method, wilson
from pytest_ptm.statistics.resampling import cell_resamples

SIZES = (30, 100, 500, 2000)
SHARES = (0.5, 0.9, 0.95, 0.99)
METHODS = ("wilson", "clopper-pearson", "jeffreys")
SIMULATED = 2000


def probabilities(n, share):
    """The binomial probability of each number of successes, float64[n + 1]."""
    hits = np.arange(n + 1)
    choices = gammaln(n + 1) - gammaln(hits + 1) - gammaln(n - hits + 1)
    return np.exp(choices + xlogy(hits, share) + xlog1py(n - hits, -share))


def of_a_share(method, n, share):
    """How often both limits hold the share, and each bound alone."""
    limits = share_method(method)[1]
    hits, weights = np.arange(n + 1), probabilities(n, share)
    low, high = limits(hits, n, 0.975)
    lower, upper = limits(hits, n, 0.95)[0], limits(hits, n, 0.95)[1]
    held = (low <= share) & (share <= high), lower <= share, share <= upper
    return [weights[each].sum() for each in held]


def print_shares():
    for part, name in enumerate(("both limits", "lower bound", "upper bound")):
        print(f"\nShares, {name}, exact")
        print(f"{'':16}{'n':>6}" + "".join(f"  p={share:<5}" for share in SHARES))
        for method in METHODS:
            for n in SIZES:
                cells = [of_a_share(method, n, share)[part] for share in SHARES]
                row = "".join(f"  {cell:.4f} " for cell in cells)
                print(f"{method:16}{n:6,}{row}")


def simulated(draw):
    """How often an interval drawn with the generator holds its truth."""
    random = np.random.default_rng(0)
    held, none = 0, 0
    for _ in range(SIMULATED):
        interval, truth = draw(random)
        if interval is None:
            none += 1
        else:
            held += interval.low <= truth <= interval.high
    without = f"  (none for {none / SIMULATED:.1%})" if none else ""
    return f"{held / (SIMULATED - none):.3f}{without}"


def two_shares(shares, n):
    def draw(random):
        hits = random.binomial(n, shares)
        return newcombe(tuple(hits.tolist()), (n, n)), shares[0] - shares[1]

    return draw


def pairs(gain, loss, n):
    def draw(random):
        gained, lost, _ = random.multinomial(n, [gain, loss, 1 - gain - loss])
        return agresti_min(int(gained), int(lost), n), gain - loss

    return draw


def gaps(shares, n):
    def draw(random):
        hits = random.binomial(n, shares)
        truth = max(shares) - min(shares)
        return largest_gap_of_shares(hits, np.full(len(shares), n)), truth

    return draw


def clustered(clusters, method):
    """20 rows a cluster, whose own shares are spread about 0.8."""

    def draw(random):
        hits = random.binomial(20, random.beta(4, 1, size=clusters)).astype(float)
        if method == "wilson":
            return wilson(int(hits.sum()), 20 * clusters), 0.8
        return cluster_share(hits, np.full(clusters, 20.0)), 0.8

    return draw


def macro_f1(matrices):
    tallies = Tallies.of_matrices(matrices)
    return ratio(2 * tallies.hits, tallies.gold + tallies.predicted).mean(axis=-1)


def confusions(gold, n, method):
    """Answers that are right in 8 of 10, over classes of these sizes."""
    k = len(gold)
    truth = np.full((k, k), 0.2 / (k - 1))
    np.fill_diagonal(truth, 0.8)
    truth *= np.array(gold)[:, np.newaxis]

    def draw(random):
        matrix = random.multinomial(n, truth.ravel()).reshape(k, k)
        drawn = cell_resamples(matrix, macro_f1, seed=int(random.integers(2**31)))
        return method(drawn), macro_f1(truth[np.newaxis])[0]

    return draw


SIMULATIONS = {
    "Newcombe, .90 and .85, n=100": two_shares((0.9, 0.85), 100),
    "Newcombe, .99 and .99, n=50": two_shares((0.99, 0.99), 50),
    "Agresti-Min, 5 % either way, n=200": pairs(0.05, 0.05, 200),
    "Agresti-Min, 2 % and 6 %, n=200": pairs(0.02, 0.06, 200),
    "largest gap, 5 x 200, all .90": gaps((0.9,) * 5, 200),
    "largest gap, 10 x 200, one .80": gaps((0.9,) * 9 + (0.8,), 200),
    "clusters, 10 x 20": clustered(10, "t"),
    "clusters, 50 x 20": clustered(50, "t"),
    "Wilson, the same 50 x 20": clustered(50, "wilson"),
    "BCa, macro-F1, 3 equal classes, n=100": confusions((1 / 3,) * 3, 100, bca),
    "percentile, the same": confusions((1 / 3,) * 3, 100, percentile),
    "BCa, macro-F1, classes .50 .45 .05, n=100": confusions(
        (0.5, 0.45, 0.05), 100, bca
    ),
    "percentile, the same ": confusions((0.5, 0.45, 0.05), 100, percentile),
    "BCa, macro-F1, classes .95 .05, n=500": confusions((0.95, 0.05), 500, bca),
    "percentile, the same  ": confusions((0.95, 0.05), 500, percentile),
}


def main():
    print_shares()
    print(f"\nOthers, {SIMULATED:,} simulations")
    for name, draw in SIMULATIONS.items():
        print(f"{name:44} {simulated(draw)}")


if __name__ == "__main__":
    main()
