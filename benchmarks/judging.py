"""Print how often verdicts at 95 % are wrong where the true figure is the bound.

    python benchmarks/judging.py

Of shares exact, with the power that the exact bound costs; of the rest simulations of
2,000 data sets (standard error half a point). Nominal error: .05.
"""

import numpy as np
from scipy.special import betaincinv
from scipy.stats import binom, norm

from pytest_ptm.statistics.class_bounds import Correlation, MeanOfClasses
from pytest_ptm.statistics.clusters import cluster_share
from pytest_ptm.statistics.likelihood import likelihood_interval
from pytest_ptm.statistics.means import t_interval
from pytest_ptm.statistics.proportions import share_method
from pytest_ptm.statistics.ranking import auc, delong, rank_bound

METHODS = ("clopper-pearson", "mid-p", "jeffreys", "wilson")
SIZES = (*range(10, 400), 500, 700, 1000, 2000, 5000)
BOUNDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999)
SIMULATED = 2000


def passing(method, n, bound):
    """The fewest hits that pass, n + 1 if none do."""
    hits = np.arange(n + 1)
    if method == "mid-p":
        tail = binom.sf(hits, n, bound) + binom.pmf(hits, n, bound) / 2
        passed = tail <= 0.05
    else:
        passed = share_method(method)[1](hits, n, 0.95)[0] >= bound
    return int(np.argmax(passed)) if passed.any() else n + 1


def print_shares():
    print("Shares: the largest error over n of 10 .. 5,000 and bounds of .5 .. .999")
    for method in METHODS:
        found = [
            (float(binom.sf(passing(method, n, bound) - 1, n, bound)), n, bound)
            for n in SIZES
            # Of fails at the bound p it is that of passes at 1 - p.
            for bound in (*BOUNDS, *(1 - each for each in BOUNDS))
        ]
        print(f"  {method:16} {max(found)}")
    print("\nPower to pass (n, bound, truth)")
    for n, bound, truth in ((200, 0.9, 0.95), (500, 0.9, 0.93), (5000, 0.9, 0.91)):
        powers = [
            f"{method} {binom.sf(passing(method, n, bound) - 1, n, truth):.3f}"
            for method in METHODS
        ]
        print(f"  {n:5,} {bound} {truth}  {'  '.join(powers)}")


def simulated(draw):
    """How often each of several lower bounds lies above the truth."""
    random = np.random.default_rng(0)
    wrong = [draw(random) for _ in range(SIMULATED)]
    return "  ".join(f"{rate:.3f}" for rate in np.mean(wrong, axis=0))


def area(positives, negatives, truth):
    """Binormal scores; rank bound, DeLong."""

    def draw(random):
        scores = random.normal(size=positives + negatives)
        positive = np.arange(len(scores)) < positives
        scores[positive] += norm.ppf(truth) * np.sqrt(2)
        ours = rank_bound(auc(scores, positive), positives, negatives, side="lower")
        theirs = delong(scores, positive, side="lower")
        return ours.low > truth, theirs is not None and theirs.low > truth

    return draw


def costly(n):
    """1 % of the rows cost 1, the rest .02; empirical likelihood, t."""
    truth = 0.01 + 0.99 * 0.02

    def draw(random):
        losses = np.where(random.random(n) < 0.01, 1.0, 0.02)
        ours = likelihood_interval(losses, side="upper", least=0.0, most=1.0)
        return ours.high < truth, t_interval(losses, side="upper").high < truth

    return draw


def skewed(n):
    """Losses without an end, lognormal with sigma 1; empirical likelihood, t."""
    truth = np.exp(0.5)

    def draw(random):
        losses = random.lognormal(0, 1, n)
        ours = likelihood_interval(losses, side="upper", least=0.0)
        return ours.high < truth, t_interval(losses, side="upper").high < truth

    return draw


def clustered(clusters, share, together):
    """Clusters of 20 with this correlation; Korn-Graubard, Clopper-Pearson of rows."""
    a, b = share * (1 / together - 1), (1 - share) * (1 / together - 1)

    def draw(random):
        hits = random.binomial(20, random.beta(a, b, clusters)).astype(float)
        ours = cluster_share(hits, np.full(clusters, 20.0), side="lower")
        rows = betaincinv(max(hits.sum(), 1e-9), 20 * clusters - hits.sum() + 1, 0.05)
        return ours.low > share, rows > share

    return draw


def of_classes(gold, n, right):
    """Answers right so often, errors spread evenly; F1 of the first, macro-F1,
    balanced accuracy, Matthews.
    """
    k = len(gold)
    cells = np.full((k, k), (1 - right) / (k - 1))
    np.fill_diagonal(cells, right)
    cells *= np.array(gold)[:, np.newaxis]

    def tallies(matrix):
        hits, own = np.diagonal(matrix), matrix.sum(axis=1)
        return hits, own, matrix.sum(axis=0)

    def figures(matrix):
        hits, own, given = tallies(matrix)
        f1 = 2 * hits / (own + given)
        together = hits.sum() * matrix.sum() - (own * given).sum()
        spread = (matrix.sum() ** 2 - (own**2).sum()) * (
            matrix.sum() ** 2 - (given**2).sum()
        )
        return f1[0], f1.mean(), (hits / own).mean(), together / np.sqrt(spread)

    truth = figures(cells)

    def draw(random):
        matrix = random.multinomial(n, cells.ravel()).reshape(k, k)
        hits, own, given = (each.astype(float) for each in tallies(matrix))
        if not own.all():
            return (False,) * 4
        rows, even = np.repeat(np.arange(k), own.astype(int)), np.ones(k) / k
        union = own + given - hits
        first = np.where(rows == 0, 0, -1)
        bounds = (
            MeanOfClasses(hits[:1], union[:1], np.ones(1), first, harmonic=True),
            MeanOfClasses(hits, union, even, rows, harmonic=True, overlap=True),
            MeanOfClasses(hits, own, even, rows),
            Correlation(int(n - hits.sum()), rows),
        )
        return [
            each.limits(0.95)[0] > true
            for each, true in zip(bounds, truth, strict=True)
        ]

    return draw


SIMULATIONS = {
    "roc_auc .90, 10 + 1,000 (ours, DeLong)": area(10, 1000, 0.9),
    "roc_auc .95, 10 + 100": area(10, 100, 0.95),
    "roc_auc .95, 30 + 30": area(30, 30, 0.95),
    "mean, rare costly rows, n=300 (ours, t)": costly(300),
    "mean, rare costly rows, n=1,500": costly(1500),
    "mean, lognormal, n=300": skewed(300),
    "10 clusters, .7, ICC .2 (ours, rows)": clustered(10, 0.7, 0.2),
    "10 clusters, .9, ICC .2": clustered(10, 0.9, 0.2),
    "20 clusters, .85, ICC .2": clustered(20, 0.85, 0.2),
    "50 clusters, .9, ICC .2": clustered(50, 0.9, 0.2),
    "f1, macro, balanced, MCC: 2 x 10, .9": of_classes((0.5, 0.5), 20, 0.9),
    "the same, 2 classes, n=100, .95": of_classes((0.5, 0.5), 100, 0.95),
    "the same, .9 + .1, n=200, .9": of_classes((0.1, 0.9), 200, 0.9),
    "the same, 5 classes, n=200, .9": of_classes((0.2,) * 5, 200, 0.9),
}


def main():
    print_shares()
    print(f"\nOthers, {SIMULATED:,} simulations")
    for name, draw in SIMULATIONS.items():
        print(f"{name:44} {simulated(draw)}", flush=True)


if __name__ == "__main__":
    main()
