"""Rows beyond a figure that has no better end, on the side a bound is against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pytest_ptm.behaviours.cases import cases_of
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.results import Better, Case, Measurement
from pytest_ptm.statistics.row_sums import OfRowSums
from pytest_ptm.tasks.protocol import Rows


def outlying(
    examples: Examples,
    rows: Rows,
    whole: Measurement,
    wanted: Better | None,
    *,
    observed: Callable[[int], str],
) -> tuple[tuple[Case, ...], int]:
    """Those of some rows that lie on the other side of the figure of all than wanted.

    The farthest as cases, and how many there are. None where nothing is wanted; no row
    is one that has no figure of its own, such as an answer without a word.
    """
    evidence = whole.evidence
    if wanted is None or not isinstance(evidence, OfRowSums):
        return (), 0
    own = evidence.by_row()
    beyond = own - whole.value if wanted == "lower" else whole.value - own
    # What is second is the sum that the figure is a ratio to.
    beyond = np.where(evidence.stats[:, 1] > 0, beyond, 0.0)
    found = rows[beyond[rows] > 0]
    cases = cases_of(
        examples,
        found,
        severity=lambda row: float(beyond[row]),
        expected=lambda row: f"near {whole.value:z.4f}, and has {own[row]:z.4f}",
        observed=observed,
    )
    return cases, len(found)
