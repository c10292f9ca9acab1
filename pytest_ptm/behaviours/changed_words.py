"""What is said of answers under change: the worst of them, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pytest_ptm.behaviours.cases import shown
from pytest_ptm.behaviours.changed import Changes, Wrong
from pytest_ptm.ground.display import clip
from pytest_ptm.results import CASES_KEPT, Case
from pytest_ptm.tasks.protocol import C, said

_FEW = 10


def worst_changes(changes: Changes[C], wrong: Sequence[Wrong]) -> tuple[Case, ...]:
    """The wrong rows as cases: text before and after, answer before and after."""
    several = len(changes.changes) > 1
    predictor = changes.asked.predictor
    found: list[tuple[float, int, int]] = []
    for number, each in enumerate(wrong):
        found += [
            (-float(each.severity[row]), number, int(row))
            for row in np.flatnonzero(each.rows)
        ]
    cases: list[Case] = []
    for negative, number, row in sorted(found)[:CASES_KEPT]:
        change = changes.changes[number]
        original = int(change.rows[row])
        before = shown(changes.asked.examples, original)
        after = shown(change.examples, row)
        told = wrong[number].told
        answers = change.before, change.after
        expected, observed = (
            tuple(said(each, row, by=predictor) for each in answers)
            if told is None
            else told(row)
        )
        cases.append(
            Case(
                example_id=changes.asked.examples.ids[original],
                shown=f"{before} → {after}",
                expected=expected,
                observed=observed,
                severity=-negative,
                note=change.name if several else "",
                pair=(before, after),
            )
        )
    return tuple(cases)


def notes(changes: Changes[C], wrong: Sequence[Wrong], what: str) -> list[str]:
    """How many texts or images each change touched, and how many answers with them."""
    total = len(changes.asked.examples)
    said: list[str] = []
    for change, found in zip(changes.changes, wrong, strict=True):
        bad = found.rows
        few = f"; fewer than {_FEW} say little" if len(bad) < _FEW else ""
        said.append(
            f"{clip(change.name, 60)}: {len(bad):,} of {total:,} {change.of} changed, "
            f"{int(bad.sum()):,} {what}{few}"
        )
    return [*said, *changes.doubts]
