"""Behaviour under change of the texts, held against a bound."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Unpack

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging
from pytest_ptm.assertions.settling import mean_of_rows
from pytest_ptm.assertions.stopping import Stoppable
from pytest_ptm.behaviours.asking import rows_of
from pytest_ptm.behaviours.changed import changed_by_any
from pytest_ptm.behaviours.cloze import Texts, texts_of
from pytest_ptm.behaviours.direction import Expected, direction_over
from pytest_ptm.behaviours.invariance import fills_masks, invariance_over
from pytest_ptm.datasets.examples import Examples, Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.perturbations.apply import Under
from pytest_ptm.results import Result
from pytest_ptm.tasks.fill_mask import MASK, AnyMaskedModel
from pytest_ptm.tasks.text_classification import AnyClassifier


def assert_invariant(
    model: AnyClassifier | AnyMaskedModel,
    examples: Texts,
    *,
    under: Under,
    at_most: float = 0.0,
    tolerance: float | None = None,
    fields: Sequence[str] | None = None,
    seed: int | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if more than this share of answers changes with the texts.

    See ``evaluate_invariant`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: too many answers change.
    """
    __tracebackhide__ = True
    evaluate = functools.partial(
        invariance_over,
        model,
        under=under,
        tolerance=tolerance,
        fields=fields,
        seed=seed,
    )

    def counting(rows: Examples) -> Examples:
        mask = MASK if fills_masks(model, rows) else None
        return changed_by_any(rows, under=under, fields=fields, seed=seed, mask=mask)

    return settle(
        evaluate,
        lambda: texts_of(examples),
        at_most=at_most,
        better="lower",
        stoppable=Stoppable(
            functools.partial(evaluate, part=True), mean_of_rows, counting
        ),
        how=how,
    )


def assert_directional(
    model: AnyClassifier,
    examples: Source,
    *,
    under: Under,
    expect: Expected,
    of: Label,
    at_most: float = 0.0,
    tolerance: float = 0.0,
    fields: Sequence[str] | None = None,
    seed: int | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if more than this share of probabilities goes the wrong way.

    See ``evaluate_directional`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: too many go the wrong way.
    """
    __tracebackhide__ = True
    evaluate = functools.partial(
        direction_over,
        model,
        under=under,
        expect=expect,
        of=of,
        tolerance=tolerance,
        fields=fields,
        seed=seed,
    )
    return settle(
        evaluate,
        lambda: rows_of(examples),
        at_most=at_most,
        better="lower",
        stoppable=Stoppable(
            functools.partial(evaluate, part=True),
            mean_of_rows,
            functools.partial(changed_by_any, under=under, fields=fields, seed=seed),
        ),
        how=how,
    )
