"""Print how often the bounds of correlations are wrong where the truth is the bound.

    python benchmarks/correlating.py [--runs 1000] [--rows 60 300] [--only WORD]

Nominal one-sided error 5 %. Of one model ("of"): lower bounds above, and upper bounds
below, the population's correlation of predictions and labels, Pearson's and
Spearman's, for labels and errors of several kinds. Of two over the same rows
("gain"): the same of the difference, and the bound where both are the same model. What
no formula gives is that of 2,000,000 rows. The last figure is the median lower bound; a
rate with an exclamation mark exceeds .055 by more than two standard errors.
"""

import argparse
import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pytest_ptm.statistics.correlated import CorrelationOf, pearson, spearman
from pytest_ptm.statistics.correlation_gain import CorrelationGain

TOO_MUCH = 0.055
FIGURES = {"pearson": pearson, "spearman": spearman}


def stars(gold, points):
    """Labels as people give them: of so many steps a point, from 0 to 5."""
    return np.clip(np.round((2.6 + 1.5 * gold) * points) / points, 0, 5)


def normal(random, n):
    return random.normal(size=(2, n))


def jointly_t(random, n):
    return normal(random, n) / np.sqrt(random.chisquare(3, n) / 3)


def errors_t(random, n):
    x, e = normal(random, n)
    return x, e / np.sqrt(random.chisquare(3, n) / 3) / math.sqrt(3)


def errors_lognormal(random, n):
    x, e = normal(random, n)
    return x, (np.exp(e) - math.exp(0.5)) / math.sqrt((math.e - 1) * math.e)


def pairs(drawn=normal, labels=None, rounded=False, strays=0.0):
    """Predictions and labels of which rho is the correlation before anything else."""

    def draw(random, n, rho):
        x, e = drawn(random, n)
        gold = rho * x + math.sqrt(1 - rho * rho) * e
        gold = gold if labels is None else stars(gold, labels)
        x = np.where(random.random(n) < strays, 5 * random.normal(size=n), x)
        return np.clip(np.round(2 * x), -3, 3) if rounded else x, gold

    return draw


ONE = {
    "normal": pairs(),
    "t of 3, both": pairs(jointly_t),
    "t of 3, errors": pairs(errors_t),
    "lognormal errors": pairs(errors_lognormal),
    "labels in steps of .2": pairs(labels=5),
    "labels in steps of 1": pairs(labels=1),
    "the same, answers tied": pairs(labels=1, rounded=True),
    "5 % strays": pairs(strays=0.05),
}
EXACT = ("normal", "t of 3, both", "t of 3, errors", "lognormal errors")


def two(alike, scale=None, labels=None, strays=0.0):
    """Two models whose errors have this correlation; the first may stray."""

    def draw(random, n, first, second):
        gold = random.normal(size=n)
        one, other = random.normal(size=(2, n))
        other = alike * one + math.sqrt(1 - alike * alike) * other
        if scale is not None:
            size = scale(random, n)
            one, other = one * size, other * size
        x, z = (
            rho * gold + math.sqrt(1 - rho * rho) * error
            for rho, error in ((first, one), (second, other))
        )
        x = np.where(random.random(n) < strays, 4 * random.normal(size=n), x)
        return x, z, gold if labels is None else stars(gold, labels)

    return draw


def few_differ(share):
    """A model that says the opposite of the other in a few rows."""

    def draw(random, n, first, second):
        gold = random.normal(size=n)
        z = second * gold + math.sqrt(1 - second * second) * random.normal(size=n)
        return np.where(random.random(n) < share, -z, z), z, gold

    return draw


def t_scale(random, n):
    return 1 / np.sqrt(random.chisquare(3, n))


def lognormal_scale(random, n):
    return random.lognormal(0, 0.8, n) / math.exp(0.64)


LEVELS = ((0.8, 0.8), (0.78, 0.8), (0.5, 0.52), (0.93, 0.95), (0.0, 0.0))
TWO = {
    **{f"normal, errors alike {c}": (two(c), LEVELS) for c in (0.0, 0.5, 0.9, 0.99)},
    "t of 3 errors, alike .8": (two(0.8, t_scale), LEVELS),
    "lognormal spread, alike .5": (two(0.5, lognormal_scale), LEVELS),
    "labels in steps of .2, alike .9": (two(0.9, labels=5), LEVELS),
    "labels in steps of 1, alike .9": (two(0.9, labels=1), LEVELS),
    "3 % strays, alike .9": (two(0.9, strays=0.03), LEVELS[:1]),
    "1 % turned": (few_differ(0.01), LEVELS[:1]),
    "5 % turned": (few_differ(0.05), LEVELS[:1]),
}


def of_one(name, rho, metric):
    """The true correlation."""
    if name in EXACT and metric == "pearson":
        return rho
    if name == "normal":
        return 6 / math.pi * math.asin(rho / 2)
    random = np.random.default_rng(1)
    return float(FIGURES[metric](*ONE[name](random, 2_000_000, rho)))


def of_two(name, levels, metric):
    """The true difference; what is drawn of errors has a variance of 1."""
    draw = TWO[name][0]
    if metric == "pearson" and name.startswith(("normal", "t of", "lognormal")):
        return levels[0] - levels[1]
    x, z, gold = draw(np.random.default_rng(1), 2_000_000, *levels)
    return float(FIGURES[metric](x, gold) - FIGURES[metric](z, gold))


def wrong(evidence, truth, runs):
    """How often lower bounds lie above and upper ones below, and the median lower."""
    lows, highs = [], []
    for run in range(runs):
        found = evidence(run)
        low, high = (found.interval(side=side) for side in ("lower", "upper"))
        lows.append(-2.0 if low is None else low.low)
        highs.append(2.0 if high is None else high.high)
    above = float(np.mean(np.array(lows) > truth + 1e-9))
    return above, float(np.mean(np.array(highs) < truth - 1e-9)), np.median(lows)


def shown(rate, runs):
    """A rate; marked where chance alone would seldom make it of .055."""
    error = math.sqrt(TOO_MUCH * (1 - TOO_MUCH) / runs)
    return f"{rate:9.3f}{'!' if rate > TOO_MUCH + 2 * error else ' '}"


def print_row(name, rows, metric, truth, evidence, runs):
    low, high, middle = wrong(evidence, truth, runs)
    cells = shown(low, runs) + shown(high, runs)
    print(
        f"{name:52}{rows:6,} {metric:9}{truth:+8.4f}{cells}{middle:10.3f}", flush=True
    )


def print_identical(rows):
    """What is left to doubt where both models are the same."""
    for n in rows:
        x, gold = normal(random_of(0, n), n)
        low = CorrelationGain(x, x, gold).interval(side="lower").low
        print(f"{'gain: identical models, lower bound':52}{n:6,} {low:26.4f}")


def random_of(run, rows):
    return np.random.default_rng([run, rows])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rows", type=int, nargs="+", default=[20, 60, 300, 1500])
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    print(
        f"{'':52}{'rows':>6} {'':9}{'truth':>8}{'lower':>9}{'upper':>10}{'median':>11}"
    )
    cases = [
        (f"of: {name}, rho {rho}", metric, of_one, (name, rho, metric), ONE[name], rho)
        for name in ONE
        for rho in (0.0, 0.5, 0.8, 0.95)
        for metric in FIGURES
    ]
    for name, metric, true, which, draw, rho in cases:
        if asked.only not in name:
            continue
        truth = true(*which)
        for rows in asked.rows:

            def one(run, draw=draw, rho=rho, rows=rows, metric=metric):
                x, y = draw(random_of(run, rows), rows, rho)
                return CorrelationOf(x, y, metric == "spearman")

            print_row(name, rows, metric, truth, one, asked.runs)
    for name, (draw, many) in TWO.items():
        for levels in many:
            for metric in FIGURES:
                label = f"gain: {name}, {levels[0]} and {levels[1]}"
                if asked.only not in label:
                    continue
                truth = of_two(name, levels, metric)
                for rows in asked.rows:

                    def gain(run, draw=draw, levels=levels, rows=rows, metric=metric):
                        x, z, gold = draw(random_of(run, rows), rows, *levels)
                        return CorrelationGain(x, z, gold, metric == "spearman")

                    print_row(label, rows, metric, truth, gain, asked.runs)
    if asked.only in "gain: identical models":
        print_identical(asked.rows)


if __name__ == "__main__":
    main()
