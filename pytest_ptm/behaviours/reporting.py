"""The one place where a Result is made: who answered what, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_ptm.behaviours.asking import Question, signature
from pytest_ptm.results import (
    Case,
    Cost,
    Counts,
    GroupFigure,
    Measurement,
    Outcomes,
    Reliability,
    Result,
)
from pytest_ptm.tasks.protocol import P


def result_over(
    asked: Question[P],
    measurement: Measurement,
    *,
    behaviour: str,
    parts: Sequence[str],
    counts: Counts,
    cost: Cost,
    seed: int | None = None,
    by_group: Sequence[GroupFigure] = (),
    cases: Sequence[Case] = (),
    failing: int = 0,
    notes: Sequence[str] = (),
    also: Sequence[Measurement] = (),
    outcomes: Outcomes | None = None,
    unjudged: str = "",
    reliability: Reliability | None = None,
) -> Result:
    """What was found, with model, task, data and signature of the question.

    ``parts`` are what the signature says was computed; ``seed`` is what it was drawn
    by, ``--ptm-seed`` unless given.
    """
    return Result(
        behaviour=behaviour,
        model=asked.card,
        task=asked.predictor.task,
        measurement=measurement,
        signature=signature(asked, *parts, seed=seed),
        by_group=tuple(by_group),
        cases=tuple(cases),
        failing=failing,
        counts=counts,
        cost=cost,
        notes=tuple(notes),
        of=asked.of,
        also=tuple(also),
        data=asked.examples.fingerprint,
        outcomes=outcomes,
        unjudged=unjudged,
        reliability=reliability,
    )
