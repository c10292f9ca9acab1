"""How often a model that is worse in calibration by the margin passes as no worse.

    python benchmarks/calibrating_two.py [--samples 1000]

Both models are sure of the same answers, to a few points, so that their figures move
together; the true difference of their errors is the margin.
"""

from __future__ import annotations

import argparse

import numpy as np

from pytest_ptm.statistics.binned_gaps import BinnedGaps
from pytest_ptm.statistics.combined_evidence import Apart

BINS = 15


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    samples = parser.parse_args().samples
    print("| theirs | ours | margin | n | bound | bootstrap | shown if equal |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for theirs, ours in ((0.0, 0.05), (0.03, 0.08), (0.10, 0.12)):
        for n in (200, 1000, 5000):
            print(line(theirs, ours, n, samples), flush=True)


def line(theirs: float, ours: float, n: int, samples: int) -> str:
    """Shares of samples in which "no worse by the margin" is shown at 95 %."""
    random = np.random.default_rng((n, int(1000 * ours)))
    passed = resampled = equal = 0
    for _ in range(samples):
        right = random.uniform(0.6, 0.85, n)
        came = random.random(n) < right
        bad, old = binned(right + ours, came), binned(right + theirs, came)
        bound = Apart(old, bad).interval(confidence=0.95, side="lower")
        passed += bound is not None and bound.low >= theirs - ours
        resampled += bootstrap(bad, old, random) <= ours - theirs
        bound = Apart(old, old).interval(confidence=0.95, side="lower")
        equal += bound is not None and bound.low >= theirs - ours
    shares = " | ".join(f"{each / samples:.3f}" for each in (passed, resampled, equal))
    return f"| {theirs:.2f} | {ours:.2f} | {ours - theirs:.2f} | {n:,} | {shares} |"


def binned(sure: np.ndarray, came: np.ndarray) -> BinnedGaps:
    """The evidence of a model that is so sure."""
    cells = np.minimum((sure * BINS).astype(np.intp), BINS - 1)
    return BinnedGaps((came - sure)[:, None], cells[:, None])


def bootstrap(bad: BinnedGaps, old: BinnedGaps, random: np.random.Generator) -> float:
    """The 95 % upper percentile of the difference, rows drawn for both at once."""
    n = len(bad.gaps)
    found = []
    for _ in range(200):
        weights = random.multinomial(n, np.full(n, 1 / n))
        one, other = (
            np.abs(np.bincount(each.cells[:, 0], weights=each.gaps[:, 0] * weights))
            for each in (bad, old)
        )
        found.append((one.sum() - other.sum()) / n)
    return float(np.quantile(found, 0.95))


if __name__ == "__main__":
    main()
