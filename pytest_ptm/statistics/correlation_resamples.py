"""Correlations of many samples that might have been drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.statistics.correlation_slopes import reranked
from pytest_ptm.statistics.ranking import midranks
from pytest_ptm.statistics.repeats import Rows
from pytest_ptm.statistics.resampling import Resamples, Statistic, row_resamples

Floats = NDArray[np.float64]

_SEED = 0


def correlation_resamples(
    columns: Sequence[Floats],
    gold: Floats,
    figure: Statistic,
    *,
    ranks: bool,
    which: Rows | None = None,
) -> Resamples:
    """Resamples of a figure of the correlations of columns float64[n] with the gold.

    ``figure`` is given those of many samples, float64[B, columns]. A row is drawn with
    all of its answers, and with all rows that ``which`` says have its input. Ranks are
    those among all rows; what new ones within each sample change is added by its slope.
    """
    right = _centred(midranks(gold) if ranks else gold)
    parts = [np.ones_like(right), right, right * right]
    for column in columns:
        given = _centred(midranks(column) if ranks else column)
        moved = reranked(column, gold) if ranks else np.zeros_like(given)
        parts += [given, given * given, given * right, moved]
    rows = np.stack(parts, axis=1)
    if which is not None:
        place = np.unique(which, return_inverse=True)[1]
        # What is drawn is an input: the sums of all of its rows.
        inputs = np.zeros((int(place.max()) + 1, rows.shape[1]))
        np.add.at(inputs, place, rows)
        rows = inputs

    def figures(sums: Floats) -> Floats:
        found = [_of_sums(sums, 3 + 4 * each) for each in range(len(columns))]
        return figure(np.stack(found, axis=-1))

    return row_resamples(rows, figures, seed=_SEED)


def _centred(column: Floats) -> Floats:
    """The values less their mean, so that sums of squares lose no digits to it."""
    return column - column.mean()


def _of_sums(sums: Floats, first: int) -> Floats:
    """The correlations of the column whose sums begin at ``first``, float64[B]."""
    n, y, yy = np.moveaxis(sums[..., :3], -1, 0)
    x, xx, xy, moved = np.moveaxis(sums[..., first : first + 4], -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((n * xx - x * x) * (n * yy - y * y))
        found = (n * xy - x * y) / spread + moved / n
    return np.clip(found, -1.0, 1.0)
