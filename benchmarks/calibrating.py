"""Print how often the one-sided bounds of calibration errors hold, at nominal 95 %.

    python benchmarks/calibrating.py [--samples 1000]

Confidences are drawn as a sure classifier (1 - Beta(.4, 2.5) / 2), one that is very
sure (1 - Beta(.15, 6) / 2) or evenly from .5 to 1; answers are right as often as said,
or less often by 3 or 10 points, or in turn more and less often from bin to bin ("zig").
The true figure is that of two million rows without any chance; of bins of one mass,
whose edges are the sample's, that of the very bins that were found. Beside them the
limits of a plain percentile bootstrap (200 resamples, 200 samples), for contrast.
"""

import argparse

import numpy as np

from pytest_ptm.metrics.classification.bins import equal_mass, equal_width
from pytest_ptm.statistics.binned_gaps import BinnedGaps, WidestGap

BINS = 15
SHAPES = {
    "sure": lambda random, n: 1 - random.beta(0.4, 2.5, n) / 2,
    "very sure": lambda random, n: 1 - random.beta(0.15, 6.0, n) / 2,
    "even": lambda random, n: 0.5 + random.random(n) / 2,
}
AWAY = {
    "calibrated": lambda said: said,
    "3 % over": lambda said: said - 0.03,
    "10 % over": lambda said: said - 0.1,
    "10 % zig": lambda said: said + np.where(equal_width(said, BINS) % 2, 0.1, -0.1),
}
FIGURES = ("ece", "overconfidence", "ece_equal_mass", "mce")
SIZES = (200, 1000, 10_000)


def shares(said, away):
    """How often each answer is right."""
    return np.clip(AWAY[away](said), 0, 1)


def figure(name, said, came):
    """The evidence of a figure."""
    if name == "mce":
        return WidestGap.of_rows(said, came, equal_width(said, BINS))
    binning = equal_mass if name == "ece_equal_mass" else equal_width
    direction = "over" if name == "overconfidence" else "both"
    cells = binning(said, BINS)
    return BinnedGaps((came - said)[:, None], cells[:, None], direction)


def truth(name, shape, away):
    """The figure of two million rows, each of which is right by a share."""
    said = SHAPES[shape](np.random.default_rng(99), 2_000_000)
    return figure(name, said, shares(said, away)).value


def bootstrapped(said, came, random):
    """The upper end of the percentile bootstrap of the ece."""
    cells, n = equal_width(said, BINS), len(said)
    gaps = came - said
    figures = []
    for _ in range(200):
        rows = random.integers(0, n, n)
        figures.append(np.abs(np.bincount(cells[rows], weights=gaps[rows])).sum() / n)
    return np.quantile(figures, 0.95), np.quantile(figures, 0.05)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--figures", nargs="*", default=FIGURES)
    arguments = parser.parse_args()
    samples = arguments.samples
    print(
        "| figure | confidences | answers | n | true | mean figure | upper holds "
        "| lower holds | mean upper | mean lower | bootstrap: upper, lower holds |"
    )
    print("|--|--|--|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name in arguments.figures:
        for shape in SHAPES:
            for away in AWAY:
                true = truth(name, shape, away)
                for n in SIZES:
                    row(
                        name,
                        shape,
                        away,
                        n,
                        true,
                        samples if n < 9999 else samples // 2,
                    )


def row(name, shape, away, n, true, samples):
    random = np.random.default_rng(1)
    found = []
    for _ in range(samples):
        said = SHAPES[shape](random, n)
        came = random.random(n) < shares(said, away)
        evidence = figure(name, said, came)
        high = evidence.interval(side="upper").high
        low = evidence.interval(side="lower").low
        ends = (np.nan, np.nan)
        if name == "ece" and shape == "sure" and n < 9999 and len(found) < 200:
            ends = bootstrapped(said, came, random)
        own = true
        if name == "ece_equal_mass":
            own = figure(name, said, shares(said, away)).value
        found.append((evidence.value, high - own, low - own, own, *ends))
    value, high, low, own, end, start = np.array(found).T
    hair = 1e-12
    end, start = end[~np.isnan(end)], start[~np.isnan(start)]
    plain = (
        ""
        if not len(end)
        else (f"{(end >= true - hair).mean():.3f}, {(start <= true + hair).mean():.3f}")
    )
    print(
        f"| `{name}` | {shape} | {away} | {n:,} | {own.mean():.4f} "
        f"| {value.mean():.4f} "
        f"| {(high >= -hair).mean():.3f} | {(low <= hair).mean():.3f} "
        f"| {(high + own).mean():.4f} | {(low + own).mean():.4f} | {plain} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
