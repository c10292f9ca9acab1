"""A model held against another one, or against itself in an earlier run."""

from __future__ import annotations

import math
from typing import Any, Unpack, cast

from pytest_ptm.assertions.gate import settle
from pytest_ptm.assertions.judging import Judging, number_within
from pytest_ptm.behaviours.agreement import agreement
from pytest_ptm.behaviours.choice import AnyModel
from pytest_ptm.behaviours.comparison import Than, not_worse
from pytest_ptm.behaviours.flips import NEGATIVE_FLIPS
from pytest_ptm.behaviours.texts import Texts
from pytest_ptm.checks.own import Expected
from pytest_ptm.datasets.columns import LabelMap
from pytest_ptm.datasets.examples import Label
from pytest_ptm.datasets.load import Source
from pytest_ptm.ground.errors import ArgumentError, DataError
from pytest_ptm.metrics.finding import scale_of
from pytest_ptm.metrics.protocol import Scale
from pytest_ptm.models.handle import load_model
from pytest_ptm.results import Bound, Result
from pytest_ptm.session import current_session


def assert_not_worse(
    model: AnyModel[Any],
    examples: Source,
    *,
    than: Than | None = None,
    metric: str = "accuracy",
    margin: float | None = None,
    positive: Label | None = None,
    label_map: LabelMap | None = None,
    expect: Expected | None = None,
    at_most_negative_flips: float | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test if the model is worse than another by more than the margin.

    Unless ``than=`` is given it is the model that ``--ptm-against`` names, else what
    this test found in ``--ptm-baseline``. ``margin`` is in the units of the metric, and
    inclusive: 2 % of its range above 0 unless given, 0.02 of a share and 2 of BLEU; of
    a metric without an end, such as ``log_loss``, it has to be given.
    ``at_most_negative_flips`` bounds the share of examples that the other has right and
    this model wrong. See ``evaluate_not_worse`` for the other arguments and what they
    raise.

    Raises:
        ArgumentError: the margin is below 0, outside the metric's range, or missing, or
            there is nothing to compare with.
        BehaviourFailure: the model is worse.
    """
    __tracebackhide__ = True
    scale = scale_of(metric)
    widest = scale.widest
    allowed = _allowed(margin, metric, scale)
    limits: dict[str, Bound] = {}
    if at_most_negative_flips is not None:
        flips = number_within("at_most_negative_flips", at_most_negative_flips)
        limits[NEGATIVE_FLIPS] = Bound(at_most=flips)
    other = other_side(than)
    try:
        return settle(
            lambda: not_worse(
                model,
                examples,
                than=other,
                metric=metric,
                positive=positive,
                label_map=label_map,
                expect=expect,
            ),
            at_least=0.0 - allowed,
            low=-math.inf if widest is None else -widest,
            high=widest,
            limits=limits,
            how=how,
        )
    except DataError as error:
        raise _unmatched(error) from None


def assert_agrees(
    model: AnyModel[Any],
    examples: Texts,
    *,
    than: AnyModel[Any] | None = None,
    at_least: float,
    tolerance: float | None = None,
    similarity: AnyModel[Any] | None = None,
    **how: Unpack[Judging],
) -> Result:
    """Fail the test unless both models answer at least this share of examples alike.

    Unless ``than=`` is given it is the model that ``--ptm-against`` names. See
    ``evaluate_agrees`` for the other arguments and what they raise.

    Raises:
        ArgumentError: the bound is outside [0, 1], or there is no other model.
        BehaviourFailure: they agree on fewer.
    """
    __tracebackhide__ = True
    other = other_side(than, baseline=None)
    return settle(
        lambda: agreement(
            model,
            examples,
            than=cast("AnyModel[Any]", other),
            tolerance=tolerance,
            similarity=similarity,
        ),
        at_least=at_least,
        how=how,
    )


def _allowed(margin: float | None, metric: str, scale: Scale) -> float:
    if not scale.directed:
        # What is asked says why nothing can be worse by it.
        return 0.0
    if margin is not None:
        is_number = isinstance(margin, (int, float))  # pyright: ignore[reportUnnecessaryIsInstance]
        if is_number and margin < 0:
            raise ArgumentError(
                f"margin={margin!r}: by how much the model may be worse, from 0 on; "
                f"write margin={-margin!r}"
            )
        return number_within("margin", margin, high=scale.widest)
    if scale.usual_margin is None:
        raise ArgumentError(
            f"margin= is left out, and {metric} has no end that a margin could be a "
            "share of: say by how much it may be worse, in the metric's own units"
        )
    return scale.usual_margin


def other_side(
    than: Than | None, *, baseline: str | None = "--ptm-baseline=FILE"
) -> Than:
    """The side to compare with, from the options where the call does not say it."""
    settings = current_session().settings
    if than is not None:
        return than
    if settings.against is not None:
        return load_model(settings.against)
    if settings.baseline is not None and baseline is not None:
        return "baseline"
    either = f" or {baseline}" if baseline else ""
    raise ArgumentError(
        f"than= is left out, and the run names nothing to compare with: type "
        f"--ptm-against=SPEC{either}, or give than= a model, such as ptm_load(…)"
    )


def _unmatched(error: DataError) -> DataError:
    """The error; where nothing requires a baseline, the test is skipped instead."""
    session = current_session()
    if error.code != "PTM113":
        return error
    session.unmatched.append(error.message)
    excuse = session.test.excuse if session.test else None
    if excuse is not None and not session.settings.require:
        excuse("skip", str(error))
    return error
