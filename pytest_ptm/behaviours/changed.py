"""Answers before and after a change of the texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question
from pytest_ptm.behaviours.doubts import alike, blank, doubts, unknown_tokens
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import Answers, ask
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.perturbations.apply import Perturbed, Under, perturbations_of, perturbed
from pytest_ptm.results import CASES_KEPT, Case, Cost, GroupFigure, Outcomes
from pytest_ptm.session import current_session
from pytest_ptm.statistics.proportions import wilson
from pytest_ptm.tasks.protocol import C, Rows

_FEW = 10


@dataclass(frozen=True, slots=True)
class Change(Generic[C]):
    """What one perturbation did: the rows it changed, and the answers to them then.

    ``rows`` are places in the original examples; ``before`` and ``after`` have one row
    for each.
    """

    name: str
    rows: Rows
    before: C
    after: C
    examples: Examples


@dataclass(frozen=True, slots=True)
class Changes(Generic[C]):
    """The original examples and every perturbation of them, all of it asked."""

    asked: Question[C]
    changes: tuple[Change[C], ...]
    seed: int
    truncated: int
    seen: int
    """Rows asked, changed ones too: what ``truncated`` is of."""
    cost: Cost
    doubts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What was done to the texts, in a few words."""
        if len(self.changes) == 1:
            return self.changes[0].name
        return f"any of {len(self.changes)} changes"


def ask_changed(
    asked: Question[C],
    *,
    under: Under,
    fields: Sequence[str] | None,
    seed: int | None,
    mask: str | None = None,
    checked: Callable[[Examples, Answers[C]], None] | None = None,
    part: bool = False,
) -> Changes[C]:
    """Ask about the examples as they are, and about those a perturbation changed.

    ``mask`` stays in every text as it is; ``checked`` looks at all answers first. Of a
    ``part`` of the examples, a perturbation may have changed none.

    Raises:
        ArgumentError: ``under``, ``fields`` or ``seed`` is wrong.
        DataError: PTM210, a perturbation changed no text at all.
        ModelError: the model cannot be loaded or asked.
    """
    chosen = seed_of(seed)
    then = _perturbed(asked.examples, under, fields, chosen, mask=mask)
    if not part:
        for each in then:
            _refuse_unchanged(each)
    original = asked.ask()
    if checked is not None:
        checked(asked.examples, original)
    changes: list[Change[C]] = []
    answers: list[Answers[C]] = [original]
    doubtful: list[str] = []
    for each in then:
        rows = np.flatnonzero(each.changed)
        texts = each.examples.take([int(row) for row in rows])
        before = original.predictions.take(rows)
        after = before
        if len(rows):
            answers.append(ask(asked.predictor, texts))
            after = answers[-1].predictions
            if checked is not None:
                checked(texts, answers[-1])
            doubtful += _doubts(asked.examples, each, answers[-1])
        changes.append(
            Change(
                name=each.perturbation.name,
                rows=rows,
                before=before,
                after=after,
                examples=texts,
            )
        )
    return Changes(
        asked=asked,
        changes=tuple(changes),
        seed=chosen,
        doubts=(*doubts(asked.examples, original), *doubtful),
        truncated=sum(int(each.truncated.sum()) for each in answers),
        seen=sum(len(each.truncated) for each in answers),
        cost=sum((each.cost for each in answers), start=Cost()),
    )


def seed_of(seed: int | None) -> int:
    """The seed of what is random: the one given, or the run's.

    Raises:
        ArgumentError: it is none.
    """
    chosen = current_session().settings.seed if seed is None else seed
    if isinstance(chosen, bool) or not 0 <= chosen < 2**32:
        raise ArgumentError(f"seed={seed!r}: expected a whole number from 0 to 2**32-1")
    return chosen


def _perturbed(
    examples: Examples,
    under: Under,
    fields: Sequence[str] | None,
    seed: int | None,
    *,
    mask: str | None,
) -> list[Perturbed]:
    chosen = seed_of(seed)
    return [
        perturbed(examples, kind, seed=chosen, fields=fields, mask=mask)
        for kind in perturbations_of(under)
    ]


def _refuse_unchanged(each: Perturbed) -> None:
    if not each.changed.any():
        raise DataError(
            f"{each.perturbation.name} changed none of {len(each.examples)} "
            "texts; there is nothing to compare",
            code="PTM210",
        )


def figures(
    changes: Changes[C], wrong: Sequence[NDArray[np.bool_]]
) -> tuple[tuple[GroupFigure, ...], Outcomes]:
    """The share that went wrong under each change; what came of the examples that any
    of them changed.

    ``wrong`` has an array for each change, with an entry for each of its rows.
    """
    each: list[GroupFigure] = []
    touched = np.zeros(len(changes.asked.examples), dtype=np.bool_)
    failed = touched.copy()
    for change, bad in zip(changes.changes, wrong, strict=True):
        hits, n = int(bad.sum()), len(bad)
        each.append(
            GroupFigure("under", change.name, hits / n, n, wilson(hits, n))
            if n
            else GroupFigure("under", change.name, None, 0)
        )
        touched[change.rows] = True
        failed[change.rows[bad]] = True
    rows = np.flatnonzero(touched)
    examples = changes.asked.examples
    outcomes = Outcomes(
        ids=tuple(examples.ids[int(row)] for row in rows),
        right=~failed[rows],
        scores=failed[rows].astype(np.float64),
        groups={
            name: tuple(column[int(row)] for row in rows)
            for name, column in examples.groups.items()
        },
        alike=alike(examples)[rows],
    )
    return tuple(each), outcomes


def worst_changes(
    changes: Changes[C],
    wrong: Sequence[NDArray[np.bool_]],
    severities: Sequence[NDArray[np.float64]],
) -> tuple[Case, ...]:
    """The wrong rows as cases: text before and after, answer before and after."""
    several = len(changes.changes) > 1
    found: list[tuple[float, int, int]] = []
    for number, (bad, severity) in enumerate(zip(wrong, severities, strict=True)):
        found += [
            (-float(severity[row]), number, int(row)) for row in np.flatnonzero(bad)
        ]
    cases: list[Case] = []
    for negative, number, row in sorted(found)[:CASES_KEPT]:
        change = changes.changes[number]
        original = changes.asked.examples[int(change.rows[row])]
        cases.append(
            Case(
                example_id=original.id,
                shown=f"{' | '.join(original.inputs.values())} → "
                f"{' | '.join(change.examples[row].inputs.values())}",
                expected=change.before.said(row),
                observed=change.after.said(row),
                severity=-negative,
                note=change.name if several else "",
            )
        )
    return tuple(cases)


def notes(
    changes: Changes[C], wrong: Sequence[NDArray[np.bool_]], what: str
) -> list[str]:
    """How many texts each perturbation changed, and how many answers with them."""
    total = len(changes.asked.examples)
    said: list[str] = []
    for change, bad in zip(changes.changes, wrong, strict=True):
        few = f"; fewer than {_FEW} say little" if len(bad) < _FEW else ""
        said.append(
            f"{clip(change.name, 60)}: {len(bad):,} of {total:,} texts changed, "
            f"{int(bad.sum()):,} {what}{few}"
        )
    return [*said, *changes.doubts]


def _doubts(examples: Examples, then: Perturbed, answers: Answers[C]) -> list[str]:
    """What a perturbation did to the texts that makes its figure doubtful."""
    said: list[str] = []
    name = clip(then.perturbation.name, 60)
    emptied = blank(then.examples) - blank(examples)
    if emptied > 0:
        said.append(f"{name}: {counted(emptied, 'text')} left empty")
    return [*said, *(f"{name}: {note}" for note in unknown_tokens(answers))]


def changed_by_any(
    examples: Examples,
    *,
    under: Under,
    fields: Sequence[str] | None,
    seed: int | None,
    mask: str | None = None,
) -> Examples:
    """The examples that any of the perturbations changes; no model is asked.

    Raises:
        ArgumentError: ``under``, ``fields`` or ``seed`` is wrong.
        DataError: PTM210, a perturbation changed no text at all.
    """
    touched = np.zeros(len(examples), dtype=np.bool_)
    for each in _perturbed(examples, under, fields, seed, mask=mask):
        _refuse_unchanged(each)
        touched |= each.changed
    return examples.take(np.flatnonzero(touched).tolist())
