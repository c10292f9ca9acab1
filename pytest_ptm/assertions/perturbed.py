"""Behaviour under change of the texts, held against a bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.direction import Expected, direction
from pytest_ptm.behaviours.invariance import invariance
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.perturbations.apply import Under
from pytest_ptm.results import Result


def assert_invariant(
    model: AnyModel[Any],
    examples: Texts,
    *,
    under: Under,
    at_most: float = 0.0,
    tolerance: float | None = None,
    similarity: AnyModel[Any] | None = None,
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
    return settle(
        lambda: invariance(
            model,
            examples,
            under=under,
            tolerance=tolerance,
            similarity=similarity,
            fields=fields,
            seed=seed,
        ),
        at_most=at_most,
        better="lower",
        how=how,
    )


def assert_directional(
    model: AnyModel[Any],
    examples: Source,
    *,
    under: Under,
    expect: Expected,
    of: Label | None = None,
    at_most: float = 0.0,
    tolerance: float = 0.0,
    fields: Sequence[str] | None = None,
    seed: int | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if more than this share of answers goes the wrong way.

    See ``evaluate_directional`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: too many go the wrong way.
    """
    __tracebackhide__ = True
    return settle(
        lambda: direction(
            model,
            examples,
            under=under,
            expect=expect,
            of=of,
            tolerance=tolerance,
            fields=fields,
            seed=seed,
        ),
        at_most=at_most,
        better="lower",
        how=how,
    )
