"""The best span of each row, exactly: every start with every end that can follow it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.datasets.ragged import Ragged

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Best:
    """The characters of each row's best span, int32[n], its score, and the total.

    ``totals``: the logarithm of the sum of exp(score) over all spans of the row;
    ``undecided`` bool[n]: several of them have the best score.
    """

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    scores: Floats
    totals: Floats
    undecided: NDArray[np.bool_]


def best_spans(
    logits: Floats, first: NDArray[np.int64], spans: Ragged, *, longest: int
) -> Best:
    """The best of all spans of up to ``longest`` tokens; of equal ones the first.

    Args:
        logits: float64[m, 2] of all tokens, of beginning and of ending an answer.
        first: where the context's tokens begin among them, int64[n].
        spans: the characters of each row's context tokens, one or more that are not
            empty; an empty one neither begins nor ends an answer.
        longest: tokens in a span at most.
    """
    starts, ends = _padded(logits, first, spans)
    reach = range(min(longest, starts.shape[1]))
    best = np.full(starts.shape, -np.inf)
    width = np.zeros(starts.shape, dtype=np.int64)
    for more in reach:
        found = _reaching(starts, ends, more)
        kept = found.shape[1]
        # Only what is truly better: of equal spans the shorter one stays.
        better = found > best[:, :kept]
        best[:, :kept][better] = found[better]
        width[:, :kept][better] = more
    most: Floats = best.max(axis=1)
    # Logits that are no numbers make scores that are none, which are refused by name.
    with np.errstate(all="ignore"):
        total, level = np.zeros(len(starts)), np.zeros(len(starts), dtype=np.int64)
        for more in reach:
            away = _reaching(starts, ends, more) - most[:, None]
            total += np.exp(away).sum(axis=1)
            level += (away == 0).sum(axis=1)
        totals = most + np.log(total)
    lost = most == -np.inf
    begin = np.where(lost, _first(spans), best.argmax(axis=1))
    rows = np.arange(len(starts))
    places = spans.starts + begin
    return Best(
        starts=spans.values[places, 0].astype(np.int32),
        ends=spans.values[places + width[rows, begin], 1].astype(np.int32),
        scores=best[rows, begin],
        totals=totals,
        undecided=level > 1,
    )


def _reaching(starts: Floats, ends: Floats, more: int) -> Floats:
    """The scores of spans that end so many tokens after the one they begin with."""
    with np.errstate(invalid="ignore"):
        return starts[:, : starts.shape[1] - more] + ends[:, more:]


def _first(spans: Ragged) -> NDArray[np.int64]:
    """The first token of each row that is not empty, int64[n]."""
    places = np.flatnonzero(spans.values[:, 1] > 0)
    return places[np.searchsorted(places, spans.starts)] - spans.starts


def _padded(
    logits: Floats, first: NDArray[np.int64], spans: Ragged
) -> tuple[Floats, Floats]:
    """The logits of each row's context, float64[n, longest]; -inf where none can be."""
    columns = np.arange(int(spans.counts.max()))
    real = columns < spans.counts[:, None]
    places = (first[:, None] + columns)[real]
    usable = spans.values[:, 1] > 0
    starts, ends = (np.full(real.shape, -np.inf) for _ in range(2))
    starts[real] = np.where(usable, logits[places, 0], -np.inf)
    ends[real] = np.where(usable, logits[places, 1], -np.inf)
    return starts, ends
