"""The examples a classifier got wrong, the worst first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pytest_ptm.behaviours.labels import Gold
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.results import CASES_KEPT, Case
from pytest_ptm.tasks.protocol import Rows
from pytest_ptm.tasks.text_classification import Classification


def wrong_answers(
    examples: Examples, truth: Gold, predictions: Classification
) -> tuple[tuple[Case, ...], int]:
    """The worst wrong answers as cases, and how many there are in all.

    Severity is the probability that was not given to the right class; with several
    labels, the largest distance of any class from what is right.
    """
    probabilities = predictions.probabilities
    if predictions.multi_label:
        held = predictions.held(truth.astype(np.bool_))
        wrong = np.flatnonzero((held != truth).any(axis=1))
        severity = np.abs(probabilities[wrong] - truth[wrong]).max(axis=1)
    else:
        wrong = np.flatnonzero(predictions.answered(truth.astype(np.intp)) != truth)
        severity = 1.0 - probabilities[wrong, truth[wrong].astype(np.intp)]
    worst = np.argsort(-severity, kind="stable")[:CASES_KEPT]
    cases = tuple(
        Case(
            example_id=examples.ids[row],
            shown=shown(examples, row),
            expected=expected(truth, predictions, row),
            observed=predictions.said(row),
            severity=float(severity[place]),
        )
        for place, row in _pairs(worst, wrong)
    )
    return cases, len(wrong)


def _pairs(worst: Rows, wrong: Rows) -> list[tuple[int, int]]:
    """The place of each worst row among the wrong ones, and the row itself."""
    return [(int(place), int(wrong[place])) for place in worst]


def shown(examples: Examples, row: int) -> str:
    """The inputs of one row as a person reads them."""
    return " | ".join(column[row] for column in examples.inputs.values())


def cases_of(
    examples: Examples,
    rows: Rows,
    *,
    severity: Callable[[int], float],
    expected: Callable[[int], str],
    observed: Callable[[int], str],
) -> tuple[Case, ...]:
    """These rows as cases, the worst first."""
    chosen: list[int] = rows.tolist()
    worst = sorted(chosen, key=severity, reverse=True)[:CASES_KEPT]
    return tuple(
        Case(
            example_id=examples.ids[row],
            shown=shown(examples, row),
            expected=expected(row),
            observed=observed(row),
            severity=severity(row),
        )
        for row in worst
    )


def expected(truth: Gold, predictions: Classification, row: int) -> str:
    """The class that is right for one row, or the classes."""
    names = predictions.class_names
    if predictions.multi_label:
        return _set(np.flatnonzero(truth[row]), names)
    return names[int(truth[row])]


def _set(classes: Rows, names: tuple[str, ...]) -> str:
    return "+".join(names[int(index)] for index in classes) or "none"
