"""A masked model's behaviour, held against a bound."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Unpack

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging, number_within
from pytest_ptm.behaviours.masked_gap import MASS, GapMeasure, Side, masked_gap
from pytest_ptm.behaviours.masked_prediction import Expect, masked_prediction
from pytest_ptm.behaviours.masked_tokens import (
    MASK_RATE,
    masked_accuracy,
    masked_cross_entropy,
)
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.results import Bound, Result
from pytest_ptm.tasks.fill_mask import AnyMaskedModel


def assert_masked_prediction(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    expect: Expect | None = None,
    forbid: Collection[str] = (),
    within_top: int = 1,
    candidates: Sequence[str] | None = None,
    at_least_probability: float | None = None,
    at_least: float = 1.0,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless the mask is filled as it should on this share of texts.

    See ``evaluate_masked_prediction`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: too few texts are right.
    """
    __tracebackhide__ = True

    return settle(
        lambda: masked_prediction(
            model,
            texts,
            expect=expect,
            forbid=forbid,
            within_top=within_top,
            candidates=candidates,
            at_least_probability=at_least_probability,
        ),
        at_least=at_least,
        how=how,
    )


def assert_masked_gap(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    between: tuple[Side, Side],
    at_most: float,
    measure: GapMeasure = "share",
    at_least_mass: float | None = None,
    context: str | Sequence[str] | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if a mask prefers one side by more than this, on average.

    ``at_least_mass``: what the words of both sides must have of the probability, in
    every text: a gap between words that the model hardly ever says tells little. See
    ``evaluate_masked_gap`` for the other arguments and what they raise.

    Raises:
        ArgumentError: a bound is outside its range: [0, 1] for "share" and the mass, 0
            or more for the ratios.
        BehaviourFailure: the gap is larger, or the mass smaller.
    """
    __tracebackhide__ = True
    limits: dict[str, Bound] = {}
    if at_least_mass is not None:
        limits[MASS] = Bound(at_least=number_within("at_least_mass", at_least_mass))
    return settle(
        lambda: masked_gap(
            model, texts, between=between, measure=measure, context=context
        ),
        at_most=at_most,
        better="lower",
        high=1.0 if measure == "share" else None,
        limits=limits,
        how=how,
    )


def assert_masked_accuracy(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    at_least: float,
    mask_rate: float = MASK_RATE,
    within_top: int = 1,
    whole_words: bool = False,
    seed: int | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless the model finds this share of hidden tokens again.

    See ``evaluate_masked_accuracy`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1].
        BehaviourFailure: too few are found.
    """
    __tracebackhide__ = True
    return settle(
        lambda: masked_accuracy(
            model,
            texts,
            mask_rate=mask_rate,
            within_top=within_top,
            whole_words=whole_words,
            seed=seed,
        ),
        at_least=at_least,
        how=how,
    )


def assert_masked_cross_entropy(
    model: AnyMaskedModel,
    texts: Texts,
    *,
    at_most: float,
    mask_rate: float = MASK_RATE,
    whole_words: bool = False,
    seed: int | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if hidden tokens surprise the model by more than this, in nats.

    See ``evaluate_masked_cross_entropy`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is below 0.
        BehaviourFailure: the cross-entropy is larger.
    """
    __tracebackhide__ = True
    return settle(
        lambda: masked_cross_entropy(
            model, texts, mask_rate=mask_rate, whole_words=whole_words, seed=seed
        ),
        at_most=at_most,
        better="lower",
        high=None,
        how=how,
    )
