"""Answers before and after a change of the texts, or of the images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.behaviours.asking import Question, with_mark
from pytest_ptm.behaviours.doubts import alike, blank, doubts
from pytest_ptm.behaviours.inquiry import MeanOfUnits, Scores, Units
from pytest_ptm.behaviours.rowwise import AllHeard, Asking, Rowwise
from pytest_ptm.datasets.examples import Examples
from pytest_ptm.engine.ask import Answers
from pytest_ptm.engine.reading import unknown_tokens
from pytest_ptm.ground.display import clip, counted
from pytest_ptm.ground.errors import DataError
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.perturbations.apply import Under, perturbations_of, perturbed
from pytest_ptm.perturbations.protocol import Perturbation
from pytest_ptm.results import (
    Cost,
    GroupFigure,
    Outcomes,
    Result,
)
from pytest_ptm.session import current_session
from pytest_ptm.statistics.proportions import wilson
from pytest_ptm.tasks.protocol import C, Rows
from pytest_ptm.tasks.table import take


@dataclass(frozen=True, slots=True)
class Change(Generic[C]):
    """What one perturbation did: the rows it changed, and the answers to them then.

    ``rows`` are places in the original examples; ``before`` and ``after`` have one row
    for each.
    """

    name: str
    of: str
    """What it changes: texts or images."""
    rows: Rows
    before: C
    after: C
    examples: Examples


@dataclass(frozen=True, slots=True)
class Changes(Generic[C]):
    """Examples and every perturbation of them, all of it asked."""

    asked: Question[C]
    changes: tuple[Change[C], ...]
    seed: int
    truncated: int
    seen: int
    """Rows asked, changed ones too: what ``truncated`` is of."""
    cost: Cost
    signed: tuple[str, ...]
    """What a signature says of each."""
    doubts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What was done to the texts, in a few words."""
        if len(self.changes) == 1:
            return self.changes[0].name
        return f"any of {len(self.changes)} changes"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Of each row of a change whether it went wrong, bool[n], and how far, float64."""

    rows: NDArray[np.bool_]
    severity: NDArray[np.float64]
    told: Callable[[int], tuple[str, str]] | None = None
    """Of a row what was expected and what came, if not the answers themselves."""


Judge = Callable[[Change[C]], Wrong]
"""What is wrong about answers before and after a change."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What one perturbation makes of the examples; ``rows`` are those it changes."""

    name: str
    signed: str
    of: str
    rows: Rows
    examples: Examples
    parted: int


def under_change(
    asked: Question[C],
    *,
    under: Under,
    fields: Sequence[str] | None,
    seed: int | None,
    judge: Judge[C],
    report: Callable[[Changes[C], Sequence[Wrong]], Result],
) -> Rowwise[C]:
    """The question what becomes of the answers when the texts, or images, change.

    What any of the perturbations changes is a unit, asked as it was and after each
    change of it; what none changes is not asked. What the task holds in every text
    stays as it is.

    Raises:
        ArgumentError: ``under``, ``fields`` or ``seed`` is wrong.
        DataError: PTM210, a perturbation changed nothing at all; what the task refuses.
    """
    chosen, asked = seed_of(seed), with_mark(asked)
    mark = asked.task.mark

    def changes_of(examples: Examples) -> tuple[_Change, ...]:
        return _changes(examples, under, fields, chosen, mask=mark and mark.text)

    found = changes_of(asked.examples)
    touched = _touched(found)
    made = _Made(asked, found, touched, chosen)

    def score(heard: AllHeard[C], units: Rows) -> Scores:
        changes = made.heard(heard, units)
        wrong = [judge(change) for change in changes.changes]
        return _failed(changes, wrong)[1].astype(np.float64)

    def reported(heard: AllHeard[C], units: Rows) -> Result:
        changes = made.heard(heard, units)
        return report(changes, [judge(change) for change in changes.changes])

    def unlimited() -> Units:
        return _units(asked.whole, _touched(changes_of(asked.whole)))

    return Rowwise(
        examples=asked.examples,
        units=_units(asked.examples, touched),
        figure=MeanOfUnits(),
        askings=made.askings(),
        scoring=score,
        reporting=reported,
        unlimited=unlimited,
        of=asked.of,
    )


@dataclass(frozen=True, slots=True)
class _Made(Generic[C]):
    """The changes of a question; ``touched`` are the rows of its units."""

    asked: Question[C]
    changes: tuple[_Change, ...]
    touched: Rows
    seed: int

    def askings(self) -> tuple[Asking[C], ...]:
        """The units as they are, and the rows of each change."""
        unit_of = np.full(len(self.asked.examples), -1, dtype=np.intp)
        unit_of[self.touched] = np.arange(len(self.touched))
        as_they_are = self.asked.examples.take(self.touched.tolist())
        every = np.arange(len(self.touched), dtype=np.intp)
        predictor, mark = self.asked.predictor, self.asked.task.mark
        seen = mark and mark.seen
        return (
            Asking(predictor, as_they_are, every, seen),
            *(
                Asking(predictor, each.examples, unit_of[each.rows], seen)
                for each in self.changes
            ),
        )

    def heard(self, heard: AllHeard[C], units: Rows) -> Changes[C]:
        """What was heard of these units, before and after each change."""
        asked, first = self.asked, self.touched
        if not np.array_equal(units, np.arange(len(self.touched))):
            asked = asked.part(first[units])
            first = np.arange(len(units), dtype=np.intp)
        at = np.full(len(self.touched), -1, dtype=np.intp)
        at[units] = np.arange(len(units))
        unit_of = dict(zip(self.touched.tolist(), range(len(at)), strict=True))
        original, *others = heard
        said = original.given
        changes: list[Change[C]] = []
        doubtful = [
            f"{clip(each.name, 60)}: {counted(each.parted, 'row')} left out, of which "
            "more or fewer words came back"
            for each in self.changes
            if each.parted
        ]
        for each, after in zip(self.changes, others, strict=True):
            rows = each.rows[after.rows].tolist()
            places = at[np.array([unit_of[row] for row in rows], dtype=np.intp)]
            before = take(said.predictions, places)
            inputs = each.examples.take(after.rows.tolist())
            then = before if after.answers is None else after.answers.predictions
            change = Change(each.name, each.of, first[places], before, then, inputs)
            changes.append(change)
            if after.answers is not None:
                doubtful += _doubts(asked.examples, change, after.answers)
        answers = [said, *(each.answers for each in others if each.answers is not None)]
        return Changes(
            asked=asked,
            changes=tuple(changes),
            seed=self.seed,
            signed=tuple(each.signed for each in self.changes),
            doubts=(*doubts(asked.examples, said), *doubtful),
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
    return require_whole("seed", chosen, least=0, most=2**32 - 1)


def _changes(
    examples: Examples,
    under: Under,
    fields: Sequence[str] | None,
    seed: int,
    *,
    mask: str | None,
) -> tuple[_Change, ...]:
    found: list[_Change] = []
    for kind in perturbations_of(under):
        then = perturbed(examples, kind, seed=seed, fields=fields, mask=mask)
        rows = np.flatnonzero(then.changed)
        if not len(rows):
            why = (
                f"; of {then.parted:,} more or fewer words came back, which then have "
                "no tags to compare"
                if then.parted
                else ""
            )
            raise DataError(
                f"{kind.name} changed none of {len(examples)} {kind.changes}; there is "
                f"nothing to compare{why}",
                code="PTM210",
            )
        new = then.examples.take(rows.tolist())
        signed = kind.signed if isinstance(kind, Perturbation) else kind.name
        found.append(_Change(kind.name, signed, kind.changes, rows, new, then.parted))
    return tuple(found)


def _touched(changes: Sequence[_Change]) -> Rows:
    """The rows that any of them changes, intp, ascending."""
    return np.unique(np.concatenate([change.rows for change in changes]))


def _units(examples: Examples, rows: Rows) -> Units:
    touched: list[int] = rows.tolist()
    return Units(
        tuple(examples.ids[row] for row in touched),
        {
            name: tuple(column[row] for row in touched)
            for name, column in examples.groups.items()
        },
    )


def by_change(changes: Changes[C], wrong: Sequence[Wrong]) -> tuple[GroupFigure, ...]:
    """The share that went wrong under each change."""
    each: list[GroupFigure] = []
    for change, found in zip(changes.changes, wrong, strict=True):
        hits, n = int(found.rows.sum()), len(found.rows)
        each.append(
            GroupFigure("under", change.name, hits / n, n, wilson(hits, n))
            if n
            else GroupFigure("under", change.name, None, 0)
        )
    return tuple(each)


def outcomes(changes: Changes[C], wrong: Sequence[Wrong]) -> Outcomes:
    """What came of the examples that any of the changes touched, in their order."""
    examples = changes.asked.examples
    rows, failed = _failed(changes, wrong)
    units = _units(examples, rows)
    return Outcomes(
        ids=units.ids,
        right=~failed,
        scores=failed.astype(np.float64),
        groups=units.groups,
        alike=alike(examples)[rows],
    )


def _failed(
    changes: Changes[C], wrong: Sequence[Wrong]
) -> tuple[Rows, NDArray[np.bool_]]:
    """The rows that any change touched, and which of them went wrong under any."""
    touched = np.zeros(len(changes.asked.examples), dtype=np.bool_)
    failed = touched.copy()
    for change, found in zip(changes.changes, wrong, strict=True):
        touched[change.rows] = True
        failed[change.rows[found.rows]] = True
    rows = np.flatnonzero(touched)
    return rows, failed[rows]


def _doubts(examples: Examples, change: Change[C], answers: Answers[C]) -> list[str]:
    """What a perturbation did to the texts that makes its figure doubtful."""
    said: list[str] = []
    name = clip(change.name, 60)
    emptied = blank(change.examples) - blank(examples.take(change.rows.tolist()))
    if emptied > 0:
        said.append(f"{name}: {counted(emptied, 'text')} left empty")
    return [*said, *(f"{name}: {note}" for note in unknown_tokens(answers))]
