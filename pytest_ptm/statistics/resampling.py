"""What the bootstrap draws: a figure of many samples that might have been.

Samples are never drawn row by row and measured again. Either the figure is one of
counts in cells, and drawing rows is drawing the cells from a multinomial; or it is one
of sums over rows, and drawing rows is drawing how often each of them is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""Counts or sums of many samples, float64[B, …], to a figure of each, float64[B].

NaN where it is undefined.
"""

# Numbers held at once: 32 MB, so that 100 classes cost no more memory than 10.
_BLOCK = 4_000_000
# Draws of rows at once: what a processor's cache holds, twice as fast as _BLOCK.
_DRAWN = 100_000


@dataclass(frozen=True, slots=True)
class Resamples:
    """A figure as observed, resampled, and with each row left out in turn.

    ``left_out`` has one entry for all rows that are alike; ``weights`` says how many
    those are.
    """

    observed: float
    draws: Floats
    left_out: Floats
    weights: Floats
    seed: int


def cell_resamples(
    counts: NDArray[np.int64], statistic: Statistic, *, resamples: int = 2000, seed: int
) -> Resamples:
    """Resamples of a figure of counts in cells, such as those of a confusion matrix.

    ``counts`` may have any shape; ``statistic`` is given float64[B, *shape]. The cost
    does not depend on how many rows were counted: Efron and Tibshirani, "An
    introduction to the bootstrap", 1993, chapter 21, on multinomial resampling.

    Raises:
        ArgumentError: nothing was counted, or fewer than one resample is asked for.
    """
    filled = counts[counts > 0]
    n = int(filled.sum())
    _require(n, resamples)
    random = np.random.default_rng(seed)

    def drawn(start: int, stop: int) -> NDArray[np.int64]:
        return random.multinomial(n, filled / n, size=stop - start)

    def left_out(start: int, stop: int) -> NDArray[np.int64]:
        rows = np.tile(filled, (stop - start, 1))
        rows[np.arange(stop - start), np.arange(start, stop)] -= 1
        return rows

    def figures(sample: Callable[[int, int], NDArray[np.int64]], many: int) -> Floats:
        found: list[Floats] = []
        for start, stop in _blocks(many, counts.size, _BLOCK):
            flat = np.zeros((stop - start, counts.size))
            flat[:, np.flatnonzero(counts)] = sample(start, stop)
            found.append(statistic(flat.reshape(-1, *counts.shape)))
        return np.concatenate(found)

    return Resamples(
        observed=float(statistic(counts[np.newaxis].astype(np.float64))[0]),
        draws=figures(drawn, resamples),
        left_out=figures(left_out, len(filled)),
        weights=filled.astype(np.float64),
        seed=seed,
    )


def row_resamples(
    rows: Floats, statistic: Statistic, *, resamples: int = 2000, seed: int
) -> Resamples:
    """Resamples of a figure of sums over rows, such as corpus BLEU.

    ``rows`` is float64[n, s], the statistics of each row; ``statistic`` is given their
    sums, float64[B, s]. Give the sums of each cluster as its row, and clusters are
    resampled (Davison and Hinkley, "Bootstrap methods and their application", 1997,
    section 3.8). Corpus metrics: Koehn, "Statistical significance tests for machine
    translation evaluation", EMNLP 2004.

    Raises:
        ArgumentError: there are no rows, one is not finite, or fewer than one resample
            is asked for.
    """
    n, width = len(rows), int(rows.shape[1])
    _require(n, resamples)
    if not np.isfinite(rows).all():
        raise ArgumentError("the bootstrap needs finite statistics of every row")
    random = np.random.default_rng(seed)
    sums = rows.sum(axis=0)

    def drawn(start: int, stop: int) -> Floats:
        many = stop - start
        picks = random.integers(0, n, size=(many, n))
        picks += n * np.arange(many)[:, np.newaxis]
        times = np.bincount(picks.ravel(), minlength=many * n).reshape(many, n)
        return times.astype(np.float64) @ rows

    draws = [statistic(drawn(*block)) for block in _blocks(resamples, n, _DRAWN)]
    left_out = [
        statistic(sums - rows[slice(*block)]) for block in _blocks(n, width, _BLOCK)
    ]
    return Resamples(
        observed=float(statistic(sums[np.newaxis])[0]),
        draws=np.concatenate(draws),
        left_out=np.concatenate(left_out),
        weights=np.ones(n),
        seed=seed,
    )


def _blocks(many: int, width: int, held: int) -> Iterator[tuple[int, int]]:
    step = max(1, held // width)
    for start in range(0, many, step):
        yield start, min(start + step, many)


def _require(n: int, resamples: int) -> None:
    if n < 1:
        raise ArgumentError("the bootstrap needs at least one row")
    if resamples < 1:
        raise ArgumentError(f"resamples must be 1 or more; got {resamples}")
